"""The options of `meshc webhook` as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from meshc import load
from meshc.istio_names import ISTIOD_MONITORING_PORT, WEBHOOK_PORT
from meshc.webhook.limits import Limits

# Keywords of Settings.load that name files: those that hold one document, and those that hold any number of them.
SINGLE = ("resolved_values", "resolved_mesh_config", "injector_config")
SEVERAL = ("values", "mesh_config", "iop", "cluster_config", "proxy_config")


@dataclass(frozen=True)
class Source:
    """Where the settings of one revision come from: keywords of `Settings.load` with their files unread.

    `revision` is the name in the path, empty for `/inject`; `project` a meshc.yaml that lies beneath the keywords;
    `resources` files and directories with Namespaces, Nodes and ProxyConfigs; a project's workloads count as well.
    """

    revision: str
    keywords: Mapping[str, Any]
    project: Path | None = None
    resources: tuple[str, ...] = ()

    def merged(self) -> tuple[dict[str, Any], tuple[str, ...]]:
        """The keywords with the project file, read anew, beneath them, and the paths of resources; raises MeshcError."""
        found = load.project(self.project) if self.project else None
        if found is None:
            return dict(self.keywords), self.resources
        return found.under(self.keywords), (*self.resources, *found.workloads)

    def files(self) -> tuple[Path, ...]:
        """Every file the settings come from, existing or not; raises MeshcError for a project file that cannot be read."""
        keywords, resources = self.merged()
        named = [n for k in (*SINGLE, *SEVERAL) for n in listed(keywords.get(k)) if isinstance(n, str | Path)]
        own = [self.project] if self.project else []
        return (*own, *(Path(name) for name in (*named, *resources)))


@dataclass(frozen=True)
class ServerConfig:
    """Addresses, certificates, settings and limits of one webhook process."""

    certificate: Path
    key: Path
    sources: tuple[Source, ...]
    host: str = "0.0.0.0"
    port: int = WEBHOOK_PORT
    monitoring_port: int = ISTIOD_MONITORING_PORT
    workers: int = 1
    tls_minimum: str = "1.2"
    log_format: str = "text"
    log_level: str = "info"
    poll_seconds: float = 1.0
    limits: Limits = field(default_factory=Limits)


def listed(value: Any) -> list[Any]:
    """A keyword's value as a list: nothing, one or many."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
