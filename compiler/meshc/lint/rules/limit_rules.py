"""Kubernetes' limits: requests above limits, lengths of names, labels and annotations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from meshc.istio_names import INIT, PROXY, VALIDATION
from meshc.kubernetes import quantity
from meshc.lint.subject import Problem, Subject, problem
from meshc.reports.finding import Rule
from meshc.yamlio import Json

_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
_PORT_NAME = re.compile(r"(?=.*[a-z])(?!.*--)[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?")
_ANNOTATIONS = 256 * 1024

REQUEST_ABOVE_LIMIT = Rule(
    "request-above-limit",
    "error",
    "A resource request above its limit: Kubernetes refuses the pod.",
    "lower the request or raise the limit",
)
INVALID_NAME = Rule(
    "invalid-name",
    "error",
    "A container or port name that Kubernetes refuses.",
    "rename the container",
)
INVALID_PORT = Rule(
    "invalid-port",
    "error",
    "A container port that is not a number between 1 and 65535.",
    "write a number",
)
INVALID_LABEL = Rule(
    "invalid-label",
    "error",
    "A label value that Kubernetes refuses.",
    "shorten the value, or use an annotation",
)
ANNOTATIONS_TOO_LARGE = Rule(
    "annotations-too-large",
    "error",
    "Annotations of more than 256 KiB in total: Kubernetes refuses the pod.",
    "move large values to a ConfigMap",
)


def check(subject: Subject) -> Iterator[Problem]:
    """Problems of the rules above."""
    pod = subject.result
    for container, _ in pod.containers():
        yield from _resources(subject, container)
        yield from _names(subject, container)
    for name, value in pod.labels.items():
        if not isinstance(value, str) or not _LABEL_VALUE.fullmatch(value):
            message = f"invalid value of label {name}: a string of at most 63 letters, digits, '-', '_' or '.'"
            yield problem(
                INVALID_LABEL,
                (*subject.pod.path, "metadata", "labels", name),
                message,
            )
    size = sum(len(str(k).encode()) + len(str(v).encode()) for k, v in pod.annotations.items())
    if size > _ANNOTATIONS:
        message = f"annotations of {size} bytes: Kubernetes accepts at most {_ANNOTATIONS}"
        yield problem(
            ANNOTATIONS_TOO_LARGE,
            (*subject.pod.path, "metadata", "annotations"),
            message,
        )


def _resources(subject: Subject, container: Mapping[str, Json]) -> Iterator[Problem]:
    name, resources = str(container.get("name")), container.get("resources") or {}
    requests, limits = resources.get("requests") or {}, resources.get("limits") or {}
    for resource in requests.keys() & limits.keys():
        asked, most = _parsed(requests[resource]), _parsed(limits[resource])
        if asked is not None and most is not None and asked > most:
            message = (
                f"container {name} requests {requests[resource]} of {resource}, above its limit {limits[resource]}"
            )
            hint = _hint(name)
            yield problem(REQUEST_ABOVE_LIMIT, subject.place(name, "resources", "requests", resource), message, hint)


def _hint(container: str) -> str:
    if container in (PROXY, INIT, VALIDATION):
        return "set sidecar.istio.io/proxyCPULimit and proxyMemoryLimit beside proxyCPU and proxyMemory, or values global.proxy.resources"
    return REQUEST_ABOVE_LIMIT.hint


def _parsed(value: Json) -> Decimal | None:
    try:
        return quantity.parse(str(value))
    except quantity.QuantityError:
        return None


def _names(subject: Subject, container: Mapping[str, Json]) -> Iterator[Problem]:
    name = str(container.get("name") or "")
    if not _DNS_LABEL.fullmatch(name):
        message = f"invalid container name \"{name}\": at most 63 lowercase letters, digits or '-'"
        yield problem(INVALID_NAME, subject.place(name, "name"), message)
    for index, entry in enumerate(container.get("ports") or []):
        port, number = entry.get("name"), entry.get("containerPort")
        if port is not None and not _PORT_NAME.fullmatch(str(port)):
            message = (
                f"invalid port name \"{port}\" of container {name}: at most 15 lowercase letters, digits or single '-'"
            )
            yield problem(
                INVALID_NAME,
                subject.place(name, "ports", index, "name"),
                message,
                "shorten the name; protocol selection reads its first word",
            )
        if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= 65535:
            message = f"invalid port {number} of container {name}: not a number between 1 and 65535"
            yield problem(INVALID_PORT, subject.place(name, "ports", index, "containerPort"), message)
