"""Annotations and labels: misspelt names, values Istio refuses, wrong places, ranges with host bits."""

from __future__ import annotations

from collections.abc import Iterator

from meshc.interception.capture_annotations import TRAFFIC, problems
from meshc.interception.ranges import canonical, parse_cidr
from meshc.lint.subject import Problem, Subject, problem
from meshc.models import annotations as known
from meshc.reports.finding import Rule

_RANGES = (f"{TRAFFIC}includeOutboundIPRanges", f"{TRAFFIC}excludeOutboundIPRanges")

UNKNOWN_ANNOTATION = Rule(
    "unknown-annotation",
    "warning",
    "An annotation under one of Istio's prefixes that the release does not read: it has no effect.",
    "correct the name, or remove the annotation",
)
UNKNOWN_LABEL = Rule(
    "unknown-label",
    "warning",
    "A label under one of Istio's prefixes that the release does not read: it has no effect.",
    "correct the name, or remove the label",
)
INVALID_ANNOTATION = Rule(
    "invalid-annotation",
    "error",
    "An annotation whose value Istio refuses: the pod is not admitted, or its init container fails.",
    "write a value of the annotation's type",
)
ANNOTATION_MISPLACED = Rule(
    "annotation-misplaced",
    "warning",
    "An annotation for pods on the workload itself, where Istio does not read it.",
    "move it to the pod template's metadata.annotations",
)
RANGE_WITH_HOST_BITS = Rule(
    "range-with-host-bits",
    "warning",
    "A CIDR range with bits beyond its prefix: the kernel masks them, so the range is another one than written.",
    "write the masked range",
)


def check(subject: Subject) -> Iterator[Problem]:
    """Problems of the rules above."""
    release, path = subject.settings.release, (*subject.pod.path, "metadata")
    for where, given in (("annotations", subject.pod.annotations), ("labels", subject.pod.labels)):
        kind: known.Where = "annotations" if where == "annotations" else "labels"
        for name, hint in known.unknown(given, release, kind):
            rule = UNKNOWN_ANNOTATION if where == "annotations" else UNKNOWN_LABEL
            yield problem(rule, (*path, where, name), f"Istio {release} does not read {name}", hint)
    for error in problems(subject.pod.annotations, release, path=(*path, "annotations"), every=True):
        place = (*path, "annotations", _name(subject, error.message))
        yield problem(INVALID_ANNOTATION, place, error.message, error.hint)
    yield from _misplaced(subject)
    yield from _host_bits(subject)


def _name(subject: Subject, message: str) -> str:
    """The annotation an error is about; the longest name, should one contain another."""
    return max((n for n in subject.pod.annotations if f"'{n}'" in message), key=len, default="")


def _misplaced(subject: Subject) -> Iterator[Problem]:
    """Annotations for pods on the workload itself, where nothing reads them."""
    if not subject.pod.path:
        return
    own = (subject.document.value.get("metadata") or {}).get("annotations") or {}
    for name in own:
        entry = known.table().get(name)
        if entry and entry.kinds == ("Pod",) and name not in subject.pod.annotations:
            hint = f"move it to {'.'.join(subject.pod.path)}.metadata.annotations"
            yield problem(
                ANNOTATION_MISPLACED,
                ("metadata", "annotations", name),
                f"{name} is read from the pod, not from the workload",
                hint,
            )


def _host_bits(subject: Subject) -> Iterator[Problem]:
    for name in _RANGES:
        for member in str(subject.pod.annotations.get(name, "")).split(","):
            parsed = parse_cidr(member)
            if parsed and not canonical(member).startswith(f"{parsed[0]}/"):
                message = f"the range {member} has bits beyond its prefix; the kernel masks it to {canonical(member)}"
                yield problem(
                    RANGE_WITH_HOST_BITS,
                    subject.annotation_path(name),
                    message,
                    f"write {canonical(member)}",
                )
