"""Everything that does not depend on the pod, worked out once per settings and mode."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence, Set
from functools import cached_property, partial
from typing import TypeVar

from meshc.errors import InjectionError
from meshc.injection import native_sidecars, openshift_ids
from meshc.injection.decision import Policy
from meshc.injection.edits import Layer
from meshc.injection.native_sidecars import Node
from meshc.injection.openshift_ids import Ids
from meshc.injection.overlay_cache import Renderer
from meshc.injection.pod_templates import BUILDERS, Templates
from meshc.injection.probes import app_probers
from meshc.models import effective, proxy_resources
from meshc.models.proxy_config import ProxyConfig
from meshc.models.value_fields import NotAMap
from meshc.settings import Settings
from meshc.settings.injector import place_of
from meshc.yamlio import Json

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
MODES = ("kube-inject", "webhook")
_KEPT = 512
_DIRECTIVE = re.compile(r"\$(patch|retainKeys|deleteFromPrimitiveList|setElementOrder)\b")


class Injector:
    """An injector: settings seen by one of the two front ends (docs/istio/injection.md § 1)."""

    def __init__(self, settings: Settings, mode: str) -> None:
        self.settings = settings
        self.mode = mode
        self.webhook = mode == "webhook"
        self.release = settings.release
        self.level: int = settings.release.fact("kubernetes.minor")
        self.mesh = settings.mesh
        self.revision = "" if not self.webhook and settings.revision == "default" else settings.revision
        self.checks = app_probers.checks_of(settings.release, settings.features)
        self._proxy_configs: dict[Hashable, ProxyConfig] = {}
        self._annotated_configs: dict[str, ProxyConfig] = {}

    @cached_property
    def policy(self) -> Policy:
        """Policy and selectors; offline always `enabled` without selectors."""
        config = self.settings.injection_config
        if not self.webhook:
            return Policy()
        return Policy(config.policy, config.never_inject_selector, config.always_inject_selector)

    @cached_property
    def templates(self) -> Templates:
        """The templates, the user's own over the shipped ones."""
        settings, config = self.settings, self.settings.injection_config
        given = {name: text for name, text in config.templates.items() if text is not None}
        own = {name: text for name, text in given.items() if name not in config.go_templates}
        go = {name: given[name] for name in sorted(config.go_templates)}
        return Templates(
            settings.release,
            settings.values,
            self.mesh,
            self.revision,
            settings.features,
            own,
            go=go,
            merge_error=self.merge_error,
            place=partial(place_of, config),
        )

    @cached_property
    def renderer(self) -> Renderer:
        """Renders the templates, and keeps overlays for pods alike."""
        return Renderer(self.templates)

    @cached_property
    def with_directives(self) -> Set[str]:
        """The user's own templates whose text names a directive of strategic merge."""
        return {name for name, text in self.templates.own.items() if _DIRECTIVE.search(text)}

    def template_layer(self, name: str) -> Layer:
        """What edits made by a template are recorded as."""
        built_in = name in BUILDERS and name not in self.templates.own
        return Layer(
            f"template {name}", f"{BUILDERS[name].__module__}.{BUILDERS[name].__qualname__}" if built_in else ""
        )

    @cached_property
    def merge_error(self) -> str:
        """Istio's words before what is wrong with an overlay."""
        if self.release.has("injection.overlay_checked_alone_first"):
            return "failed applying injection overlay: "
        return "failed parsing generated injected YAML (check Istio sidecar injector configuration): "

    @cached_property
    def injected_annotations(self) -> Mapping[str, str]:
        """Annotations that the injector's configuration adds; offline none."""
        return self.settings.injection_config.injected_annotations if self.webhook else {}

    @cached_property
    def cluster(self) -> str:
        """The cluster's name, empty when not known."""
        return self.settings.cluster or _string(_known(lambda: self.settings.values.global_.multi_cluster.cluster_name))

    @cached_property
    def network(self) -> str:
        """The network's name, empty when not known."""
        return self.settings.network or _string(_known(lambda: self.settings.values.global_.network))

    @cached_property
    def rewrites_probes(self) -> bool:
        """Whether probes are rewritten where the pod says nothing."""
        return _known(lambda: self.settings.values.sidecar_injector_webhook.rewrite_app_http_probe) is True

    @cached_property
    def enabled_by_default(self) -> bool:
        """Whether namespaces without a label are injected."""
        return _known(lambda: self.settings.values.sidecar_injector_webhook.enable_namespaces_by_default) is True

    @cached_property
    def hold_application(self) -> bool | None:
        """The value `holdApplicationUntilProxyStarts`."""
        return _known(lambda: self.settings.values.global_.proxy.hold_application_until_proxy_starts)

    def template_names(self, asked: str | None) -> list[str]:
        """The templates of a pod: those it asks for (annotation `inject.istio.io/templates`) or the default ones.

        Raises InjectionError for a name without a template that can be rendered.
        """
        config = self.settings.injection_config
        names = [name.strip() for name in asked.split(",")] if asked is not None else list(self._default_templates)
        aliases = config.aliases if self.webhook else {}
        found = [real for name in names for real in aliases.get(name, (name,))]
        for name in found:
            if name not in self._known:
                raise _unknown(name, self._known, aliases)
        return found

    def proxy_config(self, metadata: Mapping[str, Json], namespace: str) -> ProxyConfig:
        """The effective ProxyConfig of a pod (docs/istio/injection.md § 5.5); raises InputError as Istio does."""
        annotations, labels = metadata.get("annotations") or {}, metadata.get("labels") or {}
        text = annotations.get(effective.ANNOTATION)
        selecting = (r.name for r in self.resources if r.namespace == namespace and r.selects(labels))
        key = (text, namespace, *selecting) if self.resources else text
        if key not in self._proxy_configs:
            _keep(self._proxy_configs, key, self._proxy_config(annotations, labels, namespace))
        return self._proxy_configs[key]

    def annotated_config(self, annotations: Mapping[str, str]) -> ProxyConfig:
        """The mesh's default ProxyConfig with the pod's annotation merged in; raises InputError as Istio does.

        Unlike `proxy_config`, it never counts ProxyConfig resources.
        """
        text = annotations.get(effective.ANNOTATION)
        if text is None:
            return self.mesh.default_config
        if text not in self._annotated_configs:
            _keep(
                self._annotated_configs,
                text,
                effective.offline(self.mesh, annotations, self.release),
            )
        return self._annotated_configs[text]

    @cached_property
    def resources(self) -> Sequence[proxy_resources.Resource]:
        """The ProxyConfig resources; offline none count."""
        if not self.webhook:
            return ()
        found = (d for d in self.settings.resources if proxy_resources.is_resource(d))
        return tuple(proxy_resources.read(d, self.release) for d in found)

    @cached_property
    def nodes(self) -> Sequence[Node] | None:
        """The nodes that can be looked up, None when none can."""
        found = tuple(Node(n.name, n.kubelet_version) for n in self.settings.nodes)
        return found if found or self.webhook else None

    def native(self, node_name: str) -> bool:
        """Whether a pod gets a native sidecar where its annotation says nothing."""
        if node_name not in self._node_names:
            return self._native_everywhere
        return native_sidecars.enabled(self.settings.features, self.release, nodes=self.nodes, node_name=node_name)

    @cached_property
    def _node_names(self) -> Set[str]:
        return {node.name for node in self.nodes or () if node.name}

    @cached_property
    def _native_everywhere(self) -> bool:
        return native_sidecars.enabled(self.settings.features, self.release, nodes=self.nodes)

    @cached_property
    def notes(self) -> Sequence[str]:
        """Warnings about the settings that every injected pod shares."""
        warning = native_sidecars.switch_warning(self.settings.features, self.release)
        return (warning,) if warning else ()

    @cached_property
    def openshift(self) -> bool:
        """Whether ids come from the namespace."""
        on = self.webhook and self.release.has("injection.openshift_ids")
        return on and self.settings.feature("PLATFORM") == "openshift"

    def ids(self, namespace: str) -> Ids:
        """User and group of the proxy in a namespace."""
        return openshift_ids.ids(self.namespaces.get(namespace)) if self.openshift else Ids()

    @cached_property
    def namespaces(self) -> Mapping[str, Json]:
        """The Namespace objects known, by name."""
        return {(n.get("metadata") or {}).get("name", ""): n for n in self.settings.of_kind("Namespace")}

    @cached_property
    def _known(self) -> Sequence[str]:
        return sorted(self.settings.injection_config.templates)

    @property
    def _default_templates(self) -> Sequence[str]:
        return self.settings.injection_config.default_templates if self.webhook else ("sidecar",)

    def _proxy_config(self, annotations: Mapping[str, str], labels: Mapping[str, str], namespace: str) -> ProxyConfig:
        if not self.webhook:
            return self.annotated_config(annotations)
        return self._layers.for_pod(effective.Pod(namespace, labels, annotations))

    @cached_property
    def _layers(self) -> effective.Layers:
        return effective.Layers(self.mesh, self.resources, self.release)


def injector_of(settings: Settings, mode: str) -> Injector:
    """The injector of these settings in a mode; made once and kept with the settings.

    Raises SettingsError where the settings' profile installs no injector.
    """

    def make() -> Injector:
        settings.require_injector()
        return Injector(settings.for_mode(mode), mode)

    return settings.once(Injector, mode, make)


def _unknown(name: str, known: Sequence[str], aliases: Mapping[str, Json]) -> InjectionError:
    have = ", ".join(known)
    hint = f"write one of {have}" if known else "give the injector's templates, e.g. with --injector-config"
    if name in aliases:
        hint = f"{name} is an alias itself, and aliases are followed one step only: list templates there"
    return InjectionError(f'requested template "{name}" not found; have {have}', hint=hint)


def _known(read: Callable[[], T]) -> T | None:
    """A value; None below a null, since istiod's Go code reads such values as a message (templates fail there)."""
    try:
        return read()
    except NotAMap:
        return None


def _keep(kept: dict[K, ProxyConfig], key: K, config: ProxyConfig) -> None:
    if len(kept) >= _KEPT:
        kept.clear()
    kept[key] = config


def _string(value: Json) -> str:
    return value if isinstance(value, str) else ""
