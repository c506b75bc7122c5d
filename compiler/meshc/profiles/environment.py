"""The environment of the istiod container, in the chart's order (docs/istio/profiles.md § 8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from meshc.catalog import Release
from meshc.istio_names import XDS_PORT
from meshc.models.values import Values
from meshc.models.values_workloads import PilotValues
from meshc.profiles.configmaps import pilot
from meshc.yamlio import Json

_RESOURCE = ("limits.", "requests.")


def variables(release: Release, values: Values, *, namespace: str) -> list[dict[str, Any]]:
    """The `env` list of the container: name and value, or name and the downward-API field it comes from."""
    found: list[dict[str, Any]] = []
    for entry in release.fact("profiles.istiod_env"):
        if isinstance(entry, dict):
            found.append({"name": entry["name"], "valueFrom": _source(entry["from"])})
        elif entry == "*":
            own = pilot(release, values).env or {}
            found += [{"name": name, "value": text(own[name])} for name in sorted(own)]
        else:
            found += _computed(entry, release, values, namespace)
    return found


def text(value: Any) -> str:
    """A value as the chart quotes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _computed(name: str, release: Release, values: Values, namespace: str) -> Iterator[dict[str, Any]]:
    own = pilot(release, values)
    if name == "GODEBUG":
        value = release.fact("templates.go_debug_of_policy").get((own.env or {}).get("COMPLIANCE_POLICY"))
    else:
        value = _RULES[name](_Read(values, own, namespace))
    if value is not None:
        yield {"name": name, "value": value}


def _source(field: str) -> Json:
    if field.startswith(_RESOURCE):
        resource, _, divisor = field.partition("/")
        return {"resourceFieldRef": {"resource": resource} | ({"divisor": divisor} if divisor else {})}
    return {"fieldRef": {"fieldPath": field}}


class _Read(NamedTuple):
    """What a variable's value is made of: all values, istiod's own among them, and the namespace of istiod."""

    values: Values
    own: PilotValues
    namespace: str


def _istiod_address(given: _Read) -> str:
    revision = given.values.revision
    return f"istiod{f'-{revision}' if revision else ''}.{given.namespace}.svc:{XDS_PORT}"


def _trusted_accounts(given: _Read) -> str | None:
    if "CA_TRUSTED_NODE_ACCOUNTS" in (given.own.env or {}):
        return None
    where = given.own.trusted_ztunnel_namespace or given.namespace
    return f"{where}/{given.own.trusted_ztunnel_name or 'ztunnel'}"


def _else(value: Json, default: str | None) -> str | None:
    """A value as a string; where it is empty the default, None leaving the variable out. False is not empty."""
    return text(value) if value or value is False else default


def _if_set(value: Json) -> str | None:
    """A value as a string; None, which leaves the variable out, where a template's `if` takes it for false."""
    return text(value) if value else None


_RULES: Mapping[str, Callable[[_Read], str | None]] = {
    "REVISION": lambda given: _else(given.values.revision, "default"),
    "JWT_POLICY": lambda given: _else(given.values.global_.jwt_policy, ""),
    "PILOT_CERT_PROVIDER": lambda given: _else(given.values.global_.pilot_cert_provider, ""),
    "KUBECONFIG": lambda _: "/var/run/secrets/remote/config",
    "CA_TRUSTED_NODE_ACCOUNTS": _trusted_accounts,
    "PILOT_TRACE_SAMPLING": lambda given: _if_set(given.own.trace_sampling),
    "PILOT_ENABLE_PROTOCOL_SNIFFING_FOR_OUTBOUND": lambda given: _else(
        given.values.pilot.enable_protocol_sniffing_for_outbound, ""
    ),
    "PILOT_ENABLE_PROTOCOL_SNIFFING_FOR_INBOUND": lambda given: _else(
        given.values.pilot.enable_protocol_sniffing_for_inbound, ""
    ),
    "ISTIOD_ADDR": _istiod_address,
    "EXTERNAL_ISTIOD": lambda given: "true" if given.values.global_.external_istiod else None,
    "PILOT_ENABLE_NODE_UNTAINT_CONTROLLERS": lambda given: "true" if given.own.taint.enabled else None,
    "PILOT_NODE_UNTAINT_CONTROLLERS_TAINT_NAME": lambda given: (
        text(given.own.taint.name) if given.own.taint.enabled else None
    ),
    "PILOT_CA_CERT_CONFIGMAP": lambda given: _else(given.values.global_.trust_bundle_name, None),
    "PILOT_CRL_CONFIGMAP": lambda given: _if_set(given.own.crl_config_map_name),
    "PILOT_ENABLE_ANALYSIS": lambda given: _else(given.values.global_.istiod.enable_analysis, ""),
    "CLUSTER_ID": lambda given: _else(given.values.global_.multi_cluster.cluster_name, "Kubernetes"),
    "PLATFORM": lambda given: given.values.global_.platform or given.values.platform or "",
}
