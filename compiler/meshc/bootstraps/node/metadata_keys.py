"""Keys of node metadata: raw values decoded into typed ones, and both written as Envoy gets them."""

from __future__ import annotations

from collections.abc import Mapping

from meshc.bootstraps.node import metadata_kinds
from meshc.bootstraps.node.metadata_kinds import KindError
from meshc.errors import InputError
from meshc.yamlio import Json

Kinds = Mapping[str, str]


def decode(raw: Mapping[str, Json], kinds: Kinds) -> dict[str, Json]:
    """Read the known keys of raw metadata into typed values (docs/istio/bootstrap.md § 2.3.1, step 4).

    Keys match without regard to case and are taken in byte order, so a later spelling overwrites an earlier one and
    maps grow together.  Raises InputError for a value of the wrong kind, as the agent would stop.
    """
    typed: dict[str, Json] = {}
    # Sorted, so that two spellings of one key have an outcome that does not depend on the order of variables.
    for key in sorted(raw):
        name = key if key in kinds else _folded(key, kinds)
        if name is None:
            continue
        try:
            value = metadata_kinds.read(kinds[name], raw[key])
        except KindError as error:
            raise _refused(key, raw[key], error) from error
        if kinds[name] == "map":
            value = {**typed.get(name, {}), **value}
        typed[name] = value
    return typed


def shown(typed: Mapping[str, Json], kinds: Kinds) -> dict[str, Json]:
    """Typed values as the gRPC bootstrap has them: keys in ascending order, without zero values (docs/istio/bootstrap.md § 2.3.4)."""
    out = {}
    for key in sorted(typed):
        value = metadata_kinds.show(kinds[key], typed[key])
        if value is not None:
            out[key] = value
    return out


def with_raw(known: Mapping[str, Json], raw: Mapping[str, Json]) -> dict[str, Json]:
    """Envoy's metadata: the shown typed keys and every raw key that is not among them, sorted on every level."""
    merged: dict[str, Json] = sorted_tree({**raw, **known})
    return merged


def sorted_tree(value: Json) -> Json:
    """The same value with the keys of every object in ascending byte order."""
    if isinstance(value, dict):
        return {key: sorted_tree(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [sorted_tree(item) for item in value]
    return value


def _folded(key: str, kinds: Kinds) -> str | None:
    name = key.upper()
    return name if name in kinds else None


def _refused(key: str, value: Json, error: KindError) -> InputError:
    hint = f"change ISTIO_META_{key} (or the member {key} of an ISTIO_METAJSON_… variable), or leave it out"
    return InputError(f"node metadata {key}: {error}", path=["metadata", key], value=value, hint=hint)
