"""Environment and arguments of a container as its manifest writes them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from meshc.yamlio import Json

_REFERENCE = re.compile(r"\$(?:\$|\(([A-Za-z_.\-][A-Za-z0-9_.\-]*)\))")


def expand(string: str, variables: Mapping[str, str]) -> str:
    """Replace `$(NAME)` by known variables as Kubernetes does; unknown names stay, `$$` is one `$`."""
    return _REFERENCE.sub(lambda m: "$" if m[0] == "$$" else variables.get(m[1], m[0]), string)


def environment(container: Mapping[str, Json] | None) -> dict[str, str]:
    """The variables whose values stand in the manifest; references to earlier variables are expanded."""
    found: dict[str, str] = {}
    for entry in (container or {}).get("env") or []:
        if isinstance(entry, dict) and "valueFrom" not in entry and entry.get("name"):
            found[entry["name"]] = expand(str(entry.get("value") or ""), found)
    return found


def arguments(container: Mapping[str, Json]) -> list[str]:
    """Command and arguments of a container, with `$(NAME)` expanded from its literal environment."""
    known = environment(container)
    words = [*(container.get("command") or []), *(container.get("args") or [])]
    return [expand(str(word), known) for word in words]
