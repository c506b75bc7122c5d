"""Every label of Istio's that people or Istio put on objects: the declaration is the constant, named as in Istio's API."""

from __future__ import annotations

from meshc.models.annotation_entry import Register

LABELS = Register()
_add = LABELS.add

# --- injection ---
SIDECAR_INJECT = _add("sidecar.istio.io/inject", "inject a sidecar or not", value="bool")
ISTIO_INJECTION = _add(
    "istio-injection", "inject the pods of a namespace or not", value=("enabled", "disabled"), kinds=("Namespace",)
)
IO_ISTIO_REV = _add("istio.io/rev", "revision in charge", kinds=("Namespace", "Pod", "Gateway"))
IO_ISTIO_TAG = _add("istio.io/tag", "tag of a revision", kinds=("MutatingWebhookConfiguration",), written=True)
IO_ISTIO_DEACTIVATED = _add(
    "istio.io/deactivated", "a webhook that another one replaced", kinds=("MutatingWebhookConfiguration",), written=True
)

# --- identity of workloads ---
SERVICE_CANONICAL_NAME = _add("service.istio.io/canonical-name", "name of the service a workload belongs to")
SERVICE_CANONICAL_REVISION = _add(
    "service.istio.io/canonical-revision", "revision of the service a workload belongs to"
)
SERVICE_WORKLOAD_NAME = _add("service.istio.io/workload-name", "name of the workload in telemetry", since="1.25")
SECURITY_TLS_MODE = _add("security.istio.io/tlsMode", "the workload takes mutual TLS", value=("istio", "disabled"))
NETWORKING_TUNNEL = _add(
    "networking.istio.io/tunnel", "the workload takes traffic in an HBONE tunnel", kinds=("Pod", "Service")
)
NETWORKING_GATEWAY_PORT = _add(
    "networking.istio.io/gatewayPort", "port of a multi-network gateway", value="port", kinds=("Service",)
)

# --- topology ---
TOPOLOGY_NETWORK = _add(
    "topology.istio.io/network", "network of a workload", kinds=("Pod", "Namespace", "Service", "Gateway")
)
TOPOLOGY_CLUSTER = _add("topology.istio.io/cluster", "cluster of a workload")
TOPOLOGY_SUBZONE = _add("topology.istio.io/subzone", "sub-zone of a node", kinds=("Node",))
TOPOLOGY_LOCALITY = _add("topology.istio.io/locality", "locality of a workload")
ISTIO_LOCALITY = _add("istio-locality", "locality of a workload, older name")

# --- ambient and gateways ---
IO_ISTIO_DATAPLANE_MODE = _add(
    "istio.io/dataplane-mode",
    "how a workload joins the mesh",
    value=("ambient", "none"),
    kinds=("Pod", "Namespace"),
    since="1.18",
)
IO_ISTIO_USE_WAYPOINT = _add(
    "istio.io/use-waypoint",
    "waypoint that serves an object",
    kinds=("Pod", "Namespace", "Service", "ServiceEntry"),
    since="1.22",
)
IO_ISTIO_USE_WAYPOINT_NAMESPACE = _add(
    "istio.io/use-waypoint-namespace",
    "namespace of that waypoint",
    kinds=("Pod", "Namespace", "Service", "ServiceEntry"),
    since="1.22",
)
IO_ISTIO_USE_WAYPOINT_CANARY = _add(
    "istio.io/use-waypoint-canary",
    "waypoint that gets a part of an object's traffic",
    kinds=("Service", "ServiceEntry", "Namespace"),
    since="1.31",
)
IO_ISTIO_USE_WAYPOINT_CANARY_NAMESPACE = _add(
    "istio.io/use-waypoint-canary-namespace",
    "namespace of that waypoint",
    kinds=("Service", "ServiceEntry", "Namespace"),
    since="1.31",
)
IO_ISTIO_WAYPOINT_FOR = _add(
    "istio.io/waypoint-for",
    "traffic that a waypoint serves",
    value=("service", "workload", "all", "none"),
    kinds=("Gateway",),
    since="1.22",
)
IO_ISTIO_INGRESS_USE_WAYPOINT = _add(
    "istio.io/ingress-use-waypoint",
    "send ingress traffic through the waypoint",
    value="bool",
    kinds=("Service", "Namespace"),
    since="1.25",
)
IO_ISTIO_GLOBAL = _add("istio.io/global", "the service spans clusters", value="bool", kinds=("Service",), since="1.26")
IO_ISTIO_GATEWAY_NAME = _add(
    "istio.io/gateway-name", "gateway that an object belongs to, older name", kinds=("Pod", "Service"), written=True
)
GATEWAY_MANAGED = _add(
    "gateway.istio.io/managed", "controller that made an object", kinds=("Deployment", "Service"), written=True
)
GATEWAY_DEFAULTS_FOR_CLASS = _add(
    "gateway.istio.io/defaults-for-class", "gateway class whose defaults a ConfigMap holds", kinds=("ConfigMap",)
)

# --- installation ---
OPERATOR_COMPONENT = _add(
    "operator.istio.io/component", "component that an object belongs to", kinds=("Any",), written=True
)
OPERATOR_MANAGED = _add("operator.istio.io/managed", "how an object is managed", kinds=("Any",), written=True)
OPERATOR_VERSION = _add("operator.istio.io/version", "version that installed an object", kinds=("Any",), written=True)
OPERATOR_INSTALL_OWNING_RESOURCE = _add(
    "install.operator.istio.io/owning-resource", "installation that owns an object", kinds=("Any",), written=True
)
OPERATOR_INSTALL_OWNING_RESOURCE_NAMESPACE = _add(
    "install.operator.istio.io/owning-resource-namespace",
    "namespace of that installation",
    kinds=("Any",),
    written=True,
)
