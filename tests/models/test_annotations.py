"""Istio's annotations and labels, and the injector's check of their values (docs/istio/injection.md § 6)."""

from __future__ import annotations

from typing import get_args

import pytest

from meshc import catalog
from meshc.gotext import parsing, strings
from meshc.models import annotation_checks
from meshc.models import annotations as pod_annotations
from meshc.models.annotation_names import SIDECAR_NATIVE_SIDECAR
from meshc.models.annotations import Where

NEWEST = catalog.newest()
CIDRS = "traffic.sidecar.istio.io/includeOutboundIPRanges"
NO_CIDRS = "traffic.sidecar.istio.io/excludeOutboundIPRanges"
PORTS = "traffic.sidecar.istio.io/includeInboundPorts"
NO_PORTS = "traffic.sidecar.istio.io/excludeInboundPorts"
NO_OUT = "traffic.sidecar.istio.io/excludeOutboundPorts"
INTERFACES = "traffic.sidecar.istio.io/excludeInterfaces"
PERIOD = "readiness.status.sidecar.istio.io/periodSeconds"
STATUS = "status.sidecar.istio.io/port"
CPU = "sidecar.istio.io/proxyCPU"
MERGE = "prometheus.istio.io/merge-metrics"
MODE = "sidecar.istio.io/interceptionMode"
CONFIG = "proxy.istio.io/config"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[(CIDRS, v) for v in ("*", "", "10.0.0.0/8", "10.1.2.3/8,fe80::/10", "::/0", "0.0.0.0/0")],
        *[(NO_CIDRS, v) for v in ("", "10.0.0.0/8")],
        *[(PORTS, v) for v in ("*", "", " ", "80", " 80 , 0,65535 ", "080")],
        (NO_PORTS, "80"),
        (NO_OUT, "80"),
        ("traffic.sidecar.istio.io/includeOutboundPorts", "nonsense"),
        *[(INTERFACES, v) for v in ("", "eth0", " eth0 , a", "a_b.c-d", "abcdefghijklmno")],
        *[(PERIOD, v) for v in ("0", "007", "4294967295")],
        *[(STATUS, v) for v in ("0", " 15020 ")],
        *[(CPU, v) for v in ("100m", "1", "1e3", "0.5Gi")],
        *[(MERGE, v) for v in ("1", "t", "T", "TRUE", "true", "True", "0", "f", "F", "FALSE", "false", "False")],
        *[(MODE, v) for v in ("REDIRECT", "TPROXY", "NONE")],
        *[(CONFIG, v) for v in ("", "{}", "unknown: 1", "concurrency: 2")],
        ("sidecar.istio.io/enableCoreDump", "nonsense"),
        ("some.example.com/other", "nonsense"),
    ],
)
def test_values_the_injector_takes(name: str, value: str) -> None:
    assert pod_annotations.validate({name: value}, NEWEST) == []


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        (MODE, "redirect", "interceptionMode invalid, use REDIRECT,TPROXY,NONE: redirect"),
        (MERGE, "yes", 'strconv.ParseBool: parsing "yes": invalid syntax'),
        (MERGE, "", 'strconv.ParseBool: parsing "": invalid syntax'),
        (
            STATUS,
            "x",
            "excludeInboundPorts invalid: failed parsing port 'x': strconv.ParseUint: parsing \"x\": invalid syntax",
        ),
        (
            STATUS,
            "",
            "excludeInboundPorts invalid: failed parsing port '': strconv.ParseUint: parsing \"\": invalid syntax",
        ),
        (PERIOD, "4294967296", 'strconv.ParseUint: parsing "4294967296": value out of range'),
        (PERIOD, " 1", 'strconv.ParseUint: parsing " 1": invalid syntax'),
        (PERIOD, "+1", 'strconv.ParseUint: parsing "+1": invalid syntax'),
        (PERIOD, "é\t\x7f", 'strconv.ParseUint: parsing "é\\t\\x7f": invalid syntax'),
        (CIDRS, "*,*", "includeIPRanges invalid: failed parsing cidr '*': netip.ParsePrefix(\"*\"): no '/'"),
        (
            CIDRS,
            "10.0.0.1",
            "includeIPRanges invalid: failed parsing cidr '10.0.0.1': netip.ParsePrefix(\"10.0.0.1\"): no '/'",
        ),
        (
            CIDRS,
            "10.0.0.0/8, 10.1.0.0/16",
            "includeIPRanges invalid: failed parsing cidr ' 10.1.0.0/16': netip.ParsePrefix(\" 10.1.0.0/16\"): "
            'ParseAddr(" 10.1.0.0"): unexpected character (at " 10.1.0.0")',
        ),
        (NO_CIDRS, "*", "excludeIPRanges invalid: failed parsing cidr '*': netip.ParsePrefix(\"*\"): no '/'"),
        (
            NO_PORTS,
            "80,",
            "excludeInboundPorts invalid: failed parsing port '': failed parsing port '': strconv.ParseUint: parsing \"\": invalid syntax",
        ),
        (
            PORTS,
            "80, 65536",
            "includeInboundPorts invalid: failed parsing port ' 65536': failed parsing port ' 65536': "
            'strconv.ParseUint: parsing "65536": value out of range',
        ),
        (
            NO_OUT,
            "*",
            "excludeOutboundPorts invalid: failed parsing port '*': failed parsing port '*': "
            'strconv.ParseUint: parsing "*": invalid syntax',
        ),
        (CPU, "1\n", "value contains control characters"),
        (
            CPU,
            "",
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
        ),
        (INTERFACES, "eth0,", "empty interface name"),
        (INTERFACES, "abcdefghijklmnop", 'interface name "abcdefghijklmnop" too long (max 15 chars)'),
        (INTERFACES, "0eth", 'interface name "0eth" contains invalid characters'),
        (
            CONFIG,
            "concurrency: x",
            'failed to convert to apply proxy config: concurrency: must be a whole number (got "x")',
        ),
        (
            CONFIG,
            "proxyMetadata: {A: 1}\nsds: 1",
            "failed to convert to apply proxy config: sds: must be a map (got 1); proxyMetadata.A: must be a string (got 1)",
        ),
        (CONFIG, "statusPort: 0", "statusPort: port 0 must be from 1 to 65535"),
    ],
)
def test_values_the_injector_refuses(name: str, value: str, reason: str) -> None:
    assert pod_annotations.validate({name: value}, NEWEST) == [
        f"invalid value '{value}' for annotation '{name}': {reason}"
    ]


@pytest.mark.parametrize(
    ("address", "problem"),
    [
        ("1.2.3", "IPv4 address too short"),
        ("1.2.3.4.5", "IPv4 address too long"),
        ("1.2.3.04", "IPv4 field has octet with leading zero"),
        ("1.2.3.256", "IPv4 field has value >255"),
        ("1..3.4", 'IPv4 field must have at least one digit (at ".3.4")'),
        ("1.2.3.", 'IPv4 field must have at least one digit (at ".")'),
        ("1.2.x.4", 'unexpected character (at "x.4")'),
        ("%eth0", "missing IPv6 address"),
        ("foo", "unable to parse IP"),
        (":::", "unable to parse IP"),
    ],
)
def test_addresses_of_prefixes(address: str, problem: str) -> None:
    text = f"{address}/8"
    assert parsing.prefix_problem(text) == f'netip.ParsePrefix("{text}"): ParseAddr("{address}"): {problem}'


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("1.2.3.4/x", 'bad bits after slash: "x"'),
        ("1.2.3.4/08", 'bad bits after slash: "08"'),
        ("1.2.3.4/", 'bad bits after slash: ""'),
        ("1.2.3.4/33", "prefix length out of range"),
        ("::/129", "prefix length out of range"),
        ("fe80::1%a/8", "IPv6 zones cannot be present in a prefix"),
    ],
)
def test_bits_of_prefixes(text: str, problem: str) -> None:
    assert parsing.prefix_problem(text) == f'netip.ParsePrefix("{text}"): {problem}'


def test_quoted_texts_escape_what_does_not_print() -> None:
    assert strings.quote('a"\\\n\x01\u200b\U000e0001') == '"a\\"\\\\\\n\\x01\\u200b\\U000e0001"'


def test_all_failures_make_one_text() -> None:
    problems = pod_annotations.validate({MODE: "x", MERGE: "y"}, NEWEST)
    assert pod_annotations.error_text(problems[:1]) == f"1 error occurred:\n\t* {problems[0]}\n\n"
    assert pod_annotations.error_text(problems) == f"2 errors occurred:\n\t* {problems[0]}\n\t* {problems[1]}\n\n"


@pytest.mark.parametrize(
    ("name", "value", "fine", "refused"),
    [
        (CPU, "x", ["1.26.8", "1.27.5", "1.28.3"], ["1.27.6", "1.28.4", "1.29.0"]),
        (INTERFACES, "0", ["1.29.6"], ["1.30.0"]),
        ("istio.io/reroute-virtual-interfaces", "0", ["1.29.6"], ["1.30.0"]),
        ("sidecar.istio.io/enableCoreDump", "x", ["1.25.0"], ["1.17.0", "1.24.6"]),
        (CONFIG, "drainDuration: 2h", ["1.22.0"], ["1.21.6"]),
    ],
)
def test_checks_follow_the_release(name: str, value: str, fine: list[str], refused: list[str]) -> None:
    for text in fine:
        assert pod_annotations.validate({name: value}, catalog.release(text)) == []
    for text in refused:
        assert len(pod_annotations.validate({name: value}, catalog.release(text))) == 1


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("sidecar.istio.io/Inject", "did you mean sidecar.istio.io/inject?"),
        ("sidecar.istio.io/proxyCpu", "did you mean sidecar.istio.io/proxyCPU?"),
        ("sidecar.istio.io/excludeOutboundPorts", "did you mean traffic.sidecar.istio.io/excludeOutboundPorts?"),
        ("foo.istio.io/x", "Istio does not know it"),
        ("topology.istio.io/network", "Istio reads it from labels"),
        ("sidecar.istio.io/statsCompression", f"Istio {NEWEST} does not know it (since 1.21 until 1.28)"),
    ],
)
def test_names_istio_does_not_know(name: str, hint: str) -> None:
    assert pod_annotations.unknown([name], NEWEST) == [(name, hint)]


def test_names_of_others_and_known_names_are_no_finding() -> None:
    names = ["example.com/x", "app", CONFIG, "proxyless.istio.io/x", "notistio.io/x"]
    assert pod_annotations.unknown(names, NEWEST) == []
    assert pod_annotations.unknown(["istio.io/rev", "sidecar.istio.io/inject"], NEWEST, "labels") == []


def test_a_name_before_its_release_is_unknown() -> None:
    (found,) = pod_annotations.unknown(["sidecar.istio.io/nativeSidecar"], catalog.release("1.23"))
    assert found.hint == "Istio 1.23.6 does not know it (since 1.24)"
    assert not pod_annotations.table()[SIDECAR_NATIVE_SIDECAR].known_in(catalog.release("1.23"))
    assert pod_annotations.table()[SIDECAR_NATIVE_SIDECAR].known_in(catalog.release("1.24"))


@pytest.mark.parametrize("where", get_args(Where))
def test_the_table_is_whole(where: Where) -> None:
    switches = catalog.switches("annotations")
    for entry in pod_annotations.table(where).values():
        assert entry.doc
        assert entry.kinds
        assert entry.check is None or entry.check in annotation_checks.CHECKS
        assert entry.when is None or entry.when in switches
