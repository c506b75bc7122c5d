"""What `meshc webhook` was asked to be, as one value that travels to the worker processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from meshc.settings import Settings
from meshc.webhook.limits import Limits

# Keywords of Settings.load that name files.
FILE_KEYWORDS = (
    "values",
    "resolved_values",
    "mesh_config",
    "resolved_mesh_config",
    "iop",
    "injector_config",
    "cluster_config",
    "proxy_config",
)


@dataclass(frozen=True)
class Source:
    """Where the settings of one revision come from: keywords of `Settings.load` with its files unread, so that they can be
    read again; `revision` is the name in the path, empty for `/inject`."""

    revision: str
    keywords: Mapping[str, Any]

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file the keywords name."""
        return tuple(Path(name) for keyword in FILE_KEYWORDS for name in listed(self.keywords.get(keyword)))

    def load(self) -> Settings:
        """Read the files; raises MeshcError for what is wrong in them."""
        return Settings.load(**self.keywords)


@dataclass(frozen=True)
class ServerConfig:
    """Addresses, certificates, settings and bounds of one webhook process."""

    certificate: Path
    key: Path
    sources: tuple[Source, ...]
    host: str = "0.0.0.0"
    port: int = 15017
    monitoring_port: int = 15014
    workers: int = 1
    log_format: str = "text"
    log_level: str = "info"
    poll_seconds: float = 1.0
    limits: Limits = field(default_factory=Limits)


def listed(value: Any) -> list[Any]:
    """A keyword's value as a list: nothing, one or many."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]
