"""`meshc capture`: forms, traces, comparison, exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from meshc.cli.capture import CaptureOptions
from meshc.cli.capture.capture_verb import FORMATS, print_rules
from meshc.errors import UsageError
from tests.interception.samples import at, pod

CONFIG: dict[str, Any] = {"OUTBOUND_IPRANGES_INCLUDE": "*", "INBOUND_PORTS_INCLUDE": "*"}


def run(capsys: pytest.CaptureFixture[str], *documents: Any, **options: Any) -> tuple[int, str, str]:
    code = print_rules(documents or (pod(),), at("1.30"), CaptureOptions(**options))
    out, err = capsys.readouterr()
    return code, out, err


@pytest.mark.parametrize("format", FORMATS)
def test_every_format(capsys: pytest.CaptureFixture[str], format: str) -> None:
    code, out, _ = run(capsys, format=format)
    assert code == 0
    assert "15006" in out
    assert out.endswith("\n")


def test_both_families_are_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    both = CONFIG | {"ENABLE_INBOUND_IPV6": True}
    _, out, _ = run(capsys, both, format="iptables-restore")
    assert out.startswith("# iptables-restore\n* nat\n")
    assert "\n# ip6tables-restore\n* nat\n" in out
    _, out, _ = run(capsys, both, format="iptables-save", family="ipv6")
    assert out.startswith("*nat\n")
    assert "::6/128" in out


def test_the_cleanup(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, cleanup=True)
    assert "iptables -t nat -X ISTIO_OUTPUT" in out


def test_traces(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, traces=("10.0.0.5:80 -> inbound", "127.0.0.6 -> 10.0.0.5:80 -> outbound uid=proxy"))
    assert code == 0
    assert "goes to 15006" in out
    assert "passes untouched to port 80" in out
    _, out, _ = run(capsys, traces=("10.0.0.5:80 -> inbound",), format="json")
    assert json.loads(out)[0]["port"] == 15006


def test_the_pods_own_address_stays_on_loopback(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, traces=("10.0.0.5:80 -> outbound uid=proxy",), addresses=("10.0.0.5",))
    assert "goes to 15006" in out


def test_comparing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    _, saved, _ = run(capsys, format="iptables-save")
    file = tmp_path / "dump"
    file.write_text(saved)
    assert run(capsys, compare=str(file))[:2] == (0, "no difference\n")
    file.write_text(saved.replace("--to-ports 15006", "--to-ports 1"))
    code, out, _ = run(capsys, compare=str(file))
    assert code == 1
    assert out.startswith("different")
    code, out, _ = run(capsys, compare=str(file), format="json")
    assert (code, json.loads(out)["differences"][0]["kind"]) == (1, "different")


def test_warnings_go_to_the_other_stream(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, err = run(capsys, pod(init_env={"ISTIO_META_DNS_CAPTURE": "true"}))
    assert err.startswith("warning: the pod's nameserver is not known")
    assert "warning" not in out


def test_a_file_goes_where_it_is_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    target = tmp_path / "rules.txt"
    assert run(capsys, format="iptables-restore", output=str(target)) == (0, "", "")
    assert target.read_text().startswith("* nat\n")


@pytest.mark.parametrize(
    "options",
    [
        {"format": "save"},
        {"family": "4"},
        {"compare": "x", "cleanup": True},
        {"compare": "no-such-file"},
        {"tool": "nftables", "format": "iptables-save"},
    ],
)
def test_what_cannot_be_asked(capsys: pytest.CaptureFixture[str], options: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        run(capsys, **options)
    assert caught.value.hint
    assert capsys.readouterr().out == ""


def test_there_is_nothing_to_trace_without_rules(capsys: pytest.CaptureFixture[str]) -> None:
    gateway = pod()
    gateway["spec"]["initContainers"] = []
    with pytest.raises(UsageError, match="no rules to trace"):
        run(capsys, gateway, traces=("10.0.0.5:80 -> inbound",))
