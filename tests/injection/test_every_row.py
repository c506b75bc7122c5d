"""Every visible injection row once more: injected twice, and through the door its table does not use."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from meshc import yamlio
from meshc.injection.api import inject_stream
from tests.conformance.data import ABSENT, Row, find
from tests.conformance.tables import inject

METADATA_JSON = "ISTIO_METAJSON_ANNOTATIONS"
PROBERS = "ISTIO_KUBE_APP_PROBERS"
OVERRIDES = "proxy.istio.io/overrides"
STATUS_PORT = "status.sidecar.istio.io/port"
# offline these namespaces spare bare pods only: a template's metadata names none
SPARED = frozenset(["kube-system", "kube-public", "kube-node-lease", "local-path-storage"])


def _rows(wanted: Callable[[Row], bool]) -> pytest.MarkDecorator:
    data = find()
    if data is None:
        return pytest.mark.skip(reason=ABSENT)
    rows = [row for table in ("inject", "inject_random") for row in data.rows(table) if not row.get("expected_error")]
    return pytest.mark.parametrize("row", [pytest.param(row, id=row.id) for row in rows if wanted(row)])


@_rows(lambda row: "kube-inject" in row["modes"] and not row.get("requires"))
def test_another_injection_changes_nothing(row: Row) -> None:
    """Compared as `idempotency_check` says, and by the names of variables: those of the URL path are moved to the end.

    A container the user customised is not customised again (docs/istio/injection.md § 9 step 1), so such a row only has to be
    injectable; a row that was injected before, with other settings, has to settle.
    """
    settings = inject.settings(row, "kube-inject")
    text = row.text(row["input"])
    first = inject_stream(text, settings).text
    second = inject_stream(first, settings).text
    if OVERRIDES in first:
        assert _containers(first) == _containers(second)
        return
    if inject.STATUS in text:
        first, second = second, inject_stream(second, settings).text
    dropped = {METADATA_JSON, PROBERS} if STATUS_PORT in text else {METADATA_JSON}
    assert _documents(second, dropped) == _documents(first, dropped)


@_rows(lambda row: "webhook" not in row["modes"])
def test_the_review_of_an_offline_row_gives_its_golden(row: Row) -> None:
    """The rows that Istio only runs offline, as pods in an AdmissionReview."""
    settings = inject.settings(_with_revision(row), "webhook")
    for workload, golden in inject.pairs(row):
        namespace = workload["metadata"].get("namespace") or ""
        if (namespace in SPARED and workload["kind"] != "Pod") or workload["apiVersion"].startswith("extensions/"):
            continue  # the webhook spares such pods; and it sees a ReplicaSet of apps/v1, whatever the Deployment's
        pod = inject.pod_of(workload)
        answer = inject.ask(pod, namespace, settings)
        assert answer["allowed"], answer
        inject.equal(inject.patched(pod, answer), inject.pod_of(golden), row, drop=frozenset({METADATA_JSON}))


def _with_revision(row: Row) -> Row:
    revision = row.get("revision") or ""
    return dataclasses.replace(row, fields={**row.fields, "revision": revision})


def _documents(text: str, dropped: set[str]) -> list[Any]:
    return [_comparable(document.value, dropped) for document in yamlio.load_all(text)]


def _comparable(value: Any, dropped: set[str]) -> Any:
    if isinstance(value, dict):
        return {k: _variables(v, dropped) if k == "env" else _comparable(v, dropped) for k, v in value.items()}
    return [_comparable(v, dropped) for v in value] if isinstance(value, list) else value


def _variables(value: Any, dropped: set[str]) -> Any:
    if not isinstance(value, list):
        return value
    return sorted((v for v in value if v["name"] not in dropped), key=lambda v: str(v["name"]))


def _containers(text: str) -> list[list[str]]:
    return [sorted(_names(document.value)) for document in yamlio.load_all(text)]


def _names(value: Any) -> Iterator[str]:
    for key, inner in value.items() if isinstance(value, dict) else ():
        if key in ("containers", "initContainers"):
            yield from (container["name"] for container in inner or ())
        else:
            yield from _names(inner)
    for inner in value if isinstance(value, list) else ():
        yield from _names(inner)
