"""Addresses and names that validation takes."""

from __future__ import annotations

import pytest

from meshc.models import addresses


@pytest.mark.parametrize(
    "text",
    ["istiod.istio-system.svc:15012", "foo:1", "10.0.0.1:65535", "[::1]:80", "[fe80::1]:9", "Foo.bar.:80", "a-b:80"],
)
def test_host_and_port_are_an_address(text: str) -> None:
    assert addresses.address_problem(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "foo",
        "foo:",
        ":80",
        "foo:0",
        "foo:65536",
        "foo:http",
        "a:b:80",
        "::1:80",
        "[::1]",
        "[::1]x:80",
        "[::1:80",
        "[::1]:8:0",
        "fo[o:80",
        "foo_bar:80",
        "-foo:80",
        "foo.:80:",
        "1.2.3.999:80",
        "foo..bar:80",
        f"{'a' * 64}:80",
        f"{'a.' * 130}b:80",
    ],
)
def test_other_texts_are_no_address(text: str) -> None:
    assert addresses.address_problem(text)


@pytest.mark.parametrize("name", ["*", "foo.bar", "*.foo", "*-x.foo", "foo."])
def test_wildcard_names(name: str) -> None:
    assert addresses.wildcard_name_problem(name) is None


@pytest.mark.parametrize("name", ["", "*foo", "foo.*", "*.*.foo", "*-.foo", "**"])
def test_other_wildcards_are_refused(name: str) -> None:
    assert addresses.wildcard_name_problem(name)


def test_trust_domains_are_dns_labels() -> None:
    assert addresses.trust_domain_problem("cluster.local") is None
    assert addresses.trust_domain_problem("cluster.local.") is None
    assert addresses.trust_domain_problem("") == "must not be empty"
    assert addresses.trust_domain_problem("a_b") == '"a_b": "a_b" is no DNS label'


def test_ports_end_at_65535() -> None:
    assert addresses.port_problem(1) is None
    assert addresses.port_problem(0) == "port 0 must be from 1 to 65535"
