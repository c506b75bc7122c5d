"""The ProxyConfig a pod ends up with: mesh default, ProxyConfig resources, annotation (docs/istio/injection.md § 5.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from meshc.catalog import Release
from meshc.errors import InputError, MeshcError
from meshc.models import proxy, proxy_layers
from meshc.models.proxy_config import ProxyConfig
from meshc.models.proxy_resources import Resource
from meshc.yamlio import Json

ANNOTATION = "proxy.istio.io/config"


@dataclass(frozen=True)
class Pod:
    """What of a pod decides about its ProxyConfig."""

    namespace: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


class Layers:
    """The layers below the annotation, prepared once for all pods of a mesh.

    `resources` are all ProxyConfig resources known; None means that there is no store of them: then the built-in
    ProxyConfig is everything, and neither resources nor the mesh default nor annotations count.
    """

    def __init__(self, mesh: Mapping[str, Json], resources: Iterable[Resource] | None, release: Release) -> None:
        self.release = release
        self._stored = resources is not None
        self._by_namespace = _by_namespace(resources or ())
        self._default = proxy.defaults(release)
        root = mesh.get("rootNamespace") or ""
        if self._stored:
            self._default = self._lay(self._default, mesh.get("defaultConfig") or {})
            self._default = self._lay(self._default, _general(self._by_namespace.get(root, ())))
        self._of_namespace = {
            name: self._default if name == root else self._lay(self._default, _general(found))
            for name, found in self._by_namespace.items()
        }

    def for_pod(self, pod: Pod) -> dict[str, Json]:
        """The webhook's ProxyConfig of a pod: namespace, then annotation, then the resource that selects the pod."""
        config = self._of_namespace.get(pod.namespace, self._default)
        text = pod.annotations.get(ANNOTATION)
        if self._stored and text is not None:
            config = self._lay(config, _annotated(text, self.release))
        selected = next((r for r in self._by_namespace.get(pod.namespace, ()) if r.selects(pod.labels)), None)
        return self._lay(config, selected.config) if selected else dict(config)

    def _lay(self, config: dict[str, Json], layer: Mapping[str, Json]) -> dict[str, Json]:
        written = proxy.write(layer, self.release)
        if not written:
            return config
        if self.release.has("mesh.layers_written_out"):
            return proxy.merge(config, written, self.release)
        return proxy_layers.members(ProxyConfig, config, written, self.release)


def for_pod(
    mesh: Mapping[str, Json], pod: Pod, resources: Iterable[Resource] | None, release: Release
) -> dict[str, Json]:
    """The webhook's ProxyConfig of one pod; `Layers` is quicker for many."""
    return Layers(mesh, resources, release).for_pod(pod)


def offline(mesh: Mapping[str, Json], annotations: Mapping[str, str], release: Release) -> dict[str, Json]:
    """The offline command's ProxyConfig: mesh default with the annotation of the template's metadata merged in.

    Raises InputError, its message beginning with Istio's `could not parse proxy config: `.
    """
    base: Mapping[str, Json] = mesh.get("defaultConfig") or {}
    text = annotations.get(ANNOTATION)
    return dict(base) if text is None else merge_text(base, text, release)


def merge_text(base: Mapping[str, Json], text: str, release: Release) -> dict[str, Json]:
    """Merge the text of an annotation onto a ProxyConfig; raises InputError as `offline`."""
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


def _general(resources: Iterable[Resource]) -> Mapping[str, Json]:
    """What the first resource without a selector contributes."""
    return next((r.config for r in resources if r.selector is None), {})


def _annotated(text: str, release: Release) -> Mapping[str, Json]:
    """The annotation's layer; an unreadable one counts as none here, since validation refuses such a pod."""
    try:
        return proxy.read(proxy.parse_text(text), release).value
    except MeshcError:
        return {}
