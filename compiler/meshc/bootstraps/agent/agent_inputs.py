"""What the agent knows when it writes its files: one frozen value per proxy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from meshc.catalog import Release
from meshc.gotext.parsing import parse_bool, parse_int
from meshc.istio_names import PROXY
from meshc.models.proxy_config import ProxyConfig


@dataclass(frozen=True)
class Flags:
    """Command-line flags of the agent that reach its files (docs/istio/bootstrap.md § 1.4)."""

    domain: str = ""
    mesh_config: str = "./etc/istio/config/mesh"
    service_cluster: str = PROXY
    concurrency: int = 0
    template_file: str = ""
    outlier_log_path: str = ""
    sts_port: int = 0
    log_as_json: bool = False


@dataclass(frozen=True)
class Platform:
    """What a cloud says about the machine; nothing by default, as on an unknown platform (docs/istio/bootstrap.md § 1.7)."""

    metadata: Mapping[str, str] = field(default_factory=dict)
    locality: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    kubernetes: bool = True


@dataclass(frozen=True)
class Agent:
    """Complete input of both compilers (docs/istio/bootstrap.md § 1.1): flags, environment, podinfo, addresses, ProxyConfig.

    `config` is the effective ProxyConfig; `labels` and `annotations` are None where the
    podinfo file is missing; `pilot_san` replaces the computed names of the control plane when it is not None.
    """

    release: Release
    config: ProxyConfig
    node_id: str
    addresses: tuple[str, ...] = ()
    flags: Flags = Flags()
    env: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] | None = None
    annotations: Mapping[str, str] | None = None
    platform: Platform = Platform()
    credential_socket: bool = False
    workload_socket: bool = False
    binary_version: str = ""
    pilot_san: tuple[str, ...] | None = None

    def flag(self, name: str) -> bool:
        """A boolean variable with its default in this release; one the release does not read is false (docs/istio/bootstrap.md § 1.5)."""
        default = self.release.fact("bootstrap.env_flags").get(name)
        if default is None:
            return False
        word = parse_bool(self.env.get(name, ""))
        return bool(default) if word is None else word

    def switched_on(self, name: str) -> bool:
        """A boolean variable that is false unless set, in every release."""
        return bool(parse_bool(self.env.get(name, "")))

    def number(self, name: str, default: int) -> int:
        """An integer variable; anything that is not an integer counts as the default."""
        number = parse_int(self.env.get(name, ""))
        return default if number is None else number

    @property
    def waypoint(self) -> bool:
        """Whether the node is a waypoint, by its id."""
        return self.node_id.startswith("waypoint~")
