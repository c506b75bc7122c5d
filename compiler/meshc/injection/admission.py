"""Whether the webhook is called for a pod at all: its selectors (docs/istio/injection.md § 13.1)."""

from __future__ import annotations

from collections.abc import Mapping

from meshc.injection.decision import Decision, Step
from meshc.injection.injector import Injector
from meshc.models.label_names import IO_ISTIO_REV, ISTIO_INJECTION, SIDECAR_INJECT

_IGNORED_BY_DEFAULT = frozenset({"kube-system", "kube-public", "kube-node-lease", "local-path-storage"})


def not_sent(pod_labels: Mapping[str, str], namespace: str, injector: Injector) -> Decision | None:
    """The decision "no" for a pod that no webhook of the revision selects; None where one does.

    Where the Namespace is not among the inputs it counts as labelled for the chosen revision.
    """
    found = injector.namespaces.get(namespace)
    if found is None:
        return None
    labels = (found.get("metadata") or {}).get("labels") or {}
    revision = injector.revision or "default"
    webhook = selecting(labels, pod_labels, revision=revision, namespace=namespace, injector=injector)
    if webhook is not None:
        return None
    said = ", ".join(f"{k}={labels[k]}" for k in (ISTIO_INJECTION, IO_ISTIO_REV) if k in labels) or "no injection label"
    decided_by = f"namespace {namespace} ({said}) and the pod's labels: no webhook of revision {revision} selects it"
    return Decision(False, "webhook-selector", decided_by, (Step("webhook selectors", "no", decided_by),))


def selecting(
    namespace_labels: Mapping[str, str],
    pod_labels: Mapping[str, str],
    *,
    revision: str,
    namespace: str,
    injector: Injector,
) -> str | None:
    """The first webhook of the revision whose selectors take the pod, None when none does."""
    marker = pod_labels.get(SIDECAR_INJECT)
    plain = ISTIO_INJECTION not in namespace_labels and IO_ISTIO_REV not in namespace_labels
    default = revision == "default"
    if ISTIO_INJECTION not in namespace_labels and marker != "false":
        if namespace_labels.get(IO_ISTIO_REV) == revision:
            return "rev.namespace."
        if IO_ISTIO_REV not in namespace_labels and pod_labels.get(IO_ISTIO_REV) == revision:
            return "rev.object."
    if default and namespace_labels.get(ISTIO_INJECTION) == "enabled" and marker != "false":
        return "namespace."
    if not (default and plain and IO_ISTIO_REV not in pod_labels):
        return None
    if marker == "true":
        return "object."
    by_default = injector.enabled_by_default
    return "auto." if by_default and SIDECAR_INJECT not in pod_labels and namespace not in _IGNORED_BY_DEFAULT else None
