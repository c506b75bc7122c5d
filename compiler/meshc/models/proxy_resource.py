"""The `networking.istio.io/v1beta1 ProxyConfig` resource as a closed Pydantic model."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

from meshc.models.proto_types import Int32Value, Message
from meshc.models.proxy_model import ProxyImage


class WorkloadSelector(Message):
    """Labels a pod must have."""

    match_labels: dict[str, str] | None = None


class ProxyConfigResourceSpec(Message):
    """What a ProxyConfig resource may set: worker threads, environment and image of the proxies it selects."""

    selector: WorkloadSelector | None = None
    """Pods of the namespace it is for; absent for all of them."""
    concurrency: Int32Value | None = None
    """Number of worker threads; 0 means one per core."""
    environment_variables: dict[str, str] | None = None
    """Environment variables of the proxy, added to `proxyMetadata`."""
    image: ProxyImage | None = None
    """Variant of the proxy image."""


class ObjectMeta(BaseModel):
    """The part of an object's metadata that matters here; everything else is passed over."""

    name: str
    namespace: str | None = None
    creationTimestamp: str | None = None


class ProxyConfigResource(BaseModel):
    """A whole ProxyConfig object."""

    model_config = ConfigDict(extra="ignore", title="ProxyConfig")

    apiVersion: Literal["networking.istio.io/v1beta1"]
    kind: Literal["ProxyConfig"]
    metadata: ObjectMeta
    spec: ProxyConfigResourceSpec = ProxyConfigResourceSpec()
