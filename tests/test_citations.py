"""Every citation resolves: `docs/istio/<page>.md § N` names a page that exists and a section that it has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs" / "istio"
CITING = ("compiler", "templates", "schemas", "tests", "docs", "golden")
TEXTS = {".py", ".j2", ".yaml", ".json", ".md", ".html", ".css"}
_NUMBER = r"\d+(?:\.\d+)*"
_MORE = rf"(?:\s*(?:,|and|or|to|-|–|…|/)\s*(?:§+\s*)?{_NUMBER}(?![\w-]))*"
_CITED = re.compile(rf"(?:(?P<page>[\w./-]+\.md)`?\)?,?\s+)?§+\s*(?P<sections>{_NUMBER}{_MORE})")
_PAGE = re.compile(r"\bdocs/[\w./-]+\.(?:md|json|yaml)\b")
_HEADING = re.compile(rf"^#+ ({_NUMBER})\.?\s", re.MULTILINE)


class Citation(NamedTuple):
    """Where a section is cited, the page (None: not named) and the section's number."""

    place: str
    page: str | None
    section: str


@cache
def sections(page: Path) -> frozenset[str]:
    """The numbers of a page's headings."""
    return frozenset(_HEADING.findall(page.read_text("utf-8")))


def files() -> Iterator[Path]:
    """Every text file that may cite: `golden/*/expected` holds what meshc rendered, which cites nothing."""
    for name in CITING:
        for path in sorted((ROOT / name).rglob("*")):
            if path.suffix in TEXTS and path.is_file() and "expected" not in path.parts:
                yield path
    yield from sorted(ROOT.glob("*.md"))


def citations(path: Path) -> Iterator[Citation]:
    """The sections that a file cites."""
    for place, page, section in cited_in(path.read_text("utf-8")):
        yield Citation(f"{path.relative_to(ROOT)}:{place}", page, section)


def cited_in(text: str) -> Iterator[Citation]:
    """The sections that a text cites, by line; a line end and comment sign may stand between page and section."""
    for found in _CITED.finditer(re.sub(r"\n[ \t]*#?[ \t]*", lambda m: "\n" + " " * (len(m[0]) - 1), text)):
        line = text.count("\n", 0, found.start()) + 1
        for number in re.findall(_NUMBER, found["sections"]):
            yield Citation(str(line), found["page"], number)


def problem(path: Path, cited: Citation) -> str | None:
    """What is wrong with a citation; inside `docs/istio/` a section without page is the page's own."""
    inside = path.parent == PAGES
    if cited.page is None:
        if not inside:
            return f"{cited.place}: § {cited.section} names no page: write docs/istio/<page>.md § {cited.section}"
        page = path
    else:
        page = (PAGES if inside and "/" not in cited.page else ROOT) / cited.page
    if not page.is_file():
        return f"{cited.place}: no page {cited.page}"
    return None if cited.section in sections(page) else f"{cited.place}: {page.name} has no section {cited.section}"


def test_every_cited_section_exists() -> None:
    problems = (problem(path, cited) for path in files() for cited in citations(path))
    assert [p for p in problems if p] == []


def test_every_page_that_is_named_exists() -> None:
    named = ((path, page) for path in files() for page in _PAGE.findall(path.read_text("utf-8")))
    assert [f"{path.relative_to(ROOT)}: {page}" for path, page in named if not (ROOT / page).is_file()] == []


@pytest.mark.parametrize(
    ("written", "cited"),
    [
        ("(docs/istio/bootstrap.md {} 2.3.4)", [("docs/istio/bootstrap.md", "2.3.4")]),
        ("docs/istio/other-templates.md {}{} 7 to 10", [("docs/istio/other-templates.md", n) for n in ("7", "10")]),
        ("docs/istio/injection.md {} 5, step 2", [("docs/istio/injection.md", "5")]),
        ("docs/istio/injection.md\n    # {} 9", [("docs/istio/injection.md", "9")]),
        ("as {} 4 says", [(None, "4")]),
    ],
)
def test_citations_are_found(written: str, cited: list[tuple[str | None, str]]) -> None:
    assert [(c.page, c.section) for c in cited_in(written.replace("{}", "\N{SECTION SIGN}"))] == cited
