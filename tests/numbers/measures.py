"""The numbers, each with its limit where there is one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from tests.numbers.source import BORDER, NEW, ROOT, Module, modules, older

# One definition each: what reads, merges or prints in two places will differ in one of them.
IDEAS = {
    "a value that is not there": r"^class _?Absent:|^_?(?:ABSENT|MISSING|UNSET)\b.*= object\(\)",
    "a value at a path": r"^def _?(?:get|get_path|value_at)\(tree",
    "strategic merge": r"^def (?:strategic_merge\w*|merge)\(original",
    "table of merge keys": r"^def merge_keys\(|^_?MERGE_KEYS?\b",
    "order of merged lists": r"^def interleave\(",
    "pairing of list items": r"^def align\(",
    "raise one error or many": r"len\(errors\) == 1",
    "reader of a pod": r"^def pod_of\(",
    "Go's quoted strings": r"^def quote\(",
    "Go's JSON": r"^def (?:go_json|to_json_bytes|write)\(value: Json",
    "import late": r"^class _?Late\b",
}


@dataclass(frozen=True)
class Number:
    """One row: what is counted, the value as it is shown, and whether it is within its limit."""

    name: str
    shown: str
    limit: str = ""
    holds: bool = True


def numbers() -> list[Number]:
    """All rows."""
    found = modules()
    return [*_sizes(found), *_habits(found), *_readings(), *_ideas(found)]


def table(rows: Sequence[Number]) -> str:
    """The rows as a Markdown table."""
    head = ["| | now | limit |", "|---|---|---|"]
    return "\n".join([*head, *(f"| {row.name} | {row.shown} | {row.limit} |" for row in rows)]) + "\n"


def _sizes(found: list[Module]) -> list[Number]:
    lines = sum(m.lines for m in older(found))
    new = sum(m.lines for m in found) - lines
    functions = [length for m in found for length in m.functions]
    return [
        Number("modules", str(len(found))),
        _at_most("lines", lines, 40_500, goal=37_200, note=f" (and {new:,} of {', '.join(NEW)})"),
        Number("lines of a module: median, 90th percentile", _spread([m.lines for m in found])),
        Number("lines of a function: median, 90th percentile", _spread(functions)),
    ]


def _habits(found: list[Module]) -> list[Number]:
    untyped = sum(m.untyped for m in found if m.package not in BORDER)
    comments, code = (sum(m.comments_and_code[i] for m in found) for i in (0, 1))
    share = 100 * comments / code
    return [
        _at_most(f"mentions of `Any` and `Json` outside {', '.join(BORDER)}", untyped, 1_700, goal=200),
        _at_most("imports inside functions", sum(m.late_imports for m in found), 0),
        Number("comment lines per 100 lines of code", f"{share:.1f}", "0.4 to 6; goal 2 to 6", 0.4 <= share <= 6),
    ]


def _readings() -> list[Number]:
    """How often a verb reads a document, as `tests/cli/test_parses.py` counts it."""
    text = (ROOT / "tests" / "cli" / "test_parses.py").read_text("utf-8")
    counted = re.findall(r"\(\"(\w+)([^\"]*)\", (\d)\)", text)
    by_times: dict[str, list[str]] = {}
    for verb, words, times in counted:
        named = f"`{verb} --in-place`" if "--in-place" in words else f"`{verb}`"
        if named not in (names := by_times.setdefault(times, [])):
            names.append(named)
    shown = "; ".join(f"{times}: {', '.join(names)}" for times, names in sorted(by_times.items()))
    return [Number("readings of a document (`diff` is given two)", shown, "1; 2 with `--in-place`")]


def _ideas(found: list[Module]) -> list[Number]:
    rows = []
    for name, pattern in IDEAS.items():
        places = [m for m in older(found) for _ in re.finditer(pattern, m.text, re.MULTILINE)]
        rows.append(_at_most(f"definitions of: {name}", len(places), 1))
    return rows


def _at_most(name: str, value: int, limit: int, *, goal: int | None = None, note: str = "") -> Number:
    """A number with the limit that is held today, and where it is to go."""
    shown = f"{limit:,}" if goal is None else f"{limit:,}; goal {goal:,}"
    return Number(name, f"{value:,}{note}", shown, value <= limit)


def _spread(values: Sequence[int]) -> str:
    return f"{median(values):.0f}, {quantiles(values, n=10)[-1]:.0f}"
