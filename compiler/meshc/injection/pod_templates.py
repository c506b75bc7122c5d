"""Renders the pod templates, built-in ones and users' own (docs/istio/injection.md § 7)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from meshc.catalog import Release
from meshc.engine import Engine, Template
from meshc.errors import InjectionError, TemplateError
from meshc.injection.functions import function_table
from meshc.injection.installation import Installation
from meshc.injection.templating.agent_data import computed_image
from meshc.injection.templating.gateway_data import gateway_data
from meshc.injection.templating.grpc_data import grpc_agent_data, grpc_simple_data
from meshc.injection.templating.sidecar_data import computed_init_image, concurrency, sidecar_data
from meshc.injection.templating.template_input import TemplateInput
from meshc.injection.user_templates import label
from meshc.late import late
from meshc.models.mesh_config import MeshConfig
from meshc.models.value_fields import NotAMap
from meshc.models.values import Values
from meshc.yamlio import Json

if TYPE_CHECKING:
    from meshc.injection.go_templates import cluster_templates
else:
    # Only a configuration with templates in Go's language needs the interpreter.
    cluster_templates = late("meshc.injection.go_templates.cluster_templates")

BUILDERS: Mapping[str, Callable[[TemplateInput, Installation], Mapping[str, object]]] = {
    "sidecar": sidecar_data,
    "gateway": gateway_data,
    "grpc-simple": grpc_simple_data,
    "grpc-agent": grpc_agent_data,
}
BUILT_IN = tuple(BUILDERS)


@dataclass(frozen=True)
class Templates:
    """The pod templates of one injector; make it once per settings, render for every pod. Thread-safe.

    `values` is the injector's values document (null: it could not be read), `mesh` the effective MeshConfig, `features`
    the injector's environment, `revision` its revision (may be empty), `own` the users' templates (name → Jinja2 source,
    over the built-in ones), `file` the file they stand in, `engine` another engine than the release's own. `go` holds a
    cluster's templates in Go's language, `merge_error` Istio's words before what is wrong with an overlay, `place` tells
    the file of such a text and the lines above it there.
    """

    release: Release
    values: Values | None
    mesh: MeshConfig
    revision: str = ""
    features: Mapping[str, str] = field(default_factory=dict)
    own: Mapping[str, str] = field(default_factory=dict)
    file: str | None = None
    engine: Engine | None = None
    go: Mapping[str, str] = field(default_factory=dict)
    merge_error: str = ""
    place: Callable[[str], tuple[str | None, int]] = lambda _: (None, 0)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of all pod templates, sorted."""
        return tuple(sorted({*BUILT_IN, *self.own, *self.go}))

    def render(self, name: str, given: TemplateInput) -> dict[str, Json]:
        """The overlay of one template for one pod: a fresh dict, empty when the template yields nothing.

        Raises InjectionError for a name without template and for settings or annotations a template cannot use,
        TemplateError for a template that fails.
        """
        if name not in self.names:
            known = ", ".join(self.names)
            raise InjectionError(f'requested template "{name}" not found; have {known}', hint=f"write one of {known}")
        if self.values is None and self.release.has("injection.values_checked_before_rendering"):
            raise InjectionError("failed to parse values.yaml; check Istiod logs for errors")
        overlay = self._overlay(name, given)
        if overlay is None:
            return {}
        if not isinstance(overlay, dict):
            hint = "write metadata: and spec: at its top"
            problem = f"{self.merge_error}strategic merge: invalid JSON document"
            raise TemplateError(f"{problem}: the template {name!r} does not give a map", file=self.file, hint=hint)
        return overlay

    def _overlay(self, name: str, given: TemplateInput) -> Json:
        try:
            if self.go and name in self.cluster.texts:
                return self.cluster.render(name, given).overlay
            if name in self.own:
                return self._own[name].render(self._public(given))
            data = BUILDERS[name](given, self._installation)
        except NotAMap as error:
            raise InjectionError(
                f"failed to execute template: {error.message}",
                path=f"values.{error.path}",
                value=error.value,
                hint="remove the key or give it a map",
            ) from None
        return (self.engine or Engine.of(self.release)).template(name).render(data)

    @cached_property
    def cluster(self) -> cluster_templates.ClusterTemplates:
        """The templates in Go's language; raises TemplateError when one of them does not parse."""
        values = None if self.values is None else self.values.document
        return cluster_templates.ClusterTemplates(
            self.release, self.go, self.features, values or {}, self.merge_error, self._data, self.place
        )

    def _public(self, given: TemplateInput) -> dict[str, Json]:
        """The data and functions of users' Jinja2 templates."""
        return self._data(given) | function_table.functions(self.release, self.features)

    def _data(self, given: TemplateInput) -> dict[str, Json]:
        """The data of users' templates, under Istio's names (docs/istio/injection.md § 7.2)."""
        has, once = self.release.has, self._installation
        found: dict[str, Json] = {
            "TypeMeta": {"apiVersion": given.workload.api_version, "kind": given.workload.kind},
            "DeploymentMeta": {"name": given.workload.name, "namespace": given.workload.namespace},
            "ObjectMeta": given.metadata,
            "Spec": given.spec,
            "ProxyConfig": given.proxy_config.document,
            "MeshConfig": self.mesh.document,
            "Values": once.values.document,
            "Revision": self.revision,
            "ProxyImage": computed_image(given, once),
        }
        if has("sidecar.init_image"):
            found["ProxyInitImage"] = computed_init_image(given, once)
        if has("sidecar.estimated_concurrency"):
            found["EstimatedConcurrency"] = concurrency(given, once)
        if has("templates.compliance_policy"):
            found["CompliancePolicy"] = once.compliance_policy
        if has("templates.proxy_ids"):
            found |= {"ProxyUID": given.proxy_uid, "ProxyGID": given.proxy_gid}
        if has("templates.localhost_probes_from_mesh"):
            found["InboundTrafficPolicyMode"] = once.inbound_policy
        if has("injection.native_sidecars_auto"):
            found["NativeSidecars"] = given.native_sidecars
        return found

    @cached_property
    def _installation(self) -> Installation:
        return Installation(self.release, self.values or Values(), self.mesh, self.revision, self.features)

    @cached_property
    def _own(self) -> dict[str, Template]:
        engine = self.engine or Engine.of(self.release)
        return {name: engine.user(name, text, file=self.file or label(name)) for name, text in self.own.items()}


__all__ = ["BUILT_IN", "TemplateInput", "Templates"]
