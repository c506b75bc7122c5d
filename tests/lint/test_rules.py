"""The registry of lint rules, its list and its page."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from meshc import lint
from meshc.cli.check.check_verb import RULES
from meshc.cli.check.rule_list import listed
from meshc.errors import UsageError

ROOT = Path(__file__).resolve().parents[2]


def test_every_module_of_rules_declares_some() -> None:
    modules = {p.stem for p in (ROOT / "compiler/meshc/lint/rules").glob("*.py")} - {"__init__"}
    declared = {name for name in modules if " = Rule(" in (ROOT / f"compiler/meshc/lint/rules/{name}.py").read_text()}
    assert declared == modules
    assert len(lint.rules()) >= 25


def test_ids_are_unique_and_rules_are_described() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule.id)
        assert rule.doc.endswith(".")
        assert rule.hint
        assert rule.severity in ("error", "warning")


def test_the_list_has_every_rule_in_each_format() -> None:
    assert [rule["id"] for rule in json.loads(listed(RULES, "json"))] == [rule.id for rule in RULES]
    lines = listed(RULES, "text").splitlines()
    assert [line.split()[0] for line in lines] == [rule.id for rule in RULES]


def test_an_unknown_format_of_the_list_is_refused() -> None:
    with pytest.raises(UsageError, match="write markdown"):
        listed(RULES, "markdwn")


def test_the_page_is_current() -> None:
    assert (ROOT / "docs" / "rules.md").read_text() == listed(RULES, "markdown"), (
        "run `meshc check --list-rules --format markdown -o docs/rules.md`"
    )
