"""ProxyConfig as plain dicts: defaults, reading, merging, validation, the text of `PROXY_CONFIG`.

A ProxyConfig travels in protobuf-JSON form (`models.proto`); `models.proxy_model` holds its typed model.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy

from meshc import yamlio
from meshc.catalog import Release
from meshc.errors import PathPart
from meshc.models import proto, proxy_validation
from meshc.models.proto import Reading
from meshc.models.proxy_config import ProxyConfig
from meshc.models.proxy_validation import Findings
from meshc.yamlio import Json

_INHERITED_HEADERS = ("forwardedClientCert", "requestId", "attemptCount", "server", "envoyDebugHeaders")


def defaults(release: Release) -> dict[str, Json]:
    """The built-in ProxyConfig (docs/istio/injection.md § 5.2), a fresh dict."""
    found = dict(release.fact("mesh.proxy_defaults"))
    for switch, fields in release.fact("mesh.proxy_defaults_by_switch").items():
        if release.has(switch):
            found |= fields
    return deepcopy(found)


def parse_text(text: str, *, file: str | None = None) -> Json:
    """The document in a ProxyConfig text (annotation, `PROXY_CONFIG`): YAML or JSON, not yet read as a message.

    An empty text gives an empty document.  Raises InputError for bad syntax.
    """
    document = yamlio.load(text, file=file)
    return {} if document is None else document


def read(document: Json, release: Release, *, strict: bool = False, path: tuple[PathPart, ...] = ()) -> Reading:
    """A document alone as a ProxyConfig in interchange form.  Raises SettingsError, ErrorGroup."""
    return proto.read(ProxyConfig, document, release, strict=strict, path=path)


def overlay(
    base: Mapping[str, Json],
    document: Json,
    release: Release,
    *,
    strict: bool = False,
    path: tuple[PathPart, ...] = (),
) -> Reading:
    """Merge a document onto a ProxyConfig (docs/istio/injection.md § 5.4): fields replace, `proxyMetadata` adds up.

    Since 1.19.1 some members of `proxyHeaders` that the document leaves unset are kept as well.
    Raises SettingsError, ErrorGroup for wrong types and, in strict mode, unknown keys.
    """
    merged, warnings = proto.read(ProxyConfig, document, release, base=base, strict=strict, path=path)
    if metadata := {**(base.get("proxyMetadata") or {}), **(merged.get("proxyMetadata") or {})}:
        merged["proxyMetadata"] = metadata
    headers, old = merged.get("proxyHeaders"), base.get("proxyHeaders")
    if headers is not None and old is not None and release.has("mesh.proxy_headers_inherited"):
        merged["proxyHeaders"] = {k: old[k] for k in _INHERITED_HEADERS if k in old} | headers
    return Reading({k: v for k, v in merged.items() if v != [] and (v != {} or k not in _MAPS)}, warnings)


def merge(base: Mapping[str, Json], document: Json, release: Release) -> dict[str, Json]:
    """`overlay` as Istio reads it, without the warnings."""
    return overlay(base, document, release).value


def write(config: Mapping[str, Json], release: Release) -> dict[str, Json]:
    """The ProxyConfig as a protobuf writer prints it: declaration order, zero scalars gone."""
    return proto.write(ProxyConfig, config, release)


def validate(config: Mapping[str, Json], release: Release) -> Findings:
    """Errors and warnings of a complete ProxyConfig (docs/istio/injection.md § 5.6)."""
    return proxy_validation.validate(config, release)


def clone_without_defaults(config: Mapping[str, Json], release: Release) -> dict[str, Json]:
    """The written ProxyConfig without the fields that equal the built-in defaults (docs/istio/sidecar-template.md § 10.7)."""
    built_in = write(defaults(release), release)
    return {k: v for k, v in write(config, release).items() if k not in built_in or v != built_in[k]}


def to_json_text(config: Mapping[str, Json], release: Release, *, drop_defaults: bool = True) -> str:
    """The text of `PROXY_CONFIG` without its line end: one line of compact JSON, `{}` when nothing is left."""
    kept = clone_without_defaults(config, release) if drop_defaults else config
    return proto.to_text(ProxyConfig, kept, release)


_MAPS = ("proxyMetadata", "runtimeValues")
