"""Explains one setting: the layer that set its value, and the layers that one overrides."""

from __future__ import annotations

from collections.abc import Iterator

from meshc.cli.explain.explanations import Explanation
from meshc.cli.explain.field_paths import find
from meshc.errors import InputError, UsageError, format_path
from meshc.settings import Settings
from meshc.trees import get
from meshc.yamlio import Json


def explain_setting(settings: Settings, path: str) -> Explanation:
    """Every layer that sets a path of `values.…` or `meshConfig.…`; the last one won.

    Raises UsageError for another path, InputError for a setting that nothing sets.
    """
    head, _, rest = path.partition(".")
    trees = {"values": settings.values.document, "meshConfig": settings.mesh.document}
    if head not in trees or not rest:
        hint = "write values.… or meshConfig.…, e.g. values.global.proxy.image"
        raise UsageError("not a setting", path="--setting", value=path, hint=hint)
    origins = settings.origins.values if head == "values" else settings.origins.mesh
    try:
        found_at = find(trees[head], rest)
        parts, value = tuple(map(str, found_at)), get(trees[head], found_at)
    except InputError:
        parts, value = tuple(rest.split(".")), None
    found = origins(parts)
    if not found and value is None:
        hint = f"`meshc profiles {settings.profile or 'default'} --format values` shows what is set"
        raise InputError("no layer sets this", path=path, hint=hint)
    return {
        "setting": format_path((head, *parts)),
        "release": str(settings.release),
        "value": value,
        "layers": [{"layer": o.layer, "value": o.value, "wins": o is found[-1]} for o in found],
        **({"parts": list(_parts(settings, head, parts, value))} if isinstance(value, dict) else {}),
    }


def _parts(settings: Settings, head: str, path: tuple[str, ...], value: Json) -> Iterator[Explanation]:
    """Of a map: where each of its leaves comes from."""
    origins = settings.origins.values if head == "values" else settings.origins.mesh
    for key, inside in value.items():
        if isinstance(inside, dict) and inside:
            yield from _parts(settings, head, (*path, key), inside)
            continue
        found = origins((*path, key))
        yield {"name": format_path((head, *path, key)), "value": inside, "layer": found[-1].layer if found else None}
