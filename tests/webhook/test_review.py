"""Admission reviews answered without a socket."""

from __future__ import annotations

import base64
from typing import Any

import jsonpatch
import orjson
import pytest

from meshc import catalog
from meshc.injection.api import inject
from meshc.kubernetes import typed
from meshc.settings import Settings
from meshc.webhook import respond, review
from meshc.webhook.respond import answer
from tests.injection.pods import pod, settings, with_templates

V1, V1BETA1 = "admission.k8s.io/v1", "admission.k8s.io/v1beta1"


def _body(made: Any, version: str = V1, **request: Any) -> bytes:
    request = {"uid": "u-1", "namespace": "ns", "operation": "CREATE", "object": made} | request
    return orjson.dumps({"apiVersion": version, "kind": "AdmissionReview", "request": request})


def _ask(made: Any, given: Settings, path: str = "/inject", version: str = V1) -> Any:
    return orjson.loads(review(_body(made, version), given, path))


def _patched(made: Any, answered: Any) -> Any:
    return jsonpatch.apply_patch(made, orjson.loads(base64.b64decode(answered["response"]["patch"])))


@pytest.mark.parametrize("version", [V1, V1BETA1])
def test_an_injected_pod(version: str) -> None:
    made = pod(unknown=1)
    answered = _ask(made, with_templates(), version=version)
    assert list(answered) == ["kind", "apiVersion", "response"]
    assert answered["apiVersion"] == version
    response = answered["response"]
    assert {k: v for k, v in response.items() if k != "patch"} == {
        "uid": "u-1",
        "allowed": True,
        "patchType": "JSONPatch",
    }
    patched = _patched(made, answered)
    assert patched["spec"]["unknown"] == 1
    assert "namespace" not in patched["metadata"]


def test_a_skipped_pod_is_allowed_without_a_patch() -> None:
    answered = _ask(pod(hostNetwork=True), with_templates())
    assert answered["response"] == {"uid": "u-1", "allowed": True}


@pytest.mark.parametrize("release", [str(r) for r in catalog.releases()])
def test_the_review_gives_what_injecting_the_pod_gives(release: str) -> None:
    made = pod(containers=[{"name": "app", "readinessProbe": {"tcpSocket": {"port": 5}}, "resources": {}}])
    given = settings(release)
    patched = _patched(made, _ask(made, given))
    assert typed.normalize(patched, "Pod", release=given.release) == inject(made, given, "ns", "webhook").manifest


def test_a_pod_istio_refuses_is_not_allowed_and_told_why() -> None:
    made = pod(annotations={"sidecar.istio.io/interceptionMode": "none"})
    response = _ask(made, with_templates())["response"]
    assert response["allowed"] is False
    message = response["status"]["message"]
    assert message.startswith("failed to run injection template: 1 error occurred:\n\t* invalid value 'none'")
    assert "hint:" in message
    assert response["status"]["metadata"] == {}


def test_variables_of_the_path_reach_the_proxy() -> None:
    made = pod()
    patched = _patched(made, _ask(made, with_templates(), "/inject/cluster/c1/net/n1"))
    assert patched["metadata"]["labels"]["topology.istio.io/network"] == "n1"
    proxies = [c for c in patched["spec"]["containers"] if c["name"] == "istio-proxy"]
    assert proxies[0]["env"] == [
        {"name": "ISTIO_META_CLUSTER_ID", "value": "c1"},
        {"name": "ISTIO_META_NETWORK", "value": "n1"},
    ]


def test_managed_fields_are_neither_read_nor_patched() -> None:
    made = pod()
    made["metadata"]["managedFields"] = "not even a list"
    assert _patched(made, _ask(made, with_templates()))["metadata"]["managedFields"] == "not even a list"


def test_the_namespace_of_the_request_counts() -> None:
    body = _body(pod(), namespace="kube-system")
    assert orjson.loads(review(body, with_templates()))["response"] == {"uid": "u-1", "allowed": True}


@pytest.mark.parametrize(
    "body",
    [
        b"\x00\x01",
        b"[]",
        b"{}",
        b'{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v2","request":{}}',
        b'{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}',
        b"[" * 400 + b"]" * 400,
    ],
)
def test_what_is_no_review_gets_a_bare_refusal(body: bytes) -> None:
    answered = orjson.loads(review(body, with_templates()))
    assert list(answered) == ["response"]
    assert (answered["response"]["uid"], answered["response"]["allowed"]) == ("", False)


@pytest.mark.parametrize("made", [None, 5, {"spec": 5}, {"spec": {"containers": [{"name": {}}]}}])
def test_what_is_no_pod_is_refused_with_its_uid(made: Any) -> None:
    response = _ask(made, with_templates())["response"]
    assert (response["uid"], response["allowed"]) == ("u-1", False)
    assert response["status"]["message"]


@pytest.mark.parametrize(
    ("body", "content_type", "status", "text"),
    [
        (b"x" * (6 * 1024 * 1024 + 1), "application/json", 400, b"Request entity too large: limit is 6291456\n"),
        (b"", "application/json", 400, b"no body found\n"),
        (b"{}", "application/json; charset=utf-8", 415, b"invalid Content-Type, want `application/json`\n"),
    ],
)
def test_checks_before_the_review(body: bytes, content_type: str, status: int, text: bytes) -> None:
    assert respond(body, with_templates(), "/inject", content_type) == (status, text)


def test_respond_reviews_what_passes() -> None:
    body = _body(pod())
    given = with_templates()
    assert respond(body, given) == (200, review(body, given))


def test_what_log_and_metrics_are_told() -> None:
    given = with_templates()

    def told(body: bytes) -> tuple[str, str, str, str, bool]:
        found = answer(body, given, path="/inject", content_type="application/json")
        return found.outcome, found.reason, found.namespace, found.owner, found.counted

    assert told(_body(pod())) == ("injected", "policy-enabled", "ns", "Pod/web", False)
    assert told(_body(pod(hostNetwork=True))) == ("skipped", "host-network", "ns", "Pod/web", False)
    assert told(b"x")[:2] == ("failed", "undecodable")
    assert told(b"") == ("failed", "no-body", "", "", True)


def test_ids_on_openshift_come_from_the_namespace() -> None:
    space = {
        "kind": "Namespace",
        "metadata": {"name": "ns", "annotations": {"openshift.io/sa.scc.uid-range": "1000620000/10000"}},
    }
    text = "spec:\n  containers:\n  - name: istio-proxy\n    securityContext:\n      runAsUser: {{ ProxyUID }}\n"
    given = with_templates(templates={"sidecar": text}, feature={"PLATFORM": "openshift"}, resources=[space])
    made = pod()
    assert _patched(made, _ask(made, given))["spec"]["containers"][-1]["securityContext"]["runAsUser"] == 1000629999
