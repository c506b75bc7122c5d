"""Kubernetes' strategic merge of a patch onto an object (docs/istio/injection.md § 8.3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from meshc.errors import InjectionError
from meshc.kubernetes.schema import Field, struct
from meshc.trees import interleave
from meshc.yamlio import Json

_DIRECTIVE = "$patch"
_RETAIN = "$retainKeys"
_DELETE_FROM = "$deleteFromPrimitiveList/"
_SET_ORDER = "$setElementOrder/"
_UNKNOWN = Field("", "any")


def merge(original: Json, patch: Json, *, schema: str = "Pod") -> Json:
    """Merge `patch` onto `original` as Kubernetes does, guided by the struct `schema` (`Pod`, `Container`, …).

    Returns a new object that may share parts with both arguments; neither is changed.  Lists with a merge key merge
    element by element, other lists are replaced, null removes.  Raises InjectionError for an element without its merge
    key and for a wrong directive.
    """
    for value in (original, patch):
        if value is not None and not isinstance(value, dict):
            raise InjectionError("only maps can be merged", value=value, hint="write a map of fields")
    return _map(original or {}, patch or {}, _fields_of(schema))


def merge_list(original: list[Json], patch: list[Json], field: Field) -> list[Json]:
    """Merge one list that has a merge key; a new list that may share elements with both."""
    return _list(original, patch, field)


def _map(original: dict[str, Json], patch: dict[str, Json], fields: Mapping[str, Field]) -> dict[str, Json]:
    if _DIRECTIVE in patch:
        return _directed(patch)
    result = dict(original)
    if any(key[:1] == "$" for key in patch):
        patch = _special_keys(result, patch, fields)
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        elif key not in result:
            result[key] = _taken(value)
        else:
            result[key] = _value(result[key], value, fields.get(key, _UNKNOWN))
    return result


def united(old: list[Json], new: list[Json]) -> list[Json]:
    """Both lists of strings without duplicates, ordered as merged lists are: the patch's first."""
    return _ordered(list(dict.fromkeys([*old, *new])), _places(new), _places(old), lambda element: element)


def _value(old: Json, new: Json, field: Field) -> Json:
    if isinstance(new, dict) and isinstance(old, dict):
        return _map(old, new, _fields_of(field.of) if field.shape == "one" else {})
    if isinstance(new, list) and isinstance(old, list):
        if field.merge_key is not None:
            return _list(old, new, field)
        if field.union and not any(isinstance(element, dict | list) for element in new):
            return united(old, new)
        return new
    return _taken(new)


def _list(old: list[Json], new: list[Json], field: Field) -> list[Json]:
    key = field.merge_key or ""
    old, new, replaced = _special_elements(old, new, key)
    if replaced:
        return old
    places = _first_places(old, key, field)
    merged = list(old)
    first = dict(places)
    fields = _fields_of(field.of)
    for element in new:
        value = _key_of(element, key, field)
        at = first.get(value)
        if at is None:
            first[value] = len(merged)
            merged.append(element)
        else:
            merged[at] = _map(merged[at], element, fields)
    return _ordered(merged, _first_places(new, key, field), places, lambda element: element[key])


def _ordered(
    merged: list[Json],
    wanted: Mapping[Json, int],
    before: Mapping[Json, int],
    key: Callable[[Json], Json],
) -> list[Json]:
    """Put a merged list in order: items of the patch (`wanted`: key → place) as there, the others around them.

    `before` gives each key's place in the original list.
    """
    named: dict[Json, list[Json]] = {value: [] for value in sorted(wanted, key=wanted.__getitem__)}
    others: list[tuple[int, Json]] = []
    for element in merged:
        value = key(element)
        if value in named:
            named[value].append(element)
        else:
            others.append((before[value], element))
    others.sort(key=lambda other: other[0])
    return interleave([(before.get(value), items) for value, items in named.items() if items], others)


def _special_elements(old: list[Json], new: list[Json], key: str) -> tuple[list[Json], list[Json], bool]:
    """Obey `$patch` inside list elements: what is left of both lists, and whether the first is the whole result."""
    directives = [e for e in new if isinstance(e, dict) and _DIRECTIVE in e]
    if not directives:
        return old, new, False
    rest = [e for e in new if not (isinstance(e, dict) and _DIRECTIVE in e)]
    gone = []
    replaced = False
    for element in directives:
        match element[_DIRECTIVE]:
            case "delete" if key in element:
                gone.append(element[key])
            case "replace":
                replaced = True
            case "delete":
                raise _error(f"map does not contain its merge key {key}", element)
            case other:
                raise _error("unknown $patch directive in a list", other)
    return (rest, [], True) if replaced else ([e for e in old if e.get(key) not in gone], rest, False)


def _special_keys(result: dict[str, Json], patch: dict[str, Json], fields: Mapping[str, Field]) -> dict[str, Json]:
    """Obey `$retainKeys`, `$setElementOrder/…` and `$deleteFromPrimitiveList/…`; returns the patch without them."""
    rest = {k: v for k, v in patch.items() if k[:1] != "$"}
    if (kept := patch.get(_RETAIN)) is not None:
        if not isinstance(kept, list) or any(k not in kept for k in rest):
            raise _error("$retainKeys must list every key of its map", kept)
        for key in [k for k in result if k not in kept]:
            del result[key]
    for directive, value in patch.items():
        if directive.startswith(_SET_ORDER):
            _set_order(directive.removeprefix(_SET_ORDER), value, result, rest, fields)
        elif directive.startswith(_DELETE_FROM):
            name = directive.removeprefix(_DELETE_FROM)
            if not isinstance(value, list):
                raise _error(f"{directive} must be a list", value)
            if isinstance(result.get(name), list):
                result[name] = [e for e in result[name] if e not in value]
    return rest


def _set_order(
    name: str, order: Json, result: dict[str, Json], rest: dict[str, Json], fields: Mapping[str, Field]
) -> None:
    field = fields.get(name, _UNKNOWN)
    if not isinstance(order, list):
        raise _error(f"{_SET_ORDER}{name} must be a list", order)
    old, new = result.get(name), rest.pop(name, None)
    if not isinstance(old, list) and not isinstance(new, list):
        return
    merged = _value(old, new, field) if isinstance(old, list) and isinstance(new, list) else old or _taken(new)
    if field.merge_key is None:
        result[name] = (
            merged
            if any(isinstance(e, dict | list) for e in [*merged, *order])
            else _ordered(merged, _places(order), {**_places(merged), **_places(old or [])}, lambda e: e)
        )
    else:
        key = field.merge_key
        before = {**_first_places(merged, key, field), **_first_places(old or [], key, field)}
        result[name] = _ordered(merged, _first_places(order, key, field), before, lambda e: e[key])


def _directed(patch: dict[str, Json]) -> dict[str, Json]:
    match patch[_DIRECTIVE]:
        case "replace":
            return {k: v for k, v in patch.items() if k != _DIRECTIVE}
        case "delete":
            return {}
        case other:
            raise _error("unknown $patch directive", other)


def _taken(value: Json) -> Json:
    """A value of the patch that meets none of the original: without nulls in maps and without directives."""
    if isinstance(value, dict):
        return {k: _taken(v) for k, v in value.items() if v is not None and k[:1] != "$"}
    if isinstance(value, list):
        return [_taken(e) for e in value if not (isinstance(e, dict) and _DIRECTIVE in e)]
    return value


def _first_places(elements: list[Json], key: str, field: Field) -> dict[Json, int]:
    places: dict[Json, int] = {}
    for place, element in enumerate(elements):
        places.setdefault(_key_of(element, key, field), place)
    return places


def _places(elements: list[Json]) -> dict[Json, int]:
    places: dict[Json, int] = {}
    for place, element in enumerate(elements):
        places.setdefault(element, place)
    return places


def _key_of(element: Json, key: str, field: Field) -> Json:
    if not isinstance(element, dict) or key not in element:
        raise _error(f"{field.name}: an element does not contain its merge key {key}", element)
    value = element[key]
    if isinstance(value, dict | list):
        raise _error(f"{field.name}: the merge key {key} must be a text or a number", value)
    return value


def _fields_of(name: str) -> Mapping[str, Field]:
    return {} if name in ("any", "string", "quantity") else struct(name)


def _error(message: str, value: Json) -> InjectionError:
    return InjectionError(
        message, value=value, hint="give each element of a merged list its key, e.g. the name of a container"
    )
