"""Resources of injected containers, and the CPUs they stand for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from meshc.late import late
from meshc.trees import ABSENT

if TYPE_CHECKING:
    from meshc.kubernetes import quantity
else:
    quantity = late("meshc.kubernetes.quantity")

Json = Any

CPU, MEMORY = "sidecar.istio.io/proxyCPU", "sidecar.istio.io/proxyMemory"
CPU_LIMIT, MEMORY_LIMIT = "sidecar.istio.io/proxyCPULimit", "sidecar.istio.io/proxyMemoryLimit"


def resources(annotations: Mapping[str, str], values: Json, *, omit_nulls: bool) -> Json:
    """The resources block (docs/istio/sidecar-template.md § 10.4); null when nothing is said.

    One resource annotation is enough for the values to be ignored.  `omit_nulls`: null members of the values vanish
    (since 1.28.6, 1.29.1).
    """
    if any(name in annotations for name in (CPU, MEMORY, CPU_LIMIT, MEMORY_LIMIT)):
        found = {
            "requests": _present(annotations, cpu=CPU, memory=MEMORY),
            "limits": _present(annotations, cpu=CPU_LIMIT, memory=MEMORY_LIMIT),
        }
        return {section: members for section, members in found.items() if members}
    if not values:
        return None
    return omit_nil(values) if omit_nulls else values


def omit_nil(value: Json) -> Json:
    """Remove null members of maps and lists; what becomes empty by that goes too, null when nothing is left."""
    found = _without_nil(value)
    return None if found is ABSENT else found


def estimated_concurrency(configured: int | None, annotations: Mapping[str, str], values: Json) -> int:
    """Worker threads of the proxy (1.17 only, docs/istio/sidecar-template.md § 10.11).

    `configured` is the
    ProxyConfig's `concurrency`, `values` is `global.proxy.resources`."""
    if configured is None:
        return 2
    if configured > 0:
        return int(configured)
    for name in (CPU_LIMIT, CPU):
        if name in annotations:
            cpus = cpu_count(annotations[name])
            return 2 if cpus is None else cpus
    for section in ("limits", "requests"):
        members = values.get(section) if isinstance(values, dict) else None
        text = members.get("cpu") if isinstance(members, dict) else None
        cpus = None if text is None else cpu_count(str(text))
        if cpus is not None:
            return cpus
    return 2


def cpu_count(text: str) -> int | None:
    """A CPU quantity as whole CPUs, rounded up (`500m` → 1); None when it is no quantity."""
    try:
        return int(quantity.parse(text).to_integral_value(rounding="ROUND_CEILING"))
    except quantity.QuantityError:
        return None


def _present(annotations: Mapping[str, str], **names: str) -> dict[str, str]:
    return {key: annotations[name] for key, name in names.items() if name in annotations}


def _without_nil(value: Json) -> Json:
    if value is None:
        return ABSENT
    if isinstance(value, dict):
        kept: Json = {k: v for k, v in ((k, _without_nil(v)) for k, v in value.items()) if v is not ABSENT}
    elif isinstance(value, list):
        kept = [v for v in map(_without_nil, value) if v is not ABSENT]
    else:
        return value
    return ABSENT if value and not kept else kept
