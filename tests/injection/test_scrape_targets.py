"""Scrape targets: what the annotation says, and which ports must not be scraped (docs/istio/changes-1.31.md § 2)."""

from __future__ import annotations

import pytest

from meshc import catalog
from meshc.errors import InjectionError
from meshc.injection import scrape_targets
from meshc.yamlio import Json

SPEC: Json = {"containers": [{"name": "web", "ports": [{"name": "metrics", "containerPort": 9090}]}, {"name": "other"}]}


@pytest.mark.parametrize(
    ("text", "targets"),
    [
        ("9090", [("9090", "/metrics")]),
        (" 9090:/a?b=c , 9091 ,", [("9090", "/a?b=c"), ("9091", "/metrics")]),
        ("", []),
    ],
)
def test_a_list_of_targets(text: str, targets: list[tuple[str, str]]) -> None:
    assert scrape_targets.parse(text) == targets


def test_a_target_without_port() -> None:
    with pytest.raises(ValueError, match="empty port"):
        scrape_targets.parse(":/metrics")


@pytest.mark.parametrize(
    ("port", "message", "hint"),
    [
        ("metrics", "invalid target port", '"9090"'),
        ("nowhere", "invalid target port", "from 1 to 65535"),
        ("65536", "invalid target port", "from 1 to 65535"),
        ("15020", "conflicts with agent port", "leave it out"),
        ("15090", "is reserved for Istio", "own metrics port"),
    ],
)
def test_a_port_that_must_not_be_scraped(port: str, message: str, hint: str) -> None:
    checks = scrape_targets.ports("15020", SPEC, catalog.newest())
    with pytest.raises(InjectionError, match=message) as refused:
        checks.check(["9090", port], "prometheus.istio.io/scrape-targets", of_targets=True)
    assert hint in str(refused.value)
    assert "prometheus.istio.io/scrape-targets" in (refused.value.path or "")


def test_ports_that_may_be_scraped() -> None:
    scrape_targets.ports("15020", SPEC, catalog.newest()).check(["1", "65535"], "prometheus.io/port", of_targets=False)
