"""What a pod, its bootstrap and the mesh's settings say about port numbers, each with where it says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from meshc.errors import MeshcError
from meshc.interception import flags
from meshc.kubernetes.containers import arguments, environment
from meshc.kubernetes.pods import Pod
from meshc.models import proxy
from meshc.models.annotation_names import PROXY_CONFIG, SIDECAR_STATUS_PORT
from meshc.yamlio import Json


@dataclass(frozen=True)
class Value:
    """A value and its source in words."""

    value: Json
    source: str


@dataclass(frozen=True)
class Facts:
    """Looks values up where they are decided: bootstrap first, then the pod, then the mesh's settings."""

    pod: Pod
    bootstrap: Json = None
    mesh_config: Mapping[str, Json] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """Literal environment of the proxy container."""
        return environment(self.pod.proxy)

    @property
    def words(self) -> list[str]:
        """Command line of the proxy container."""
        return arguments(self.pod.proxy or {})

    def proxy_config(self, key: str) -> Value | None:
        """A field of the effective ProxyConfig: the pod's annotation, PROXY_CONFIG, or the mesh's defaultConfig."""
        layers = (
            (f"annotation {PROXY_CONFIG}", _mapping(self.pod.annotations.get(PROXY_CONFIG))),
            ("environment PROXY_CONFIG", _mapping(self.environment.get("PROXY_CONFIG"))),
            ("MeshConfig.defaultConfig", self.mesh_config.get("defaultConfig") or {}),
        )
        return next((Value(config[key], f"{where} {key}") for where, config in layers if key in config), None)

    def rule_setting(self, key: str) -> Value | None:
        """A parameter of the packet rules from the init container's arguments."""
        init = self.pod.init
        if init is None:
            return None
        words = arguments(init)
        given = flags.parse(words[words.index("istio-iptables") + 1 :] if "istio-iptables" in words else words)
        return Value(given[key], f"arguments of {init.get('name')}") if key in given else None

    def status_port(self) -> Value | None:
        """The agent's port: annotation before ProxyConfig."""
        found = self.pod.annotations.get(SIDECAR_STATUS_PORT)
        if found is not None and str(found).strip().isdigit():
            return Value(int(str(found)), f"annotation {SIDECAR_STATUS_PORT}")
        return self.proxy_config("statusPort")

    def variable(self, name: str) -> Value | None:
        """An environment variable of the proxy container that is a number or an address ending in one."""
        text = self.environment.get(name, "")
        number = text.rpartition(":")[2]
        return Value(int(number), f"environment {name}") if number.isdigit() else None

    def flag(self, name: str, default: bool) -> bool:
        """A yes-or-no environment variable of the proxy container."""
        text = self.environment.get(name, "").lower()
        return default if text not in ("true", "false", "1", "0", "t", "f") else text in ("true", "1", "t")

    def admin(self) -> Value | None:
        """Address of Envoy's admin interface in the bootstrap, as (host, port)."""
        found = _socket((self.bootstrap or {}).get("admin"))
        return Value(found, "bootstrap admin.address") if found else None

    def listener(self, stat_prefix: str) -> Value | None:
        """Address of the static listener with this prefix of its statistics, as (host, port)."""
        resources = (self.bootstrap or {}).get("static_resources") or {}
        for listener in resources.get("listeners") or []:
            if stat_prefix in _find(listener, "stat_prefix"):
                found = _socket(listener)
                return Value(found, f"bootstrap listener {stat_prefix}") if found else None
        return None

    def upstream(self, cluster: str) -> Value | None:
        """Port of a static cluster's first endpoint in the bootstrap."""
        resources = (self.bootstrap or {}).get("static_resources") or {}
        for entry in resources.get("clusters") or []:
            if entry.get("name") == cluster:
                port = next(_find(entry, "port_value"), None)
                return Value(port, f"bootstrap cluster {cluster}") if port is not None else None
        return None


def argument(words: list[str], name: str) -> str | None:
    """The value of a long option on a command line, in either spelling."""
    for index, word in enumerate(words):
        if word == f"--{name}" and index + 1 < len(words):
            return words[index + 1]
        if word.startswith(f"--{name}="):
            return word.partition("=")[2]
    return None


def _mapping(text: str | None) -> Mapping[str, Json]:
    """A YAML text that should be a map; what cannot be read says nothing (the injector reports it)."""
    if not text:
        return {}
    try:
        value = proxy.parse_text(str(text))
    except MeshcError:
        return {}
    return value if isinstance(value, dict) else {}


def _socket(node: Json) -> tuple[str, int] | None:
    address = ((node or {}).get("address") or {}).get("socket_address") or {}
    return (address.get("address", ""), address["port_value"]) if "port_value" in address else None


def _find(node: Json, key: str) -> Iterator[Json]:
    if isinstance(node, dict):
        if key in node:
            yield node[key]
        for value in node.values():
            yield from _find(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from _find(value, key)
