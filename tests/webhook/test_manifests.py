"""What `meshc webhook manifests` prints passes Kubernetes' schemas and asks for nothing it does not need."""

from __future__ import annotations

from functools import cache
from typing import Any

import kubernetes_validate
import pytest

from meshc.errors import UsageError
from meshc.settings import Settings
from meshc.webhook.manifests import Installation, manifests
from tests.newest import NEWEST

KINDS = [
    "ServiceAccount",
    "Deployment",
    "Service",
    "HorizontalPodAutoscaler",
    "PodDisruptionBudget",
    "NetworkPolicy",
    "MutatingWebhookConfiguration",
]


@cache
def settings(release: str = NEWEST, revision: str = "") -> Settings:
    """Settings of the default profile."""
    return Settings.load(release=release, revision=revision or None)


def made(installation: Installation | None = None, revision: str = "") -> dict[str, Any]:
    """The objects by kind."""
    found = manifests(settings("1.30", revision), installation or Installation())
    return {one["kind"]: one for one in found}


@pytest.mark.parametrize("kubernetes", ["1.30", "1.34"])
@pytest.mark.parametrize("release", ["1.17", "1.24", "1.30"])
@pytest.mark.parametrize("revision", ["", "canary"])
def test_schemas(release: str, kubernetes: str, revision: str) -> None:
    found = manifests(settings(release, revision), Installation(tags=("prod",), ca_bundle=b"CA"))
    assert [one["kind"] for one in found] == [*KINDS, "MutatingWebhookConfiguration"]
    for one in found:
        kubernetes_validate.validate(one, kubernetes, strict=True)


def test_names_go_together() -> None:
    found = made(Installation(namespace="mesh"), "canary")
    name = "meshc-webhook-canary"
    for kind in KINDS[:-1]:
        assert (found[kind]["metadata"]["name"], found[kind]["metadata"]["namespace"]) == (name, "mesh")
    spec = found["Deployment"]["spec"]
    selector = spec["selector"]["matchLabels"]
    assert selector.items() <= spec["template"]["metadata"]["labels"].items()
    assert found["Service"]["spec"]["selector"] == selector
    assert found["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == selector
    assert found["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"] == selector
    assert found["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]["name"] == name
    client = found["MutatingWebhookConfiguration"]["webhooks"][0]["clientConfig"]["service"]
    assert (client["name"], client["namespace"]) == (name, "mesh")
    assert spec["template"]["spec"]["serviceAccountName"] == found["ServiceAccount"]["metadata"]["name"]


def test_the_service_leads_to_the_webhook() -> None:
    found = made()
    ports = {p["port"]: p["targetPort"] for p in found["Service"]["spec"]["ports"]}
    assert ports[443] == 15017
    (container,) = found["Deployment"]["spec"]["template"]["spec"]["containers"]
    assert {p["containerPort"] for p in container["ports"]} == {15017, 15014}


def test_the_pod_is_restricted() -> None:
    pod = made()["Deployment"]["spec"]["template"]["spec"]
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    (container,) = pod["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert {p["httpGet"]["path"] for p in (container["readinessProbe"], container["livenessProbe"])} == {
        "/ready",
        "/healthz",
    }
    assert {c["topologyKey"] for c in pod["topologySpreadConstraints"]} == {
        "kubernetes.io/hostname",
        "topology.kubernetes.io/zone",
    }


def test_no_rights_are_asked_for() -> None:
    assert not {k for k in made() if "Role" in k}


def test_the_webhook_is_never_injected_itself() -> None:
    labels = made()["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert labels["sidecar.istio.io/inject"] == "false"


def test_arguments_are_understood() -> None:
    import re

    from typer.testing import CliRunner

    from meshc.cli.app import app

    (container,) = made(None, "canary")["Deployment"]["spec"]["template"]["spec"]["containers"]
    known = re.findall(r"--[a-z-]+", CliRunner().invoke(app, ["webhook", "--help"]).output)
    assert container["args"][0] == "webhook"
    assert {a.partition("=")[0] for a in container["args"][1:]} <= set(known)
    assert "--revision=canary" in container["args"]
    paths = [a.partition("=")[2] for a in container["args"] if "=/etc/" in a]
    mounts = [m["mountPath"] for m in container["volumeMounts"]]
    assert len(paths) == 5
    assert all(any(path.startswith(mount) for mount in mounts) for path in paths)


def test_pods_have_time_to_drain() -> None:
    from meshc.webhook.limits import Limits

    pod = made()["Deployment"]["spec"]["template"]["spec"]
    assert pod["terminationGracePeriodSeconds"] > 5 + 1 + Limits().drain_timeout + 5


def test_cert_manager() -> None:
    found = made(Installation(issuer="ClusterIssuer/mesh-ca"))
    certificate = found["Certificate"]
    assert certificate["spec"]["issuerRef"] == {"group": "cert-manager.io", "kind": "ClusterIssuer", "name": "mesh-ca"}
    assert "meshc-webhook.istio-system.svc" in certificate["spec"]["dnsNames"]
    volumes = {v["name"]: v for v in found["Deployment"]["spec"]["template"]["spec"]["volumes"]}
    assert volumes["certs"]["secret"]["secretName"] == certificate["spec"]["secretName"]
    annotations = found["MutatingWebhookConfiguration"]["metadata"]["annotations"]
    assert annotations == {"cert-manager.io/inject-ca-from": "istio-system/meshc-webhook"}


@pytest.mark.parametrize("issuer", ["mesh-ca", "Issuer/", "Secret/x", "/x"])
def test_odd_issuers_are_refused(issuer: str) -> None:
    with pytest.raises(UsageError, match="not an issuer"):
        made(Installation(issuer=issuer))


def test_a_webhook_elsewhere_needs_only_its_configuration() -> None:
    found = manifests(settings(), Installation(url="https://10.0.0.1:15017/inject", ca_bundle=b"CA", tags=("prod",)))
    assert [one["kind"] for one in found] == ["MutatingWebhookConfiguration"] * 2
    assert all(h["clientConfig"]["url"] == "https://10.0.0.1:15017/inject" for one in found for h in one["webhooks"])
