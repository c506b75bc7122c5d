"""The numbers stay within their limits, and the picture of the packages shows the imports."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.numbers import picture
from tests.numbers.__main__ import PAGE, placed
from tests.numbers.measures import Number, numbers
from tests.numbers.source import PACKAGE, Module


@pytest.mark.parametrize("number", numbers(), ids=lambda number: number.name)
def test_a_number_is_within_its_limit(number: Number) -> None:
    assert number.holds, f"{number.name}: {number.shown}, at most {number.limit}"


def test_the_page_holds_every_number() -> None:
    page = PAGE.read_text("utf-8")
    assert [number.name for number in numbers() if f"| {number.name} |" not in page] == [], (
        "run scripts/numbers --write"
    )


def test_the_picture_matches_the_imports() -> None:
    shown = picture.drawn(PAGE.read_text("utf-8"))
    assert list(picture.differences(picture.imports(), shown)) == [], "run scripts/numbers --write"


def test_a_picture_leaves_shortcuts_out() -> None:
    graph = {"a": frozenset("bc"), "b": frozenset("c"), "c": frozenset[str]()}
    assert picture.draw(graph) == "```mermaid\ngraph TD\n  a --> b\n  b --> c\n```\n"
    assert list(picture.differences(graph, picture.drawn(picture.draw(graph)))) == []
    assert list(picture.differences(graph, {"a": frozenset("b")})) == [
        "a reaches c: not drawn",
        "b reaches c: not drawn",
    ]
    assert list(picture.differences(graph, {"a": frozenset("bx"), "b": frozenset("c")})) == [
        "a → x is drawn: no import"
    ]


def test_what_is_counted(tmp_path: Path) -> None:
    text = '"""Says.\n\nMore.\n"""\n# why\nfrom typing import Any\n\n\ndef f(x: Any) -> Any:\n    import re\n    return re, x  # so\n'
    module = Module(PACKAGE / "trees" / "new.py", text)
    assert (module.lines, module.functions, module.untyped, module.late_imports) == (11, [3], 2, 1)
    assert module.comments_and_code == (2, 4)
    assert module.package == "trees"


def test_content_is_put_between_its_marks() -> None:
    assert (
        placed("a\n<!-- x -->\nold\n<!-- end of x -->\nb", "x", "new\n") == "a\n<!-- x -->\nnew\n<!-- end of x -->\nb"
    )
