"""The page on bootstraps names every fact and stand-in."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshc.bootstraps.known_facts import KNOWN, STAND_INS

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "bootstraps.md").read_text()


@pytest.mark.parametrize("name", KNOWN)
def test_every_fact_is_documented(name: str) -> None:
    kind, meaning = KNOWN[name]
    stand_in = f"`{STAND_INS[name]}`" if name in STAND_INS else ""
    assert f"| `{name}` | {kind} | {meaning} | {stand_in} |" in PAGE
