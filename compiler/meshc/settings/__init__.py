"""The one frozen value everything is compiled with.

Settings.load(release=…, profile=…, set=[…], values=[…], …) → Settings
InjectionConfig, Node                                          parts of it
"""

from __future__ import annotations

from meshc.settings.model import Gateway, InjectionConfig, Node, Settings

__all__ = ["Gateway", "InjectionConfig", "Node", "Settings"]
