"""Reads, merges, validates and prints ProxyConfigs; the built-in defaults."""

from __future__ import annotations

from copy import deepcopy
from functools import lru_cache

from meshc import yamlio
from meshc.catalog import Release
from meshc.errors import InputError, PathPart
from meshc.models import proto, proxy_validation
from meshc.models.findings import Findings
from meshc.models.proto import Reading
from meshc.models.proxy_config import ProxyConfig, ProxyHeaders
from meshc.yamlio import Json

_INHERITED_HEADERS = (
    ProxyHeaders.forwarded_client_cert,
    ProxyHeaders.request_id,
    ProxyHeaders.attempt_count,
    ProxyHeaders.server,
    ProxyHeaders.envoy_debug_headers,
)


def defaults(release: Release) -> ProxyConfig:
    """The built-in ProxyConfig (docs/istio/injection.md § 5.2), fresh."""
    found = dict(release.fact("mesh.proxy_defaults"))
    for switch, fields in release.fact("mesh.proxy_defaults_by_switch").items():
        if release.has(switch):
            found |= fields
    return ProxyConfig(deepcopy(found))


def parse_text(text: str, *, file: str | None = None) -> Json:
    """The document in a ProxyConfig string (annotation, `PROXY_CONFIG`): YAML or JSON, not yet read as a message.

    An empty string gives an empty document.  Raises InputError for bad syntax.
    """
    try:
        document = deepcopy(_kept_document(text)) if len(text) <= _LONGEST_KEPT else yamlio.load(text, file=file)
    except InputError as error:
        raise error.at(file) from None
    return {} if document is None else document


@lru_cache(maxsize=256)
def _kept_document(text: str) -> Json:
    # The injector, the validation, the agent and the port map look at one pod's annotation, and pods of one workload
    # have equal ones.
    return yamlio.load(text)


def read(
    document: Json, release: Release, *, strict: bool = False, path: tuple[PathPart, ...] = ()
) -> Reading[ProxyConfig]:
    """Read a document alone, with warnings for ignored keys.  Raises SettingsError, ErrorGroup."""
    return proto.read(ProxyConfig, document, release, strict=strict, path=path)


def overlay(
    base: ProxyConfig,
    document: Json,
    release: Release,
    *,
    strict: bool = False,
    path: tuple[PathPart, ...] = (),
) -> Reading[ProxyConfig]:
    """Merge a document onto a ProxyConfig (docs/istio/injection.md § 5.4): fields replace, `proxyMetadata` adds up.

    Since 1.19.1 some members of `proxyHeaders` that the document leaves unset are kept as well.
    Raises SettingsError, ErrorGroup for wrong types and, in strict mode, unknown keys.
    """
    read, warnings = proto.read(ProxyConfig, document, release, base=base, strict=strict, path=path)
    merged = dict(read.document)
    if metadata := {**base.proxy_metadata, **read.proxy_metadata}:
        merged["proxyMetadata"] = metadata
    if read.proxy_headers and base.proxy_headers and release.has("mesh.proxy_headers_inherited"):
        old = base.proxy_headers
        kept = {field.json: old.document[field.json] for field in _INHERITED_HEADERS if old.has(field)}
        merged["proxyHeaders"] = kept | dict(read.proxy_headers.document)
    # An empty list or map does not survive a merge in Go: it is the same as an absent one.
    for name in [name for name, value in merged.items() if value == [] or (value == {} and name in _MAPS)]:
        del merged[name]
    return Reading(ProxyConfig(merged), warnings)


def merge(base: ProxyConfig, document: Json, release: Release) -> ProxyConfig:
    """`overlay` as Istio reads it, without the warnings."""
    return overlay(base, document, release).value


def write(config: ProxyConfig, release: Release) -> dict[str, Json]:
    """The dict that a protobuf writer prints: declaration order, zero scalars left out."""
    return proto.write(config, release)


def validate(config: ProxyConfig, release: Release) -> Findings:
    """Errors and warnings of a complete ProxyConfig (docs/istio/injection.md § 5.6)."""
    return proxy_validation.validate(config, release)


def clone_without_defaults(config: ProxyConfig, release: Release) -> dict[str, Json]:
    """The written ProxyConfig without the fields that equal the built-in defaults (docs/istio/sidecar-template.md § 10.7)."""
    built_in = write(defaults(release), release)
    return {k: v for k, v in write(config, release).items() if k not in built_in or v != built_in[k]}


def to_json_text(config: ProxyConfig, release: Release, *, drop_defaults: bool = True) -> str:
    """The value of `PROXY_CONFIG` without its line end: one line of compact JSON, `{}` when nothing is left."""
    kept = ProxyConfig(clone_without_defaults(config, release)) if drop_defaults else config
    return proto.to_text(kept, release)


_LONGEST_KEPT = 4096
_MAPS = (ProxyConfig.proxy_metadata.json, ProxyConfig.runtime_values.json)
