"""The forms an injected stream is written in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import orjson

from meshc import yamlio
from meshc.yamlio import Json

if TYPE_CHECKING:
    from meshc.cli.inject import Injection


def written(injections: Sequence[Injection], form: str) -> str:
    """All injections in one form, as text."""
    return FORMS[form](injections)


def _yaml(injections: Sequence[Injection]) -> str:
    return "".join(injection.stream.text for injection in injections)


def _json(injections: Sequence[Injection]) -> str:
    """One object, or a List of all, foreign documents included."""
    documents = [d.value for i in injections for d in yamlio.load_all(i.stream.text, file=i.file)]
    return _dump(documents[0] if len(documents) == 1 else {"apiVersion": "v1", "kind": "List", "items": documents})


def _json_patch(injections: Sequence[Injection]) -> str:
    """RFC 6902: the operations of the one workload, else a list of `{target, patch}`."""
    results = [result for injection in injections for result in injection.stream.results]
    if len(results) == 1:
        return _dump(results[0].patch)
    return _dump([{"target": target(r.manifest), "patch": r.patch} for r in results if r.decision.inject])


def target(manifest: Json) -> dict[str, str]:
    """What kustomize calls a patch's target."""
    metadata = manifest.get("metadata") or {}
    group, _, version = str(manifest.get("apiVersion", "")).rpartition("/")
    named = {
        "group": group,
        "version": version,
        "kind": str(manifest.get("kind")),
        "name": metadata.get("name"),
        "namespace": metadata.get("namespace"),
    }
    return {key: value for key, value in named.items() if value}


def _dump(value: Json) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n"


FORMS: dict[str, Callable[[Sequence[Injection]], str]] = {
    "yaml": _yaml,
    "json": _json,
    "json-patch": _json_patch,
}
