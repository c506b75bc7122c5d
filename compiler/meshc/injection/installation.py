"""Template data that depends on the settings alone: each property is worked out once, for all pods."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache

from meshc.catalog import Release
from meshc.errors import InjectionError, format_path
from meshc.gotext import printing
from meshc.injection.functions import otel
from meshc.models.annotation_names import ANNOTATIONS
from meshc.models.mesh_config import MeshConfig
from meshc.models.message import Field
from meshc.models.value_fields import ValuesMessage
from meshc.models.values import GlobalValues, ProxyValues, Values
from meshc.models.values_workloads import CniUsageValues, CniValues
from meshc.trees import ABSENT
from meshc.yamlio import Json
from meshc.yamlio.scalars import resolve

_BUNDLE = "istio.io:istiod-ca:"
_ROOT_CERT = "istio-ca-root-cert"


class Installation:
    """The injector's settings, as the pod templates use them.

    `features` is istiod's environment, `revision` the injector's revision (may be empty).  Properties raise
    InjectionError or `NotAMap` for values that their template cannot use.
    """

    def __init__(
        self,
        release: Release,
        values: Values,
        mesh: MeshConfig,
        revision: str = "",
        features: Mapping[str, str] | None = None,
    ) -> None:
        self.release = release
        self.values = values
        self.mesh = mesh
        self.revision = revision or "default"
        self.features = features or {}
        self._defaults: dict[str, str] = {}

    def annotation_default(self, name: str) -> str:
        """What an annotation that a pod lacks stands for, as Go prints it: `<nil>` without a value."""
        found = self._defaults.get(name)
        if found is None:
            default = ANNOTATIONS[name].default
            found = self._defaults[name] = printing.sprint(default(self.values) if default else None)
        return found

    @cached_property
    def general(self) -> GlobalValues:
        """`values.global`."""
        return self.values.global_

    @cached_property
    def proxy(self) -> ProxyValues:
        """`values.global.proxy`."""
        return self.general.proxy

    # --- the agent, in every template ---

    @cached_property
    def domain(self) -> str:
        """DNS domain of the proxy; Kubernetes fills the namespace in."""
        return f"$(POD_NAMESPACE).svc.{printing.printed(self.proxy.cluster_domain)}"

    @cached_property
    def sts_port(self) -> str | None:
        """Port of the security token service; null when there is none."""
        return _optional(self.general.sts.service_port)

    @cached_property
    def pull_policy(self) -> object:
        """`imagePullPolicy` of injected containers; absent without a value."""
        return _optional(self.general.image_pull_policy) or ABSENT

    @cached_property
    def pull_secrets(self) -> object:
        """`imagePullSecrets` of the pod; absent when there are none."""
        return pull_secrets(self.general) or ABSENT

    @cached_property
    def cluster(self) -> str:
        """Name of the cluster."""
        name = self.general.multi_cluster.cluster_name
        return "Kubernetes" if name is None or name == "" else printing.sprint(name)

    @cached_property
    def network(self) -> str | None:
        """Name of the network; null when there is none."""
        return _optional(self.general.network)

    @cached_property
    def trust_domain(self) -> str | None:
        """Trust domain of the mesh: MeshConfig before values."""
        return _optional(self.mesh.trust_domain or self.general.trust_domain)

    @cached_property
    def mesh_id(self) -> str | None:
        """Identifier of the mesh: its trust domain, unless a value gives another."""
        return _optional(self.general.mesh_id) or self.trust_domain

    @cached_property
    def compliance_policy(self) -> str:
        """`COMPLIANCE_POLICY` of istiod; empty where the release has none."""
        known = self.release.has("templates.compliance_policy")
        return self.features.get("COMPLIANCE_POLICY", "") if known else ""

    @cached_property
    def go_debug(self) -> str | None:
        """`GODEBUG` that the compliance policy asks for; null without one."""
        found: str | None = self.release.fact("templates.go_debug_of_policy").get(self.compliance_policy)
        return found

    @cached_property
    def fs_group(self) -> bool:
        """Whether the pod gets `fsGroup: 1337`: old releases, where istiod's environment asks for it."""
        legacy = self.release.has("templates.legacy_fs_group")
        return legacy and self.features.get("ENABLE_LEGACY_FSGROUP_INJECTION") == "true"

    @cached_property
    def inbound_policy(self) -> str:
        """`localhost` or `passthrough`, from the mesh's inbound traffic policy."""
        return "localhost" if self.mesh.inbound_traffic_policy.mode == "LOCALHOST" else "passthrough"

    @cached_property
    def localhost_probes(self) -> bool:
        """Whether the agent sends probes to localhost, because inbound traffic goes there too."""
        if self.release.has("templates.localhost_probes_from_mesh"):
            return self.inbound_policy == "localhost"
        return self.features.get("PILOT_ENABLE_INBOUND_PASSTHROUGH") == "false"

    # --- certificates and tokens ---

    @cached_property
    def ca_address(self) -> str:
        """Address of the certificate authority."""
        return ca_address(self.values)

    @cached_property
    def signed_by_istiod(self) -> bool:
        """Whether istiod signs its own certificate, so that its root has to be mounted."""
        return _is(self.general, GlobalValues.pilot_cert_provider, "istiod")

    @cached_property
    def signed_by_kubernetes(self) -> bool:
        """Whether Kubernetes signs istiod's certificate, so that the cluster's root has to be mounted."""
        return _is(self.general, GlobalValues.pilot_cert_provider, "kubernetes")

    @cached_property
    def gke_workload_certificate(self) -> bool:
        """Whether a driver of GKE mounts the workload's certificate."""
        return _is(self.general, GlobalValues.ca_name, "GkeWorkloadCertificate")

    @cached_property
    def jwt_policy(self) -> str:
        """Kind of the token for istiod; empty where the release has one kind only."""
        chosen = self.release.has("templates.jwt_policy")
        return printing.printed(self.general.jwt_policy) if chosen else ""

    @cached_property
    def projected_token(self) -> bool:
        """Whether a token for istiod is mounted."""
        chosen = self.release.has("templates.jwt_policy")
        return not chosen or _is(self.general, GlobalValues.jwt_policy, "third-party-jwt")

    @cached_property
    def token_audience(self) -> str:
        """Audience of the token for istiod."""
        return printing.printed(self.general.sds.token.aud) if self.projected_token else ""

    @cached_property
    def root_certificates(self) -> dict[str, Json]:
        """The source of the volume `istiod-ca-cert`."""
        named = _optional(self.general.trust_bundle_name)
        if not (self.release.has("templates.cluster_trust_bundle") and self._wants_bundle()):
            name = named if self.release.has("templates.trust_bundle_names_config_map") else None
            return {"configMap": {"name": name or _ROOT_CERT}}
        if self.release.has("templates.cluster_trust_bundle_broken"):
            source: dict[str, Json] = {
                "clusterTrustBundle": None,
                "name": f"{_BUNDLE}root-cert",
                "path": "root-cert.pem",
            }
        else:
            source = {"clusterTrustBundle": {"name": f"{_BUNDLE}{named or 'root-cert'}", "path": "root-cert.pem"}}
        return {"projected": {"sources": [source]}}

    # --- the sidecar ---

    @cached_property
    def istio_cni(self) -> bool:
        """Whether the CNI plugin captures traffic, so that the init container only validates."""
        new = self.release.has("sidecar.pilot_cni") and self.values.pilot.cni.enabled
        old = self.release.has("sidecar.istio_cni") and self.values.istio_cni.enabled
        return bool(new or old)

    @cached_property
    def multus(self) -> bool:
        """Whether Multus calls the CNI plugin, which it does for annotated pods only."""
        if self.release.has("sidecar.pilot_cni") and _is(self.values.pilot.cni, CniValues.provider, "multus"):
            return True
        if not self.release.has("sidecar.istio_cni"):
            return False
        if self.release.has("sidecar.pilot_cni") and _is(self.values.istio_cni, CniUsageValues.provider, "multus"):
            return True
        return not self.values.istio_cni.chained

    @cached_property
    def captures_outbound_ports(self) -> bool:
        """Whether values name outbound ports to capture."""
        field = ProxyValues.include_outbound_ports
        return self.proxy.has(field) and not _is(self.proxy, field, "")

    @cached_property
    def excludes_outbound_ports(self) -> bool:
        """Whether values name outbound ports to leave alone."""
        field = ProxyValues.exclude_outbound_ports
        return self.proxy.has(field) and not _is(self.proxy, field, "")

    @cached_property
    def annotates_excluded_outbound_ports(self) -> bool:
        """Whether values make the CNI plugin's annotation; unlike the init container's argument, also when absent."""
        return not _is(self.proxy, ProxyValues.exclude_outbound_ports, "")

    @cached_property
    def outlier_log_path(self) -> str | None:
        """File in which the proxy logs ejected hosts; null when it does not."""
        return _optional(self.proxy.outlier_log_path)

    @cached_property
    def crl_config_map(self) -> str:
        """Name of the ConfigMap with the revocation list."""
        chosen = self.release.has("sidecar.crl_config_map_name")
        return (_optional(self.values.pilot.crl_config_map_name) if chosen else None) or "istio-ca-crl"

    @cached_property
    def resources(self) -> Json:
        """`values.global.proxy.resources` as it is, whatever it holds: the template copies it."""
        return self.proxy.document.get(ProxyValues.resources.json)

    def tracer_is(self, name: str) -> bool:
        """Whether values choose a tracer."""
        return _is(self.proxy, ProxyValues.tracer, name)

    @cached_property
    def describes_services(self) -> bool:
        """Whether proxies get `OTEL_RESOURCE_ATTRIBUTES` (docs/istio/sidecar-template.md § 10.14, since 1.30)."""
        return self.release.has("sidecar.otel_resource_attributes") and otel.wanted(self.mesh)

    @cached_property
    def image_variant(self) -> str:
        """Variant of the proxy's image, such as `distroless`, that values choose."""
        variant = self.general.variant if self.release.has("templates.image_variant") else None
        return "" if variant is None else printing.sprint(variant)

    def _wants_bundle(self) -> bool:
        # the template looks at the variable only where there is a map `pilot.env`
        env = self.values.pilot.env
        if env is None:
            return False
        name = "ENABLE_CLUSTER_TRUST_BUNDLE_API"
        return _equal(env.get(name), True, path=("pilot", "env", name))


def ca_address(values: Values) -> str:
    """Address of the certificate authority: istiod's own, unless `global.caAddress` names another."""
    name = "istiod" if _is(values, Values.revision, "") else f"istiod-{printing.printed(values.revision)}"
    istiod = f"{name}.{printing.printed(values.global_.istio_namespace)}.svc:15012"
    return _optional(values.global_.ca_address) or istiod


def pull_secrets(values: GlobalValues) -> list[dict[str, str]]:
    """References to the secrets of `global.imagePullSecrets`; raises InjectionError for a value that is no list."""
    found = values.image_pull_secrets or []
    if not isinstance(found, list):
        path = format_path(("values", *values.at(GlobalValues.image_pull_secrets)))
        raise InjectionError("failed to execute template: not a list", path=path, value=found, hint="write a list here")
    return [{"name": printing.printed(name)} for name in found]


@lru_cache(maxsize=256)
def unquoted(text: str) -> Json:
    """The value YAML reads from a string that Istio's template writes without quotes: `5` is a number, `true` a boolean."""
    return resolve(text)


def _optional(value: Json) -> str | None:
    """A value as Go prints it, null when Go takes it for false."""
    return printing.sprint(value) if value else None


def _is(holder: ValuesMessage, field: Field[str | None], other: str) -> bool:
    """Whether a value equals a string; raises InjectionError for a value that is no string."""
    return _equal(holder.document.get(field.json), other, path=holder.at(field))


def _equal(value: Json, other: str | bool, *, path: tuple[str | int, ...]) -> bool:
    try:
        return printing.equal(value, other)
    except printing.IncompatibleTypes as error:
        wanted = "true or false" if isinstance(other, bool) else "a string"
        message = f"failed to execute template: {error}"
        raise InjectionError(
            message, path=format_path(("values", *path)), value=value, hint=f"write {wanted} here"
        ) from None
