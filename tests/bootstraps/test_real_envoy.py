"""A real Envoy validates what is compiled, refuses what it should, and runs a sidecar's bootstrap."""

from __future__ import annotations

import http.client
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest

from meshc import catalog, yamlio
from meshc.bootstraps.compiler import bootstrap
from meshc.bootstraps.envoy import custom_bootstrap
from meshc.cli import real_envoy
from meshc.errors import ToolError
from tests.bootstraps.real_envoy import check, envoys, expected_refusal, program
from tests.bootstraps.samples import MINORS, pod, settings
from tests.bootstraps.test_recover import VARIANTS
from tests.conformance.data import ABSENT, Row, find

# Istiod is not there: Envoy starts its listeners once it has given up waiting for it.
IMPATIENT = """
dynamic_resources:
  cds_config: {initial_fetch_timeout: 0.05s}
  lds_config: {initial_fetch_timeout: 0.05s}
"""


def rows() -> list[Any]:
    data = find()
    if data is None:
        return [pytest.param(None, marks=pytest.mark.skip(reason=ABSENT))]
    found = [pytest.param(row, id=row.id) for row in data.rows("bootstrap") if row["release"] in envoys()]
    return found or [pytest.param(None, marks=pytest.mark.skip(reason="no Envoy of these releases: scripts/programs"))]


@pytest.mark.parametrize("name", ["switches", "services"])
@pytest.mark.parametrize("text", MINORS)
def test_envoy_takes_the_variants_of_every_release(text: str, name: str) -> None:
    check(bootstrap(pod(), settings(text), VARIANTS[name]).envoy)


@pytest.mark.parametrize("row", rows())
def test_envoy_takes_every_row_of_its_own_releases(row: Row) -> None:
    from tests.conformance.tables.bootstrap import facts
    from tests.conformance.tables.bootstrap import settings as of_tag

    check(bootstrap(None, of_tag(row["tag"]), facts(row)).envoy, envoys()[row["release"]])


@pytest.mark.skipif("1.31" not in envoys(), reason="no Envoy of Istio 1.31: scripts/programs")
@pytest.mark.parametrize("addresses", [("10.0.0.1",), ("fd00::1",), ("10.0.0.1", "fd00::1")])
def test_envoy_takes_secure_metrics_and_self_discovery(addresses: tuple[str, ...]) -> None:
    env = {
        "ENVOY_SECURE_METRICS_PORT": "15091",
        "ENVOY_SECURE_MERGED_METRICS_PORT": "15092",
        "ISTIO_META_ENABLE_SELF_DISCOVERY": "true",
        "ISTIO_DUAL_STACK": "true",
        "DNS_PROXY_ADDR": "localhost:5353",
    }
    made = bootstrap(pod(), settings("1.31"), {"env": env, "instance_ips": addresses})
    assert made.envoy is not None
    assert made.envoy.count(b"require_client_certificate") == 2
    assert b"local_cluster" in made.envoy
    check(made.envoy, envoys()["1.31"])


def test_envoys_reason_and_deprecations_are_told_with_their_place() -> None:
    good = bootstrap(pod(), settings()).envoy or b""
    verdict = real_envoy.validate(good, program())
    assert verdict.accepted
    assert any(
        line.startswith("static_resources.clusters[3].max_requests_per_connection: ") for line in verdict.deprecated
    )
    bad = real_envoy.validate(good.replace(b'"STATIC"', b'"NOWHERE"'), program())
    assert "NOWHERE" in bad.reason
    assert expected_refusal(good) is None


def test_what_is_no_envoy_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="no Envoy at") as caught:
        real_envoy.find(str(tmp_path / "envoy"))
    assert "meshc[envoy]" in str(caught.value.hint)
    fake = tmp_path / "fake"
    fake.write_text("#!/bin/sh\necho hello\n")
    fake.chmod(0o755)
    with pytest.raises(ToolError, match="not an Envoy"):
        real_envoy.version(real_envoy.find(str(fake)))
    fake.write_text("not a program")
    with pytest.raises(ToolError, match="cannot run"):
        real_envoy.validate(b"{}", fake)


@pytest.mark.parametrize("text", ["1.17", catalog.newest().minor])
def test_a_sidecar_runs_and_answers(text: str, tmp_path: Path) -> None:
    compiled = sidecar(text, tmp_path, ports=free_ports(4))
    found = orjson.loads(compiled)
    admin = found["admin"]["address"]["socket_address"]["port_value"]
    metrics, status = (x["address"]["socket_address"]["port_value"] for x in found["static_resources"]["listeners"])
    with agent_on(found), running(compiled, tmp_path):
        assert get(admin, "/server_info")[0] == 200
        assert get(status, "/healthz/ready") == (200, b"ready")
        code, body = get(metrics, "/stats/prometheus")
        assert code == 200
        assert b"envoy_server_live" in body
        dump = orjson.loads(get(admin, "/config_dump")[1])
    running_bootstrap = dump["configs"][0]["bootstrap"]
    merged = custom_bootstrap.merge(found, yamlio.load(IMPATIENT))
    assert running_bootstrap["node"]["id"] == found["node"]["id"]
    assert running_bootstrap["node"]["metadata"] == found["node"]["metadata"]
    assert running_bootstrap["stats_config"]["stats_tags"] == found["stats_config"]["stats_tags"]
    assert running_bootstrap["dynamic_resources"] == normal(merged["dynamic_resources"])


def normal(resources: Any) -> Any:
    """As Envoy prints it back: durations with three decimals."""
    for name in ("cds_config", "lds_config"):
        resources[name]["initial_fetch_timeout"] = "0.050s"
    return resources


def sidecar(text: str, folder: Path, *, ports: list[int]) -> bytes:
    """A sidecar's bootstrap with free ports and its socket in a folder of the test."""
    config = {"proxyAdminPort": ports[0], "statusPort": ports[1], "configPath": str(folder)}
    env = [
        {"name": "PROXY_CONFIG", "value": orjson.dumps(config).decode()},
        {"name": "ENVOY_STATUS_PORT", "value": str(ports[2])},
        {"name": "ENVOY_PROMETHEUS_PORT", "value": str(ports[3])},
    ]
    compiled = bootstrap(pod(env=env), settings(text)).envoy
    assert compiled is not None
    return compiled


@contextmanager
def running(compiled: bytes, folder: Path) -> Iterator[None]:
    """Envoy on a bootstrap, given up to ten seconds to answer, stopped at the end."""
    file = folder / "envoy-rev.json"
    file.write_bytes(compiled)
    command = [
        str(program()),
        "-c",
        str(file),
        "--config-yaml",
        IMPATIENT,
        "--disable-hot-restart",
        "--concurrency",
        "1",
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen([*command, "-l", "warning"], cwd=folder, stderr=log, stdout=log)
        try:
            wait_for(orjson.loads(compiled)["static_resources"]["listeners"], process)
            yield
        finally:
            process.terminate()
            assert process.wait(timeout=20) == 0


def wait_for(listeners: Any, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 10
    for listener in listeners:
        port = listener["address"]["socket_address"]["port_value"]
        while True:
            assert process.poll() is None, "Envoy ended early"
            try:
                get(port, "/")
                break
            except OSError:
                assert time.monotonic() < deadline, "Envoy does not answer"
                time.sleep(0.05)


@contextmanager
def agent_on(found: Any) -> Iterator[None]:
    """Something that answers in the agent's place."""
    cluster = next(c for c in found["static_resources"]["clusters"] if c["name"] == "agent")
    endpoint = cluster["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]
    server = HTTPServer(("127.0.0.1", endpoint["address"]["socket_address"]["port_value"]), Ready)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Ready(BaseHTTPRequestHandler):
    """Answers `ready` to everything."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"ready")

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


def get(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except http.client.HTTPException as error:
        raise OSError("no answer yet") from error
    finally:
        connection.close()


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports
