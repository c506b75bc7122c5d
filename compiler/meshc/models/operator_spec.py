"""The `spec` of an IstioOperator (docs/istio/profiles.md § 5)."""

from __future__ import annotations

from meshc.models.value_fields import (
    ValuesMessage,
    anything,
    flag,
    message,
    messages,
    string,
    string_map,
    struct,
    structs,
)


class KubernetesSpec(ValuesMessage):
    """Patches laid over the rendered objects of a component."""

    affinity = struct()
    env = structs()
    hpa_spec = struct()
    image_pull_policy = string()
    node_selector = struct()
    overlays = structs()
    pod_annotations = struct()
    pod_disruption_budget = struct()
    priority_class_name = string()
    readiness_probe = struct()
    replica_count = anything()
    resources = struct()
    security_context = struct()
    service = struct()
    service_annotations = struct()
    strategy = struct()
    tolerations = structs()
    volumes = structs()
    volume_mounts = structs()


class ComponentSpec(ValuesMessage):
    """One component of the installation."""

    enabled = flag()
    namespace = string()
    hub = string()
    tag = anything()
    k8s = message(KubernetesSpec)
    spec = struct()


class GatewayComponentSpec(ComponentSpec):
    """One classic gateway."""

    name = string()
    label = string_map()


class ComponentsSpec(ValuesMessage):
    """The components."""

    base = message(ComponentSpec)
    pilot = message(ComponentSpec)
    cni = message(ComponentSpec)
    ztunnel = message(ComponentSpec, since="1.18")
    istiod_remote = message(ComponentSpec, until="1.23")
    ingress_gateways = messages(GatewayComponentSpec)
    egress_gateways = messages(GatewayComponentSpec)


class OperatorSpec(ValuesMessage):
    """What an IstioOperator asks for; `values` and `meshConfig` are messages of their own."""

    profile = string()
    install_package_path = string()
    hub = string()
    tag = anything()
    resource_suffix = string()
    namespace = string()
    revision = string()
    compatibility_version = string(since="1.21")
    default_revision = flag(json="defaultRevision")
    mesh_config = struct()
    components = message(ComponentsSpec)
    values = struct()
    unvalidated_values = struct()
