"""Small workloads and settings for the tests of injection."""

from __future__ import annotations

from functools import cache
from typing import Any

from meshc.settings import Settings
from tests.newest import NEWEST

OVERLAY = """\
metadata:
  labels:
    from-template: "yes"
spec:
  initContainers:
  - name: istio-init
    image: mesh/init
    args: [-p, "15001", -u, "1337"]
  containers:
  - name: istio-proxy
    image: mesh/proxy
  volumes:
  - name: istio-envoy
"""


@cache
def settings(release: str = NEWEST, mode: str = "webhook", revision: str | None = None) -> Settings:
    """The default profile's settings."""
    return Settings.load(release=release, mode=mode, revision=revision)


def with_templates(release: str = NEWEST, *, templates: dict[str, str] | None = None, **more: Any) -> Settings:
    """Settings whose template `sidecar` is the small overlay above."""
    config = {"templates": templates or {"sidecar": OVERLAY}, **more.pop("injector", {})}
    return Settings.load(
        release=release,
        resolved_values=more.pop("values", {"sidecarInjectorWebhook": {"rewriteAppHTTPProbe": True}}),
        resolved_mesh_config=more.pop("mesh", {}),
        injector_config=config,
        **more,
    )


def pod(name: str = "web", **spec: Any) -> dict[str, Any]:
    """A pod with one container `app`; keywords go into its spec, `annotations` and `labels` into its metadata."""
    metadata: dict[str, Any] = {"name": name}
    for part in ("annotations", "labels", "namespace", "generateName", "ownerReferences"):
        if part in spec:
            metadata[part] = spec.pop(part)
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": metadata,
        "spec": {"containers": [{"name": "app", "image": "app"}], **spec},
    }


def deployment(name: str = "web", **spec: Any) -> dict[str, Any]:
    """A Deployment of such a pod."""
    template = pod(name, **spec)
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "selector": {"matchLabels": {"app": name}},
            "template": {
                "metadata": {k: v for k, v in template["metadata"].items() if k != "name"},
                "spec": template["spec"],
            },
        },
    }
