"""Annotations and labels: misspelt names, values Istio refuses, wrong places, ranges with host bits."""

from __future__ import annotations

from collections.abc import Iterator

from meshc.interception.capture_annotations import TRAFFIC, problems
from meshc.interception.ranges import canonical, parse_cidr
from meshc.lint.subject import Problem, Subject
from meshc.models import annotations as known

_RANGES = (f"{TRAFFIC}includeOutboundIPRanges", f"{TRAFFIC}excludeOutboundIPRanges")


def check(subject: Subject) -> Iterator[Problem]:
    """Rules `unknown-annotation`, `unknown-label`, `invalid-annotation`, `annotation-misplaced`, `range-with-host-bits`."""
    release, path = subject.settings.release, (*subject.pod.path, "metadata")
    for where, given in (("annotations", subject.pod.annotations), ("labels", subject.pod.labels)):
        kind: known.Where = "annotations" if where == "annotations" else "labels"
        for name, hint in known.unknown(given, release, kind):
            rule = f"unknown-{where.removesuffix('s')}"
            yield Problem(rule, "warning", (*path, where, name), f"Istio {release} does not read {name}", hint)
    for error in problems(subject.pod.annotations, release, path=(*path, "annotations"), every=True):
        place = (*path, "annotations", _name(subject, error.message))
        yield Problem("invalid-annotation", "error", place, error.message, error.hint)
    yield from _misplaced(subject)
    yield from _host_bits(subject)


def _name(subject: Subject, message: str) -> str:
    """The annotation an error is about; the longest name, should one contain another."""
    return max((n for n in subject.pod.annotations if f"'{n}'" in message), key=len, default="")


def _misplaced(subject: Subject) -> Iterator[Problem]:
    """Annotations for pods on the workload itself: nobody reads them there."""
    if not subject.pod.path:
        return
    own = (subject.document.value.get("metadata") or {}).get("annotations") or {}
    for name in own:
        entry = known.table().get(name)
        if entry and entry.kinds == ("Pod",) and name not in subject.pod.annotations:
            hint = f"move it to {'.'.join(subject.pod.path)}.metadata.annotations"
            yield Problem(
                "annotation-misplaced",
                "warning",
                ("metadata", "annotations", name),
                f"{name} is read from the pod, not from the workload",
                hint,
            )


def _host_bits(subject: Subject) -> Iterator[Problem]:
    for name in _RANGES:
        for member in str(subject.pod.annotations.get(name, "")).split(","):
            parsed = parse_cidr(member)
            if parsed and not canonical(member).startswith(f"{parsed[0]}/"):
                message = f"the range {member} has bits beyond its prefix; the kernel takes it as {canonical(member)}"
                yield Problem(
                    "range-with-host-bits",
                    "warning",
                    subject.annotation_path(name),
                    message,
                    f"write {canonical(member)}",
                )
