"""Rows of the tables `inject` and `inject_random` through a real HTTPS socket; one long-lived server answers all rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from meshc.injection.api import inject
from meshc.settings import Settings
from meshc.webhook import respond
from tests.conformance.data import Row, find
from tests.conformance.items import params
from tests.conformance.tables import inject as table
from tests.webhook.running import REVIEW_HEADERS, review_of, running

TABLES = ("inject", "inject_random")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """One webhook with a revision per distinct settings of the table."""
    folder = tmp_path_factory.mktemp("socket")
    data = find()
    rows = {_name(row): row for table in TABLES for row in data.rows(table)} if data else {}
    for name, row in rows.items():
        _write(folder / name, row)
    revisions = [f"--revision-settings={name}={folder / name}/meshc.yaml" for name in rows]
    with running(folder, *revisions) as webhook, webhook.client() as client:
        yield client


@params("inject")
def test_every_row_through_the_socket(row: Row, server: httpx.Client) -> None:
    _check(row, server)


@params("inject_random")
def test_every_random_row_through_the_socket(row: Row, server: httpx.Client) -> None:
    _check(row, server)


def _check(row: Row, server: httpx.Client) -> None:
    """The socket's answer is the compiler's, its patch gives what the command line gives, and that is the golden pod."""
    settings = _settings(_name(row), row)
    for workload, golden in table.pairs(row):
        pod = table.pod_of(workload)
        # Istio's own webhook tests send requests without a namespace; API servers never do.
        unnamed = "" if "webhook" in row["modes"] else "default"
        namespace = (workload.get("metadata") or {}).get("namespace") or unnamed
        body = review_of(pod, namespace=namespace, uid=row.id)
        reply = server.post(f"/revision/{_name(row)}/inject", content=body, headers=REVIEW_HEADERS)
        assert (reply.status_code, reply.content) == respond(body, settings)
        response = reply.json()["response"]
        assert response["uid"] == row.id
        if not response["allowed"]:
            message = response["status"]["message"].lower()
            # The two front ends refuse the same pods, but not always with the same words.
            assert row["expected_error"] in message or "webhook" not in row["modes"], message
            continue
        got = table.patched(pod, response)
        whole = inject(pod, settings, namespace=namespace or None, mode="webhook").manifest
        table.equal(got, whole, row, drop=frozenset())
        if "webhook" in row["modes"] and table.mesh_of(row) is not None:
            table.equal(got, table.pod_of(golden), row, drop=frozenset())


def _project(row: Row) -> bytes:
    """A meshc.yaml that says what the row says."""
    said = {name.replace("_", "-"): value for name, value in table.keywords(row, "webhook").items()}
    said.pop("resources")
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS)


def _write(folder: Path, row: Row) -> None:
    folder.mkdir()
    said = orjson.loads(_project(row))
    if _context(row):
        (folder / "cluster.json").write_bytes(
            orjson.dumps({"apiVersion": "v1", "kind": "List", "items": _context(row)})
        )
        said["workloads"] = ["cluster.json"]
    (folder / "meshc.yaml").write_bytes(orjson.dumps(said))


def _context(row: Row) -> list[Any]:
    return list(table.keywords(row, "webhook")["resources"])


def _name(row: Row) -> str:
    """Rows with the same settings share a revision."""
    return hashlib.sha256(_project(row) + orjson.dumps(_context(row))).hexdigest()[:12]


@cache
def _known(name: str) -> dict[str, Settings]:
    return {}


def _settings(name: str, row: Row) -> Settings:
    known = _known(name)
    if name not in known:
        known[name] = Settings.load(
            **{**table.keywords(row, "webhook"), "resolved_mesh_config": table.mesh_of(row) or {}}
        )
    return known[name]
