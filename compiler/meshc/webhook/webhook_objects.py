"""MutatingWebhookConfiguration objects as the istiod chart of a release makes them (docs/istio/injection.md § 13)."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from meshc.engine import Engine
from meshc.models.label_names import IO_ISTIO_REV, IO_ISTIO_TAG, OPERATOR_COMPONENT, OPERATOR_INSTALL_OWNING_RESOURCE
from meshc.models.values import IstiodRemoteValues
from meshc.settings import Settings
from meshc.yamlio import Json

IGNORED_NAMESPACES = ("kube-system", "kube-public", "kube-node-lease", "local-path-storage")


@dataclass(frozen=True)
class Target:
    """Where the API server sends reviews: the webhook's Service (or a URL), and the CA that signed its certificate (PEM)."""

    service: str
    namespace: str
    ca_bundle: bytes | None = None
    url: str | None = None


def revision_webhook(settings: Settings, target: Target) -> Json | None:
    """The object of the settings' revision; None where the values leave it to somebody else."""
    if not _wanted(settings, gated=True):
        return None
    name = "istio-sidecar-injector" + (f"-{settings.revision}" if settings.revision else "")
    return _object(settings, target, name=name, marker=settings.revision or "default", default=not settings.revision)


def tag_webhook(settings: Settings, target: Target, tag: str) -> Json | None:
    """The object of one revision tag (docs/istio/injection.md § 13.2); None where the release or the values leave it out."""
    release = settings.release
    if not _wanted(settings, gated=release.has("webhook.tag_gating")):
        return None
    if release.has("webhook.tags_skip_remote") and _remote(settings).enabled:
        return None
    made: Json = _object(settings, target, name=f"istio-revision-tag-{tag}", marker=tag, default=tag == "default")
    if not release.has("webhook.tag_ca_bundle") and target.ca_bundle is None:
        # These releases leave the values' bundle out of tags; one that the user names is kept, as nothing else adds it.
        for hook in made["webhooks"]:
            hook["clientConfig"].pop("caBundle", None)
    made["metadata"]["labels"][IO_ISTIO_TAG] = tag
    return made


def _object(settings: Settings, target: Target, *, name: str, marker: str, default: bool) -> Json:
    release = settings.release
    injector = settings.chart_values.sidecar_injector_webhook or settings.values.sidecar_injector_webhook
    policy = injector.reinvocation_policy or "Never" if release.has("webhook.reinvocation_policy") else None
    return (
        Engine.of(release)
        .template("webhook/configuration")
        .render(
            {
                "name": name if target.namespace == "istio-system" else f"{name}-{target.namespace}",
                "labels": _labels(settings),
                "annotations": settings.chart_values.sidecar_injector_webhook_annotations
                if release.has("webhook.chart_labels")
                else None,
                "client": _client(settings, target),
                "reinvocation": policy,
                "review_versions": ["v1"] if release.has("webhook.v1_reviews_only") else ["v1beta1", "v1"],
                "marker": marker,
                "default": default,
                "every_namespace": bool(injector.enable_namespaces_by_default),
                "ignored_namespaces": list(IGNORED_NAMESPACES),
            }
        )
    )


def _client(settings: Settings, target: Target) -> Json:
    remote = _remote(settings)
    path = remote.injection_path or "/inject"
    client: dict[str, Json] = {
        "service": {"name": target.service, "namespace": target.namespace, "path": path, "port": 443}
    }
    if url := target.url or remote.injection_url:
        client = {"url": url}
    if target.ca_bundle:
        client["caBundle"] = base64.b64encode(target.ca_bundle).decode("ascii")
    elif remote.injection_ca_bundle and settings.release.has("webhook.ca_bundle_value"):
        client["caBundle"] = remote.injection_ca_bundle
    return client


def _labels(settings: Settings) -> dict[str, str]:
    release_name = "istio" if settings.installer == "istioctl" else "istiod"
    labels = {
        IO_ISTIO_REV: settings.revision or "default",
        OPERATOR_INSTALL_OWNING_RESOURCE: settings.chart_values.owner_name or "unknown",
        OPERATOR_COMPONENT: "Pilot",
        "app": "sidecar-injector",
        "release": release_name,
    }
    if settings.release.has("webhook.chart_labels"):
        labels |= {
            "app.kubernetes.io/name": "istiod",
            "app.kubernetes.io/managed-by": "Helm",
            "app.kubernetes.io/instance": release_name,
            "app.kubernetes.io/part-of": "istio",
            "app.kubernetes.io/version": str(settings.release),
            "helm.sh/chart": f"istiod-{settings.release}",
        }
    return labels


def _wanted(settings: Settings, *, gated: bool) -> bool:
    if not gated:
        return True
    values = settings.chart_values.global_ or settings.values.global_
    scope = values.resource_scope or "all"
    return not values.operator_manage_webhooks and (
        scope in ("all", "cluster") or not settings.release.has("webhook.resource_scope")
    )


def _remote(settings: Settings) -> IstiodRemoteValues:
    return settings.chart_values.istiod_remote or settings.values.istiod_remote
