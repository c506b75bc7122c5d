"""Kubernetes' limits: requests above limits, lengths of names, labels and annotations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal

from meshc.kubernetes import quantity
from meshc.lint.subject import Problem, Subject
from meshc.yamlio import Json

_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_LABEL_VALUE = re.compile(r"([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?")
_PORT_NAME = re.compile(r"(?=.*[a-z])(?!.*--)[a-z0-9]([a-z0-9-]{0,13}[a-z0-9])?")
_ANNOTATIONS = 256 * 1024


def check(subject: Subject) -> Iterator[Problem]:
    """Rules `request-above-limit`, `invalid-name`, `invalid-port`, `invalid-label`, `annotations-too-large`."""
    pod = subject.result
    for container, _ in pod.containers():
        yield from _resources(subject, container)
        yield from _names(subject, container)
    for name, value in pod.labels.items():
        if not isinstance(value, str) or not _LABEL_VALUE.fullmatch(value):
            message = f"label {name} has a value Kubernetes refuses: at most 63 letters, digits, - _ . and text"
            yield Problem(
                "invalid-label",
                "error",
                (*subject.pod.path, "metadata", "labels", name),
                message,
                "shorten the value, or use an annotation",
            )
    size = sum(len(str(k).encode()) + len(str(v).encode()) for k, v in pod.annotations.items())
    if size > _ANNOTATIONS:
        message = f"the annotations take {size} bytes, at most {_ANNOTATIONS} are possible"
        yield Problem(
            "annotations-too-large",
            "error",
            (*subject.pod.path, "metadata", "annotations"),
            message,
            "move large texts to a ConfigMap",
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
            yield Problem(
                "request-above-limit", "error", subject.place(name, "resources", "requests", resource), message, hint
            )


def _hint(container: str) -> str:
    if container in ("istio-proxy", "istio-init", "istio-validation"):
        return "set sidecar.istio.io/proxyCPULimit and proxyMemoryLimit beside proxyCPU and proxyMemory, or values global.proxy.resources"
    return "lower the request or raise the limit"


def _parsed(value: Json) -> Decimal | None:
    try:
        return quantity.parse(str(value))
    except quantity.QuantityError:
        return None


def _names(subject: Subject, container: Mapping[str, Json]) -> Iterator[Problem]:
    name = str(container.get("name") or "")
    if not _DNS_LABEL.fullmatch(name):
        message = f"container name {name!r} is none: at most 63 small letters, digits and -"
        yield Problem("invalid-name", "error", subject.place(name, "name"), message, "rename the container")
    for index, entry in enumerate(container.get("ports") or []):
        port, number = entry.get("name"), entry.get("containerPort")
        if port is not None and not _PORT_NAME.fullmatch(str(port)):
            message = f"port name {port!r} of container {name} is none: at most 15 small letters, digits and single -"
            yield Problem(
                "invalid-name",
                "error",
                subject.place(name, "ports", index, "name"),
                message,
                "shorten the name; protocol selection reads its first word",
            )
        if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= 65535:
            message = f"a port of container {name} is no number between 1 and 65535: {number}"
            yield Problem(
                "invalid-port", "error", subject.place(name, "ports", index, "containerPort"), message, "write a number"
            )
