"""ProxyConfig resources (`networking.istio.io/v1beta1`): reading them, and which pods they select."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from meshc.catalog import Release
from meshc.errors import PathPart, SettingsError
from meshc.models import proto
from meshc.models.fields import int32_value, mapping, message, string
from meshc.models.message import AnyField, Message
from meshc.models.proxy_config import ProxyConfig, ProxyImage
from meshc.yamlio import Json

API_VERSION = "networking.istio.io/v1beta1"
KIND = "ProxyConfig"


class WorkloadSelector(Message):
    """Labels a pod must have."""

    match_labels = mapping(string())


class ProxyConfigResourceSpec(Message):
    """What a ProxyConfig resource may set: worker threads, environment and image of the proxies it selects."""

    selector = message(WorkloadSelector, "Pods of the namespace it is for; absent for all of them.")
    concurrency = int32_value("Number of worker threads; 0 means one per core.")
    environment_variables = mapping(string(), "Environment variables of the proxy, added to `proxyMetadata`.")
    image = message(ProxyImage, "Variant of the proxy image.")


@dataclass(frozen=True)
class Resource:
    """One resource: its namespace, the pods it selects (None: no selector) and the ProxyConfig fields it contributes."""

    name: str
    namespace: str
    created: str
    selector: Mapping[str, str] | None
    config: ProxyConfig

    def order(self) -> tuple[str, str, str]:
        """Sort key: creation time, then name, then namespace; resources without a time come first."""
        return self.created, self.name, self.namespace

    def selects(self, labels: Mapping[str, str]) -> bool:
        """Whether the selector has labels and the pod has them all; an empty selector matches nothing."""
        return bool(self.selector) and all(labels.get(k) == v for k, v in (self.selector or {}).items())


def is_resource(document: Json) -> bool:
    """Whether a document is a ProxyConfig resource."""
    return isinstance(document, dict) and document.get("apiVersion") == API_VERSION and document.get("kind") == KIND


def read(document: Json, release: Release, *, namespace: str = "default", strict: bool = False) -> Resource:
    """Read one resource; `namespace` is for documents that name none.

    Raises SettingsError or ErrorGroup for wrong types and, in strict mode, unknown keys of its `spec`.
    """
    metadata = _metadata(document)
    path: tuple[PathPart, ...] = ("spec",)
    spec = proto.read(ProxyConfigResourceSpec, document.get("spec"), release, strict=strict, path=path).value
    return Resource(
        name=metadata["name"],
        namespace=metadata["namespace"] or namespace,
        created=metadata["creationTimestamp"],
        selector=spec.selector.match_labels if spec.selector else None,
        config=ProxyConfig({_FIELDS[k].json: v for k, v in spec.document.items() if k in _FIELDS}),
    )


_FIELDS: Mapping[str, AnyField] = {
    ProxyConfigResourceSpec.concurrency.json: ProxyConfig.concurrency,
    ProxyConfigResourceSpec.environment_variables.json: ProxyConfig.proxy_metadata,
    ProxyConfigResourceSpec.image.json: ProxyConfig.image,
}


def _metadata(document: Mapping[str, Json]) -> dict[str, str]:
    """The three texts of the metadata that count, empty where absent."""
    metadata = document.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise SettingsError(
            "must be a map", path=("metadata",), value=metadata, hint="write name and namespace as keys"
        )
    found = {key: metadata.get(key) or "" for key in ("name", "namespace", "creationTimestamp")}
    for key, value in found.items():
        if not isinstance(value, str):
            raise SettingsError("must be a string", path=("metadata", key), value=value, hint="put it in quotes")
    return found
