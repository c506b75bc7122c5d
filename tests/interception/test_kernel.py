"""The generated rules in a real kernel: they load, are printed as computed, and packets end where the trace says."""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from meshc import catalog
from meshc.interception.packet_rules import Rules, capture
from meshc.interception.tracing import packets, trace
from tests.interception import netns
from tests.interception.samples import at

PROBE = Path(__file__).with_name("netns.py")
NEEDED = ("unshare", "ip", "iptables-nft-restore", "iptables-legacy-restore", "nft")


@functools.cache
def _obstacle() -> str | None:
    missing = [p for p in NEEDED if not shutil.which(p)]
    if missing:
        return f"no {', '.join(missing)}: apt-get install -y iptables nftables iproute2 util-linux"
    tried = subprocess.run(["unshare", "-n", "iptables-nft", "-t", "nat", "-L"], capture_output=True, text=True)
    return (
        None
        if tried.returncode == 0
        else f"no network namespace with nat here (root is needed): {tried.stderr.strip()[:80]}"
    )


needs_kernel = pytest.mark.skipif(_obstacle() is not None, reason=_obstacle() or "")

DEFAULTS = {
    "OUTBOUND_IPRANGES_INCLUDE": "*",
    "INBOUND_PORTS_INCLUDE": "*",
    "INBOUND_PORTS_EXCLUDE": "15090,15021,15020",
}
MODES: dict[str, dict[str, Any]] = {
    "redirect": {},
    "redirect-v6": {"ENABLE_INBOUND_IPV6": True},
    "tproxy": {"INBOUND_INTERCEPTION_MODE": "TPROXY"},
    "tproxy-v6": {"INBOUND_INTERCEPTION_MODE": "TPROXY", "ENABLE_INBOUND_IPV6": True},
    "dns": {"REDIRECT_DNS": True, "DNS_SERVERS_V4": [netns.SERVICE4]},
    "dns-all": {"REDIRECT_DNS": True, "CAPTURE_ALL_DNS": True, "ENABLE_INBOUND_IPV6": True},
    "ports": {"INBOUND_PORTS_INCLUDE": "80,443", "OUTBOUND_PORTS_EXCLUDE": "443", "OUTBOUND_PORTS_INCLUDE": "5000"},
    "ranges": {
        "OUTBOUND_IPRANGES_INCLUDE": "10.96.0.0/12,fd96::/16",
        "OUTBOUND_IPRANGES_EXCLUDE": "10.100.1.2/16",
        "ENABLE_INBOUND_IPV6": True,
    },
    "exclude-range": {"OUTBOUND_IPRANGES_EXCLUDE": "10.96.0.0/12"},
    "groups": {"OUTBOUND_OWNER_GROUPS_INCLUDE": "1000,2000"},
    "groups-exclude": {"OUTBOUND_OWNER_GROUPS_EXCLUDE": "1000"},
    "interfaces": {"EXCLUDE_INTERFACES": "eth9", "KUBE_VIRT_INTERFACES": "net1,net2", "DROP_INVALID": True},
    "loopback": {"OUTBOUND_IPRANGES_INCLUDE": "127.1.2.3/32"},
    "nothing": {"OUTBOUND_IPRANGES_INCLUDE": "", "INBOUND_PORTS_INCLUDE": ""},
}
RELEASES = ("1.17", "1.20", "1.22", "1.23", "1.24", "1.30")
PACKETS = (
    "10.0.0.5:8080 -> inbound",
    "10.0.0.5:80 -> inbound",
    "10.0.0.5:15008 -> inbound",
    "10.0.0.5:15021 -> inbound",
    "10.0.0.5:15090 -> inbound",
    "10.96.0.1:80 -> outbound",
    "10.96.0.1:443 -> outbound",
    "10.96.0.1:5000 -> outbound uid=0 gid=3000",
    "10.96.0.1:80 -> outbound uid=proxy",
    "10.96.0.1:80 -> outbound uid=1000 gid=1337",
    "10.0.0.1:80 -> outbound uid=1000 gid=2000",
    "127.0.0.6 -> 10.0.0.5:8080 -> outbound uid=proxy self=10.0.0.5",
    "127.0.0.6 -> 127.0.0.1:8080 -> outbound uid=proxy",
    "10.0.0.5 -> 10.0.0.5:8080 -> outbound uid=proxy self=10.0.0.5",
    "10.0.0.5 -> 10.0.0.5:15008 -> outbound uid=proxy self=10.0.0.5",
    "10.0.0.5 -> 10.0.0.5:8080 -> outbound self=10.0.0.5",
    "127.0.0.1:80 -> outbound",
    "10.96.0.1:53 -> outbound",
    "10.96.0.1:53 -> outbound proto=udp",
    "10.96.0.1:53 -> outbound proto=udp uid=proxy",
    "10.0.0.1:53 -> outbound proto=udp",
)
PACKETS6 = (
    "[fd00::5]:8080 -> inbound",
    "[fd00::5]:15021 -> inbound",
    "[fd96::1]:80 -> outbound",
    "[fd96::1]:80 -> outbound uid=proxy",
    "[fd96::1]:53 -> outbound proto=udp",
    "fd00::5 -> [fd00::5]:8080 -> outbound uid=proxy self=fd00::5",
    "::6 -> [fd00::5]:8080 -> outbound uid=proxy self=fd00::5",
    "[::1]:80 -> outbound",
)


def _made(mode: str, release: str, tool: str = "iptables") -> Rules:
    return capture(DEFAULTS | MODES[mode], at(release), tool)


@needs_kernel
@pytest.mark.parametrize("flavour", ["legacy", "nft"])
@pytest.mark.parametrize("mode", MODES)
def test_iptables_accepts_the_rules_and_prints_them_as_computed(mode: str, flavour: str) -> None:
    for release in RELEASES:
        made = _made(mode, release)
        for program, text, saved in (("iptables", made.restore, made.saved), ("ip6tables", made.restore6, made.saved6)):
            if text:
                script = f'r={program}-{flavour}-restore; $r --test --noflush <"$RULES"; $r --noflush <"$RULES"; {program}-{flavour}-save'
                assert _normal(_inside(script, text)) == _normal(saved), release


@needs_kernel
@pytest.mark.parametrize("mode", MODES)
def test_the_cleanup_leaves_nothing_of_the_rules(mode: str) -> None:
    made = _made(mode, "1.30")
    clean = "\n".join(c for c in made.cleanup if c.startswith("iptables ")).replace("iptables ", "iptables-nft ")
    left = _normal(
        _inside(f'iptables-nft-restore --noflush <"$RULES"; set +e; {clean}\niptables-nft-save', made.restore)
    )
    assert "ISTIO" not in "".join(line for lines in left.values() for line in lines)


@needs_kernel
@pytest.mark.parametrize("release", ["1.27", "1.30"])
@pytest.mark.parametrize("mode", MODES)
def test_nft_accepts_the_transaction_and_its_cleanup(mode: str, release: str) -> None:
    made = _made(mode, release, "nftables")
    _inside('nft -c -f "$RULES"; nft -f "$RULES"; nft -f "$RULES"', made.nft)
    assert _inside('nft -f "$RULES"; nft list ruleset', "\n".join((made.nft, *made.cleanup))) == ""


@needs_kernel
@pytest.mark.parametrize(
    ("release", "tool"), [("1.17", "iptables"), ("1.24", "iptables"), ("1.30", "iptables"), ("1.30", "nftables")]
)
@pytest.mark.parametrize("mode", MODES)
def test_a_packet_ends_where_the_trace_says(mode: str, release: str, tool: str) -> None:
    made = _made(mode, release, tool)
    assert made.config is not None
    texts = PACKETS + (PACKETS6 if made.config.ipv6 else ())
    read = [packets.read(t, made.config) for t in texts]
    job = {
        "load": _load(made),
        "routes": made.routes,
        "packets": [_as_job(p, t) for p, t in zip(read, texts, strict=True)],
    }
    done = subprocess.run(
        ["unshare", "-n", sys.executable, str(PROBE)],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    said = [_said(made, p) for p in read]
    assert dict(zip(texts, json.loads(done.stdout), strict=True)) == dict(zip(texts, said, strict=True))


def test_every_release_of_the_table_is_known() -> None:
    assert {catalog.release(r).minor for r in RELEASES} == set(RELEASES)


def _said(made: Rules, packet: packets.Packet) -> str:
    outcome = trace.walk(made, packet)
    local = packet.direction == "inbound" or packet.out_interface == "lo" or outcome.verdict == "redirected"
    return f"{'pod' if local else 'peer'}:{outcome.port}"


def _as_job(packet: packets.Packet, text: str) -> dict[str, Any]:
    bind = text.split("->")[0].strip() if text.count("->") == 2 else None
    fields = ("direction", "destination", "port", "protocol", "uid", "gid")
    return {f: getattr(packet, f) for f in fields} | {"bind": bind}


def _load(made: Rules) -> list[tuple[str, str]]:
    if made.tool == "nftables":
        return [("nft -f -", made.nft)]
    both = [("iptables-nft-restore --noflush", made.restore), ("ip6tables-nft-restore --noflush", made.restore6)]
    return [(program, text) for program, text in both if text]


def _inside(script: str, text: str) -> str:
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(text + "\n")
        file.flush()
        environment = {**os.environ, "RULES": file.name}
        done = subprocess.run(["unshare", "-n", "sh", "-ec", script], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def _normal(saved: str) -> dict[str, list[str]]:
    tables: dict[str, list[str]] = {}
    table = ""
    for line in saved.splitlines():
        if line.startswith("*"):
            table = line[1:]
        elif line.startswith("-A") or re.match(r":\S+ - ", line):
            tables.setdefault(table, []).append(re.sub(r"\[\d+:\d+\]", "[0:0]", line))
    return tables
