"""The ProxyConfig a pod ends up with: mesh default, ProxyConfig resources, annotation (docs/istio/injection.md § 5.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from meshc.catalog import Release
from meshc.errors import InputError, MeshcError
from meshc.models import proxy
from meshc.models.mesh_config import MeshConfig
from meshc.models.message import WRAPPERS, AnyField, Message, fields, same_choice
from meshc.models.proxy_config import ProxyConfig
from meshc.models.proxy_resources import Resource
from meshc.yamlio import Json

ANNOTATION = "proxy.istio.io/config"

_REPLACED = (ProxyConfig.concurrency.json, ProxyConfig.image.json)


@dataclass(frozen=True)
class Pod:
    """Pod fields that determine its effective ProxyConfig."""

    namespace: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


class Layers:
    """The layers below the annotation, prepared once for all pods of a mesh.

    `resources` are all ProxyConfig resources known; None means that they are not known: then the built-in
    ProxyConfig is everything, and neither resources nor the mesh default nor annotations count.
    """

    def __init__(self, mesh: MeshConfig, resources: Iterable[Resource] | None, release: Release) -> None:
        self.release = release
        self._stored = resources is not None
        self._by_namespace = _by_namespace(resources or ())
        self._default = proxy.defaults(release)
        root = mesh.root_namespace
        if self._stored:
            self._default = self._lay(self._default, mesh.default_config)
            self._default = self._lay(self._default, _general(self._by_namespace.get(root, ())))
        self._of_namespace = {
            name: self._default if name == root else self._lay(self._default, _general(found))
            for name, found in self._by_namespace.items()
        }

    def for_pod(self, pod: Pod) -> ProxyConfig:
        """The webhook's ProxyConfig of a pod: namespace, then annotation, then the resource that selects the pod."""
        config = self._of_namespace.get(pod.namespace, self._default)
        text = pod.annotations.get(ANNOTATION)
        if self._stored and text is not None:
            config = self._lay(config, _annotated(text, self.release))
        selected = next((r for r in self._by_namespace.get(pod.namespace, ()) if r.selects(pod.labels)), None)
        return self._lay(config, selected.config) if selected else config

    def _lay(self, config: ProxyConfig, layer: ProxyConfig) -> ProxyConfig:
        # Istio merges what a layer's message prints, so a scalar that is zero cannot override a lower layer.
        written = proxy.write(layer, self.release)
        if not written:
            return config
        if self.release.has("mesh.layers_written_out"):
            return proxy.merge(config, written, self.release)
        return ProxyConfig(_protobuf_merge(ProxyConfig, config.document, written, self.release))


def for_pod(mesh: MeshConfig, pod: Pod, resources: Iterable[Resource] | None, release: Release) -> ProxyConfig:
    """The webhook's ProxyConfig of one pod; `Layers` is quicker for many."""
    return Layers(mesh, resources, release).for_pod(pod)


def offline(mesh: MeshConfig, annotations: Mapping[str, str], release: Release) -> ProxyConfig:
    """The offline command's ProxyConfig: mesh default with the annotation of the template's metadata merged in.

    Raises InputError, its message beginning with Istio's `could not parse proxy config: `.
    """
    text = annotations.get(ANNOTATION)
    return mesh.default_config if text is None else merge_text(mesh.default_config, text, release)


def merge_text(base: ProxyConfig, text: str, release: Release) -> ProxyConfig:
    """Merge the value of an annotation onto a ProxyConfig; raises InputError as `offline`."""
    try:
        return proxy.merge(base, proxy.parse_text(text), release)
    except MeshcError as error:
        reason = ": ".join(p for p in (error.path, error.message) if p)
        raise InputError(
            f"could not parse proxy config: {reason}",
            path=("metadata", "annotations", ANNOTATION),
            value=error.value if error.has_value else text,
            hint=error.hint,
        ) from error


def _by_namespace(resources: Iterable[Resource]) -> dict[str, list[Resource]]:
    """Resources of each namespace, in the order in which they are looked at."""
    found: dict[str, list[Resource]] = {}
    for resource in sorted(resources, key=Resource.order):
        found.setdefault(resource.namespace, []).append(resource)
    return found


def _general(resources: Iterable[Resource]) -> ProxyConfig:
    """What the first resource without a selector contributes."""
    return next((r.config for r in resources if r.selector is None), ProxyConfig())


def _annotated(text: str, release: Release) -> ProxyConfig:
    """The annotation's layer; an unreadable one counts as absent here, since validation refuses such a pod."""
    try:
        return proxy.read(proxy.parse_text(text), release).value
    except MeshcError:
        return ProxyConfig()


def _protobuf_merge(
    message: type[Message], base: Mapping[str, Json], over: Mapping[str, Json], release: Release
) -> dict[str, Json]:
    """Merge two written messages as 1.17.0 and 1.17.1 do, by protobuf's own merge.

    Messages and maps merge, lists join, set scalars replace; durations, `concurrency` and `image` replace.
    """
    merged = dict(base)
    known = fields(message, release)
    for name, value in over.items():
        field = known[name]
        if field.oneof:
            for other in same_choice(message, field):
                merged.pop(other, None)
        merged[name] = _merged_field(field, merged.get(name), value, release)
    return merged


def _merged_field(field: AnyField, base: Json, over: Json, release: Release) -> Json:
    if base is None or field.json in _REPLACED:
        return over
    if field.message is not None:
        return _protobuf_merge(field.message, base, over, release)
    match field.kind:
        case "list":
            return [*base, *over]
        case "map":
            return {**base, **over}
        case kind if kind in WRAPPERS:
            # protobuf merges a wrapper as a message: its inner zero is not set, so the lower layer's value stays.
            return over or base
        case _:
            return over
