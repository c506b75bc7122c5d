"""The agent's command line: role and flags."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from meshc.bootstraps.agent.agent_inputs import Flags
from meshc.catalog import Release
from meshc.errors import InputError
from meshc.gotext.parsing import parse_bool, parse_int

_STRINGS = {
    "domain": "domain",
    "meshConfig": "mesh_config",
    "serviceCluster": "service_cluster",
    "templateFile": "template_file",
    "outlierLogPath": "outlier_log_path",
}
_NUMBERS = {"concurrency": "concurrency", "stsPort": "sts_port"}
_SWITCHES = {"log_as_json": "log_as_json"}


def parse(args: Sequence[str]) -> tuple[str, Flags]:
    """Role and flags of `proxy …` (docs/istio/bootstrap.md § 1.4); unknown flags are skipped.

    Raises InputError when the arguments do not begin with `proxy` or a number cannot be read.
    """
    if not args or args[0] != "proxy":
        hint = "give an injected pod, or a gateway's: its proxy container runs `pilot-agent proxy …`"
        raise InputError("the proxy container does not run the proxy agent", path="args", value=list(args), hint=hint)
    rest = list(args[1:])
    role = rest.pop(0) if rest and not rest[0].startswith("-") else "sidecar"
    values: dict[str, Any] = {}
    while rest:
        name, has_value, value = rest.pop(0).lstrip("-").partition("=")
        if name in _SWITCHES:
            values[_SWITCHES[name]] = parse_bool(value) is not False if has_value else True
        elif name in _STRINGS or name in _NUMBERS:
            written = value if has_value else rest.pop(0) if rest else ""
            values[_STRINGS.get(name) or _NUMBERS[name]] = written if name in _STRINGS else _number(name, written)
    return role, Flags(**values)


def check_role(role: str, release: Release) -> None:
    """Raise InputError for a role that the release's agent does not accept."""
    roles = release.fact("bootstrap.roles")
    if role not in roles:
        hint = f"Istio {release} knows {', '.join(roles)}"
        raise InputError("unknown role of a proxy", path="role", value=role, hint=hint)


def _number(name: str, value: str) -> int:
    number = parse_int(value)
    if number is None:
        raise InputError(
            "not a whole number", path=f"args --{name}", value=value, hint=f"write --{name} 2, for example"
        )
    return number
