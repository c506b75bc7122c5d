"""Puts the data of each built-in pod template together: the settings' part once, the pod's part per pod."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from meshc.gotext import printing
from meshc.injection.functions.container_resources import estimated_concurrency, resources
from meshc.injection.functions.otel import otel_resource_attributes
from meshc.injection.functions.proxy_images import proxy_image
from meshc.injection.templating import installation, pod, sidecar, sidecar_values
from meshc.injection.templating.inputs import PROXY_ID, Installed, TemplateInput
from meshc.injection.templating.values import Values

Json = Any

_IMAGE = "sidecar.istio.io/proxyImage"


class TemplateData:
    """Data of the built-in templates for one injector.

    Every method raises InjectionError for settings or annotations its template cannot use.
    """

    def __init__(self, installed: Installed) -> None:
        self.installed = installed
        self.release = installed.release
        self.values = Values(installed.values)

    def sidecar(self, given: TemplateInput) -> dict[str, Json]:
        """The data of `sidecar`."""
        data = self._shared(given) | self._sidecar_fixed | self._agent(given)
        annotations = given.annotations
        data |= sidecar.pod_data(given, data, defaults=self._defaults, release=self.release)
        data["native"] = sidecar.is_native(given, self.release, environment=self.installed.features)
        data["image"] = self._chosen_image(given, "global.proxy.image")
        data["init_image"] = self._chosen_image(given, "global.proxy_init.image", self.init_image)
        data["datadog_env"] = pod.text_members(annotations, "apm.datadoghq.com/env") if data["datadog"] else []
        data["otel_attributes"] = self._otel(given)
        if self.release.has("sidecar.estimated_concurrency"):
            data["concurrency"] = self.concurrency(given)
        return data

    def gateway(self, given: TemplateInput) -> dict[str, Json]:
        """The data of `gateway`."""
        data = self._shared(given) | self._gateway_fixed
        data["image"] = self._gateway_image(given)
        data["log"] = sidecar.log_levels(given.annotations, self._defaults)
        return data

    def grpc_agent(self, given: TemplateInput) -> dict[str, Json]:
        """The data of `grpc-agent`."""
        data = self._shared(given) | self._agent(given)
        quoted = self.release.has("templates.grpc_agent_revision_quoted")
        data["revision"] = data["revision"] if quoted else installation.unquoted(data["revision"])
        data["image"] = self._chosen_image(given, "global.proxy.image")
        data["log"] = sidecar.log_levels(given.annotations, self._defaults)
        return data

    def grpc_simple(self, given: TemplateInput) -> dict[str, Json]:
        """The data of `grpc-simple`."""
        return {
            "containers": [c.get("name", "") for c in given.containers],
            "istio_namespace": self.values.printed("global.istioNamespace"),
        }

    def image(self, given: TemplateInput) -> str:
        """The image computed from hub, name, tag and type."""
        return proxy_image(
            self._image_values,
            proxy_image=given.proxy_config.get("image"),
            annotations=given.annotations,
            variant=self._variant,
            inherits=self.release.has("templates.empty_image_type_inherits"),
        )

    def init_image(self, given: TemplateInput) -> str:
        """The computed image of the init container: the proxy's, or since 1.31 one with a name of its own."""
        if not self.release.has("sidecar.init_image"):
            return self.image(given)
        named = {**self._image_values, "proxy": {"image": self.values.get("global.proxy_init.image")}}
        return proxy_image(named, proxy_image=None, annotations=given.annotations, variant=self._variant)

    def compliance_policy(self) -> str:
        """The injector's compliance policy, empty where the release has none."""
        known = self.release.has("templates.compliance_policy")
        return self.installed.features.get("COMPLIANCE_POLICY", "") if known else ""

    def inbound_policy(self) -> str:
        """`localhost` or `passthrough`, from the mesh's inbound traffic policy."""
        mode = (self.installed.mesh.get("inboundTrafficPolicy") or {}).get("mode")
        return "localhost" if mode == "LOCALHOST" else "passthrough"

    def concurrency(self, given: TemplateInput) -> int:
        """The estimated concurrency (1.17)."""
        return estimated_concurrency(given.proxy_config, given.annotations, self.values.get(installation.RESOURCES))

    def _shared(self, given: TemplateInput) -> dict[str, Json]:
        return {
            **self._fixed,
            **pod.shared(given),
            **pod.proxy_data(given.proxy_config, self.release),
            **self._ids(given),
        }

    def _agent(self, given: TemplateInput) -> dict[str, Json]:
        """What `sidecar` and `grpc-agent` have in common besides the shared data."""
        annotations = given.annotations
        port = sidecar.status_port(annotations, self._defaults)
        return {
            "status_port": port,
            "readiness": sidecar.readiness(annotations, self._defaults) if port != "0" else None,
            "resources": resources(
                annotations,
                self.values.get(installation.RESOURCES),
                omit_nulls=self.release.has("templates.omit_null_resources"),
            ),
            "user_volumes": pod.named_objects(annotations, pod.USER_VOLUME),
            "user_volume_mounts": pod.named_objects(annotations, pod.USER_VOLUME_MOUNT),
            "localhost_probes": self._localhost_probes,
        }

    def _otel(self, given: TemplateInput) -> str:
        if not self.release.has("sidecar.otel_resource_attributes"):
            return ""
        namespace = given.workload.namespace
        mesh, containers = self.installed.mesh, given.containers
        return otel_resource_attributes(mesh, given.annotations, given.labels, namespace, containers)

    def _ids(self, given: TemplateInput) -> dict[str, Json]:
        if not self.release.has("templates.proxy_ids"):
            return {"uid": PROXY_ID, "gid": PROXY_ID}
        return {"uid": given.proxy_uid or PROXY_ID, "gid": given.proxy_gid or PROXY_ID}

    def _chosen_image(
        self, given: TemplateInput, path: str, computed: Callable[[TemplateInput], str] | None = None
    ) -> str:
        """The image an annotation or value names in full, else the computed one."""
        candidate = given.annotations.get(_IMAGE)
        if candidate is None:
            candidate = self.values.default(path)
        return candidate if "/" in candidate else (computed or self.image)(given)

    def _gateway_image(self, given: TemplateInput) -> str:
        path = "global.proxy.image"
        if self.release.has("templates.gateway_image_annotation"):
            return self._chosen_image(given, path)
        named = self.values.default(path)
        return given.annotations.get(_IMAGE, named) if "/" in named else self.image(given)

    @cached_property
    def _fixed(self) -> dict[str, Json]:
        found = installation.shared(self.values, self.installed.mesh, self.release, revision=self.installed.revision)
        legacy = self.release.has("templates.legacy_fs_group")
        found["compliance_policy"] = self.compliance_policy()
        found["go_debug"] = self.release.fact("templates.go_debug_of_policy").get(found["compliance_policy"])
        found["fs_group"] = legacy and self.installed.features.get("ENABLE_LEGACY_FSGROUP_INJECTION") == "true"
        return found

    @cached_property
    def _sidecar_fixed(self) -> dict[str, Json]:
        return sidecar_values.installation(self.values, self.installed.mesh, self.release)

    @cached_property
    def _gateway_fixed(self) -> dict[str, Json]:
        timing = ("InitialDelaySeconds", "PeriodSeconds", "FailureThreshold")
        texts = [self.values.printed(f"global.proxy.readiness{name}") for name in timing]
        return {
            "readiness": dict(zip(("delay", "period", "failures"), map(installation.unquoted, texts), strict=True)),
            "pod_security": self.values.get("gateways.securityContext"),
        }

    @cached_property
    def _defaults(self) -> Mapping[str, str]:
        return sidecar_values.annotation_defaults(self.values)

    @cached_property
    def _localhost_probes(self) -> bool:
        if self.release.has("templates.localhost_probes_from_mesh"):
            return self.inbound_policy() == "localhost"
        return self.installed.features.get("PILOT_ENABLE_INBOUND_PASSTHROUGH") == "false"

    @cached_property
    def _image_values(self) -> dict[str, Json]:
        get = self.values.get
        named = {"image": get("global.proxy.image")}
        return {"hub": get("global.hub"), "tag": get("global.tag"), "proxy": named}

    @cached_property
    def _variant(self) -> str:
        if not self.release.has("templates.image_variant"):
            return ""
        variant = self.values.get("global.variant")
        return "" if variant is None else printing.sprint(variant)
