"""The building blocks of the typed models: protobuf's scalars, wrappers, enums and one-ofs as Pydantic types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from meshc.gotext import durations


@dataclass(frozen=True)
class Kind:
    """How protobuf-JSON reads and writes a value: `int32`, `uint32`, `double`, `bool_value`, `duration`, …"""

    name: str


class Numbers:
    """Numbers of the enum names that are not numbered by their place in the `Literal`."""

    def __init__(self, **numbers: int) -> None:
        self.numbers = numbers


@dataclass(frozen=True)
class OneOf:
    """Names the group of fields of which a message holds one at most."""

    group: str


@dataclass(frozen=True)
class Since:
    """The release (or one patch per branch) that brought a field."""

    release: str


@dataclass(frozen=True)
class Until:
    """The last release that knows a field."""

    release: str


def json_name(name: str) -> str:
    """Turn a field's original name into protobuf-JSON's: `k8s_sa_jwt_path` → `k8sSaJwtPath`, `mesh_mTLS` → `meshMTLS`."""
    head, *rest = name.split("_")
    return head + "".join(part[:1].upper() + part[1:] for part in rest)


class Message(BaseModel):
    """A closed message: unknown keys are refused, scalars are strict, both spellings of a name are read.

    `None` means unset; `model_dump(by_alias=True, exclude_unset=True)` gives the interchange form.
    """

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        frozen=True,
        alias_generator=json_name,
        validate_by_name=True,
        validate_by_alias=True,
        use_attribute_docstrings=True,
    )

    @model_validator(mode="after")
    def _one_of_each_group(self) -> Self:
        chosen: dict[str, str] = {}
        for name in self.model_fields_set:
            info = type(self).model_fields[name]
            group = next((mark.group for mark in info.metadata if isinstance(mark, OneOf)), None)
            if group is None or getattr(self, name) is None:
                continue
            if group in chosen:
                raise ValueError(f"{info.alias} and {chosen[group]} exclude each other")
            chosen[group] = str(info.alias)
        return self


def _duration(value: Any) -> Any:
    return durations.canonical(value) if isinstance(value, str) else value


Int32 = Annotated[int, Field(ge=-(2**31), lt=2**31), Kind("int32")]
UInt32 = Annotated[int, Field(ge=0, lt=2**32), Kind("uint32")]
Double = Annotated[float, Field(strict=False), Kind("double")]
BoolValue = Annotated[bool, Kind("bool_value")]
Int32Value = Annotated[int, Field(ge=-(2**31), lt=2**31), Kind("int32_value")]
Int64Value = Annotated[int, Field(ge=-(2**63), lt=2**63), Kind("int64_value")]
Duration = Annotated[
    str,
    BeforeValidator(_duration),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": r"^[+-]?(0|(([0-9]+(\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$",
            "examples": ["45s"],
        }
    ),
    Kind("duration"),
]
Struct = Annotated[dict[str, Any], Kind("struct")]
