"""The `spec` of an IstioOperator as closed Pydantic models (docs/istio/profiles.md § 5)."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from meshc.models.proto_types import Since, Until
from meshc.models.values_types import Any_, Flag, Map, Maps, TextMap, ValuesMessage


class KubernetesSpec(ValuesMessage):
    """Patches laid over the rendered objects of a component."""

    affinity: Map | None = None
    env: Maps | None = None
    hpa_spec: Map | None = None
    image_pull_policy: str | None = None
    node_selector: Map | None = None
    overlays: Maps | None = None
    pod_annotations: Map | None = None
    pod_disruption_budget: Map | None = None
    priority_class_name: str | None = None
    readiness_probe: Map | None = None
    replica_count: Any_ | None = None
    resources: Map | None = None
    security_context: Map | None = None
    service: Map | None = None
    service_annotations: Map | None = None
    strategy: Map | None = None
    tolerations: Maps | None = None
    volumes: Maps | None = None
    volume_mounts: Maps | None = None


class ComponentSpec(ValuesMessage):
    """One component of the installation."""

    enabled: Flag | None = None
    namespace: str | None = None
    hub: str | None = None
    tag: Any_ | None = None
    k8s: KubernetesSpec | None = None
    spec: Map | None = None


class GatewayComponentSpec(ComponentSpec):
    """One classic gateway."""

    name: str | None = None
    label: TextMap | None = None


class ComponentsSpec(ValuesMessage):
    """The components."""

    base: ComponentSpec | None = None
    pilot: ComponentSpec | None = None
    cni: ComponentSpec | None = None
    ztunnel: Annotated[ComponentSpec | None, Since("1.18")] = None
    istiod_remote: Annotated[ComponentSpec | None, Until("1.23")] = None
    ingress_gateways: list[GatewayComponentSpec] | None = None
    egress_gateways: list[GatewayComponentSpec] | None = None


class OperatorSpec(ValuesMessage):
    """What an IstioOperator asks for; `values` and `meshConfig` have models of their own."""

    profile: str | None = None
    install_package_path: str | None = None
    hub: str | None = None
    tag: Any_ | None = None
    resource_suffix: str | None = None
    namespace: str | None = None
    revision: str | None = None
    compatibility_version: Annotated[str | None, Since("1.21")] = None
    default_revision: Annotated[Flag | None, Field(alias="defaultRevision")] = None
    mesh_config: Map | None = None
    components: ComponentsSpec | None = None
    values: Map | None = None
    unvalidated_values: Map | None = None
