"""Documents out of the bootstrap templates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meshc.catalog import Release
from meshc.engine import Engine

Json = Any


def render(name: str, context: Mapping[str, Json], release: Release | None = None) -> Json:
    """One bootstrap as a document, keys in the template's order."""
    return Engine.of(release).template(name).render(context)
