"""The image of the proxy (docs/istio/sidecar-template.md § 10.3)."""

from __future__ import annotations

from collections.abc import Mapping

from meshc.gotext import printing
from meshc.models.annotation_names import SIDECAR_PROXY_IMAGE_TYPE
from meshc.models.proxy_config import ProxyImage
from meshc.models.values import GlobalValues
from meshc.yamlio import Json


def proxy_image(
    values: GlobalValues,
    name: str | None,
    *,
    image: ProxyImage,
    annotations: Mapping[str, str],
    variant: str = "",
    inherits: bool = False,
) -> str:
    """`hub/name:tag[-type]` from `values.global`, a name, the ProxyConfig's `image` message and the pod's annotations.

    `name` is `proxyv2` when it is empty, `variant` the type that holds when neither message nor annotation says one
    (`values.global.variant` since 1.22); with `inherits` also where the message is there but names no type (since 1.31).
    """
    kind = variant
    if image:
        kind = image.image_type or (variant if inherits else "")
    kind = annotations.get(SIDECAR_PROXY_IMAGE_TYPE, kind)
    return f"{_text(values.hub)}/{name or 'proxyv2'}:{typed_tag(_text(values.tag), kind)}"


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
