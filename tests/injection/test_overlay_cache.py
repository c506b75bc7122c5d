"""Overlays kept for later pods change nothing about any answer."""

from __future__ import annotations

import copy
import dataclasses
import random
from types import SimpleNamespace
from typing import Any

import pytest

from meshc import yamlio
from meshc.injection import overlay_cache
from meshc.injection.api import inject
from meshc.injection.injector import injector_of
from meshc.models import proxy
from tests.injection.pods import pod, settings, with_templates


def _pod(chance: random.Random) -> Any:
    """Pods that look alike to the templates, and differ in what overlays are laid over."""
    proxy = {
        "name": "istio-proxy",
        "image": "auto",
        "env": [{"name": n, "value": "mine"} for n in chance.sample(["A", "PROXY_CONFIG", "POD_NAME"], 2)],
        "volumeMounts": [{"name": "v", "mountPath": "/etc/istio/proxy"}],
        "securityContext": {"runAsUser": 5},
        "livenessProbe": {"httpGet": {"port": 1}},
    }
    return pod(
        containers=[{"name": "app", "image": "app"}, *([proxy] if chance.random() < 0.5 else [])],
        initContainers=[{"name": n} for n in chance.sample(["istio-init", "a", "b"], chance.randrange(3))],
        volumes=[{"name": n, "csi": {"driver": "d"}} for n in chance.sample(["istio-envoy", "x"], chance.randrange(3))],
        labels={"app": chance.choice(["one", "two"])},
        annotations={"inject.istio.io/templates": chance.choice(["sidecar", "gateway", "sidecar,grpc-agent"])},
    )


@pytest.mark.parametrize("release", ["1.17", "1.23", "1.30"])
def test_a_long_run_answers_like_a_fresh_start(release: str) -> None:
    chance = random.Random(4)
    long_lived = dataclasses.replace(settings(release))
    for _ in range(40):
        made = _pod(chance)
        fresh = inject(made, dataclasses.replace(long_lived), "ns", "webhook")
        seen = inject(made, long_lived, "ns", "webhook")
        assert (seen.manifest, seen.patch) == (fresh.manifest, fresh.patch)
    renderer = injector_of(long_lived, "webhook").renderer
    for (name, _, _), kept in renderer._kept.items():
        assert kept.given is not None
        assert kept.overlay == injector_of(long_lived, "webhook").templates.render(name, kept.given)


def test_a_result_belongs_to_its_user() -> None:
    given = dataclasses.replace(settings())
    first = inject(pod(), given, mode="webhook")
    want = copy.deepcopy(first.manifest)
    for part in (*first.manifest["spec"]["initContainers"], *first.manifest["spec"]["volumes"]):
        part.clear()
    assert inject(pod(), given, mode="webhook").manifest == want


def test_no_more_is_kept_than_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overlay_cache, "KEPT", 3)
    given = dataclasses.replace(settings())
    for number in range(5):
        inject(pod(labels={"n": str(number)}), given, mode="webhook")
    inject(pod(labels={"n": "x" * overlay_cache.LARGEST}), given, mode="webhook")
    kept = injector_of(given, "webhook").renderer._kept
    assert len(kept) == 3
    assert all(entry.given is not None and len(entry.given.labels["n"]) == 1 for entry in kept.values())


def test_a_user_s_template_is_rendered_for_every_pod() -> None:
    text = "metadata:\n  labels:\n    volumes: {{ Spec.volumes | length | string }}\n"
    given = with_templates(templates={"sidecar": text})
    for count in (1, 2):
        made = pod(volumes=[{"name": f"v{n}"} for n in range(count)])
        assert inject(made, given, mode="webhook").manifest["metadata"]["labels"]["volumes"] == str(count)


def test_pods_of_one_workload_share_an_overlay() -> None:
    given = dataclasses.replace(settings())
    for token in ("kube-api-access-2hx7c", "kube-api-access-9zkq4"):
        mount = {"name": token, "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}
        app = {"name": "app", "image": "app", "volumeMounts": [mount]}
        made = pod(containers=[app], volumes=[{"name": token, "emptyDir": {}}])
        found = inject(made, given, mode="webhook").manifest
        assert any(c.get("volumeMounts") == [mount] for c in found["spec"]["containers"])
    assert len(injector_of(given, "webhook").renderer._kept) == 1


@pytest.mark.parametrize("mode", ["kube-inject", "webhook"])
def test_a_pods_proxy_config_is_read_once_and_kept_for_equal_strings(
    monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    reads: list[str] = []

    def load(text: str, **more: Any) -> Any:
        reads.append(text)
        return yamlio.load(text, **more)

    text = f"holdApplicationUntilProxyStarts: true  # {mode}"
    monkeypatch.setattr(proxy, "yamlio", SimpleNamespace(load=load))
    given = dataclasses.replace(settings())
    for name in ("one", "two"):
        made = pod(name=name, annotations={"proxy.istio.io/config": text})
        found = str(inject(made, given, mode=mode).manifest)
        assert '"holdApplicationUntilProxyStarts":true' in found
    assert reads == [text]
