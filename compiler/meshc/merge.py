"""Deep merges of settings: maps merge, everything else replaces."""

from __future__ import annotations

from meshc.yamlio import Json


def deep(base: Json, over: Json) -> Json:
    """Lay `over` on `base` as Helm does: maps merge key by key, null deletes the key, anything else replaces.

    Returns a new value that may share parts with both; neither is changed.
    """
    if not isinstance(base, dict) or not isinstance(over, dict):
        return over
    result = dict(base)
    for key, value in over.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = deep(result.get(key), value) if isinstance(value, dict) else value
    return result


def overlay(base: Json, over: Json) -> Json:
    """Lay `over` on `base`, keeping nulls as values: maps merge key by key, anything else replaces."""
    if not isinstance(base, dict) or not isinstance(over, dict):
        return over
    result = dict(base)
    for key, value in over.items():
        result[key] = overlay(result[key], value) if key in result else value
    return result
