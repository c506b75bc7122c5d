"""What a template read of a pod: two pods that agree in that give the same text (templates have no other input)."""

from __future__ import annotations

from collections.abc import Mapping

from meshc.gotemplate.values import Pointer, Slice, Struct, Value
from meshc.injection.go_templates.loading import OWN_FORM, WHOLE
from meshc.yamlio import Json

Reads = Mapping[str, "Reads | None"] | None
"""The members that were read, by their JSON name; None stands for the whole value."""


def reads_of(value: Value) -> Reads:
    """What was read of a value that came out of JSON."""
    if type(value) is Pointer:
        return {} if value.target is None else reads_of(value.target)
    if type(value) is Struct and value.type.name not in OWN_FORM and WHOLE not in value.values:
        return _members(value)
    if type(value) is Slice and value.items and type(value.items[0]) is Struct:
        found: dict[str, Reads] = {}
        for one in value.items:
            reads = reads_of(one)
            if reads is None:
                return None
            found = _joined(found, reads)
        return found
    return None


def _members(value: Struct) -> Reads:
    found: dict[str, Reads] = {}
    for one in value.type.fields:
        if one.name not in value.values:
            continue
        member = value.values[one.name]
        name = one.json.partition(",")[0]
        if one.embedded and not name:
            inner = reads_of(member)
            if inner is None:
                return None
            found = _joined(found, inner)
        else:
            found[name or one.name] = reads_of(member)
    return found


def _joined(first: Mapping[str, Reads], second: Mapping[str, Reads]) -> dict[str, Reads]:
    joined = dict(first)
    for name, reads in second.items():
        known = joined.get(name, {})
        joined[name] = None if known is None or reads is None else _joined(known, reads)
    return joined


def beyond(reads: Reads, known: Reads) -> Reads:
    """What was read and is not among what is known anyway."""
    if reads is None or known is None:
        return reads if known is not None else {}
    rest: dict[str, Reads] = {}
    for name, inner in reads.items():
        left = beyond(inner, known[name]) if name in known else inner
        if name not in known or left is None or left:
            rest[name] = left
    return rest


def extract(source: Json, reads: Reads) -> Json:
    """The parts of a JSON value that were read; absent and empty stay different."""
    if reads is None or source is None:
        return source
    if isinstance(source, Mapping):
        return [extract(source.get(name), inner) for name, inner in reads.items()]
    return [extract(one, reads) for one in source] if isinstance(source, list) else source
