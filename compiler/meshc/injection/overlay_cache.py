"""Overlays kept for the next pod with the same input: the pods of one workload come in bursts.

They differ in the mounts of their service account's token only, which are named at random and no template looks at.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Any, NamedTuple

import orjson

from meshc.injection.pod_templates import TemplateInput, Templates
from meshc.yamlio import Json

KEPT = 256
"""Overlays kept at most."""
LARGEST = 64 * 1024
"""Bytes of input beyond which an overlay is not kept."""


class Rendered(NamedTuple):
    """One overlay, and its parts as they read in typed form, by identity; both are shared: do not change them."""

    overlay: dict[str, Json]
    typed: dict[int, Any]
    given: TemplateInput | None = None
    directives: bool = False


class Renderer:
    """Renders the templates of one injector.

    The shipped templates are functions of what `_key` holds; the user's own may look at anything, and are not kept.
    """

    def __init__(self, templates: Templates) -> None:
        self._templates = templates
        self._kept: dict[tuple[str, bytes, int], Rendered] = {}

    def key(self, given: TemplateInput) -> bytes:
        """What the shipped templates make of a pod depends on this (and on its ProxyConfig) alone."""
        parts = [
            given.annotations,
            given.labels,
            given.metadata.get("namespace"),
            given.containers,
            given.spec.get("serviceAccountName"),
            list(given.workload),
            given.proxy_uid,
            given.proxy_gid,
            given.native_sidecars,
        ]
        data = orjson.dumps(parts)
        return blake2b(data, digest_size=16).digest() if len(data) <= LARGEST else b""

    def render(self, name: str, given: TemplateInput, key: bytes) -> Rendered:
        """The overlay of one template; raises InjectionError and TemplateError like `Templates.render`."""
        # asked only where there are Go templates: their interpreter is not imported for anyone else
        if self._templates.go and name in self._templates.cluster.texts:
            yielded = self._templates.cluster.render(name, given, key)
            return Rendered(yielded.overlay, yielded.typed, None, yielded.directives)
        if not key or name in self._templates.own:
            return Rendered(self._templates.render(name, given), {})
        # the ProxyConfig stands for itself: it lives as long as the entry does, so no other can take its identity
        place = (name, key, id(given.proxy_config))
        found = self._kept.pop(place, None)
        if found is None:
            found = Rendered(self._templates.render(name, given), {}, given)
            while len(self._kept) >= KEPT:
                del self._kept[next(iter(self._kept))]
        self._kept[place] = found
        return found
