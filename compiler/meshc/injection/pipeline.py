"""The core both front ends share: validate, render, merge, re-apply, finish (docs/istio/injection.md § 1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from meshc.errors import InjectionError, MeshcError
from meshc.injection import (
    container_order,
    hold_application,
    native_sidecars,
    overrides,
    pod_metadata,
    previous_injection,
    prometheus,
    user_ids,
    user_templates,
)
from meshc.injection.edits import Map
from meshc.injection.identity import Identity, hides_deploymentconfig_label
from meshc.injection.injector import Injector
from meshc.injection.native_sidecars import move_existing_proxy
from meshc.injection.overlay import has_directives, lay_over
from meshc.injection.probes import rewriting
from meshc.injection.templating.template_input import TemplateInput
from meshc.injection.url_path import CLUSTER, NETWORK
from meshc.kubernetes import strategic
from meshc.models import annotations as checked
from meshc.models.annotation_names import INJECT_TEMPLATES
from meshc.models.label_names import TOPOLOGY_NETWORK
from meshc.models.mesh_config import MeshConfig
from meshc.models.proxy_config import ProxyConfig
from meshc.yamlio import Json


@dataclass(frozen=True)
class Incoming:
    """One pod on its way in: typed, with what is known about it besides."""

    pod: Mapping[str, Any]
    identity: Identity
    namespace: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)

    @property
    def annotations(self) -> Mapping[str, str]:
        """The pod's annotations."""
        return self.pod["metadata"].get("annotations") or {}

    @property
    def labels(self) -> Mapping[str, str]:
        """The pod's labels."""
        return self.pod["metadata"].get("labels") or {}


def run(pod: Map, incoming: Incoming, injector: Injector) -> list[str]:
    """Inject the pod opened for editing; returns warnings.

    Raises InjectionError with Istio's wrapper of the stage before the reason.
    """
    return _Run(pod, incoming, injector).all()


class stage:
    """Put Istio's wrapper before the message of an error."""

    # A class, as a generator's context manager costs a review of a known workload 3 % more.
    __slots__ = ("prefix",)

    def __init__(self, prefix: str) -> None:
        self.prefix = prefix

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, MeshcError):
            raise _wrapped(self.prefix, error) from error


class _Run:
    """One pod going through the stages."""

    def __init__(self, pod: Map, incoming: Incoming, injector: Injector) -> None:
        self.pod = pod
        self.incoming = incoming
        self.injector = injector
        self.release = injector.release
        self.warnings: list[str] = [*injector.notes]
        self.template_pod: dict[str, Any] = {}
        self.mesh = injector.mesh
        self.proxy_config = ProxyConfig()
        self.environment = _environment(incoming, injector)

    def all(self) -> list[str]:
        self.check_dns_policy()
        with stage("failed to run injection template: "):
            self.validate()
            self.proxy_config = self.injector.proxy_config(self.seen_metadata, self.incoming.namespace)
            if not self.injector.webhook:
                # offline the annotation goes into the mesh itself, so everything below sees it there
                self.mesh = self.mesh.changed(MeshConfig.default_config, self.proxy_config)
            self.render()
        with stage("failed to re apply container: "):
            overrides.reapply(self.pod, self.incoming.pod, self.template_spec, self.release)
            self.warnings += user_ids.adjust(self.pod, self.incoming.pod, self.release, proxy_config=self.proxy_config)
        with stage("failed to process pod: "):
            self.finish()
        return self.warnings

    @property
    def template_spec(self) -> Json:
        return self.template_pod.get("spec") or {}

    @property
    def seen_metadata(self) -> Mapping[str, Any]:
        """The pod's metadata as templates and ProxyConfig selectors see it."""
        found: dict[str, Any] = self.incoming.pod["metadata"]
        if hides_deploymentconfig_label(found, self.release):
            found = {**found, "labels": {k: v for k, v in self.incoming.labels.items() if k != "deploymentconfig"}}
        return found

    def check_dns_policy(self) -> None:
        policy = self.incoming.pod["spec"].get("dnsPolicy")
        if policy and policy != "ClusterFirst":
            who = f"{self.incoming.namespace}/{self.incoming.identity.name}"
            self.warnings.append(f'"{who}" has dnsPolicy {policy!r} set. The Istio sidecar may not work properly')

    def validate(self) -> None:
        problems = checked.validate(self.incoming.annotations, self.release)
        if problems:
            first = next(name for name in self.incoming.annotations if f" for annotation '{name}': " in problems[0])
            raise InjectionError(
                checked.error_text(problems),
                path=["metadata", "annotations", first],
                hint="change the annotations named; `meshc check` tells what each takes",
            )

    def render(self) -> None:
        names = self.injector.template_names(self.incoming.annotations.get(INJECT_TEMPLATES))
        given = self.template_input()
        renderer = self.injector.renderer
        key = renderer.key(given)
        for name in names:
            overlay, known, _, directives = renderer.render(name, given, key)
            with stage(self.injector.merge_error), user_templates.blaming(name, self.injector.templates.own):
                user_templates.check(overlay, name, self.injector.templates.own)
                directives = directives or (name in self.injector.with_directives and has_directives(overlay))
                whole = not self.template_pod and not directives
                self.template_pod = overlay if whole else strategic.merge(self.template_pod, overlay)
                annotations = (self.pod.get("metadata") or {}).get("annotations") or {}
                if native_sidecars.wanted(annotations, given.native_sidecars, self.release):
                    move_existing_proxy(self.pod, self.template_spec)
                lay_over(
                    self.pod,
                    overlay,
                    layer=self.injector.template_layer(name),
                    release=self.release,
                    directives=directives,
                    known=known,
                )

    def template_input(self) -> TemplateInput:
        port = str(self.mesh.default_config.status_port)
        seen = {**self.incoming.pod, "metadata": self.seen_metadata}
        meta, spec = previous_injection.strip(seen, self.release, status_port=port)
        if self.injector.webhook and self.incoming.namespace:
            meta.setdefault("namespace", self.incoming.namespace)
        ids = self.injector.ids(self.incoming.namespace)
        return TemplateInput(
            metadata=meta,
            spec=spec,
            workload=self.incoming.identity,
            proxy_config=self.proxy_config,
            proxy_uid=ids.uid,
            proxy_gid=ids.gid,
            native_sidecars=self.injector.native(self.incoming.pod["spec"].get("nodeName") or ""),
        )

    def finish(self) -> None:
        pod, injector, release = self.pod, self.injector, self.release
        pod_metadata.set_cluster_environment(pod, self.environment, release)
        self.warnings += prometheus.merge(pod, self.mesh, release)
        if release.has("injection.secure_port_annotation"):
            prometheus.set_secure_port(pod, release)
        self.warnings += rewriting.take_over(
            pod,
            injector.checks,
            release,
            mesh_port=self.mesh.default_config.status_port,
            rewrite_by_default=injector.rewrites_probes,
        )
        pod_metadata.set_network_label(pod, self.environment)
        pod_metadata.set_status(pod, self.template_spec, injector.revision)
        pod_metadata.set_injected_annotations(pod, injector.injected_annotations)
        container_order.reorder(pod.open("spec"), hold=self.puts_proxy_first(), release=release)

    def puts_proxy_first(self) -> bool:
        # unlike `proxy_config`, this is without ProxyConfig resources: see `hold_application.py`
        config = self.injector.annotated_config(self.incoming.annotations)
        return hold_application.puts_proxy_first(config, self.injector.hold_application)


def _environment(incoming: Incoming, injector: Injector) -> dict[str, str]:
    """The URL's variables with cluster and network put in (docs/istio/injection.md § 7.3)."""
    found = dict(incoming.environment)
    cluster = found.get(CLUSTER) or injector.cluster
    network = found.get(NETWORK) or injector.network
    network = incoming.labels.get(TOPOLOGY_NETWORK, network)
    return found | {name: value for name, value in ((CLUSTER, cluster), (NETWORK, network)) if value}


def _wrapped(prefix: str, error: MeshcError) -> InjectionError:
    more = {"value": error.value} if error.has_value else {}
    return InjectionError(
        prefix + error.message,
        file=error.file,
        line=error.line,
        column=error.column,
        path=error.path,
        hint=error.hint,
        **more,
    )
