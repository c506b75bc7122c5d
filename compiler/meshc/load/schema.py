"""The JSON Schema of `meshc.yaml`."""

from __future__ import annotations

from meshc.load.projects import FILE, FILES, PATHS, TEXT
from meshc.yamlio import Json

_SOURCE: Json = {"anyOf": [{"type": "string", "description": "a file, relative to this one"}, {"type": "object"}]}
_STRINGS: Json = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
_ENUMS = {"mode": ["webhook", "kube-inject"], "installer": ["istioctl", "helm"], "templates": ["given", "shipped"]}


def project_schema() -> Json:
    """What a project file may hold: the long options, `workloads` and `goldens`, and nothing else."""
    properties: dict[str, Json] = {key: {"type": "string"} for key in TEXT}
    properties |= {key: {"enum": words} for key, words in _ENUMS.items()}
    properties |= dict.fromkeys(FILE, _SOURCE)
    properties |= {key: {"anyOf": [*_SOURCE["anyOf"], {"type": "array", "items": _SOURCE}]} for key in FILES}
    properties |= dict.fromkeys((*PATHS, "set"), _STRINGS)
    properties["lenient"] = {"type": "boolean"}
    properties["feature"] = {
        "anyOf": [
            {"type": "object", "additionalProperties": {"type": "string"}},
            {"type": "array", "items": {"type": "string", "pattern": "="}},
        ]
    }
    return {
        "title": "meshc.yaml",
        "type": "object",
        "additionalProperties": False,
        "properties": dict(sorted(properties.items())),
    }
