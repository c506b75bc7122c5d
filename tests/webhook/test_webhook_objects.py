"""MutatingWebhookConfiguration objects, release by release, as docs/istio/injection.md § 13 has them."""

from __future__ import annotations

import base64
from functools import cache
from typing import Any

import kubernetes_validate
import pytest

from meshc.settings import Settings
from meshc.webhook.webhook_objects import Target, revision_webhook, tag_webhook

RELEASES = [f"1.{minor}" for minor in range(17, 31)]
INJECT, REV, LABEL = "sidecar.istio.io/inject", "istio.io/rev", "istio-injection"
TARGET = Target("meshc-webhook", "istio-system")
SUFFIX = ".sidecar-injector.istio.io"


@cache
def settings(release: str, revision: str = "", *flags: str) -> Settings:
    """Settings of the default profile."""
    return Settings.load(release=release, revision=revision or None, set=flags)


def rules(*texts: str) -> Any:
    """`key In a,b`, `key NotIn a`, `key !` as match expressions."""
    found: list[Any] = []
    for text in texts:
        key, operator, *values = text.split()
        if operator == "!":
            found.append({"key": key, "operator": "DoesNotExist"})
        else:
            found.append({"key": key, "operator": operator, "values": values[0].split(",")})
    return {"matchExpressions": found}


def hooks(marker: str) -> dict[str, tuple[Any, Any]]:
    """Selectors of namespaces and of objects by the webhook's name."""
    return {
        "rev.namespace": (rules(f"{REV} In {marker}", f"{LABEL} !"), rules(f"{INJECT} NotIn false")),
        "rev.object": (rules(f"{REV} !", f"{LABEL} !"), rules(f"{INJECT} NotIn false", f"{REV} In {marker}")),
        "namespace": (rules(f"{LABEL} In enabled"), rules(f"{INJECT} NotIn false")),
        "object": (rules(f"{LABEL} !", f"{REV} !"), rules(f"{INJECT} In true", f"{REV} !")),
        "auto": (
            rules(
                f"{LABEL} !",
                f"{REV} !",
                "kubernetes.io/metadata.name NotIn kube-system,kube-public,kube-node-lease,local-path-storage",
            ),
            rules(f"{INJECT} !", f"{REV} !"),
        ),
    }


def of_revision(made: Settings, target: Target) -> dict[str, Any]:
    """The object of a revision."""
    found = revision_webhook(made, target)
    assert found is not None
    return dict(found)


def of_tag(made: Settings, target: Target, tag: str) -> dict[str, Any]:
    """The object of a tag."""
    found = tag_webhook(made, target, tag)
    assert found is not None
    return dict(found)


def check(made: Any, release: str, marker: str, names: list[str]) -> None:
    """Hold an object's webhooks to the tables."""
    minor = int(release.partition(".")[2])
    assert [h["name"] for h in made["webhooks"]] == [name + SUFFIX for name in names]
    for hook, name in zip(made["webhooks"], names, strict=True):
        namespaces, objects = hooks(marker)[name]
        service = {"name": "meshc-webhook", "namespace": "istio-system", "path": "/inject", "port": 443}
        expected = {
            "name": name + SUFFIX,
            "clientConfig": {"service": service},
            "sideEffects": "None",
            "rules": [{"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}],
            "failurePolicy": "Fail",
            "admissionReviewVersions": ["v1"] if minor >= 23 else ["v1beta1", "v1"],
            "namespaceSelector": namespaces,
            "objectSelector": objects,
        }
        if minor >= 19:
            expected["reinvocationPolicy"] = "Never"
        assert hook == expected
    kubernetes_validate.validate(made, "1.34", strict=True)


@pytest.mark.parametrize("release", RELEASES)
def test_default_revision(release: str) -> None:
    made = of_revision(settings(release), TARGET)
    assert made["metadata"]["name"] == "istio-sidecar-injector"
    check(made, release, "default", ["rev.namespace", "rev.object", "namespace", "object"])


@pytest.mark.parametrize("release", RELEASES)
def test_named_revision(release: str) -> None:
    made = of_revision(settings(release, "canary"), TARGET)
    assert made["metadata"]["name"] == "istio-sidecar-injector-canary"
    assert made["metadata"]["labels"][REV] == "canary"
    check(made, release, "canary", ["rev.namespace", "rev.object"])


@pytest.mark.parametrize("release", RELEASES)
def test_every_namespace(release: str) -> None:
    flags = ("values.sidecarInjectorWebhook.enableNamespacesByDefault=true",)
    made = of_revision(settings(release, "", *flags), TARGET)
    check(made, release, "default", ["rev.namespace", "rev.object", "namespace", "object", "auto"])
    named = of_revision(settings(release, "canary", *flags), TARGET)
    check(named, release, "canary", ["rev.namespace", "rev.object"])


@pytest.mark.parametrize("release", RELEASES)
def test_tags(release: str) -> None:
    made = of_tag(settings(release, "canary"), TARGET, "prod")
    assert made["metadata"]["name"] == "istio-revision-tag-prod"
    labels = made["metadata"]["labels"]
    assert (labels[REV], labels["istio.io/tag"]) == ("canary", "prod")
    check(made, release, "prod", ["rev.namespace", "rev.object"])


@pytest.mark.parametrize("release", RELEASES)
def test_the_tag_default(release: str) -> None:
    made = of_tag(settings(release, "canary"), TARGET, "default")
    check(made, release, "default", ["rev.namespace", "rev.object", "namespace", "object"])
    flags = ("values.sidecarInjectorWebhook.enableNamespacesByDefault=true",)
    every = of_tag(settings(release, "canary", *flags), TARGET, "default")
    check(every, release, "default", ["rev.namespace", "rev.object", "namespace", "object", "auto"])


@pytest.mark.parametrize("release", RELEASES)
def test_labels(release: str) -> None:
    labels = of_revision(settings(release), TARGET)["metadata"]["labels"]
    common = {
        "istio.io/rev": "default",
        "install.operator.istio.io/owning-resource": "unknown",
        "operator.istio.io/component": "Pilot",
        "app": "sidecar-injector",
        "release": "istio",
    }
    assert common.items() <= labels.items()
    full = str(settings(release).release)
    more = {
        "app.kubernetes.io/name": "istiod",
        "app.kubernetes.io/managed-by": "Helm",
        "app.kubernetes.io/instance": "istio",
        "app.kubernetes.io/part-of": "istio",
        "app.kubernetes.io/version": full,
        "helm.sh/chart": f"istiod-{full}",
    }
    assert labels == {**common, **(more if int(release[2:]) >= 24 else {})}


def test_names_carry_the_namespace() -> None:
    target = Target("meshc-webhook", "mesh")
    made = settings("1.27", "canary")
    assert of_revision(made, target)["metadata"]["name"] == "istio-sidecar-injector-canary-mesh"
    assert of_tag(made, target, "prod")["metadata"]["name"] == "istio-revision-tag-prod-mesh"


@pytest.mark.parametrize("release", ["1.18", "1.19", "1.30"])
def test_reinvocation(release: str) -> None:
    made = of_revision(settings(release, "", "values.sidecarInjectorWebhook.reinvocationPolicy=IfNeeded"), TARGET)
    expected = None if release == "1.18" else "IfNeeded"
    assert {h.get("reinvocationPolicy") for h in made["webhooks"]} == {expected}


def test_url_and_path_of_a_remote_control_plane() -> None:
    by_path = of_revision(settings("1.27", "", "values.istiodRemote.injectionPath=/inject/cluster/c1"), TARGET)
    assert by_path["webhooks"][0]["clientConfig"]["service"]["path"] == "/inject/cluster/c1"
    by_url = of_revision(settings("1.27", "", "values.istiodRemote.injectionURL=https://mesh.example/inject"), TARGET)
    assert by_url["webhooks"][0]["clientConfig"] == {"url": "https://mesh.example/inject"}
    own = of_revision(settings("1.27"), Target("x", "istio-system", b"CA", "https://127.0.0.1:15017/inject"))
    expected = {"url": "https://127.0.0.1:15017/inject", "caBundle": base64.b64encode(b"CA").decode()}
    assert {str(h["clientConfig"]) for h in own["webhooks"]} == {str(expected)}


@pytest.mark.parametrize("release", RELEASES)
def test_ca_bundle_of_the_values(release: str) -> None:
    made = settings(release, "", "values.istiodRemote.injectionCABundle=Q0FB")
    minor = int(release[2:])
    bundle = {h["clientConfig"].get("caBundle") for h in of_revision(made, TARGET)["webhooks"]}
    assert bundle == {"Q0FB" if minor >= 22 else None}
    tagged = {h["clientConfig"].get("caBundle") for h in of_tag(made, TARGET, "prod")["webhooks"]}
    assert tagged == {"Q0FB" if minor >= 27 else None}


@pytest.mark.parametrize(
    ("release", "flag", "revision", "tag"),
    [
        ("1.27", "values.global.operatorManageWebhooks=true", False, True),
        ("1.28", "values.global.operatorManageWebhooks=true", False, False),
        ("1.27", "values.global.resourceScope=namespace", True, True),
        ("1.28", "values.global.resourceScope=namespace", False, False),
        ("1.28", "values.global.resourceScope=cluster", True, True),
        ("1.24.5", "values.istiodRemote.enabled=true", True, False),
        ("1.24.6", "values.istiodRemote.enabled=true", True, True),
        ("1.25.2", "values.istiodRemote.enabled=true", True, False),
        ("1.25.3", "values.istiodRemote.enabled=true", True, True),
        ("1.26", "values.istiodRemote.enabled=true", True, True),
    ],
)
def test_objects_that_others_manage(release: str, flag: str, revision: bool, tag: bool) -> None:
    found = Settings.load(release=release, set=[flag], lenient=True)
    assert (revision_webhook(found, TARGET) is not None) == revision
    assert (tag_webhook(found, TARGET, "prod") is not None) == tag


@pytest.mark.parametrize("release", ["1.23", "1.24"])
def test_annotations(release: str) -> None:
    flag = "values.sidecarInjectorWebhookAnnotations.owner=me"
    made = of_revision(Settings.load(release=release, set=[flag], lenient=True), TARGET)
    assert made["metadata"].get("annotations") == (None if release == "1.23" else {"owner": "me"})
