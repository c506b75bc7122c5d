"""Decoders of Kubernetes structs, compiled once from the schema and kept."""

from __future__ import annotations

from functools import cache
from typing import Any

from meshc.kubernetes import values
from meshc.kubernetes.schema import Field, struct
from meshc.kubernetes.values import Decoder, Mismatch, refuse
from meshc.yamlio import Json

# zero values that are not written unless the field is a pointer
_ZERO: dict[str, Json] = {"string": "", "bool": False, "int32": 0, "int64": 0, "any": None}
_SCALARS: dict[str, Decoder] = {
    "bool": values.boolean,
    "int32": values.integer(32),
    "int64": values.integer(64),
    "quantity": values.amount,
    "intstr": values.int_or_string,
    "time": values.moment,
    "any": values.anything,
}
_STRUCT_LIKE = frozenset({"quantity", "intstr", "time"})


@cache
def decoder(name: str, level: int, courtesy: bool) -> StructDecoder:
    """The decoder of a struct at a Kubernetes minor: value → typed value, keys in the order of the API's struct.

    With `courtesy`, unquoted numbers and booleans become strings where the schema wants a string.
    The decoder raises Mismatch.
    """
    return StructDecoder(name, level, courtesy)


class StructDecoder:
    """Callable that reads one struct; its fields are compiled at first use."""

    def __init__(self, name: str, level: int, courtesy: bool) -> None:
        self.name, self.level, self.courtesy = name, level, courtesy
        self.ready = False

    def __call__(self, value: Json) -> Json:
        if not self.ready:
            self.compile()
        if value is None:
            return dict(self.defaults())
        if type(value) is not dict:
            refuse(f"a map ({self.name})", value)
        found = self.defaults()
        decoders = self.decoders
        for key, item in value.items() if value.keys() <= decoders.keys() else self.known(value):
            if item is None:
                continue
            decode, zero, keep = decoders[key]
            try:
                item = decode(item)
            except Mismatch as mismatch:
                mismatch.path.append(key)
                raise
            if keep or (item != zero if zero is not None else item):
                found[key] = item
        place = self.place
        return {key: found[key] for key in sorted(found, key=place.__getitem__)}

    def compile(self) -> None:
        fields = struct(self.name, self.level)
        self.decoders = {f.name: (self.field(f), _zero(f), _is_kept(f)) for f in fields.values()}
        self.place = {name: place for place, name in enumerate(fields)}
        self.folded = {name.lower(): name for name in fields}
        self.always = [f for f in fields.values() if (not f.pointer and _is_kept(f)) or f.always]
        self.ready = True

    def defaults(self) -> dict[str, Json]:
        return {f.name: self.default(f) for f in self.always}

    def default(self, field: Field) -> Json:
        if field.pointer or field.shape != "one":
            return None
        if field.struct:
            return decoder(field.of, self.level, self.courtesy)(None)
        if field.of in _STRUCT_LIKE:
            return _SCALARS[field.of](None)
        return _ZERO[field.of]

    def known(self, value: dict[str, Json]) -> list[tuple[str, Json]]:
        """The entries the struct has, names matched without regard to case; the last in sorted order wins."""
        pairs = []
        for key in sorted(value):
            name = key if key in self.decoders else self.folded.get(key.lower())
            if name is not None:
                pairs.append((name, value[key]))
        return pairs

    def field(self, field: Field) -> Decoder:
        if field.struct:
            one: Decoder = decoder(field.of, self.level, self.courtesy)
        elif field.of == "string":
            one = values.courteous_string if self.courtesy else values.string
        else:
            one = _SCALARS[field.of]
        if field.shape == "list":
            return _list_of(one, field.of)
        return _map_of(one, field.of) if field.shape == "map" else one


def _list_of(one: Decoder, of: str) -> Decoder:
    nothing: Any = _ZERO.get(of)
    keeps_null = of in _ZERO

    def read(value: Json) -> Json:
        if type(value) is not list:
            refuse(f"a list ({of})", value, "write a list, each item on a line that begins with '- '")
        items = []
        for index, item in enumerate(value):
            try:
                items.append(nothing if item is None and keeps_null else one(item))
            except Mismatch as mismatch:
                mismatch.path.append(index)
                raise
        return items

    return read


def _map_of(one: Decoder, of: str) -> Decoder:
    nothing: Any = _ZERO.get(of)
    keeps_null = of in _ZERO

    def read(value: Json) -> Json:
        if type(value) is not dict:
            refuse(f"a map of {of} values", value, "write a map, one 'key: value' a line")
        items = {}
        for key, item in value.items():
            try:
                items[key] = nothing if item is None and keeps_null else one(item)
            except Mismatch as mismatch:
                mismatch.path.append(key)
                raise
        return items

    return read


def _zero(field: Field) -> Json:
    """What an optional field of plain type vanishes at; None: at any empty list or map."""
    return _ZERO.get(field.of) if field.shape == "one" else None


def _is_kept(field: Field) -> bool:
    """Whether any value of the field is written: pointers, structs, and what has no `omitempty`."""
    one = field.shape == "one"
    return field.always or field.pointer or (one and (field.struct or field.of in _STRUCT_LIKE))
