"""Rules, and the findings they report: severity, place, message, hint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Rule:
    """One rule: its stable kebab-case `id`, its usual severity, what it reports and why that matters, and the remedy."""

    id: str
    severity: Severity
    doc: str
    hint: str


@dataclass(frozen=True)
class Finding:
    """One violation of a rule at one place.

    `rule` is the rule's id, `where` the document (`default/deployment.httpbin`), `path` the place inside it,
    `hint` what to write instead; `file` and `line` are the user's source where it is known.
    """

    rule: str
    severity: Severity
    message: str
    where: str = ""
    path: str = ""
    hint: str | None = None
    file: str | None = None
    line: int | None = None

    @property
    def sort_key(self) -> tuple[str, int, str, str, str]:
        """Files, lines, documents, paths in order."""
        return (self.file or "", self.line or 0, self.where, self.path, self.rule)


@dataclass(frozen=True)
class Checked:
    """A run that found something: the number of workloads it looked at, and its rules by id."""

    workloads: int
    rules: Mapping[str, Rule] = field(default_factory=dict)

    def summary(self, findings: Sequence[Finding]) -> str:
        """`3 findings (1 error, 2 warnings) in 12 workloads`."""
        counts = Counter(f.severity for f in findings)
        kinds = ", ".join(count(counts[s], s) for s in ("error", "warning", "note") if counts[s])
        found = f"{count(len(findings), 'finding')} ({kinds})" if findings else "no findings"
        return f"{found} in {count(self.workloads, 'workload')}"


def count(number: int, noun: str) -> str:
    """`1 change`, `2 changes`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
