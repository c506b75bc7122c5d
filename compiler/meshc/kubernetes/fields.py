"""Fields of Kubernetes structs one by one: for reading what an overlay touches instead of the whole object."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple, Protocol

from meshc.kubernetes.decoding import table_of
from meshc.kubernetes.schema import Field, struct
from meshc.kubernetes.values import Decoder, Mismatch, anything
from meshc.yamlio import Json


class Read(NamedTuple):
    """A field as it was read: its name in the schema, whether it is written at all, its typed value."""

    name: str
    kept: bool
    value: Json


class Fields(Protocol):
    """The fields of a struct, or the entries of a map.

    `always` holds the value a field has when it is removed or was never set, for those that are written even then.
    """

    always: Mapping[str, Json]

    def merge_key(self, key: str) -> str | None:
        """The merge key of a list field, None for other fields and other lists."""

    def union(self, key: str) -> bool:
        """Whether a field is a list of strings that merges without duplicates."""

    def element(self, key: str) -> str:
        """The struct that the elements of a list field are."""

    def inside(self, key: str) -> Fields:
        """The fields of the object in a field."""

    def read(self, key: str, value: Json) -> Read:
        """Read a value of a field; unknown fields and zero values that vanish are not `kept`.  Raises Mismatch."""


class StructFields:
    """The fields of one struct at a Kubernetes minor."""

    def __init__(self, name: str, level: int) -> None:
        self._schema: Mapping[str, Field] = struct(name, level)
        self._level = level
        self._table = table_of(name, level, courtesy=False, overlay=True)
        self.always: Mapping[str, Json] = self._table.defaults()

    def merge_key(self, key: str) -> str | None:
        """See Fields."""
        field = self._schema.get(key)
        return field.merge_key if field is not None else None

    def union(self, key: str) -> bool:
        """See Fields."""
        field = self._schema.get(key)
        return field is not None and field.union

    def element(self, key: str) -> str:
        """See Fields."""
        return self._schema[key].of

    def inside(self, key: str) -> Fields:
        """See Fields."""
        field = self._schema.get(key)
        if field is None or (field.shape == "one" and not field.struct):
            return MapFields(anything)
        return fields_of(field.of, self._level) if field.shape == "one" else MapFields(self._table.fields[key][0])

    def read(self, key: str, value: Json) -> Read:
        """See Fields."""
        name = key if key in self._schema else self._table.folded.get(key.lower(), "")
        if not name or value is None:
            return Read(name or key, False, None)
        decode, zero, keep, _ = self._table.fields[name]
        typed = decode(value)
        return Read(name, keep or (typed != zero if zero is not None else bool(typed)), typed)


class MapFields:
    """The entries of a map; `decode` reads the whole map."""

    always: Mapping[str, Json] = {}

    def __init__(self, decode: Decoder) -> None:
        self._decode = decode

    def merge_key(self, key: str) -> str | None:
        """Lists in maps are replaced."""

    def union(self, key: str) -> bool:  # noqa: ARG002
        """Lists in maps are replaced."""
        return False

    def element(self, key: str) -> str:
        """Lists in maps have no structs as elements."""
        raise KeyError(key)

    def inside(self, key: str) -> Fields:  # noqa: ARG002 - the protocol's signature
        """What is inside an entry has no schema."""
        return MapFields(anything)

    def read(self, key: str, value: Json) -> Read:
        """Read one entry; every value is kept."""
        try:
            return Read(key, True, self._decode({key: value})[key])
        except Mismatch as mismatch:
            mismatch.path.pop()
            raise


@cache
def fields_of(name: str, level: int) -> Fields:
    """The fields of a struct at a Kubernetes minor, kept."""
    return StructFields(name, level)
