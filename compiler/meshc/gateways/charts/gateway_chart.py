"""The chart `gateway`: the data of its template (docs/istio/other-templates.md § 12)."""

from __future__ import annotations

from meshc.errors import SettingsError
from meshc.gateways.charts.helm import Helm, as_text, environment, kept_resources, root_container_security
from meshc.gateways.value_readers import Reader, chart_reader
from meshc.trees import ABSENT
from meshc.yamlio import Json

_SELECTOR = ("app", "istio")
_NETWORK = "topology.istio.io/network"
_NETWORK_PORTS = {"status-port": 15021, "tls": 15443, "tls-istiod": 15012, "tls-webhook": 15017}
_UNNAMED = "RELEASE-NAME"


def context(values: Json, helm: Helm) -> dict[str, object]:
    """The template's input. Raises SettingsError for null or malformed sections and for missing ports."""
    value = chart_reader(values)
    name = _name(value, helm)
    annotations = value("annotations")
    return {
        "value": value,
        "name": name,
        "namespace": helm.object_namespace,
        "kind": value("kind") or "Deployment",
        "labels": _labels(name, value, helm),
        "service_account": _service_account(name, value),
        "service_annotations": (annotations or {}) | (value("service.annotations") or {}),
        "replicas": _replicas(value, helm),
        "pod_security": _pod_security(value, helm),
        "container_security": value("containerSecurityContext") or _container_security(value, helm),
        "environment": _environment(value, helm),
        "resources": kept_resources(value("resources") or {})
        if helm.has("null_resources_removed")
        else value("resources"),
        "ports": _ports(value, helm) if value("service.type") != "None" else [],
        "disruption_budget": _disruption_budget(value, helm),
        "autoscaling": "autoscaling/v2"
        if helm.has("autoscaling_v2_only") or helm.kubernetes >= 23
        else "autoscaling/v2beta2",
        "metrics": _metrics(value, helm),
    }


def _name(value: Reader, helm: Helm) -> str:
    released = helm.name if helm.name not in ("", _UNNAMED) else "istio-ingressgateway"
    return as_text(value("name"), "name") or released


def _labels(name: str, value: Reader, helm: Helm) -> dict[str, object]:
    given = value("labels") or {}
    selector = _selector(name, given, helm)
    user = {k: as_text(v, ("labels", k)) for k, v in given.items() if k not in _SELECTOR}
    common = helm.common_labels(chart="gateway", name=name)
    if not helm.has("common_labels"):
        common = {
            k: v for k, v in common.items() if k not in ("app.kubernetes.io/instance", "app.kubernetes.io/part-of")
        }
    network = {_NETWORK: value("networkGateway")} if value("networkGateway") else {}
    pod: dict[str, object] = {"sidecar.istio.io/inject": "true"}
    if value("revision"):
        pod["istio.io/rev"] = helm.revision_label(value("revision"))
    pod |= selector | (user if helm.has("chart_user_labels_on_pods") else {})
    if helm.has("common_labels"):
        pod |= common
    elif helm.has("chart_named_pods"):
        pod |= {k: common[k] for k in ("app.kubernetes.io/name", "app.kubernetes.io/version") if k in common}
    objects = common | selector | user
    more = (value("service.selectorLabels") or {}) if helm.has("chart_selector_labels") else {}
    return {
        "object": objects,
        "service": objects | network,
        "pod": pod | (network if helm.has("chart_pod_network") else {}),
        "selector": selector,
        "service_selector": selector | more,
    }


def _selector(name: str, given: Json, helm: Helm) -> dict[str, str]:
    selector = {}
    for key, default in (("app", name), ("istio", name.removeprefix("istio-"))):
        text = as_text(given[key], ("labels", key)) if key in given else default
        if text or helm.has("chart_empty_selector_label"):
            selector[key] = text
    return selector


def _service_account(name: str, value: Reader) -> str:
    if value("serviceAccount.name"):
        return as_text(value("serviceAccount.name"), "serviceAccount.name")
    return name if value("serviceAccount.create") else "default"


def _replicas(value: Reader, helm: Helm) -> object:
    count = value("replicaCount")
    # With a HorizontalPodAutoscaler the number of replicas is not the chart's to set.
    if value("autoscaling.enabled"):
        return ABSENT
    if helm.has("chart_replicas_always") or (helm.has("chart_zero_replicas") and count is not None):
        return count
    return count or ABSENT


def _low_ports_open(helm: Helm) -> bool:
    return not helm.has("chart_old_kubernetes") or helm.kubernetes >= 22


def _pod_security(value: Reader, helm: Helm) -> object:
    if value("securityContext"):
        return value("securityContext")
    if not _low_ports_open(helm):
        return None
    return {"sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]}


def _container_security(value: Reader, helm: Helm) -> dict[str, object]:
    if not _low_ports_open(helm):
        return root_container_security()
    openshift = helm.has("chart_openshift") and value("platform") == "openshift"
    ids = {} if openshift or helm.has("chart_no_ids") else {"runAsUser": 1337, "runAsGroup": 1337}
    return {
        "capabilities": {"drop": ["ALL"]},
        "allowPrivilegeEscalation": False,
        "privileged": False,
        "readOnlyRootFilesystem": True,
        "runAsNonRoot": True,
        **ids,
    }


def _environment(value: Reader, helm: Helm) -> list[dict[str, object]]:
    network = value("networkGateway")
    entries = [{"name": "ISTIO_META_REQUESTED_NETWORK_VIEW", "value": as_text(network)}] if network else []
    entries += environment(value("env"))
    return entries + ((value("envVarFrom") or []) if helm.has("chart_more_containers") else [])


def _ports(value: Reader, helm: Helm) -> object:
    if value("networkGateway"):
        return [_network_port(name, number, value, helm=helm) for name, number in _NETWORK_PORTS.items()]
    ports = value("service.ports")
    if helm.has("chart_ports_required") and not ports:
        raise SettingsError(
            "service.ports must hold at least one port",
            path=("service", "ports"),
            value=ports,
            hint="leave it out for the default ports",
        )
    return ports


def _network_port(name: str, number: int, value: Reader, *, helm: Helm) -> dict[str, object]:
    if not helm.has("chart_network_ports"):
        return {"name": name, "port": number, "targetPort": number}
    given = (value("networkGatewayPorts") or {}).get(name)
    if not given or given.get("port") is None:
        raise SettingsError(
            f"networkGatewayPorts needs an entry {name} with a port",
            path=("networkGatewayPorts", name),
            value=given,
            hint=f"write {name}: {{port: {number}}}",
        )
    return {
        "name": name,
        "port": given["port"],
        "targetPort": given.get("targetPort") or number,
        "protocol": given.get("protocol") or "TCP",
    }


def _disruption_budget(value: Reader, helm: Helm) -> object:
    budget = value("podDisruptionBudget") if helm.has("chart_disruption_budget") else None
    if not budget:
        return None
    replicas = value("autoscaling.minReplicas") if value("autoscaling.enabled") else value("replicaCount")
    if helm.has("disruption_budget_needs_replicas") and (replicas or 0) <= 1:
        return None
    selector = _selector(_name(value, helm), value("labels") or {}, helm)
    return budget | {"selector": {"matchLabels": selector}}


def _metrics(value: Reader, helm: Helm) -> list[dict[str, object]]:
    wanted = {"cpu": value("autoscaling.targetCPUUtilizationPercentage")}
    if helm.has("chart_memory_metric"):
        wanted["memory"] = value("autoscaling.targetMemoryUtilizationPercentage")
    return [
        {
            "type": "Resource",
            "resource": {"name": name, "target": {"type": "Utilization", "averageUtilization": target}},
        }
        for name, target in wanted.items()
        if target
    ]
