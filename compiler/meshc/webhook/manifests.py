"""The objects that run meshc as a cluster's injector (`meshc webhook manifests`)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from meshc import __version__
from meshc.engine import Engine
from meshc.errors import UsageError
from meshc.models.label_names import IO_ISTIO_REV, SIDECAR_INJECT
from meshc.settings import Settings
from meshc.webhook.webhook_objects import Target, revision_webhook, tag_webhook
from meshc.yamlio import Json


@dataclass(frozen=True)
class Installation:
    """Parameters: image, namespace, tags, CA bundle (PEM), cert-manager issuer (`Issuer/name`, `ClusterIssuer/name`).

    `url` is the address of a webhook outside the cluster, which needs no objects but its configuration.
    """

    image: str = f"meshc:{__version__}"
    namespace: str = "istio-system"
    tags: Sequence[str] = ()
    ca_bundle: bytes | None = None
    issuer: str | None = None
    url: str | None = None


def manifests(settings: Settings, installation: Installation) -> list[Json]:
    """All objects in the order to apply them; raises UsageError for an issuer other than `Kind/name`."""
    suffix = f"-{settings.revision}" if settings.revision else ""
    name = f"meshc-webhook{suffix}"
    target = Target(name, installation.namespace, installation.ca_bundle, installation.url)
    objects: list[Json] = []
    if installation.url is None:
        template = Engine.of(settings.release).template("webhook/manifests")
        objects = list(template.render_all(_context(settings, installation, name)))
    hooks = [revision_webhook(settings, target), *(tag_webhook(settings, target, tag) for tag in installation.tags)]
    found = [h for h in hooks if h]
    if installation.issuer and installation.url is None:
        for hook in found:
            hook["metadata"].setdefault("annotations", {})["cert-manager.io/inject-ca-from"] = (
                f"{installation.namespace}/{name}"
            )
    return objects + found


def _context(settings: Settings, installation: Installation, name: str) -> dict[str, Json]:
    namespace = installation.namespace
    selector = {
        "app.kubernetes.io/name": "meshc",
        "app.kubernetes.io/component": "webhook",
        IO_ISTIO_REV: settings.revision or "default",
    }
    labels = {**selector, "app.kubernetes.io/version": __version__}
    return {
        "name": name,
        "suffix": f"-{settings.revision}" if settings.revision else "",
        "meta": {"name": name, "namespace": namespace, "labels": labels},
        "selector": selector,
        # The webhook's own pods must start while no webhook answers.
        "pod_labels": {**labels, SIDECAR_INJECT: "false"},
        "image": installation.image,
        "args": _args(settings),
        "secret": f"{name}-tls",
        "cert_manager": bool(installation.issuer),
        "issuer": _issuer(installation.issuer),
        "dns_names": [f"{name}.{namespace}.svc", f"{name}.{namespace}.svc.cluster.local"],
    }


def _args(settings: Settings) -> list[str]:
    features = [f"--feature={name}={value}" for name, value in sorted(settings.features.items())]
    kube = [f"--kube-version={settings.kube_version}"] if settings.kube_version else []
    revision = [f"--revision={settings.revision}"] if settings.revision else []
    return [
        "webhook",
        f"--release={settings.release}",
        "--resolved-values=/etc/meshc/injector/values",
        "--injector-config=/etc/meshc/injector/config",
        "--resolved-mesh-config=/etc/meshc/mesh/mesh",
        "--tls-cert=/etc/meshc/certs/tls.crt",
        "--tls-key=/etc/meshc/certs/tls.key",
        "--log-format=json",
        *revision,
        *kube,
        *features,
    ]


def _issuer(text: str | None) -> Json:
    if text is None:
        return None
    kind, slash, name = text.partition("/")
    if not slash or kind not in ("Issuer", "ClusterIssuer") or not name:
        raise UsageError("not an issuer", path="--issuer", value=text, hint="write Issuer/NAME or ClusterIssuer/NAME")
    return {"group": "cert-manager.io", "kind": kind, "name": name}
