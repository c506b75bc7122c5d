"""Affinity of a classic gateway's pod, from node selectors, architectures and anti-affinity shorthands."""

from __future__ import annotations

from collections.abc import Mapping

from meshc.gateways.value_readers import Reader
from meshc.yamlio import Json

_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def affinity(value: Reader, own: Reader) -> dict[str, object]:
    """The pod's `affinity`: nodeAffinity always with both members (null when unused), podAntiAffinity when asked for."""
    architectures = value("global.arch") or {}
    selector = own("nodeSelector") or value("global.defaultNodeSelector") or {}
    result: dict[str, object] = {
        "nodeAffinity": {_REQUIRED: _required(architectures, selector), _PREFERRED: _preferred(architectures)}
    }
    required, preferred = own("podAntiAffinityLabelSelector"), own("podAntiAffinityTermLabelSelector")
    if required or preferred:
        result["podAntiAffinity"] = _anti(required or [], preferred or [])
    return result


def _required(architectures: Mapping[str, Json], selector: Mapping[str, Json]) -> dict[str, object] | None:
    if not architectures and not selector:
        return None
    expressions: list[dict[str, object]] = []
    if architectures:
        names = [name for name, weight in sorted(architectures.items()) if _weight(weight) > 0]
        expressions.append({"key": "kubernetes.io/arch", "operator": "In", "values": names})
    expressions += [{"key": key, "operator": "In", "values": [value]} for key, value in sorted(selector.items())]
    return {"nodeSelectorTerms": [{"matchExpressions": expressions}]}


def _preferred(architectures: Mapping[str, Json]) -> list[dict[str, object]] | None:
    terms: list[dict[str, object]] = [
        {
            "weight": _weight(weight),
            "preference": {"matchExpressions": [{"key": "kubernetes.io/arch", "operator": "In", "values": [name]}]},
        }
        for name, weight in sorted(architectures.items())
        if _weight(weight) > 0
    ]
    return terms or None


def _anti(required: list[Json], preferred: list[Json]) -> dict[str, object]:
    result: dict[str, object] = {}
    if required:
        result[_REQUIRED] = [_term(item) | _namespaces(item) for item in required]
    if preferred:
        result[_PREFERRED] = [{"podAffinityTerm": _term(item), "weight": 100} for item in preferred]
    return result


def _term(item: Mapping[str, Json]) -> dict[str, object]:
    expression: dict[str, object] = {"key": item.get("key"), "operator": item.get("operator")}
    if item.get("values"):
        expression["values"] = str(item["values"]).split(",")
    return {"labelSelector": {"matchExpressions": [expression]}, "topologyKey": item.get("topologyKey")}


def _namespaces(item: Mapping[str, Json]) -> dict[str, object]:
    return {"namespaces": str(item["namespaces"]).split(",")} if item.get("namespaces") else {}


def _weight(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        return 0
