"""Merges and validates MeshConfigs; the built-in defaults."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy

from meshc import yamlio
from meshc.catalog import Release
from meshc.errors import PathPart, SettingsError, raise_all
from meshc.models import mesh_validation, proto, proxy
from meshc.models.findings import Findings
from meshc.models.mesh_config import MeshConfig
from meshc.models.mesh_providers import DefaultProviders
from meshc.models.message import AnyField
from meshc.models.proto import Reading
from meshc.yamlio import Json


def defaults(release: Release) -> MeshConfig:
    """The built-in MeshConfig (docs/istio/injection.md § 5.3), fresh."""
    found = dict(release.fact("mesh.defaults")) | {"defaultConfig": proxy.defaults(release).document}
    for switch, fields in release.fact("mesh.defaults_by_switch").items():
        if release.has(switch):
            found |= fields
    return MeshConfig(deepcopy(found))


def parse_text(text: str, *, file: str | None = None) -> Json:
    """The document in a MeshConfig string; an empty string gives an empty document.  Raises InputError."""
    document = yamlio.load(text, file=file)
    return {} if document is None else document


def apply(
    base: MeshConfig,
    document: Json,
    release: Release,
    *,
    strict: bool = False,
    path: tuple[PathPart, ...] = (),
) -> Reading[MeshConfig]:
    """Merge a mesh document onto a base and validate the result (docs/istio/injection.md § 5.4).

    Raises SettingsError or ErrorGroup for wrong types, invalid values and, in strict mode, unknown keys.
    """
    merged, warnings = merge(base, document, release, strict=strict, path=path)
    findings = validate(merged, release)
    errors = [SettingsError(text, path=(*path, *place)) for place, text in findings.errors]
    raise_all(errors)
    return Reading(merged, (*warnings, *findings.warning_texts(path)))


def merge(
    base: MeshConfig,
    document: Json,
    release: Release,
    *,
    strict: bool = False,
    path: tuple[PathPart, ...] = (),
) -> Reading[MeshConfig]:
    """Merge a mesh document onto a base, not validated: top-level fields replace, except

    `defaultConfig` (ProxyConfig merge), `defaultProviders` (member by member), `extensionProviders` (by name) and
    `trustDomainAliases` (sorted union).
    """
    read, warnings = proto.read(MeshConfig, document, release, base=base, strict=strict, path=path)
    merged = dict(read.document)
    if (written := _written(document, MeshConfig.default_config)) is not None:
        merged["defaultConfig"] = proxy.merge(base.default_config, written, release).document
    if (written := _written(document, MeshConfig.default_providers)) is not None:
        providers = proto.read(DefaultProviders, written, release, base=base.default_providers)
        merged["defaultProviders"] = providers.value.document
    if _written(document, MeshConfig.extension_providers) is not None:
        merged["extensionProviders"] = _by_name(
            base.document.get("extensionProviders") or (), merged["extensionProviders"]
        )
    if aliases := {*base.trust_domain_aliases, *read.trust_domain_aliases}:
        merged["trustDomainAliases"] = sorted(aliases)
    return Reading(MeshConfig({k: v for k, v in merged.items() if v != []}), warnings)


def validate(mesh: MeshConfig, release: Release) -> Findings:
    """Errors and warnings of a complete MeshConfig (docs/istio/injection.md § 5.6)."""
    return mesh_validation.validate(mesh, release)


def _written(document: Json, field: AnyField) -> Json:
    """A field of a document in either spelling."""
    document = document or {}
    return document[field.json] if field.json in document else document.get(field.name)


def _by_name(base: Sequence[Json], document: Sequence[Json]) -> list[Json]:
    providers = {entry.get("name", ""): entry for entry in (*base, *document)}
    return list(providers.values())
