"""The newest release, for tests that mean it rather than one of its number."""

from __future__ import annotations

from meshc import catalog

NEWEST = catalog.newest().minor
"""The newest minor, e.g. for `--release`."""

NEWEST_PATCH = str(catalog.newest())
"""Its newest known patch, as in image tags."""
