"""Mounts and volumes of the sidecar, and the annotations that add to them (docs/istio/sidecar-template.md §§ 6.6–8)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from meshc.errors import InjectionError
from tests.newest import NEWEST
from tests.templates.samples import container, names, render, settings


def sidecar(number: str = NEWEST, **more: Any) -> Any:
    return render("sidecar", number, **more)


def test_everything_in_order() -> None:
    values = settings(
        global__caName="GkeWorkloadCertificate", global__mountMtlsCerts=True, global__proxy__tracer="lightstep"
    )
    annotations = {
        "sidecar.istio.io/bootstrapOverride": "own",
        "sidecar.istio.io/userVolume": json.dumps({"b": {"emptyDir": {}}, "a": {"configMap": {"name": "x"}}}),
        "sidecar.istio.io/userVolumeMount": json.dumps({"b": {"mountPath": "/b", "readOnly": True}}),
    }
    tracing = {"tracing": {"tlsSettings": {"caCertificates": "/etc/x/ca.pem"}}}
    found = sidecar(values=values, annotations=annotations, proxy_config=tracing, spec={"serviceAccountName": "sa"})
    mounts = container(found)["volumeMounts"]
    assert [(m["name"], m["mountPath"], m.get("readOnly", False)) for m in mounts] == [
        ("workload-socket", "/var/run/secrets/workload-spiffe-uds", False),
        ("credential-socket", "/var/run/secrets/credential-uds", False),
        ("gke-workload-certificate", "/var/run/secrets/workload-spiffe-credentials", True),
        ("istiod-ca-cert", "/var/run/secrets/istio", False),
        ("istio-ca-crl", "/var/run/secrets/istio/crl", False),
        ("istio-data", "/var/lib/istio/data", False),
        ("custom-bootstrap-volume", "/etc/istio/custom-bootstrap", False),
        ("istio-envoy", "/etc/istio/proxy", False),
        ("istio-token", "/var/run/secrets/tokens", False),
        ("istio-certs", "/etc/certs/", True),
        ("istio-podinfo", "/etc/istio/pod", False),
        ("lightstep-certs", "/etc/x/", True),
        ("b", "/b", True),
    ]
    assert names(found["spec"]["volumes"]) == [
        "workload-socket", "credential-socket", "gke-workload-certificate", "custom-bootstrap-volume", "istio-envoy",
        "istio-data", "istio-podinfo", "istio-token", "istiod-ca-cert", "istio-ca-crl", "istio-certs", "a", "b",
        "lightstep-certs",
    ]  # fmt: skip
    assert found["spec"]["volumes"][10]["secret"] == {"optional": True, "secretName": "istio.sa"}


def test_no_folder_no_path() -> None:
    tracing = {"tracing": {"tlsSettings": {"caCertificates": "ca.pem"}}}
    found = container(sidecar(values=settings(global__proxy__tracer="lightstep"), proxy_config=tracing))
    assert found["volumeMounts"][-1] == {"name": "lightstep-certs", "mountPath": None, "readOnly": True}


@pytest.mark.parametrize(("number", "mounted"), [("1.23", True), ("1.24", False)])
def test_kubernetes_as_provider(number: str, mounted: bool) -> None:
    found = sidecar(number, values=settings(global__pilotCertProvider="kubernetes"))
    assert ("kube-ca-cert" in names(container(found)["volumeMounts"])) is mounted
    assert ("kube-ca-cert" in names(found["spec"]["volumes"])) is mounted
    assert "istiod-ca-cert" not in names(found["spec"]["volumes"])


@pytest.mark.parametrize(("number", "expected"), [("1.21", False), ("1.22", True)])
def test_token_without_policy(number: str, expected: bool) -> None:
    found = sidecar(number, values=settings(global__jwtPolicy="first-party-jwt"))
    assert ("istio-token" in names(found["spec"]["volumes"])) is expected
    assert ("istio-token" in names(container(found)["volumeMounts"])) is expected


def test_revocation_list_without_istiod_certificates() -> None:
    found = sidecar("1.27", values=settings(global__pilotCertProvider="none"))
    assert "istio-ca-crl" in names(found["spec"]["volumes"])
    assert "istio-ca-crl" not in names(container(found)["volumeMounts"])


@pytest.mark.parametrize(("number", "name"), [("1.28", "istio-ca-crl"), ("1.29", "own")])
def test_name_of_the_revocation_list(number: str, name: str) -> None:
    volumes = sidecar(number, values=settings(pilot__crlConfigMapName="own"))["spec"]["volumes"]
    assert volumes[-1]["configMap"] == {"name": name, "optional": True}


@pytest.mark.parametrize(
    ("number", "bundle", "named", "source"),
    [
        ("1.25", True, "own", {"configMap": {"name": "istio-ca-root-cert"}}),
        ("1.26.3", False, "own", {"configMap": {"name": "istio-ca-root-cert"}}),
        ("1.27", False, "own", {"configMap": {"name": "own"}}),
        ("1.27", None, None, {"configMap": {"name": "istio-ca-root-cert"}}),
        (
            "1.26.2",
            True,
            "own",
            [{"clusterTrustBundle": None, "name": "istio.io:istiod-ca:root-cert", "path": "root-cert.pem"}],
        ),
        (
            "1.26.3",
            True,
            "own",
            [{"clusterTrustBundle": {"name": "istio.io:istiod-ca:own", "path": "root-cert.pem"}}],
        ),
        (
            "1.27",
            True,
            None,
            [{"clusterTrustBundle": {"name": "istio.io:istiod-ca:root-cert", "path": "root-cert.pem"}}],
        ),
    ],
)
def test_root_certificates(number: str, bundle: Any, named: Any, source: Any) -> None:
    values = settings(pilot__env={"ENABLE_CLUSTER_TRUST_BUNDLE_API": bundle}, global__trustBundleName=named)
    volumes = {v["name"]: v for v in sidecar(number, values=values)["spec"]["volumes"]}
    expected = source if isinstance(source, dict) else {"projected": {"sources": source}}
    assert volumes["istiod-ca-cert"] == {"name": "istiod-ca-cert", **expected}


@pytest.mark.parametrize("env", [None, {}])
def test_pilot_env_may_be_null(env: Any) -> None:
    assert sidecar("1.26", values=settings(pilot__env=env))


def test_pull_secrets_and_policy() -> None:
    values = settings(global__imagePullSecrets=["b", "a"], global__imagePullPolicy="Always")
    found = sidecar(values=values)
    assert found["spec"]["imagePullSecrets"] == [{"name": "b"}, {"name": "a"}]
    assert container(found)["imagePullPolicy"] == container(found, "istio-init")["imagePullPolicy"] == "Always"
    assert "imagePullSecrets" not in sidecar()["spec"]


@pytest.mark.parametrize(
    ("annotation", "text"),
    [
        ("sidecar.istio.io/userVolume", "not json"),
        ("sidecar.istio.io/userVolume", '{"a": "x"}'),
        ("sidecar.istio.io/userVolumeMount", '{"a": {}}'),
        ("sidecar.istio.io/userVolumeMount", "[1]"),
    ],
)
def test_json_annotations_are_checked(annotation: str, text: str) -> None:
    with pytest.raises(InjectionError) as caught:
        sidecar(annotations={annotation: text})
    assert caught.value.path == f'metadata.annotations["{annotation}"]'


def test_json_null_adds_nothing() -> None:
    assert sidecar(annotations={"sidecar.istio.io/userVolume": "null"}) == sidecar()
