"""Names that occur twice in the pod that will run: containers, volumes, ports, variables, mounts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from meshc.lint.subject import Problem, Subject, problem
from meshc.reports.finding import Rule
from meshc.yamlio import Json

DUPLICATE_CONTAINER = Rule(
    "duplicate-container",
    "error",
    "Two containers of the injected pod with one name: Kubernetes refuses the pod.",
    "rename one of them",
)
DUPLICATE_VOLUME = Rule(
    "duplicate-volume",
    "error",
    "Two volumes of the injected pod with one name: Kubernetes refuses the pod.",
    "rename one of them",
)
DUPLICATE_PORT = Rule(
    "duplicate-port",
    "error",
    "A port name twice in one container, or a port number in two containers: they share one address.",
    "rename one of them",
)
DUPLICATE_VARIABLE = Rule(
    "duplicate-variable",
    "warning",
    "An environment variable that a container sets twice: only the last one counts.",
    "remove one of them",
)
DUPLICATE_MOUNT = Rule(
    "duplicate-mount",
    "error",
    "Two volumes mounted at one path: Kubernetes refuses the pod.",
    "remove one of them",
)


def check(subject: Subject) -> Iterator[Problem]:
    """Problems of the rules above."""
    pod = subject.result
    for name in _twice(str(c.get("name")) for c, _ in pod.containers()):
        hint = "rename the container: the mesh uses the name" if _is_added(subject, name) else None
        yield problem(DUPLICATE_CONTAINER, _last(subject, name), f"two containers are called {name}", hint)
    for name in _twice(str(v.get("name")) for v in pod.spec.get("volumes") or []):
        place = (*subject.pod.path, "spec", "volumes")
        yield problem(DUPLICATE_VOLUME, place, f"two volumes are called {name}")
    yield from _ports(subject)
    for container, _ in pod.containers():
        yield from _within(subject, container)


def _within(subject: Subject, container: Mapping[str, Json]) -> Iterator[Problem]:
    name = str(container.get("name"))
    checks = (
        (DUPLICATE_VARIABLE, "env", "name", "sets the variable {0} twice; the last one counts"),
        (DUPLICATE_MOUNT, "volumeMounts", "mountPath", "mounts two volumes at {0}"),
    )
    for rule, field, key, text in checks:
        for value in _twice(str(e.get(key)) for e in container.get(field) or []):
            message = f"container {name} {text.format(value)}"
            yield problem(rule, subject.place(name, field), message)
    for value in _twice(str(p["name"]) for p in container.get("ports") or [] if p.get("name")):
        message = f"container {name} has two ports called {value}"
        yield problem(DUPLICATE_PORT, subject.place(name, "ports"), message)


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
                hint = "let one of them listen on another port"
                yield problem(DUPLICATE_PORT, (*path, "ports", index), message, hint, severity="warning")


def _twice(names: Iterable[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]


def _is_added(subject: Subject, name: str) -> bool:
    return bool(sum(c.get("name") == name for c, _ in subject.pod.containers()) < 2)


def _last(subject: Subject, name: str) -> tuple[str | int, ...]:
    places = [path for c, path in subject.pod.containers() if c.get("name") == name]
    return (*places[-1], "name") if places else (*subject.pod.path, "spec")
