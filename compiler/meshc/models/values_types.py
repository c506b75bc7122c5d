"""The building blocks of the models of Helm values: names as charts spell them, and the types of the installer's schema."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from meshc.models.proto_types import Kind, Message

_ACRONYMS = {
    "ip": "IP",
    "id": "ID",
    "ca": "CA",
    "cni": "CNI",
    "url": "URL",
    "mcp": "MCP",
    "crds": "CRDs",
    "crd": "CRD",
    "http": "HTTP",
    "dns": "DNS",
    "v2api": "v2API",
}
_UNDERSCORED = ("istio_cni", "proxy_init")


def value_name(name: str) -> str:
    """Turn an attribute's name into a value's: `include_ip_ranges` → `includeIPRanges`; two names keep their underscore."""
    if name in _UNDERSCORED:
        return name
    head, *rest = name.rstrip("_").split("_")
    return head + "".join(_ACRONYMS.get(part, part[:1].upper() + part[1:]) for part in rest)


class ValuesMessage(Message):
    """A closed map of Helm values."""

    model_config = ConfigDict(alias_generator=value_name, validate_by_name=False)


Any_ = Annotated[Any, Kind("any")]
Map = Annotated[dict[str, Any], Kind("struct")]
Maps = list[Map]
Texts = list[str]
TextMap = dict[str, str]
Flag = Annotated[bool, Kind("bool_value")]
Int = Annotated[int, Field(ge=-(2**31), lt=2**31), Kind("int32")]
Count = Annotated[int, Field(ge=0, lt=2**32), Kind("uint32")]
Number = Annotated[float, Field(strict=False), Kind("double")]
IntOrText = Annotated[int | str, Kind("int_or_string")]
