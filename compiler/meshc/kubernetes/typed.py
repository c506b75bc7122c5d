"""Kubernetes objects in the typed form in which Istio reads and writes them (docs/istio/injection.md § 8.1, 11.5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from meshc.errors import InputError, PathPart
from meshc.gotext import jsontext
from meshc.kubernetes.decoding import decoder
from meshc.kubernetes.schema import is_struct, struct
from meshc.kubernetes.values import Mismatch, kind_of
from meshc.trees import Object
from meshc.yamlio import Document, Json

if TYPE_CHECKING:
    from meshc.catalog import Release

HANDLED = frozenset(
    {
        "Pod", "Deployment", "DaemonSet", "ReplicaSet", "StatefulSet", "Job", "CronJob", "ReplicationController",
        "DeploymentConfig", "List",
    }
)  # fmt: skip
"""Kinds the offline command reads and writes in typed form (docs/istio/injection.md § 11.2)."""


def normalize(
    document: Json,
    kind: str | None = None,
    *,
    release: Release,
    courtesy: bool = False,
    path: Sequence[PathPart] = (),
) -> Json:
    """Read an object (or part of one) into its typed form and write it back.

    `kind` is a kind or any struct of the API (`Pod`, `PodSpec`, `Container`, `ObjectMeta` …), by default the object's
    own `kind`.  Unknown fields vanish, zero values too unless they are pointers, quantities become canonical; keys
    come out in the order of the API's structs.  With `courtesy` (users' documents, not overlays or patches) unquoted
    numbers and booleans become strings where a string is wanted.  `document` may be a `yamlio.Document`; `path` says
    where it stands in the user's document.
    Raises InputError with path and value when something does not fit the schema or the kind is unknown.
    """
    value = document.value if isinstance(document, Document) else document
    name = kind or kind_name(value)
    try:
        if not is_struct(name):
            raise Mismatch("unknown kind", name, f"known here: {', '.join(sorted(HANDLED))}")
        result = decoder(name, release.fact("kubernetes.minor"), courtesy=courtesy)(value)
    except Mismatch as mismatch:
        raise _error(mismatch, document, path) from None
    if name == "List":
        result["items"] = _items(result["items"], release=release, courtesy=courtesy, path=path)
    return result


def kind_name(value: Json) -> str:
    """The `kind` of an object (the key in any letter case), the empty string when it has none."""
    if not isinstance(value, dict):
        return ""
    found = value["kind"] if "kind" in value else next((v for k, v in value.items() if k.lower() == "kind"), None)
    return found if isinstance(found, str) else ""


def is_handled(value: Json) -> bool:
    """Whether the offline command handles an object: only its kind is looked at, any apiVersion will do."""
    return kind_name(value) in HANDLED


def ordered(kind: str, value: Json) -> Json:
    """Bring the keys of an object (or part of one) into the order of the API's struct `kind`, maps into sorted order.

    For JSON inside annotations.  Nothing is added or dropped; keys the struct lacks come last.
    """
    if not isinstance(value, dict):
        return value
    fields = struct(kind)
    result: Object = {}
    # Go marshals a struct in the order of its fields and a map by its sorted keys.
    for name, field in fields.items():
        if name in value:
            item = value[name]
            if field.shape == "map":
                item = dict(sorted(item.items())) if isinstance(item, dict) else item
            elif field.struct:
                item = [ordered(field.of, e) for e in item] if isinstance(item, list) else ordered(field.of, item)
            result[name] = item
    return result | {key: item for key, item in value.items() if key not in fields}


def _items(items: Json, *, release: Release, courtesy: bool, path: Sequence[PathPart]) -> Json:
    if items is None:
        return None
    return [
        normalize(_through_json(item), release=release, courtesy=courtesy, path=(*path, "items", index))
        if is_handled(item)
        else item
        for index, item in enumerate(items)
    ]


def _through_json(value: Json) -> Json:
    """An item as it is after the list was read: its numbers went through JSON, where `1e6` is the integer 1000000."""
    if isinstance(value, dict):
        return {key: _through_json(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_through_json(item) for item in value]
    return jsontext.number(value) if isinstance(value, float) and -(1 << 63) <= value < 1 << 64 else value


def _error(mismatch: Mismatch, document: Json, path: Sequence[PathPart]) -> InputError:
    where = (*path, *reversed(mismatch.path))
    if isinstance(document, Document):
        return document.error(mismatch.message, path=where, value=mismatch.value, hint=mismatch.hint)
    return InputError(mismatch.message, path=where, value=mismatch.value, hint=mismatch.hint)


__all__ = ["HANDLED", "is_handled", "kind_name", "kind_of", "normalize", "ordered"]
