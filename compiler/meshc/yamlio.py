"""Kubernetes-flavoured YAML and JSON in and out."""

from __future__ import annotations

from typing import Any

from ruamel.yaml import YAML


def load(text: str, *, file: str | None = None) -> Any:
    """Read one YAML document."""
    return YAML(typ="safe", pure=False).load(text)
