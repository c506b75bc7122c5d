"""A node's locality from its labels or its platform."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

LABEL = "istio-locality"
_PARTS = ("region", "zone", "sub_zone")


def label_value(labels: Mapping[str, str], names: Sequence[str]) -> str:
    """The value of the first label that exists, even if it is empty; the names are the release's (docs/istio/bootstrap.md § 2.3.6)."""
    return next((labels[name] for name in names if name in labels), "")


def sanitized(label: str) -> str:
    """A locality label with `.` for a separator written with `/`; one that has a `/` stays as it is."""
    return label if "/" in label else label.replace(".", "/")


def parse(label: str) -> dict[str, str]:
    """Split `region/zone/subzone`; parts beyond the third are ignored, empty ones left out."""
    return {name: part for name, part in zip(_PARTS, label.split("/"), strict=False) if part}


def shown(locality: Mapping[str, str]) -> dict[str, str]:
    """The parts that are not empty, in order."""
    return {name: locality[name] for name in _PARTS if locality.get(name)}
