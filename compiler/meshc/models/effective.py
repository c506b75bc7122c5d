"""The ProxyConfig a pod ends up with: mesh default, ProxyConfig resources, annotation (spec injection §5.5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from meshc.catalog import Release
from meshc.errors import InputError, MeshcError
from meshc.models import proxy, proxy_layers
from meshc.models.proxy_resources import Resource
from meshc.yamlio import Json

ANNOTATION = "proxy.istio.io/config"


@dataclass(frozen=True)
class Pod:
    """What of a pod decides about its ProxyConfig."""

    namespace: str
    labels: Mapping[str, str]
    annotations: Mapping[str, str]


def for_pod(
    mesh: Mapping[str, Json], pod: Pod, resources: Iterable[Resource] | None, release: Release
) -> dict[str, Json]:
    """The webhook's ProxyConfig of a pod, written form.

    `resources` are all ProxyConfig resources known; None means that there is no store of them, and then neither they
    nor the mesh default nor the annotation count.
    """
    config = proxy.defaults(release)
    if resources is None:
        return config
    for layer in _layers(mesh, pod, sorted(resources, key=Resource.order), release):
        config = _lay(config, layer, release)
    return config


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


def _layers(
    mesh: Mapping[str, Json], pod: Pod, resources: list[Resource], release: Release
) -> Iterable[Mapping[str, Json]]:
    """Lowest first."""
    root = mesh.get("rootNamespace") or ""
    yield mesh.get("defaultConfig") or {}
    yield _first(r for r in resources if r.namespace == root and r.selector is None)
    if pod.namespace != root:
        yield _first(r for r in resources if r.namespace == pod.namespace and r.selector is None)
    yield _annotated(pod.annotations.get(ANNOTATION), release)
    yield _first(r for r in resources if r.namespace == pod.namespace and r.selects(pod.labels))


def _first(resources: Iterable[Resource]) -> Mapping[str, Json]:
    found = next(iter(resources), None)
    return found.config if found else {}


def _annotated(text: str | None, release: Release) -> Mapping[str, Json]:
    """The annotation's layer; an unreadable one counts as none here, since validation refuses such a pod."""
    if text is None:
        return {}
    try:
        return proxy.read(proxy.parse_text(text), release).value
    except MeshcError:
        return {}


def _lay(config: dict[str, Json], layer: Mapping[str, Json], release: Release) -> dict[str, Json]:
    written = proxy.write(layer, release)
    if not written:
        return config
    if release.has("mesh.layers_written_out"):
        return proxy.merge(config, written, release)
    return proxy_layers.members(proxy.MESSAGE, config, written, release)
