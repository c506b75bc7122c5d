"""Environment variables: those that are given, never those of meshc's own process (docs/istio/go-templates.md § 16.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from meshc.gotemplate.calls import Function
from meshc.gotemplate.types import STRING

_REFERENCE = re.compile(r"\$(?:\{([^}]*)\}|([A-Za-z_][A-Za-z0-9_]*|[*#$@!?0-9-]))")


def environment(variables: Mapping[str, str]) -> list[Function]:
    def expand(text: str) -> str:
        return _REFERENCE.sub(lambda found: variables.get(found.group(1) or found.group(2) or "", ""), text)

    return [
        Function("env", lambda name: variables.get(name, ""), (STRING,)),
        Function("expandenv", expand, (STRING,)),
    ]
