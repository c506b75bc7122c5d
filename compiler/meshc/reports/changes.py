"""Results of a comparison: changes with their causes, verdicts on running pods, noise."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson

from meshc.errors import show_value
from meshc.reports.finding import Finding, Rule, count
from meshc.yamlio import Json

_SHOWN = 3


@dataclass(frozen=True, order=True)
class Cause:
    """Why something changes: a switch, fact, table or setting of the catalogue (`name`), since when, in one sentence."""

    name: str
    since: str
    text: str

    def __str__(self) -> str:
        colon = "" if self.text.startswith("no longer: ") else ":"
        return f"since {self.since}{colon} {self.text}" if self.since else self.text


@dataclass(frozen=True)
class Change:
    """One change in one or many documents (`subjects`); `part` names the file, empty for the object itself.

    `kind` is added, removed, changed, moved or order; `note` says why it is listed separately (noise, drift).
    """

    part: str
    path: str
    kind: str
    old: Json
    new: Json
    subjects: tuple[str, ...]
    causes: tuple[Cause, ...] = ()
    note: str = ""
    file: str | None = None

    @property
    def where(self) -> str:
        """Part and path."""
        return " ".join(p for p in (self.part, self.path) if p) or "the whole document"

    @property
    def reason(self) -> str:
        """Causes and note in one line."""
        return "; ".join([*(str(c) for c in self.causes), *([self.note] if self.note else [])])


@dataclass(frozen=True)
class Verdict:
    """The state of one running pod: `current`, `stale`, `foreign`, `not-injected` or `unexpected`, and why."""

    subject: str
    status: str
    reason: str = ""


@dataclass(frozen=True)
class Report:
    """A whole comparison: its title, the number of compared subjects, the changes and verdicts."""

    title: str
    compared: int
    changes: tuple[Change, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    noise: tuple[Change, ...] = ()
    noun: str = "document"

    @property
    def differs(self) -> bool:
        """Whether there are changes, or pods that are not current."""
        return bool(self.changes) or any(v.status != "current" for v in self.verdicts)

    @property
    def summary(self) -> str:
        """The last line: `3 changes in 200 workloads`."""
        counted = count(self.compared, self.noun)
        if self.verdicts:
            states = {v.status for v in self.verdicts}
            kinds = ", ".join(f"{sum(v.status == s for v in self.verdicts)} {s}" for s in STATES if s in states)
            return f"{counted}: {kinds}"
        return f"{count(len(self.changes), 'change')} in {counted}" if self.changes else f"no differences in {counted}"


DIFFERENCE_RULES = (
    *(
        Rule(f"difference-{kind}", "error", f"A value that was {doc}.", "accept the change, or undo it")
        for kind, doc in (
            ("added", "added"),
            ("removed", "removed"),
            ("changed", "changed"),
            ("moved", "moved to another list"),
            ("order", "moved within its list"),
        )
    ),
    Rule(
        "drift-stale", "error", "A running pod that older settings or another release injected.", "restart the workload"
    ),
    Rule("drift-foreign", "error", "A running pod that something else changed.", "find out what changes the pod"),
    Rule("drift-not-injected", "error", "A running pod without the proxy it would get.", "restart the workload"),
    Rule("drift-unexpected", "error", "A running pod with a proxy it would not get.", "restart the workload"),
)
STATES = ("current", "stale", "foreign", "not-injected", "unexpected")


def subjects(change: Change) -> str:
    """The subjects of a change in one short line."""
    if len(change.subjects) <= _SHOWN:
        return ", ".join(change.subjects)
    return f"{', '.join(change.subjects[:_SHOWN])} and {len(change.subjects) - _SHOWN} more"


def values(change: Change, *, limit: int = 160) -> str:
    """Old and new value in one short line."""
    if change.old is None and change.new is None:
        return ""
    match change.kind:
        case "added":
            return show(change.new, limit=limit)
        case "removed":
            return show(change.old, limit=limit)
        case "moved":
            return f"{change.old} → {change.new}"
        case "order":
            return f"{_order(change.old)} → {_order(change.new)}"
    return f"{show(change.old, limit=limit)} → {show(change.new, limit=limit)}"


def show(value: Json, *, limit: int = 160) -> str:
    """A value as short JSON."""
    if isinstance(value, dict | list):
        text = orjson.dumps(value).decode()
        return text if len(text) <= limit else text[: limit - 1] + "…"
    return show_value(value, limit=limit)


def findings_of(report: Report) -> list[Finding]:
    """A report as findings, for the formats made for machines: one for each subject of a change."""
    found = [_verdict(v) for v in report.verdicts if v.status not in ("current", "foreign", "stale")]
    statuses = {v.subject: v for v in report.verdicts}
    return [*found, *(_finding(c, s, statuses) for c in report.changes for s in c.subjects)]


def _finding(change: Change, subject: str, statuses: dict[str, Verdict]) -> Finding:
    verdict = statuses.get(subject)
    rule = f"drift-{verdict.status}" if verdict else f"difference-{change.kind}"
    return Finding(
        rule=rule,
        severity="warning" if change.causes else "error",
        message=f"{change.kind}: {values(change)}",
        where=" ".join(p for p in (subject, change.part) if p),
        path=change.path,
        hint=change.reason or None,
        file=change.file,
    )


def _verdict(verdict: Verdict) -> Finding:
    return Finding(f"drift-{verdict.status}", "error", verdict.reason or verdict.status, where=verdict.subject, path="")


def _order(names: Iterable[Json] | Sequence[Json]) -> str:
    return " ".join(str(n).strip("[]").partition("=")[2] or str(n) for n in names)
