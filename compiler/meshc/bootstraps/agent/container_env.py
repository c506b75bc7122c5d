"""A container's environment as the kubelet would set it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from meshc.errors import InputError
from meshc.kubernetes import quantity
from meshc.kubernetes.containers import expand
from meshc.yamlio import Json

_KEYED = re.compile(r"metadata\.(labels|annotations)\['(.*)'\]")


@dataclass(frozen=True)
class Surroundings:
    """What the kubelet knows about the pod: values of field references, labels, annotations, ConfigMaps, Secrets.

    `fields` maps `metadata.name`, `status.podIP` … to strings; `allocatable` the node's cpu and memory as quantities;
    `objects` maps (`configMapKeyRef` | `secretKeyRef`, name) to the object's data.
    """

    fields: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    annotations: Mapping[str, str] = field(default_factory=dict)
    allocatable: Mapping[str, Json] = field(default_factory=dict)
    objects: Mapping[tuple[str, str], Mapping[str, str]] = field(default_factory=dict)


def resolve(container: Mapping[str, Json], around: Surroundings, base: Mapping[str, str]) -> dict[str, str]:
    """Variables in manifest order over `base` (the image's), the last of one name wins (docs/istio/bootstrap.md § 5).

    A reference to something unknown leaves the variable unset.  Raises InputError for a malformed entry.
    """
    env: dict[str, str] = {}
    for index, entry in enumerate(container.get("env") or []):
        if not entry.get("name"):
            raise InputError(
                "an environment variable without a name", path=["env", index], value=entry, hint="write name and value"
            )
        value = _value(entry, container, around=around, env=env)
        # The last entry of a name decides, and also its place in the order.
        env.pop(entry["name"], None)
        if value is not None:
            env[entry["name"]] = value
    return {**{k: v for k, v in base.items() if k not in env}, **env}


def expand_all(arguments: Sequence[str], env: Mapping[str, str]) -> list[str]:
    """Arguments with `$(NAME)` replaced by known variables."""
    return [expand(str(argument), env) for argument in arguments]


def _value(
    entry: Mapping[str, Json], container: Mapping[str, Json], *, around: Surroundings, env: Mapping[str, str]
) -> str | None:
    source = entry.get("valueFrom")
    if not source:
        return expand(str(entry.get("value") or ""), env)
    if "fieldRef" in source:
        return _field(source["fieldRef"].get("fieldPath", ""), around)
    if "resourceFieldRef" in source:
        return _resource(source["resourceFieldRef"], container, around)
    for kind in ("configMapKeyRef", "secretKeyRef"):
        if kind in source:
            reference = source[kind]
            return around.objects.get((kind, reference.get("name", "")), {}).get(reference.get("key", ""))
    return None


def _field(path: str, around: Surroundings) -> str | None:
    keyed = _KEYED.fullmatch(path)
    if keyed:
        values = around.labels if keyed[1] == "labels" else around.annotations
        return values.get(keyed[2], "")
    return around.fields.get(path)


def _resource(reference: Mapping[str, Json], container: Mapping[str, Json], around: Surroundings) -> str | None:
    kind, _, name = str(reference.get("resource", "")).partition(".")
    resources = container.get("resources") or {}
    amount = (resources.get(kind) or {}).get(name)
    if amount is None and kind == "limits":
        amount = around.allocatable.get(name)
    if amount is None:
        return None
    divisor = quantity.parse(str(reference.get("divisor") or "1")) or 1
    whole, rest = divmod(quantity.parse(str(amount)), divisor or 1)
    return str(int(whole) + (1 if rest else 0))
