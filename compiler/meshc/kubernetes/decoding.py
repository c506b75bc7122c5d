"""Decoders of Kubernetes structs, compiled once from the schema and kept."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from meshc.kubernetes import values
from meshc.kubernetes.schema import Field, struct
from meshc.kubernetes.values import Decoder, Mismatch, refuse
from meshc.trees import Array, Object
from meshc.yamlio import Json

# zero values that are not written unless the field is a pointer
_ZERO: Object = {"string": "", "bool": False, "int32": 0, "int64": 0, "any": None}
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
def decoder(name: str, level: int, *, courtesy: bool, overlay: bool = False) -> Decoder:
    """The decoder of a struct at a Kubernetes minor: value → typed value, keys in the order of the API's struct.

    With `courtesy`, unquoted numbers and booleans become strings where the schema wants a string, except in `embedded`
    fields and what is below them (the YAML reader takes the embedded struct for the field's type).  In an `overlay` a
    null in a map leaves its key out (in an object it is the zero value).  The decoder raises Mismatch.
    """
    # Made when a value is first read: a Pod reaches 124 structs, and few pods use more than 20.
    table: Table | None = None

    def read(value: Json, pairs: Iterable[tuple[str, Json]] | None = None) -> Json:
        nonlocal table
        if table is None:
            table = table_of(name, level, courtesy=courtesy, overlay=overlay)
        if value is None:
            value = {}
        elif type(value) is not dict:
            refuse(f"a map ({name})", value)
        fields, text = table.fields, table.text
        found: Object = {}
        last = -1
        in_order = True
        for key, item in value.items() if pairs is None else pairs:
            if item is None:
                continue
            if key not in fields:
                # Go matches names without regard to case: only objects with such a name pay for the search.
                return read(value, table.known(value))
            decode, zero, keep, place = fields[key]
            if decode is not text or type(item) is not str:
                try:
                    item = decode(item)
                except Mismatch as mismatch:
                    mismatch.path.append(key)
                    raise
            if keep or (item != zero if zero is not None else item):
                found[key] = item
                if place < last:
                    in_order = False
                last = place
        for key, zero_value in table.written:
            if key not in found:
                found[key] = zero_value(None)
                in_order = False
        return found if in_order else {key: found[key] for key in sorted(found, key=table.places.__getitem__)}

    return read


@cache
def table_of(name: str, level: int, *, courtesy: bool, overlay: bool = False) -> Table:
    """What the decoder of a struct needs, worked out at its first use."""
    return Table(name, level, courtesy=courtesy, overlay=overlay)


class Table:
    """The fields of one struct, ready for decoding.

    `fields`: name → (decoder, zero value at which it vanishes or None for any empty one, whether every value is
    written, place); `folded`: lower-cased name → name.
    """

    def __init__(self, name: str, level: int, *, courtesy: bool, overlay: bool = False) -> None:
        described = struct(name, level)
        self.level, self.courtesy, self.overlay = level, courtesy, overlay
        self.text = values.courteous_string if courtesy else values.string
        self.fields = {f.name: (self.decoder(f), _zero(f), _is_kept(f), at) for at, f in enumerate(described.values())}
        self.places = {name: at for at, name in enumerate(described)}
        self.folded = {name.lower(): name for name in described}
        written = (f for f in described.values() if f.always or (not f.pointer and _is_kept(f)))
        self.written = [(f.name, self.zero_value(f)) for f in written]

    def defaults(self) -> Object:
        """The fields that are written whatever the value, at their zero values."""
        return {name: zero(None) for name, zero in self.written}

    def zero_value(self, field: Field) -> Decoder:
        """A function of anything that gives the zero value of a field that is always written."""
        if field.pointer or field.shape != "one":
            return _null
        if field.struct:
            return self.of_struct(field.of)
        if field.of in _STRUCT_LIKE:
            return _SCALARS[field.of]
        zero = _ZERO[field.of]
        return lambda _: zero

    def known(self, value: Object) -> list[tuple[str, Json]]:
        """The entries the struct has, names matched without regard to case; the last in sorted order wins."""
        pairs = []
        for key in sorted(value):
            name = key if key in self.fields else self.folded.get(key.lower())
            if name is not None:
                pairs.append((name, value[key]))
        return pairs

    def decoder(self, field: Field) -> Decoder:
        courtesy = self.courtesy and not field.embedded
        if field.struct:
            one: Decoder = decoder(field.of, self.level, courtesy=courtesy, overlay=self.overlay)
        elif field.of == "string":
            one = self.text if courtesy else values.string
        else:
            one = _SCALARS[field.of]
        if field.shape == "list":
            return _list_of(one, field.of)
        return _map_of(one, field.of, drops_null=self.overlay) if field.shape == "map" else one

    def of_struct(self, name: str) -> Decoder:
        return decoder(name, self.level, courtesy=self.courtesy, overlay=self.overlay)


def _list_of(one: Decoder, of: str) -> Decoder:
    nothing: Any = _ZERO.get(of)
    keeps_null = of in _ZERO

    def read(value: Json) -> Json:
        if type(value) is not list:
            refuse(f"a list ({of})", value, "write a list, each item on a line that begins with '- '")
        items: Array = []
        try:
            for item in value:
                items.append(nothing if item is None and keeps_null else one(item))
        except Mismatch as mismatch:
            mismatch.path.append(len(items))
            raise
        return items

    return read


def _map_of(one: Decoder, of: str, *, drops_null: bool) -> Decoder:
    nothing: Any = _ZERO.get(of)
    keeps_null = of in _ZERO

    def read(value: Json) -> Json:
        if type(value) is not dict:
            refuse(f"a map of {of} values", value, "write a map, one 'key: value' a line")
        items = {}
        for key, item in value.items():
            if item is None and drops_null:
                continue
            try:
                items[key] = nothing if item is None and keeps_null else one(item)
            except Mismatch as mismatch:
                mismatch.path.append(key)
                raise
        return items

    return read


def _null(_: Json) -> Json:
    return None


def _zero(field: Field) -> Json:
    """What an optional field of plain type vanishes at; None: at any empty list or map."""
    return _ZERO.get(field.of) if field.shape == "one" else None


def _is_kept(field: Field) -> bool:
    """Whether any value of the field is written: pointers, structs, and what has no `omitempty`."""
    one = field.shape == "one"
    return field.always or field.pointer or (one and (field.struct or field.of in _STRUCT_LIKE))
