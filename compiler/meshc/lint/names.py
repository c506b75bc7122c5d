"""Names that occur twice in the pod that will run: containers, volumes, ports, variables, mounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from meshc.lint.subject import Problem, Subject
from meshc.reports.finding import Severity
from meshc.yamlio import Json


def check(subject: Subject) -> Iterator[Problem]:
    """Rules `duplicate-container`, `duplicate-volume`, `duplicate-port`, `duplicate-variable`, `duplicate-mount`."""
    pod = subject.result
    for name in _twice(str(c.get("name")) for c, _ in pod.containers()):
        hint = "rename the container: the mesh uses the name" if _is_added(subject, name) else "rename one of them"
        yield Problem("duplicate-container", "error", _last(subject, name), f"two containers are called {name}", hint)
    for name in _twice(str(v.get("name")) for v in pod.spec.get("volumes") or []):
        place = (*subject.pod.path, "spec", "volumes")
        yield Problem("duplicate-volume", "error", place, f"two volumes are called {name}", "rename one of them")
    yield from _ports(subject)
    for container, _ in pod.containers():
        yield from _within(subject, container)


def _within(subject: Subject, container: Mapping[str, Json]) -> Iterator[Problem]:
    name = str(container.get("name"))
    checks: tuple[tuple[str, Severity, str, str, str], ...] = (
        ("duplicate-variable", "warning", "env", "name", "sets the variable {0} twice; the last one counts"),
        ("duplicate-mount", "error", "volumeMounts", "mountPath", "mounts two volumes at {0}"),
    )
    for rule, severity, field, key, text in checks:
        for value in _twice(str(e.get(key)) for e in container.get(field) or []):
            message = f"container {name} {text.format(value)}"
            yield Problem(rule, severity, subject.place(name, field), message, "remove one of them")
    for value in _twice(str(p["name"]) for p in container.get("ports") or [] if p.get("name")):
        message = f"container {name} has two ports called {value}"
        yield Problem("duplicate-port", "error", subject.place(name, "ports"), message, "rename one of them")


def _ports(subject: Subject) -> Iterator[Problem]:
    """Two of the user's containers cannot listen on one number: they share an address."""
    seen: dict[tuple[int, str], str] = {}
    for container, path in subject.applications():
        for index, entry in enumerate(container.get("ports") or []):
            number = entry.get("containerPort")
            if not isinstance(number, int):
                continue
            key = number, str(entry.get("protocol") or "TCP")
            other = seen.setdefault(key, str(container.get("name")))
            if other != container.get("name"):
                message = f"containers {other} and {container.get('name')} both declare port {number}/{key[1]}; they share one address"
                yield Problem(
                    "duplicate-port", "warning", (*path, "ports", index), message, "let one of them listen elsewhere"
                )


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def _is_added(subject: Subject, name: str) -> bool:
    return bool(sum(c.get("name") == name for c, _ in subject.pod.containers()) < 2)


def _last(subject: Subject, name: str) -> tuple[str | int, ...]:
    places = [path for c, path in subject.pod.containers() if c.get("name") == name]
    return (*places[-1], "name") if places else (*subject.pod.path, "spec")
