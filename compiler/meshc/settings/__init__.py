"""The one frozen value everything is compiled with.

Settings.load(release=…, profile=…, set=[…], values=[…], …) → Settings
InjectionConfig, Node                                          parts of it
"""

from __future__ import annotations

from meshc.profiles import Gateway
from meshc.settings.model import InjectionConfig, Node, Settings

__all__ = ["Gateway", "InjectionConfig", "Node", "Settings"]
