"""Facts that no manifest knows, from `--facts FILE` and `--fact NAME=VALUE`."""

from __future__ import annotations

from collections.abc import Sequence

from meshc import load, yamlio
from meshc.errors import UsageError
from meshc.yamlio import Json


def read(file: str | None, given: Sequence[str]) -> dict[str, Json]:
    """The facts file with `NAME=VALUE`s laid over it; values are read as YAML, so `pod_ips=[a, b]` is a list."""
    facts: dict[str, Json] = {}
    if file:
        documents = load.file(file)
        if len(documents) != 1 or not isinstance(documents[0].value, dict):
            raise UsageError(
                "a facts file holds one map of names and values", file=file, hint="write `pod_ip: 10.0.0.1`"
            )
        facts.update(documents[0].value)
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError("not a fact", path="--fact", value=text, hint="write NAME=VALUE, e.g. pod_ip=10.0.0.1")
        facts[name.strip()] = value if name.strip() in _TEXTS else yamlio.load(value, file="--fact")
    return facts


# A name or an address is a text even where YAML would read a number.
_TEXTS = frozenset(
    {"pod_name", "namespace", "pod_uid", "pod_ip", "host_ip", "node_name", "service_account", "proxy_sha"}
)
