"""The page docs/where-things-are.md names files, functions and fields that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "where-things-are.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`([\w./-]+\.(?:py|j2|md|json)|[\w./-]+/)`(?:: `(\w+)`)?", PAGE)


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED)))
def test_a_path_exists_and_holds_the_name(path: str, name: str) -> None:
    places = [ROOT / "compiler" / "meshc" / path, ROOT / "templates" / path, ROOT / path]
    found = next((place for place in places if place.exists()), None)
    assert found is not None
    assert not name or name in found.read_text(encoding="utf-8")


def test_the_page_names_enough() -> None:
    assert len(set(NAMED)) > 25
