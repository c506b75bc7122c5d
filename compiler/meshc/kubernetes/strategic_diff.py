"""Makes the strategic merge patch that turns one typed object into another (the reverse of `strategic.merge`)."""

from __future__ import annotations

from collections.abc import Mapping

from meshc.errors import InputError
from meshc.kubernetes import strategic
from meshc.kubernetes.schema import SCALARS, Field, is_struct, struct
from meshc.trees import Array, Object
from meshc.yamlio import Json

_UNKNOWN = Field("", "any")
_REPLACE = {"$patch": "replace"}


def diff(original: Json, result: Json, *, schema: str) -> Object:
    """A patch P with `strategic.merge(original, P, schema=schema) == result`; empty where both are equal.

    Lists are ordered by `$setElementOrder/…` where merging alone would not; elements that have to go carry
    `$patch: delete`, lists whose keys are not unique are replaced whole.  Raises InputError for a kind Kubernetes has
    no strategic merge for.
    """
    if not is_struct(schema):
        hint = "Kubernetes merges custom kinds as plain JSON: take --format json-patch"
        raise InputError("no strategic merge for this kind", path="kind", value=schema, hint=hint)
    return _map(original, result, struct(schema))


def _map(old: Object, new: Object, fields: Mapping[str, Field]) -> Object:
    patch: Object = {key: None for key in old if key not in new}
    for key, value in new.items():
        if key not in old:
            patch[key] = value
        elif old[key] != value:
            patch |= _field(key, old[key], value, fields.get(key, _UNKNOWN))
    return patch


def _field(key: str, old: Json, new: Json, field: Field) -> Object:
    """What a patch says about one changed field, directives beside it included."""
    if isinstance(old, dict) and isinstance(new, dict):
        return {key: _map(old, new, _fields_of(field) if field.shape == "one" else {})}
    if isinstance(old, list) and isinstance(new, list):
        return _list(key, old, new, field)
    return {key: new}


def _list(key: str, old: Array, new: Array, field: Field) -> Object:
    if field.union:
        return _set(key, old, new)
    if field.merge_key is None:
        return {key: new}
    name = field.merge_key
    # With equal keys a patch cannot say which element it means.
    if not _unique(old, name) or not _unique(new, name):
        return {key: [*new, _REPLACE]}
    before, after = {e[name]: e for e in old}, {e[name]: e for e in new}
    elements: list[Object] = [{"$patch": "delete", name: value} for value in before if value not in after]
    for value, element in after.items():
        if value not in before:
            elements.append(element)
        elif before[value] != element:
            elements.append({name: value} | _map(before[value], element, _fields_of(field)))
    return _ordered({key: elements} if elements else {}, key, (old, new), field)


def _ordered(patch: Object, key: str, change: tuple[Array, Array], field: Field) -> Object:
    """The patch of a list, with the order written down where merging alone gives another."""
    old, new = change
    name = field.merge_key or ""
    # Asking the merge itself keeps its rules in one place.
    if strategic.merge_list(old, patch.get(key, []), field) == new:
        return patch
    order = [{name: element[name]} for element in new]
    return {f"$setElementOrder/{key}": order, **patch}


def _set(key: str, old: Array, new: Array) -> Object:
    gone, come = [e for e in old if e not in new], [e for e in new if e not in old]
    patch: Object = {f"$deleteFromPrimitiveList/{key}": gone} if gone else {}
    if come:
        patch[key] = come
    kept = [e for e in old if e in new]
    return patch if [*kept, *come] == new else {f"$setElementOrder/{key}": new, **patch}


def _unique(elements: Array, name: str) -> bool:
    values = [e.get(name) for e in elements if isinstance(e, dict)]
    return len(values) == len(elements) == len(set(map(repr, values))) and None not in values


def _fields_of(field: Field) -> Mapping[str, Field]:
    return {} if field.of in SCALARS else struct(field.of)
