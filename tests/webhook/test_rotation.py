"""Certificates and settings change, and the process ends, while reviews keep coming: none is lost.

MESHC_LONG=1 changes the certificate 100 times instead of 3 (about five minutes).
"""

from __future__ import annotations

import base64
import os
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography import x509

from tests.webhook.authority import Authority
from tests.webhook.running import REVIEW_HEADERS, Running, plain_pod, review_of
from tests.webhook.traffic import Traffic

ROTATIONS = 100 if os.environ.get("MESHC_LONG") == "1" else 3
AUTHORITY = Authority()


@pytest.fixture(scope="module")
def rotating(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A webhook whose files are looked at often; its settings are mounted as Kubernetes mounts a ConfigMap."""
    folder = tmp_path_factory.mktemp("rotating")
    AUTHORITY.issue(folder / "certs")
    mount(folder / "settings", cpu(100))
    values = folder / "settings" / "values"
    webhook = Running(folder, ["--reload-seconds=0.1", f"--values={values}", "--workers=2"])
    yield webhook
    assert webhook.stop() == 0


def test_certificates_change_under_load(rotating: Running) -> None:
    known = len(said(rotating, "new workers serve"))
    with Traffic(rotating, patched) as traffic:
        for turn in range(1, ROTATIONS + 1):
            serial = AUTHORITY.issue(rotating.certs)
            rotating.wait_for("new workers serve", count=known + turn, seconds=60)
            assert served(rotating) == serial
    assert not traffic.wrong
    assert not traffic.refused
    assert traffic.answered > 50 * ROTATIONS
    assert rotating.metric('meshc_certificate_loads_total{result="success"}') >= ROTATIONS


def test_quick_changes_end_with_the_last_certificate(rotating: Running) -> None:
    with Traffic(rotating, patched) as traffic:
        for _ in range(20):
            serial = AUTHORITY.issue(rotating.certs)
            time.sleep(0.05)
        end = time.monotonic() + 60
        while served(rotating) != serial and time.monotonic() < end:
            time.sleep(0.1)
    assert served(rotating) == serial
    assert not traffic.wrong


def test_one_http2_connection_through_rotations(rotating: Running, tmp_path: Path) -> None:
    """curl obeys GOAWAY, which the client library of the other tests does not."""
    curl = shutil.which("curl")
    if (
        not curl
        or "HTTP2" not in subprocess.run([curl, "--version"], capture_output=True, text=True, check=True).stdout
    ):
        pytest.skip("needs curl with HTTP/2: apt-get install curl")
    (tmp_path / "review").write_bytes(review_of(plain_pod()))
    command = [curl, "--silent", "--http2", "--cacert", str(rotating.certs / "ca.crt"), "--rate", "25/s"]
    command += ["-H", "Content-Type: application/json", "--data-binary", f"@{tmp_path / 'review'}"]
    command += ["-o", "/dev/null", "-w", "%{http_code} %{http_version} %{exitcode}\n", f"{rotating.url}/inject?[1-100]"]
    known = len(said(rotating, "new workers serve"))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as asking:
        for turn in range(1, 3):
            AUTHORITY.issue(rotating.certs)
            rotating.wait_for("new workers serve", count=known + turn, seconds=60)
        lines = asking.communicate(timeout=60)[0].splitlines()
    assert lines == ["200 2 0"] * 100


@pytest.mark.parametrize("broken", ["not PEM", "another's key", "gone", "empty"])
def test_broken_certificates_are_refused(rotating: Running, broken: str, tmp_path: Path) -> None:
    serial = served(rotating)
    refused = len(said(rotating, "new certificate refused"))
    files = {name: (rotating.certs / name).read_bytes() for name in ("tls.crt", "tls.key")}
    if broken == "another's key":
        Authority().issue(tmp_path)
        (rotating.certs / "tls.key").write_bytes((tmp_path / "tls.key").read_bytes())
    elif broken == "gone":
        (rotating.certs / "tls.crt").unlink()
    else:
        (rotating.certs / "tls.crt").write_bytes(b"" if broken == "empty" else b"-----BEGIN nonsense")
    line = rotating.wait_for("new certificate refused", count=refused + 1)[-1]
    assert line["level"] == "error"
    assert "tls." in line["error"]
    assert rotating.metric("meshc_certificate_good") == 0
    assert served(rotating) == serial
    assert rotating.monitoring("/ready")[0] == 200
    for name, data in files.items():
        (rotating.certs / name).write_bytes(data)
    wait_for_metric(rotating, "meshc_certificate_good", 1)


def test_settings_change_under_load(rotating: Running) -> None:
    with Traffic(rotating, patched) as traffic:
        for milli in (200, 300):
            swap(rotating.folder / "settings", cpu(milli))
            wait_for_cpu(rotating, f"{milli}m")
    assert not traffic.wrong
    assert not traffic.refused


def test_broken_settings_are_refused_and_the_old_ones_stay(rotating: Running) -> None:
    swap(rotating.folder / "settings", cpu(400))
    wait_for_cpu(rotating, "400m")
    refused = len(said(rotating, "new settings refused"))
    with Traffic(rotating, patched) as traffic:
        for number, text in enumerate(("global: [", "global: {proxy: {resources: 1}}", "glob: {}"), start=1):
            swap(rotating.folder / "settings", text)
            line = rotating.wait_for("new settings refused", count=refused + number)[-1]
            assert line["level"] == "error"
            assert "settings/values" in line["error"]
        assert rotating.metric("meshc_settings_good") == 0
        assert rotating.metric('meshc_settings_reloads_total{result="failure"}') >= 3
        assert rotating.monitoring("/ready")[0] == 200
        assert asked_cpu(rotating) == "400m"
    assert not traffic.wrong
    swap(rotating.folder / "settings", cpu(500))
    wait_for_cpu(rotating, "500m")
    assert rotating.metric("meshc_settings_good") == 1


def test_settings_and_certificates_change_at_the_same_time(rotating: Running) -> None:
    with Traffic(rotating, patched) as traffic:
        for milli in range(600, 610):
            swap(rotating.folder / "settings", cpu(milli))
            serial = AUTHORITY.issue(rotating.certs)
            time.sleep(0.15)
        end = time.monotonic() + 60
        while served(rotating) != serial and time.monotonic() < end:
            time.sleep(0.1)
        wait_for_cpu(rotating, "609m")
    assert served(rotating) == serial
    assert not traffic.wrong


def test_a_worker_that_dies_is_replaced(rotating: Running) -> None:
    from tests.webhook.running import children

    before = set(children(rotating.process.pid))
    victim = max(before)
    os.kill(victim, 9)
    end = time.monotonic() + 30
    while set(children(rotating.process.pid)) <= before and time.monotonic() < end:
        time.sleep(0.1)
    assert set(children(rotating.process.pid)) - before
    end = time.monotonic() + 30
    while rotating.monitoring("/ready")[0] != 200 and time.monotonic() < end:
        time.sleep(0.1)
    assert asked_cpu(rotating)


def test_workers_that_cannot_start_do_not_replace_those_that_serve(tmp_path: Path) -> None:
    place = tmp_path / "tmp"
    place.mkdir()
    webhook = Running(tmp_path, ["--reload-seconds=0.1"], env={"TMPDIR": str(place)})
    serial = served(webhook)
    (snapshot,) = place.glob("meshc-settings-*/settings")
    hidden = snapshot.rename(snapshot.with_name("hidden"))
    Authority().issue(webhook.certs)
    with Traffic(webhook, patched) as traffic:
        assert webhook.wait_for("new workers did not start")[0]["level"] == "error"
        assert served(webhook) == serial
        assert webhook.metric("meshc_certificate_good") == 0
        assert webhook.monitoring("/ready")[0] == 200
    assert not traffic.wrong
    hidden.rename(snapshot)
    serial = AUTHORITY.issue(webhook.certs)
    webhook.wait_for("new workers serve")
    assert served(webhook) == serial
    assert webhook.stop() == 0
    assert not list(place.glob("meshc-*"))


def test_sigterm_under_load(tmp_path: Path) -> None:
    webhook = Running(tmp_path)
    with Traffic(webhook, patched, pause=0.0) as traffic:
        time.sleep(0.5)
        webhook.terminate()
        started = time.monotonic()
        assert webhook.process.wait(30) == 0
        taken = time.monotonic() - started
    assert taken < 10
    assert traffic.answered > 50
    assert not traffic.wrong
    assert traffic.refused
    counted = sum(line["msg"] == "review" for line in webhook.logs())
    assert traffic.answered <= counted <= traffic.answered + traffic.goodbyes
    assert "panicked" not in webhook.text()


def patched(reply: httpx.Response) -> bool:
    """Whether a review came back with a patch."""
    return "patch" in reply.json()["response"]


def cpu(milli: int) -> str:
    """Values that show in each injected pod."""
    return f"global: {{proxy: {{resources: {{requests: {{cpu: {milli}m}}}}}}}}\n"


def asked_cpu(webhook: Running) -> str:
    """The proxy's CPU request in an injected pod."""
    with webhook.client() as client:
        reply = client.post("/inject", content=review_of(plain_pod()), headers=REVIEW_HEADERS).json()
    patch = base64.b64decode(reply["response"]["patch"]).decode()
    return patch.partition('"requests":{"cpu":"')[2].partition('"')[0]


def wait_for_cpu(webhook: Running, wanted: str) -> None:
    """Wait until every worker answers by the new settings."""
    end = time.monotonic() + 30
    right = 0
    while right < 8 and time.monotonic() < end:
        right = right + 1 if asked_cpu(webhook) == wanted else 0
    assert right == 8


def wait_for_metric(webhook: Running, name: str, value: float) -> None:
    """Wait until a metric has this value."""
    end = time.monotonic() + 30
    while webhook.metric(name) != value and time.monotonic() < end:
        time.sleep(0.1)
    assert webhook.metric(name) == value


def served(webhook: Running) -> int:
    """Serial number of the certificate that new connections are shown."""
    pem = ssl.get_server_certificate(("127.0.0.1", webhook.port), timeout=10)
    return x509.load_pem_x509_certificate(pem.encode()).serial_number


def said(webhook: Running, message: str) -> list[object]:
    """Log lines with this message."""
    return [line for line in webhook.logs() if line["msg"].startswith(message)]


def mount(folder: Path, values: str) -> None:
    """Lay a volume out as Kubernetes does: values → ..data/values, ..data → a dated folder."""
    folder.mkdir()
    swap(folder, values)
    (folder / "values").symlink_to("..data/values")


def swap(folder: Path, values: str) -> None:
    """Update the volume as Kubernetes does: a new dated folder, then one rename of the link."""
    dated = folder / f"..{time.monotonic_ns()}"
    dated.mkdir()
    (dated / "values").write_text(values)
    (folder / "..data_tmp").symlink_to(dated.name)
    os.replace(folder / "..data_tmp", folder / "..data")
