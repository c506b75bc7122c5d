"""MeshConfig as plain dicts: defaults, merging documents, validation.

A MeshConfig travels in protobuf-JSON form (`models.proto`); `models.mesh_model` holds its typed model.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy

from meshc import yamlio
from meshc.catalog import Release
from meshc.errors import PathPart, SettingsError, raise_all
from meshc.models import mesh_validation, proto, proxy
from meshc.models.mesh_config import MeshConfig
from meshc.models.mesh_providers import DefaultProviders
from meshc.models.proto import Reading
from meshc.models.proxy_validation import Findings
from meshc.yamlio import Json


def defaults(release: Release) -> dict[str, Json]:
    """The built-in MeshConfig (docs/istio/injection.md § 5.3), a fresh dict."""
    found = dict(release.fact("mesh.defaults")) | {"defaultConfig": proxy.defaults(release)}
    for switch, fields in release.fact("mesh.defaults_by_switch").items():
        if release.has(switch):
            found |= fields
    return deepcopy(found)


def parse_text(text: str, *, file: str | None = None) -> Json:
    """The document in a MeshConfig text; an empty text gives an empty document.  Raises InputError."""
    document = yamlio.load(text, file=file)
    return {} if document is None else document


def check(document: Json, release: Release, *, strict: bool, path: tuple[PathPart, ...] = ()) -> tuple[str, ...]:
    """Look at a mesh document, or a part of one, by itself: names and types, not what its values do together.

    Gives the warnings.  Raises SettingsError or ErrorGroup for wrong types and, in strict mode, unknown keys;
    `pointing.pointed` adds file and line.
    """
    return proto.read(MeshConfig, document, release, strict=strict, path=path).warnings


def apply(
    base: Mapping[str, Json],
    document: Json,
    release: Release,
    *,
    strict: bool = False,
    path: tuple[PathPart, ...] = (),
) -> Reading:
    """Merge a mesh document onto a base and validate the result (docs/istio/injection.md § 5.4).

    Gives the new MeshConfig and the warnings.  Raises SettingsError or ErrorGroup for wrong types, invalid values and,
    in strict mode, unknown keys.
    """
    merged, warnings = merge(base, document, release, strict=strict, path=path)
    findings = validate(merged, release)
    errors = [SettingsError(text, path=(*path, *place)) for place, text in findings.errors]
    raise_all(errors)
    return Reading(merged, (*warnings, *findings.warning_texts(path)))


def merge(
    base: Mapping[str, Json],
    document: Json,
    release: Release,
    *,
    strict: bool = False,
    path: tuple[PathPart, ...] = (),
) -> Reading:
    """Merge a mesh document onto a base, not validated: top-level fields replace, except

    `defaultConfig` (ProxyConfig merge), `defaultProviders` (member by member), `extensionProviders` (by name) and
    `trustDomainAliases` (sorted union).
    """
    merged, warnings = proto.read(MeshConfig, document, release, base=base, strict=strict, path=path)
    document = document or {}
    kept = {name: base.get(name) or {} for name in ("defaultConfig", "defaultProviders")}
    if (written := _field(document, "defaultConfig", "default_config")) is not None:
        merged["defaultConfig"] = proxy.merge(kept["defaultConfig"], written, release)
    if (written := _field(document, "defaultProviders", "default_providers")) is not None:
        merged["defaultProviders"] = proto.read(DefaultProviders, written, release, base=kept["defaultProviders"]).value
    if _field(document, "extensionProviders", "extension_providers") is not None:
        merged["extensionProviders"] = _by_name(base.get("extensionProviders"), merged["extensionProviders"])
    if aliases := {*(base.get("trustDomainAliases") or ()), *(merged.get("trustDomainAliases") or ())}:
        merged["trustDomainAliases"] = sorted(aliases)
    return Reading({k: v for k, v in merged.items() if v != []}, warnings)


def validate(mesh: Mapping[str, Json], release: Release) -> Findings:
    """Errors and warnings of a complete MeshConfig (docs/istio/injection.md § 5.6)."""
    return mesh_validation.validate(mesh, release)


def _field(document: Mapping[str, Json], json: str, name: str) -> Json:
    return document[json] if json in document else document.get(name)


def _by_name(base: Json, document: Json) -> Json:
    providers = {entry.get("name", ""): entry for entry in base or ()}
    for entry in document:
        providers[entry.get("name", "")] = entry
    return list(providers.values())
