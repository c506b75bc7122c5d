"""The ports that the agent scrapes for a pod, and which it must not (docs/istio/changes-1.31.md § 2)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from meshc.catalog import Release
from meshc.errors import InjectionError
from meshc.gotext.parsing import parse_int
from meshc.gotext.strings import quote
from meshc.yamlio import Json

_DEFAULT_PATH = "/metrics"
_LAST_PORT = 65535


class Target(NamedTuple):
    """One endpoint on localhost that the agent scrapes: the port as written, and the path with its query."""

    port: str
    path: str


def parse(text: str) -> list[Target]:
    """The targets of a comma-separated list of `port` or `port:path`; raises ValueError for an item without port."""
    found = []
    for item in filter(None, (part.strip() for part in text.split(","))):
        port, _, path = (part.strip() for part in item.partition(":"))
        if not port:
            raise ValueError(f"empty port in scrape target {quote(item)}")
        found.append(Target(port, path or _DEFAULT_PATH))
    return found


class ScrapePorts(NamedTuple):
    """What a pod's scrape ports are checked against: the agent's status port, Istio's own ports, the pod's spec."""

    agent: str
    reserved: Mapping[str, str]
    spec: Json

    def check(self, ports: list[str], key: str, *, of_targets: bool) -> None:
        """Raise InjectionError, pointing at the annotation `key`, for the first port that the injector refuses."""
        subject = "targets: " if of_targets else "configuration: "
        noun = "target port" if of_targets else "port"
        for port in ports:
            for problem, hint in self._problems(port, noun):
                message = f"invalid prometheus scrape {subject}{problem}"
                raise InjectionError(message, path=["metadata", "annotations", key], value=port, hint=hint)

    def _problems(self, port: str, noun: str) -> Iterator[tuple[str, str]]:
        number = parse_int(port)
        if number is None or not 1 <= number <= _LAST_PORT:
            yield f"invalid {noun} {quote(port)}", self._number_of(port)
        elif str(number) == self.agent:
            yield f"{noun} {port} conflicts with agent port", "leave it out; the agent serves the merged metrics there"
        elif what := self.reserved.get(str(number)):
            hint = "write the application's own metrics port; the agent adds Envoy's metrics itself"
            yield f"{noun} {port} is reserved for Istio ({what}) and cannot be scraped", hint

    def _number_of(self, name: str) -> str:
        """What to write instead of a port name."""
        for container in self.spec.get("containers") or ():
            for port in container.get("ports") or ():
                if name and port.get("name") == name:
                    return f'write "{port["containerPort"]}", the number of that port'
        return f"write a port number from 1 to {_LAST_PORT}, in quotes"


def ports(agent: str, spec: Json, release: Release) -> ScrapePorts:
    """The checks of a pod in a release."""
    return ScrapePorts(agent, release.fact("injection.reserved_scrape_ports"), spec)
