"""A custom bootstrap laid over the file, as Envoy merges its `--config-yaml`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from meshc import yamlio
from meshc.bootstraps.agent.node_identity import parse_ip
from meshc.bootstraps.envoy.socket_addresses import HOST_IP
from meshc.catalog import Release
from meshc.errors import InputError
from meshc.yamlio import Json

_HUMP = re.compile(r"(?<=[a-z0-9])([A-Z])")
# Fields with free keys: a Struct or a map, replaced key by key, names taken as they are.
_MAPS = frozenset(
    ("metadata", "static_layer", "typed_extension_protocol_options", "filter_metadata", "typed_filter_metadata")
)
# Members of one choice: setting one clears the others.
_CHOICES = (
    frozenset(("socket_address", "pipe", "envoy_internal_address")),
    frozenset(("ads", "self", "path", "path_config_source", "api_config_source")),
    frozenset(("reject_all", "inclusion_list", "exclusion_list")),
    frozenset(("text_format", "json_format", "text_format_source")),
    frozenset(("port_value", "named_port")),
    frozenset(("user_agent_version", "user_agent_build_version")),
    frozenset(("envoy_grpc", "google_grpc")),
)
# Plain booleans: false is their unset value and overrides nothing.
_PLAIN_FLAGS = frozenset(("ignore_global_conn_limit", "ipv4_compat", "set_node_on_first_message_only"))


def read(content: str, release: Release, *, host_ip: str = "", file: str | None = None) -> dict[str, Json]:
    """Read a custom bootstrap (YAML or JSON) as the agent of a release hands it to Envoy (docs/istio/bootstrap.md § 2.14).

    Since 1.22 `$(HOST_IP)` stands for the node's address.  Raises InputError for anything but a YAML mapping.
    """
    if host_ip and release.has("bootstrap.override_host_ip"):
        address = parse_ip(host_ip)
        bracketed = address is not None and address.version == 6 and release.has("bootstrap.override_host_ip_brackets")
        content = content.replace(HOST_IP, f"[{host_ip}]" if bracketed else host_ip)
    document = yamlio.load(content, file=file)
    if not isinstance(document, dict):
        hint = "write the fields of Envoy's Bootstrap as a YAML or JSON mapping"
        raise InputError("not a custom bootstrap", file=file, value=document, hint=hint)
    return document


def merge(bootstrap: Mapping[str, Json], override: Mapping[str, Json]) -> dict[str, Json]:
    """The bootstrap Envoy works with: scalars replace, messages merge, lists grow, maps are replaced key by key.

    A `typed_config` is replaced as a whole; setting one member of a choice clears the others; null and the unset
    value of a plain field change nothing.
    """
    merged = dict(bootstrap)
    for key, value in override.items():
        name = _snake(key)
        # Envoy merges messages: an unset plain field says nothing, so it cannot reset one.
        if value is None or _is_unset(name, value):
            continue
        for choice in _CHOICES:
            if name in choice:
                merged = {k: v for k, v in merged.items() if k == name or k not in choice}
        merged[name] = _merged(name, merged.get(name), value)
    return merged


def _merged(name: str, old: Json, new: Json) -> Json:
    if name in _MAPS and isinstance(new, dict):
        return {**(old or {}), **new}
    if isinstance(new, list):
        return [*(old or []), *new]
    if isinstance(new, dict) and isinstance(old, dict) and "@type" not in new and "@type" not in old:
        return merge(old, new)
    return new


def _is_unset(name: str, value: Json) -> bool:
    return value == "" or (value is False and name in _PLAIN_FLAGS)


def _snake(name: str) -> str:
    return name if name.startswith("@") else _HUMP.sub(lambda m: "_" + m[1].lower(), name)
