"""Lays one ProxyConfig over another, member by member, as 1.17.0 and 1.17.1 do (docs/istio/injection.md § 5.5)."""

from __future__ import annotations

from collections.abc import Mapping

from meshc.catalog import Release
from meshc.models.message import WRAPPERS, Field, Message, fields, same_choice
from meshc.yamlio import Json

_REPLACED = ("concurrency", "image")


def members(
    message: type[Message], base: Mapping[str, Json], over: Mapping[str, Json], release: Release
) -> dict[str, Json]:
    """Protobuf's own merge: messages and maps merge, lists join, set scalars replace; both sides in written form.

    Durations, `concurrency` and `image` replace.
    """
    merged = dict(base)
    known = fields(message, release)
    for name, value in over.items():
        described = known[name]
        if described.oneof:
            for other in same_choice(message, described):
                merged.pop(other, None)
        merged[name] = _member(described, merged.get(name), value, release)
    return merged


def _member(described: Field[Json], base: Json, over: Json, release: Release) -> Json:
    if base is None or described.json in _REPLACED:
        return over
    match described.kind:
        case "message":
            assert described.message is not None
            return members(described.message, base, over, release)
        case "list":
            return [*base, *over]
        case "map":
            return {**base, **over}
        case kind if kind in WRAPPERS:
            return over or base
        case _:
            return over
