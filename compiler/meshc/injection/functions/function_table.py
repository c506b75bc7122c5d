"""The helper functions under the names templates call them by (docs/istio/injection.md § 7.8)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from meshc.catalog import Release
from meshc.gotext import durations
from meshc.injection.functions import container_ports, encoding, lookup, multus, otel
from meshc.injection.functions.container_resources import omit_nil
from meshc.models import proxy
from meshc.models.proxy_config import ProxyConfig

Json = Any
Function = Callable[..., Json]

_ALWAYS: dict[str, Function] = {
    "isset": lookup.isset,
    "annotation": lookup.annotation,
    "valueOrDefault": lookup.value_or_default,
    "excludeInboundPort": container_ports.exclude_inbound_port,
    "includeInboundPorts": container_ports.include_inbound_ports,
    "applicationPorts": container_ports.application_ports,
    "kubevirtInterfaces": encoding.identity,
    "excludeInterfaces": encoding.identity,
    "toJSON": encoding.to_json,
    "structToJSON": encoding.struct_to_json,
    "fromJSON": encoding.from_json,
    "toYaml": encoding.to_yaml,
    "indent": encoding.indent,
    "directory": encoding.directory,
    "contains": encoding.contains,
    "toLower": str.lower,
}
_BY_SWITCH: dict[str, dict[str, Function]] = {
    "templates.function_to_json_alias": {"toJson": encoding.to_json},
    "templates.functions_omit_strdict": {
        "omit": lookup.omit,
        "strdict": lookup.strdict,
        "toJsonMap": encoding.to_json_map,
    },
    "templates.function_merge_maps": {"mergeMaps": lookup.merge_maps},
    "templates.omit_null_resources": {"omitNil": omit_nil},
    "sidecar.otel_resource_attributes": {"otelResourceAttributes": otel.otel_resource_attributes},
}


def functions(release: Release, environment: Mapping[str, str]) -> dict[str, Function]:
    """The functions of a release; `environment` is the injector's."""
    found = dict(_ALWAYS)
    for switch, more in _BY_SWITCH.items():
        if release.has(switch):
            found |= more
    namespaced = release.has("sidecar.multus_namespace")
    found["appendMultusNetwork"] = partial(multus.append_multus_network, namespaced=namespaced)
    found["protoToJSON"] = lambda config: "{}" if config is None else proxy.to_json_text(ProxyConfig(config), release)
    found["formatDuration"] = lambda text: durations.spelled(durations.parse(text))
    found["env"] = lambda name, default="": environment.get(name) or default
    return found
