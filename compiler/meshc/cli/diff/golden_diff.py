"""`meshc diff --golden`: golden cases rendered anew, compared with what they expect, or rewritten."""

from __future__ import annotations

from collections.abc import Sequence

from meshc.cli import golden_cases, output
from meshc.cli.inputs import project_file
from meshc.cli.options import SettingsOptions
from meshc.errors import UsageError
from meshc.reports.changes import Change, Report
from meshc.reports.finding import count


def report(directories: Sequence[str], options: SettingsOptions, *, jobs: int = 1, shard: str | None = None) -> Report:
    """What in the cases is not as rendered now."""
    cases = _cases(directories, options, shard)
    found = [change for _, _, changed in golden_cases.stale(cases, jobs=jobs) for change in changed]
    changes = tuple(c for file in found for c in _changes(file))
    return Report("", len(cases), changes, noun="golden case")


def update(directories: Sequence[str], options: SettingsOptions, *, jobs: int = 1, shard: str | None = None) -> int:
    """Rewrite the cases that are not current and print what changed; 0."""
    cases = _cases(directories, options, shard)
    stale = golden_cases.stale(cases, jobs=jobs)
    for case, rendered, _ in stale:
        golden_cases.update(case, rendered)
    lines = [f"{change.kind}: {change.file}" + _number(change) for _, _, changed in stale for change in changed]
    summary = f"{len(stale)} of {count(len(cases), 'golden case')} rewritten"
    output.write("".join(f"{line}\n" for line in [*lines, summary]), "-")
    return 0


def _cases(directories: Sequence[str], options: SettingsOptions, shard: str | None) -> list[str]:
    if not directories:
        project = project_file(options, quiet=True)
        directories = project.goldens if project else ()
    if not directories:
        raise UsageError("no golden cases named", hint="name a directory with --golden DIR, or `goldens` in meshc.yaml")
    return golden_cases.sharded([str(case) for case in golden_cases.cases(directories)], shard)


def _changes(file: golden_cases.FileChange) -> list[Change]:
    case = str(file.case)
    if not file.differences:
        note = {
            "added": "rendered, but not expected",
            "removed": "expected, but not rendered any more",
            "changed": "equal in meaning; only the formatting differs",
        }[file.kind]
        return [Change(file.name, "", file.kind, file.old, file.new, (case,), note=note, file=file.file)]
    return [Change(file.name, d.where, d.kind, d.old, d.new, (case,), file=file.file) for d in file.differences]


def _number(change: golden_cases.FileChange) -> str:
    return f" ({count(len(change.differences), 'difference')})" if change.differences else ""
