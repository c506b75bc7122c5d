"""meshc: a compiler of Istio data-plane configuration."""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

# Public names and where they live; a module is imported the first time its name is asked for.
_PUBLIC = {
    "Settings": "meshc.api_settings",
    "inject": "meshc.injection.api",
    "inject_stream": "meshc.injection.api",
    "uninject": "meshc.injection.uninject.uninjection",
    "bootstrap": "meshc.bootstraps.compiler",
    "capture": "meshc.interception.packet_rules",
    "chart": "meshc.gateways.gateway_objects",
    "gateway": "meshc.gateways.gateway_objects",
    "diff": "meshc.comparison.api",
}
__all__ = sorted([*_PUBLIC, "__version__"])


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module 'meshc' has no attribute '{name}'")
    value = getattr(importlib.import_module(_PUBLIC[name]), name)
    globals()[name] = value
    return value
