"""`meshc diff`: two renderings, goldens, two releases, or what runs in a cluster, compared by meaning."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from meshc import reports
from meshc.cli import output
from meshc.cli.diff import DiffOptions, golden_diff, two_sides
from meshc.cli.options import SettingsOptions
from meshc.comparison.documents import Compared, compare_all
from meshc.comparison.grouping import changes
from meshc.errors import UsageError, require_known
from meshc.late import late
from meshc.rendering import tree
from meshc.reports.changes import Report

if TYPE_CHECKING:
    from meshc.cli.diff import live_diff, release_diff, templates_diff
else:
    release_diff = late("meshc.cli.diff.release_diff")
    live_diff = late("meshc.cli.diff.live_diff")
    templates_diff = late("meshc.cli.diff.templates_diff")


def diff(options: DiffOptions, settings_options: SettingsOptions) -> int:
    """Print a report; 1 when anything differs, else 0.  Raises MeshcError for input that cannot be compared."""
    to = output.destination(options.output)
    require_known("report format", options.format, reports.report_formats(), path="--format")
    kind = _kind(options, templates=settings_options.templates is not None)
    if kind == "golden" and options.update:
        return golden_diff.update(options.goldens, settings_options, jobs=options.jobs, shard=options.shard)
    report = _report(kind, options, settings_options)
    coloured = to in (None, "-") and output.colours(sys.stdout)
    output.write(reports.write_report(report, format=options.format, colour=coloured), to)
    return 1 if report.differs else 0


def report_of(found: list[Compared], title: str, *, show_noise: bool, noun: str = "document") -> Report:
    """The report of compared documents."""
    noise = changes(found, noise=True) if show_noise else ()
    return Report(title, len(found), changes(found), noise=noise, noun=noun)


def _report(kind: str, options: DiffOptions, settings_options: SettingsOptions) -> Report:
    if kind == "golden":
        return golden_diff.report(options.goldens, settings_options, jobs=options.jobs, shard=options.shard)
    if kind == "upgrade":
        return release_diff.report(options, settings_options)
    if kind == "live":
        return live_diff.report(options, settings_options)
    if kind == "templates":
        return templates_diff.report(options, settings_options)
    old, new = options.files
    found = compare_all(two_sides.sides(old), two_sides.sides(new))
    wanted = tree.shard_of(list(dict.fromkeys(pair.subject for pair in found)), options.shard)
    found = [pair for pair in found if pair.subject in wanted]
    return report_of(found, f"{old} → {new}", show_noise=options.show_noise)


def _kind(options: DiffOptions, *, templates: bool) -> str:
    asked = {
        "golden": bool(options.goldens) or options.update,
        "upgrade": bool(options.old_release or options.new_release),
        "live": options.live or bool(options.live_from),
    }
    kinds = [kind for kind, wanted in asked.items() if wanted]
    if not kinds and templates:
        return "templates"
    if len(kinds) > 1:
        raise UsageError("--golden, --from/--to and --live are mutually exclusive", hint="give one of them")
    if not kinds and len(options.files) != 2:
        hint = "name two files or directories, or use --golden DIR, --from R1 --to R2, --live or --live-from DIR"
        raise UsageError("nothing to compare" if not options.files else "two paths can be compared", hint=hint)
    if not kinds and options.files[0] == options.files[1] == "-":
        raise UsageError("standard input can be read only once", value="-", hint="name a file for one of the two")
    kind = kinds[0] if kinds else "files"
    if kind == "golden" and options.files:
        raise UsageError("--golden takes directories, not files", value=options.files[0], hint="write --golden DIR")
    if kind != "live":
        _refuse_live_options(options)
    return kind


def _refuse_live_options(options: DiffOptions) -> None:
    said = {
        "--context": options.context,
        "-l": options.selector,
        "-A": options.all_namespaces,
        "--bootstrap": options.bootstrap,
    }
    for name, value in said.items():
        if value:
            raise UsageError(f"{name} needs --live", path=name, hint="add --live, or --live-from DIR")
