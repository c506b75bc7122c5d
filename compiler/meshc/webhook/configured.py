"""The settings of a webhook, refused in the injector's words when they are no good (docs/istio/injection.md § 2.1)."""

from __future__ import annotations

from typing import Any

from meshc.errors import MeshcError
from meshc.settings import Settings

WRAPPER = "failed to process webhook config: "


def configured(**keywords: Any) -> Settings:
    """`Settings.load` for a server; raises MeshcError whose message begins with Istio's wrapper."""
    try:
        return Settings.load(**keywords)
    except MeshcError as error:
        error.message = WRAPPER + error.message
        raise
