"""The shapes of Kubernetes API objects, read from `schemas/kubernetes/types.json`.

A field is written `type [key=name] [set] [embedded] [since+ | -until | since-until]`, since and until being Kubernetes
minors.
Types: `string bool int32 int64 quantity intstr time any` or the name of a struct; `*T` is a pointer (an explicit zero
value stays), `[T]` a list, `{T}` a map of T; a `!` after it marks a field that is written even when it is zero.
`key=` names the merge key of a list, `set` a list of strings merged without duplicates.  `embedded` marks a field the
struct has from another one it embeds: Kubernetes' YAML reader does not see through that.  A name `+` takes over all
fields of another struct.  The order is that of the API's Go structs, which is the key order of their JSON.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

import orjson

from meshc import resources

NEWEST = 1000
"""A level above every Kubernetes minor: all fields that are still there."""

SCALARS = frozenset({"string", "bool", "int32", "int64", "quantity", "intstr", "time", "any"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a struct: `shape` is "one", "list" or "map" of `of`, a scalar or the name of a struct."""

    name: str
    of: str
    shape: str = "one"
    pointer: bool = False
    always: bool = False
    merge_key: str | None = None
    union: bool = False
    embedded: bool = False

    @property
    def struct(self) -> bool:
        """Whether the field's value or elements are structs."""
        return self.of not in SCALARS


@cache
def struct(name: str, level: int = NEWEST) -> Mapping[str, Field]:
    """The fields of a struct at a Kubernetes minor, in the order of the API; KeyError for an unknown struct."""
    return {field.name: field for field in _fields(name, level)}


def structs() -> tuple[str, ...]:
    """Names of all structs, of any minor."""
    return tuple(_types())


def is_struct(name: str) -> bool:
    """Whether there is a struct (hence a kind) of this name."""
    return name in _types()


@cache
def merge_keys() -> Mapping[str, tuple[str, ...]]:
    """The merge keys that lists of a name have in any struct, in the order of the schema: `ports` → containerPort, port."""
    found: dict[str, dict[str, None]] = {}
    for name in _types():
        for field in struct(name).values():
            if field.merge_key is not None:
                found.setdefault(field.name, {})[field.merge_key] = None
    return {name: tuple(keys) for name, keys in found.items()}


@cache
def _types() -> dict[str, dict[str, str | list[str]]]:
    types: dict[str, dict[str, str | list[str]]] = orjson.loads(
        resources.path("schemas", "kubernetes", "types.json").read_bytes()
    )
    return types


def _fields(name: str, level: int) -> Iterator[Field]:
    for field, written in _types()[name].items():
        for text in [written] if isinstance(written, str) else written:
            words = text.split()
            if field == "+":
                taken = _fields(words[0], level)
                yield from (replace(f, embedded=True) for f in taken) if "embedded" in words else taken
            elif all(_holds(word, level) for word in words[1:]):
                yield _field(field, words)


def _field(name: str, words: list[str]) -> Field:
    written = words[0]
    always = written.endswith("!")
    written = written.removesuffix("!")
    pointer = written.startswith("*")
    written = written.removeprefix("*")
    shape = {"[": "list", "{": "map"}.get(written[0], "one")
    key = next((w.removeprefix("key=") for w in words[1:] if w.startswith("key=")), None)
    return Field(
        name,
        written.strip("[]{}"),
        shape,
        pointer=pointer,
        always=always,
        merge_key=key,
        union="set" in words[1:],
        embedded="embedded" in words[1:],
    )


def _holds(word: str, level: int) -> bool:
    """Whether one word of a field allows it at a level: `27+`, `-30`, `28-28`."""
    if word[0] not in "-0123456789":
        return True
    since, dash, until = word.rstrip("+").partition("-")
    return int(since or 0) <= level <= int(until or NEWEST if dash else NEWEST)
