"""The image of the proxy (docs/istio/sidecar-template.md § 10.3)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meshc.gotext import printing

Json = Any

TYPE_ANNOTATION = "sidecar.istio.io/proxyImageType"


def proxy_image(
    global_values: Mapping[str, Json],
    *,
    proxy_image: Mapping[str, Json] | None,
    annotations: Mapping[str, str],
    variant: str = "",
    inherits: bool = False,
) -> str:
    """`hub/name:tag[-type]` from `values.global`, the ProxyConfig's `image` message and the pod's annotations.

    `variant` is the type that holds when neither says one (`values.global.variant` since 1.22); with `inherits` also
    where the message is there but names no type (since 1.31).
    """
    kind = variant
    if proxy_image is not None:
        kind = proxy_image.get("imageType") or (variant if inherits else "")
    kind = annotations.get(TYPE_ANNOTATION, kind)
    name = (global_values.get("proxy") or {}).get("image") or "proxyv2"
    tag = typed_tag(_text(global_values.get("tag")), kind)
    return f"{_text(global_values.get('hub'))}/{name}:{tag}"


def typed_tag(tag: str, kind: str) -> str:
    """The tag for an image type: `1.18-distroless` and `debug` give `1.18-debug`, type `default` gives `1.18`."""
    if not kind:
        return tag
    for suffix in ("-distroless", "-debug"):
        if tag.endswith(suffix):
            tag = tag.removesuffix(suffix)
            break
    return tag if kind == "default" else f"{tag}-{kind}"


def _text(value: Json) -> str:
    return "" if value is None else printing.sprint(value)
