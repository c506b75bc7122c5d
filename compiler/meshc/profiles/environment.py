"""The environment of the istiod container, in the chart's order (docs/istio/profiles.md § 8)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from meshc.catalog import Release
from meshc.istio_names import XDS_PORT
from meshc.profiles.configmaps import pilot
from meshc.trees import get, section
from meshc.yamlio import Json

_RESOURCE = ("limits.", "requests.")


def variables(release: Release, values: Json, *, namespace: str) -> list[dict[str, Any]]:
    """The `env` list of the container: name and value, or name and the downward-API field it comes from."""
    found: list[dict[str, Any]] = []
    for entry in release.fact("profiles.istiod_env"):
        if isinstance(entry, dict):
            found.append({"name": entry["name"], "valueFrom": _source(entry["from"])})
        elif entry == "*":
            own = section(pilot(release, values), "env")
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


def _computed(name: str, release: Release, values: Json, namespace: str) -> Iterator[dict[str, Any]]:
    own = pilot(release, values)
    if name == "GODEBUG":
        value = release.fact("templates.go_debug_of_policy").get(get(own, "env.COMPLIANCE_POLICY"))
    else:
        value = _RULES[name](values, own, namespace)
    if value is not None:
        yield {"name": name, "value": value}


def _source(field: str) -> Json:
    if field.startswith(_RESOURCE):
        resource, _, divisor = field.partition("/")
        return {"resourceFieldRef": {"resource": resource} | ({"divisor": divisor} if divisor else {})}
    return {"fieldRef": {"fieldPath": field}}


def _istiod_address(values: Json, _: Json, namespace: str) -> str:
    revision = get(values, "revision")
    return f"istiod{f'-{revision}' if revision else ''}.{namespace}.svc:{XDS_PORT}"


def _trusted_accounts(_: Json, own: Json, namespace: str) -> str | None:
    if "CA_TRUSTED_NODE_ACCOUNTS" in section(own, "env"):
        return None
    where = own.get("trustedZtunnelNamespace") or namespace
    return f"{where}/{own.get('trustedZtunnelName') or 'ztunnel'}"


def _path(path: str, default: str | None = "") -> Callable[[Json, Json, str], str | None]:
    """The text of a value; where it is empty the default, None leaving the variable out."""

    def read(values: Json, _: Json, __: str) -> str | None:
        value = get(values, path)
        return text(value) if value or value is False else default

    return read


def _own(path: str, default: str | None = None) -> Callable[[Json, Json, str], str | None]:
    def read(_: Json, own: Json, __: str) -> str | None:
        value = get(own, path)
        return text(value) if value else default

    return read


def _on(path: str) -> Callable[[Json, Json, str], str | None]:
    def read(values: Json, own: Json, _: str) -> str | None:
        return "true" if get(values, path) or get(own, path) else None

    return read


_RULES: dict[str, Callable[[Json, Json, str], str | None]] = {
    "REVISION": _path("revision", "default"),
    "JWT_POLICY": _path("global.jwtPolicy"),
    "PILOT_CERT_PROVIDER": _path("global.pilotCertProvider"),
    "KUBECONFIG": lambda *_: "/var/run/secrets/remote/config",
    "CA_TRUSTED_NODE_ACCOUNTS": _trusted_accounts,
    "PILOT_TRACE_SAMPLING": _own("traceSampling"),
    "PILOT_ENABLE_PROTOCOL_SNIFFING_FOR_OUTBOUND": _path("pilot.enableProtocolSniffingForOutbound"),
    "PILOT_ENABLE_PROTOCOL_SNIFFING_FOR_INBOUND": _path("pilot.enableProtocolSniffingForInbound"),
    "ISTIOD_ADDR": _istiod_address,
    "EXTERNAL_ISTIOD": _on("global.externalIstiod"),
    "PILOT_ENABLE_NODE_UNTAINT_CONTROLLERS": _on("taint.enabled"),
    "PILOT_NODE_UNTAINT_CONTROLLERS_TAINT_NAME": lambda _, own, __: (
        text(get(own, "taint.name")) if get(own, "taint.enabled") else None
    ),
    "PILOT_CA_CERT_CONFIGMAP": _path("global.trustBundleName", None),
    "PILOT_CRL_CONFIGMAP": _own("crlConfigMapName"),
    "PILOT_ENABLE_ANALYSIS": _path("global.istiod.enableAnalysis"),
    "CLUSTER_ID": _path("global.multiCluster.clusterName", "Kubernetes"),
    "PLATFORM": lambda values, _, __: text(get(values, "global.platform") or get(values, "platform") or ""),
}
