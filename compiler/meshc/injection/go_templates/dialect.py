"""The Go program that a release is linked with, as a dialect of templates (docs/istio/go-templates.md § 1.3)."""

from __future__ import annotations

from dataclasses import fields

from meshc.catalog import Release
from meshc.gotemplate.dialect import Dialect


def dialect_of(release: Release) -> Dialect:
    """The dialect of a release's injector."""
    switches = {one.name: release.has(f"go.{one.name}") for one in fields(Dialect) if one.type == "bool"}
    return Dialect(**switches, semver_zeros="refused" if release.has("go.semver_refuses_zeros") else "accepted")
