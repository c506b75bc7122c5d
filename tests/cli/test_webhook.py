"""`meshc webhook`: what is wrong is said before anyone listens, with exit code 2."""

from __future__ import annotations

import socket
import stat
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from meshc import yamlio
from meshc.cli.app import app
from meshc.webhook.certificates import read_pair
from tests.webhook.authority import Authority
from tests.webhook.running import MESHC


@pytest.fixture
def certs(tmp_path: Path) -> list[str]:
    """The options of a good pair."""
    Authority().issue(tmp_path)
    return [f"--tls-cert={tmp_path / 'tls.crt'}", f"--tls-key={tmp_path / 'tls.key'}"]


def meshc(*arguments: str) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(app, [*arguments])


def started(*arguments: str) -> tuple[int, str]:
    """Run `meshc webhook` as a process that is expected to end by itself; its exit code and what it said."""
    command = [*MESHC, "webhook", "--no-settings", "--port=0", "--monitoring-port=0", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    return done.returncode, done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--log-format=xml"], "--log-format"),
        (["--log-level=loud"], "--log-level"),
        (["--tls-min-version=1.1"], "unknown TLS version"),
        (["--mode=kube-inject"], "not a mode of the webhook"),
        (["--revision-settings=canary"], "write REV=meshc.yaml"),
        (["--revision-settings=a/b=x.yaml"], "not settings of a revision"),
        (["--revision-settings=a=x.yaml", "--revision-settings=a=y.yaml"], "a second time"),
    ],
)
def test_odd_options(certs: list[str], arguments: list[str], says: str) -> None:
    result = meshc("webhook", "--no-settings", *certs, *arguments)
    assert result.exit_code == 2
    assert says in result.stderr


@pytest.mark.parametrize("arguments", [["--port=70000"], ["--workers=0"], ["--nonsense"], ["nonsense"]])
def test_usage(arguments: list[str]) -> None:
    assert meshc("webhook", *arguments).exit_code == 2


def test_a_certificate_is_needed() -> None:
    result = meshc("webhook", "--no-settings")
    assert result.exit_code == 2
    assert "meshc webhook certs" in result.stderr


def test_bad_certificates(certs: list[str], tmp_path: Path) -> None:
    (tmp_path / "tls.crt").write_text("nonsense")
    code, text = started(*certs)
    assert code == 2
    assert f"{tmp_path / 'tls.crt'}: not a PEM certificate" in text


def test_bad_settings(certs: list[str]) -> None:
    code, text = started(*certs, "--set=values.global.hubb=x")
    assert code == 2
    assert "did you mean hub?" in text


def test_bad_settings_of_a_revision(certs: list[str], tmp_path: Path) -> None:
    (tmp_path / "canary.yaml").write_text("release: '1.99'\n")
    code, text = started(*certs, f"--revision-settings=canary={tmp_path / 'canary.yaml'}")
    assert code == 2
    assert "1.99" in text


@pytest.mark.parametrize("option", ["--port", "--monitoring-port"])
def test_taken_ports(certs: list[str], option: str) -> None:
    with socket.create_server(("0.0.0.0", 0)) as other:
        code, text = started(*certs, f"{option}={other.getsockname()[1]}")
    assert code == 2
    assert "cannot listen: Address already in use" in text
    assert option in text


@pytest.mark.parametrize("module", ["granian", "prometheus_client", "cryptography"])
def test_missing_extra(certs: list[str], module: str) -> None:
    hide = f"import sys; sys.modules[{module!r}] = None; from meshc.cli.app import main; main()"
    command = [MESHC[0], "-c", hide, "webhook", "--no-settings", *certs]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "pip install 'meshc[webhook]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_certs(tmp_path: Path) -> None:
    result = meshc("webhook", "certs", "-o", str(tmp_path / "new"), "web.example", "10.0.0.1")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [str(tmp_path / "new" / name) for name in ("tls.key", "tls.crt", "ca.crt")]
    assert "web.example, 10.0.0.1" in result.stderr
    pair = read_pair(tmp_path / "new" / "tls.crt", tmp_path / "new" / "tls.key")
    assert pair.certificate == (tmp_path / "new" / "ca.crt").read_bytes()
    assert stat.S_IMODE((tmp_path / "new" / "tls.key").stat().st_mode) == 0o600


def test_certs_for_the_service(tmp_path: Path) -> None:
    result = meshc("webhook", "certs", "-o", str(tmp_path), "-n", "mesh", "--service=meshc-webhook-canary")
    assert "meshc-webhook-canary.mesh.svc" in result.stderr
    assert "localhost" in result.stderr


def test_certs_where_nothing_can_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = meshc("webhook", "certs", "-o", str(tmp_path / "file"))
    assert result.exit_code == 2


def test_manifests(tmp_path: Path) -> None:
    Authority().issue(tmp_path)
    arguments = ["-r", "canary", "--tag=prod", f"--ca-bundle={tmp_path / 'ca.crt'}", "--image=me/meshc:1"]
    result = meshc("webhook", "manifests", "--no-settings", *arguments)
    assert result.exit_code == 0
    assert result.stderr == ""
    found = [document.value for document in yamlio.load_all(result.stdout)]
    assert len(found) == 8
    deployment = next(d for d in found if d["kind"] == "Deployment")
    assert deployment["spec"]["template"]["spec"]["containers"][0]["image"] == "me/meshc:1"
    assert meshc("webhook", "manifests", "--no-settings", *arguments).stdout == result.stdout


def test_manifests_without_trust_are_warned_about() -> None:
    result = meshc("webhook", "manifests", "--no-settings")
    assert result.exit_code == 0
    assert "--ca-bundle" in result.stderr


def test_manifests_refuse_what_is_no_certificate(tmp_path: Path) -> None:
    (tmp_path / "ca.crt").write_text("nonsense")
    result = meshc("webhook", "manifests", "--no-settings", f"--ca-bundle={tmp_path / 'ca.crt'}")
    assert result.exit_code == 2
    assert "not a PEM certificate" in result.stderr
    assert result.stdout == ""
