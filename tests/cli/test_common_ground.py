"""What all verbs have in common: streams, exit codes, folders, `-o`."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.cli.running import Run

WORKLOAD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "example/web:1"}]}
"""
VERBS = ("render", "inject", "check", "ports", "capture", "bootstrap envoy", "profiles demo", "releases", "schema")


def _process(*args: str, shell: str = "") -> subprocess.CompletedProcess[str]:
    command = " ".join([sys.executable, "-c", "'from meshc.cli.app import main; main()'", *args, shell])
    return subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("form", ["json", "yaml", "wide", "name"])
def test_o_says_where_and_never_in_which_form(meshc: Run, verb: str, form: str) -> None:
    Path("web.yaml").write_text(WORKLOAD)
    files = [] if verb in ("profiles demo", "releases", "schema") else ["web.yaml"]
    outcome = meshc(*verb.split(), *files, "-o", form)
    assert (outcome.code, outcome.out) == (2, "")
    assert "--format" in outcome.err
    assert not Path(form).exists()


@pytest.mark.parametrize("verb", ["render", "inject", "check"])
def test_every_broken_or_missing_file_is_told(meshc: Run, verb: str) -> None:
    Path("many").mkdir()
    for name in ("1", "2"):
        Path(f"many/{name}.yaml").write_text("a: [")
    Path("many/3.yaml").write_text(WORKLOAD)
    outcome = meshc(verb, "many", "no-1.yaml", "no-2.yaml")
    assert (outcome.code, outcome.out) == (2, "")
    for name in ("many/1.yaml:2:1", "many/2.yaml:2:1", "no-1.yaml: no such file", "no-2.yaml: no such file"):
        assert f"error: {name}" in outcome.err


@pytest.mark.parametrize("verb", ["render", "inject", "check"])
def test_a_folder_without_a_manifest_is_an_error(meshc: Run, verb: str) -> None:
    Path("empty").mkdir()
    Path("empty/note.yaml").write_text("foo: bar\n")
    outcome = meshc(verb, "empty")
    assert (outcome.code, outcome.out) == (2, "")
    assert "empty: no manifest in this directory" in outcome.err


def test_standard_input_is_read_once(meshc: Run) -> None:
    assert "can be read once" in meshc("inject", "-", "-", stdin=WORKLOAD).err


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["rendr"], "No such command 'rendr'. Did you mean 'render'?"),
        (["render", "--relase", "1.20"], "--release"),
        (["render", "--jobs", "x"], "'--jobs'"),
    ],
)
def test_a_wrong_command_line_is_told_as_every_error(meshc: Run, args: list[str], said: str) -> None:
    outcome = meshc(*args)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("error: ")
    assert said in outcome.err
    assert "\n  hint: `meshc" in outcome.err


def test_without_a_verb_help_goes_to_standard_error(meshc: Run) -> None:
    outcome = meshc()
    assert (outcome.code, outcome.out) == (2, "")
    assert "Commands:" in outcome.err


@pytest.mark.parametrize("args", [["render", "no.yaml"], ["releases", "1.99"], ["schema", "Nope"]])
def test_debug_adds_a_traceback_and_changes_nothing_else(meshc: Run, args: list[str]) -> None:
    plain, debugged = meshc(*args), meshc(*args, "--debug")
    assert (plain.code, debugged.code) == (2, 2)
    assert "Traceback" not in plain.err
    assert debugged.err.startswith("Traceback")
    assert debugged.err.endswith(plain.err)


@pytest.mark.parametrize(
    ("redirection", "said"),
    [
        (">&-", "error: standard output is closed"),
        (">/dev/full", "error: cannot write to standard output"),
    ],
)
def test_a_standard_output_that_takes_nothing_is_an_error(tmp_path: Path, redirection: str, said: str) -> None:
    (tmp_path / "web.yaml").write_text(WORKLOAD)
    ended = _process("inject", str(tmp_path / "web.yaml"), "--no-settings", shell=redirection)
    assert ended.returncode == 2
    assert said in ended.stderr


def test_closed_streams_end_with_one_line(tmp_path: Path) -> None:
    ended = _process("inject", "-", "--no-settings", shell="<&-")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "standard input is closed" in ended.stderr
    ended = _process("inject", str(tmp_path / "no.yaml"), "--no-settings", shell="2>&-")
    assert (ended.returncode, ended.stdout) == (2, "")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with a name are POSIX")
def test_a_device_or_pipe_is_written_to_and_never_replaced(meshc: Run) -> None:
    Path("web.yaml").write_text(WORKLOAD)
    os.mkfifo("pipe")
    reader = os.open("pipe", os.O_RDONLY | os.O_NONBLOCK)
    assert meshc("inject", "web.yaml", "-o", "pipe").code == 0
    assert b"istio-proxy" in os.read(reader, 65536)
    os.close(reader)
    assert stat.S_ISFIFO(os.stat("pipe").st_mode)


def test_the_working_folder_is_not_replaced(meshc: Run) -> None:
    outcome = meshc("render", "-o", ".")
    assert outcome.code == 2
    assert "the output directory is the working directory" in outcome.err


def test_a_link_to_a_folder_stays_a_link(meshc: Run) -> None:
    Path("elsewhere/real").mkdir(parents=True)
    Path("link").symlink_to("elsewhere/real")
    assert meshc("render", "-o", "link").code == 0
    assert Path("link").is_symlink()
    assert Path("elsewhere/real/index.json").exists()


def test_renderings_into_one_folder_at_once_leave_one_of_them(tmp_path: Path) -> None:
    (tmp_path / "web.yaml").write_text(WORKLOAD)
    args = ("render", str(tmp_path / "web.yaml"), "--no-settings", "-o", str(tmp_path / "out"))
    with ThreadPoolExecutor(4) as pool:
        ended = list(pool.map(lambda _: _process(*args), range(6)))
    assert [e.returncode for e in ended] == [0] * 6, [e.stderr for e in ended]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["out", "web.yaml"]
    assert (tmp_path / "out/shop/deployment.web/manifest.yaml").exists()


@pytest.mark.parametrize(
    "args",
    [
        ["--gateway-values", "v.yaml"],
        ["--gateway-chart", "istio-ingress"],
        ["--chart-version", "1.2.3"],
        ["--settings", "meshc.yaml", "--no-settings"],
    ],
)
def test_options_that_make_no_sense_together_are_refused(meshc: Run, args: list[str]) -> None:
    Path("v.yaml").write_text("{}")
    Path("meshc.yaml").write_text("{}")
    outcome = meshc("render", *args)
    assert (outcome.code, outcome.out) == (2, "")
    assert not Path("rendered").exists()


@pytest.mark.parametrize("written", ["1.20", "1.30"])
def test_a_release_that_yaml_takes_for_a_number_is_shown_as_written(meshc: Run, written: str) -> None:
    Path("meshc.yaml").write_text(f"profile: demo\nrelease: {written} # ours\n")
    outcome = meshc("render")
    assert outcome.code == 2
    assert f'hint: write release: "{written}"' in outcome.err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("\nINBOUND_PORTS_INCLUDE: 99999999\n", "tool.yaml:2:1: INBOUND_PORTS_INCLUDE: not a port"),
        ("inboundPortsInclude: x\n", "tool.yaml:1:1: inboundPortsInclude: unknown setting"),
        ("# nothing\n", "tool.yaml: no settings of the tool in it"),
    ],
)
def test_settings_of_the_packet_rule_tool_are_told_with_their_place(meshc: Run, text: str, said: str) -> None:
    Path("tool.yaml").write_text(text)
    outcome = meshc("capture", "--config", "tool.yaml")
    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err
