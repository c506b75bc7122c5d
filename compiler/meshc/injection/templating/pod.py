"""Template data of one pod that several templates use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from orjson import dumps, loads

from meshc.catalog import Release
from meshc.errors import InjectionError, InputError
from meshc.gotext import jsontext, printing
from meshc.injection.functions.container_ports import PROXY
from meshc.injection.identity import Identity
from meshc.injection.templating.inputs import TemplateInput
from meshc.models import proxy
from meshc.models.proxy_config import ProxyConfig
from meshc.yamlio import load_json

Json = Any

BOOTSTRAP_OVERRIDE = "sidecar.istio.io/bootstrapOverride"
USER_VOLUME, USER_VOLUME_MOUNT = "sidecar.istio.io/userVolume", "sidecar.istio.io/userVolumeMount"
_PORT_KEYS = ("name", "hostPort", "containerPort", "protocol", "hostIP")
_CANONICAL = "service.istio.io/canonical-"


def shared(given: TemplateInput) -> dict[str, Json]:
    """What `sidecar`, `gateway` and `grpc-agent` have in common."""
    annotations, labels, workload = given.annotations, given.labels, given.workload
    containers = given.containers
    return {
        "labels": labels,
        "annotations": annotations,
        "apps": [c.get("name", "") for c in containers if c.get("name") != PROXY],
        "pod_ports": pod_ports(containers),
        "workload": workload,
        "owner": owner(workload),
        "service_account": given.spec.get("serviceAccountName") or "default",
        "canonical_name": canonical_name(labels, workload),
        "canonical_revision": canonical_revision(labels),
        "bootstrap_override": annotations.get(BOOTSTRAP_OVERRIDE),
    }


def pod_ports(containers: Iterable[Mapping[str, Json]]) -> str:
    """The text of `ISTIO_META_POD_PORTS`: every port of every container, one a line (docs/istio/sidecar-template.md § 10.13)."""
    ports = [jsontext.write(_port(p)) for c in containers for p in c.get("ports") or ()]
    lines = [f"\n    {',' if number else ''}{port}" for number, port in enumerate(ports)]
    return f"[{''.join(lines)}\n]"


def owner(workload: Identity) -> str | None:
    """The text of `ISTIO_META_OWNER`; null without apiVersion or name."""
    if not workload.api_version or not workload.name:
        return None
    namespace, kind = workload.namespace or "default", workload.kind.lower()
    return f"kubernetes://apis/{workload.api_version}/namespaces/{namespace}/{kind}s/{workload.name}"


def canonical_name(labels: Mapping[str, str], workload: Identity) -> str:
    """The workload's canonical service."""
    found = labels.get(f"{_CANONICAL}name") or labels.get("app.kubernetes.io/name") or labels.get("app")
    return found or workload.name


def canonical_revision(labels: Mapping[str, str]) -> str:
    """The workload's canonical revision, `latest` when no label says one."""
    found = labels.get(f"{_CANONICAL}revision") or labels.get("app.kubernetes.io/version") or labels.get("version")
    return found or "latest"


def shortened(name: str, release: Release) -> str:
    """A canonical name as a label value: since 1.21 its first 63 bytes, without one trailing `-` or, since 1.31, any separator.

    Source: docs/istio/changes-1.31.md § 1.
    """
    if not release.has("sidecar.canonical_name_shortened"):
        return name
    cut = name.encode()[:63].decode(errors="ignore")
    return cut.strip("-_.") if release.has("sidecar.canonical_name_trimmed") else cut.removesuffix("-")


def proxy_data(config: Mapping[str, Json], release: Release) -> dict[str, Json]:
    """What the ProxyConfig gives: its text, its metadata as environment, the interception mode."""
    metadata = config.get("proxyMetadata") or {}
    return {
        "proxy_config": _proxy_text(dumps(config), release),
        "proxy_metadata": [{"name": name, "value": metadata[name]} for name in sorted(metadata)],
        "interception_mode": config.get("interceptionMode") or "REDIRECT",
    }


def named_objects(annotations: Mapping[str, str], name: str) -> list[Json]:
    """The annotation's JSON object as a list of objects with their key as `name`, sorted; nothing without it.

    Raises InjectionError for a text that is no JSON, and for members that are no objects.
    """
    members = json_members(annotations, name)
    for key, member in members:
        if not isinstance(member, dict) or not member:
            raise _annotation_error(name, f"the value of {key!r} is not an object with fields", value=member)
    return [{"name": key, **member} for key, member in members]


def text_members(annotations: Mapping[str, str], name: str) -> list[Json]:
    """The members of the JSON object in an annotation as environment entries, values as text."""
    return [{"name": key, "value": printing.printed(value)} for key, value in json_members(annotations, name)]


def json_members(annotations: Mapping[str, str], name: str) -> list[tuple[str, Json]]:
    """The sorted members of the JSON object in an annotation; none when it is missing or null."""
    text = annotations.get(name)
    if text is None:
        return []
    try:
        found = load_json(text)
    except InputError as error:
        raise _annotation_error(name, error.message, value=text) from None
    if found is not None and not isinstance(found, dict):
        raise _annotation_error(name, "not a JSON object", value=text)
    return sorted((found or {}).items())


@lru_cache(maxsize=512)
def _proxy_text(config: bytes, release: Release) -> str:
    """The text of `PROXY_CONFIG`; most pods of a mesh share one."""
    return proxy.to_json_text(ProxyConfig(loads(config)), release) + "\n"


def _port(port: Mapping[str, Json]) -> dict[str, Json]:
    return {key: port.get(key, 0) for key in _PORT_KEYS if port.get(key) or key == "containerPort"}


def _annotation_error(name: str, message: str, *, value: Json) -> InjectionError:
    return InjectionError(
        f"failed to execute template: {message}",
        path=["metadata", "annotations", name],
        value=value,
        hint='write a JSON object, e.g. {"my-volume": {…}}',
    )
