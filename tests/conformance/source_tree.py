"""What goldens made from Istio's source tree carry in place of the released images."""

from __future__ import annotations

from meshc import catalog
from meshc.yamlio import Json

_TESTING = {"docker.io/istio": "gcr.io/istio-testing", "registry.istio.io/release": "registry.istio.io/testing"}


def images(tag: str) -> dict[str, Json]:
    """Hub and tag of a release's source tree, as values below `global`."""
    return {"hub": _TESTING[catalog.release(tag).fact("profiles.images")["hub"]], "tag": "latest"}
