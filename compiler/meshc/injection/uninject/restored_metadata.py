"""Takes the mesh's labels, annotations and security context off a pod again (docs/istio/injection.md § 14)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from meshc.catalog import Release
from meshc.injection import prometheus
from meshc.injection.containers import named
from meshc.injection.edits import Map
from meshc.injection.functions.multus import NETWORKS, append_multus_network
from meshc.injection.identity import Identity
from meshc.injection.templating.workload_facts import canonical_name, canonical_revision, shortened
from meshc.injection.uninject.doubts import LAYER, Doubts, Question
from meshc.injection.uninject.injection_records import Records
from meshc.istio_names import PROXY, VALIDATION
from meshc.models import annotation_names as names
from meshc.models import label_names

_CANONICAL = (label_names.SERVICE_CANONICAL_NAME, label_names.SERVICE_CANONICAL_REVISION)
_CONTAINER = ("kubectl.kubernetes.io/default-logs-container", "kubectl.kubernetes.io/default-container")
EXCLUDED_PORTS = names.SIDECAR_TRAFFIC_EXCLUDE_INBOUND_PORTS
_PLUGIN = {
    names.SIDECAR_INTERCEPTION_MODE: "REDIRECT",
    names.SIDECAR_TRAFFIC_INCLUDE_OUTBOUND_IP_RANGES: "*",
    names.SIDECAR_TRAFFIC_EXCLUDE_OUTBOUND_IP_RANGES: "",
    names.SIDECAR_TRAFFIC_INCLUDE_INBOUND_PORTS: "*",
    EXCLUDED_PORTS: "15020",
    names.SIDECAR_TRAFFIC_INCLUDE_OUTBOUND_PORTS: "",
    names.SIDECAR_TRAFFIC_EXCLUDE_OUTBOUND_PORTS: "",
    names.SIDECAR_TRAFFIC_KUBEVIRT_INTERFACES: None,
    names.IO_ISTIO_REROUTE_VIRTUAL_INTERFACES: None,
    names.SIDECAR_TRAFFIC_EXCLUDE_INTERFACES: None,
}
_GROUP = {"fsGroup": 1337}
_SYSCTLS = [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}]
BUILT_IN = {"sidecar", "gateway", "grpc-agent", "grpc-simple"}


def restore_metadata(pod: Map, records: Records, who: Identity, release: Release) -> list[Question]:
    """Remove what the built-in templates set; returns what only the settings of that injection can tell."""
    annotations = pod.open("metadata").open("annotations")
    for name in (names.SIDECAR_STATUS, names.PROXY_OVERRIDES):
        annotations.discard(name, layer=LAYER)
    for part, key, value in _given(pod, records, release):
        _discard_equal(pod, part, key, value)
    _discard_canonical(pod, who, release)
    return [*_plugin(annotations, records, release), *_network(pod), *_security(pod, records, release)]


def restore_scrape(pod: Map, records: Records, doubts: Doubts) -> None:
    """Put the scrape annotations back as recorded, under their usual keys; drop the secure port's where it is ours."""
    annotations = pod.open("metadata").open("annotations")
    if records.secure_port is not None and annotations.get(prometheus.SECURE_PORT) == records.secure_port:
        annotations.discard(prometheus.SECURE_PORT, layer=LAYER)
    keys = {kind: f"prometheus.io/{kind}" for kind in ("scrape", "path", "port")}
    agents = annotations.get(keys["path"]) == prometheus.PATH and annotations.get(keys["scrape"]) == "true"
    if not agents or not annotations.get(keys["port"], "").isdigit():
        return
    scrape = dict(records.scrape or {})
    targets = scrape.pop("targets", None)
    if isinstance(targets, list):
        text = ",".join(f"{target['port']}:{target['path']}" for target in targets)
        annotations.put(prometheus.TARGETS, text, layer=LAYER)
        scrape = {"scrape": scrape.get("scrape", "")}
    for kind, name in keys.items():
        before = scrape.get(kind)
        if not before:
            annotations.discard(name, layer=LAYER)
        elif annotations[name] != before:
            annotations.put(name, str(before), layer=LAYER)
    if records.scrape:
        reason = "the record has the values of the scrape annotations, not how their keys were spelt"
        doubts.assume(("metadata", "annotations"), reason, dict(records.scrape))


def drop_empty(pod: Map) -> None:
    """Leave no empty map of labels or annotations behind."""
    for part in ("labels", "annotations"):
        if pod["metadata"].get(part) == {}:
            pod.open("metadata").discard(part, layer=LAYER)


def is_custom(records: Records) -> bool:
    """Whether the pod asked for templates of the users' own, which may have set anything."""
    return not set(records.templates) <= BUILT_IN


def _given(pod: Map, records: Records, release: Release) -> Iterator[tuple[str, str, str]]:
    """(part, key, value) where the built-in templates write a value of their own when the pod has none."""
    yield "labels", label_names.SECURITY_TLS_MODE, "istio"
    yield "labels", label_names.NETWORKING_TUNNEL, "http"
    if "gateway" in records.templates and release.has("templates.gateway_revision_label"):
        yield "labels", label_names.IO_ISTIO_REV, records.revision
    yield "annotations", names.IO_ISTIO_REV, records.revision
    apps = [name for name in named(pod["spec"].get("containers")) if name != PROXY]
    for key in _CONTAINER if apps else ():
        yield "annotations", key, apps[0]
    if {"grpc-agent", "grpc-simple"} & set(records.templates):
        yield "annotations", names.SIDECAR_REWRITE_APP_HTTP_PROBERS, "false"


def _discard_canonical(pod: Map, who: Identity, release: Release) -> None:
    """The canonical name comes from labels or the workload; in the eyes of the offline command that may be the pod."""
    labels = {k: v for k, v in (pod["metadata"].get("labels") or {}).items() if k not in _CANONICAL}
    own = str(pod["metadata"].get("name") or "")
    for name in {canonical_name(labels, who), canonical_name(labels, who._replace(name=own))}:
        for value in (name, shortened(name, release)):
            _discard_equal(pod, "labels", label_names.SERVICE_CANONICAL_NAME, value)
    _discard_equal(pod, "labels", label_names.SERVICE_CANONICAL_REVISION, canonical_revision(labels))


def _plugin(annotations: Map, records: Records, release: Release) -> Iterator[Question]:
    """With the CNI plugin the capture settings are written out as annotations."""
    if VALIDATION not in records.status["initContainers"]:
        return
    _discard_network(annotations, release)
    for name, usual in _PLUGIN.items():
        value = annotations.get(name)
        if value is not None:
            annotations.discard(name, layer=LAYER)
            if value != usual:
                reason = "the user's own setting, or one of the mesh written out for the CNI plugin"
                yield Question(("metadata", "annotations", name), value, reason)


def _discard_network(annotations: Map, release: Release) -> None:
    """Undo what the template did to the Multus annotation."""
    text, ours = annotations.get(NETWORKS), release.fact("sidecar.multus_network")
    namespaced = release.has("sidecar.multus_namespace")
    if text == ours:
        annotations.discard(NETWORKS, layer=LAYER)
    elif text:
        for before in _before(text, ours):
            if before != text and append_multus_network(before, ours, namespaced=namespaced) == text:
                annotations.put(NETWORKS, before, layer=LAYER)
                return


def _before(text: str, ours: str) -> Iterator[str]:
    yield text.removesuffix(f", {ours}")
    head, _, tail = text.rpartition("]")
    start = head.rfind(", {")
    if start > 0:
        yield f"{head[:start]}]{tail}"


def _network(pod: Map) -> Iterator[Question]:
    labels = pod["metadata"].get("labels") or {}
    if label_names.TOPOLOGY_NETWORK in labels:
        value = labels[label_names.TOPOLOGY_NETWORK]
        pod.open("metadata").open("labels").discard(label_names.TOPOLOGY_NETWORK, layer=LAYER)
        yield Question(
            ("metadata", "labels", label_names.TOPOLOGY_NETWORK), value, "the user's own label, or the mesh's network"
        )


def _security(pod: Map, records: Records, release: Release) -> Iterator[Question]:
    """Gateways bring a sysctl; old releases brought a group where istiod's environment asked for it."""
    context = pod["spec"].get("securityContext") or {}
    gateway = "gateway" in records.templates and release.has("templates.gateway_sysctl")
    if gateway and context.get("sysctls") == _SYSCTLS:
        pod.open("spec").open("securityContext").discard("sysctls", layer=LAYER)
        if not pod["spec"]["securityContext"]:
            pod.open("spec").discard("securityContext", layer=LAYER)
    elif context == _GROUP and release.has("templates.legacy_fs_group"):
        pod.open("spec").discard("securityContext", layer=LAYER)
        yield Question(("spec", "securityContext"), context, "the user's own, or of ENABLE_LEGACY_FSGROUP_INJECTION")


def _discard_equal(pod: Map, part: str, key: str, value: Any) -> None:
    if (pod["metadata"].get(part) or {}).get(key) == value:
        pod.open("metadata").open(part).discard(key, layer=LAYER)
