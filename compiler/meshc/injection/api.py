"""The public door: workloads in, injected workloads, their patches and the reasons out."""

from __future__ import annotations

from collections.abc import Mapping

from meshc import yamlio
from meshc.errors import UsageError
from meshc.injection.decision import Decision
from meshc.injection.document_injection import Request, inject_document
from meshc.injection.injector import MODES, injector_of
from meshc.injection.manifest_stream import Stream, inject_file
from meshc.injection.result import Result
from meshc.settings import Settings
from meshc.yamlio import Document, File, Json

__all__ = ["Decision", "Result", "Stream", "inject", "inject_stream"]


def inject(
    workload: Json | Document,
    settings: Settings,
    namespace: str | None = None,
    mode: str = "kube-inject",
    *,
    pod_template_paths: Mapping[str, str] | None = None,
) -> Result:
    """Inject one workload (a Pod or anything with a pod template) as `istioctl kube-inject` or the webhook would.

    `namespace` is for workloads that name none, `pod_template_paths` (kind → dotted path) for kinds Istio does not know.
    In mode `webhook` a workload is injected as the pod its controller would create.
    Raises MeshcError: InputError for a document that does not fit its schema, InjectionError where Istio refuses.
    """
    document = workload if isinstance(workload, Document) else Document(workload)
    return inject_document(document, _request(settings, namespace, mode, pod_template_paths))


def inject_stream(
    text: str | File,
    settings: Settings,
    namespace: str | None = None,
    mode: str = "kube-inject",
    *,
    file: str | None = None,
    pod_template_paths: Mapping[str, str] | None = None,
) -> Stream:
    """Inject every workload of a stream of YAML documents; the text comes out as Istio writes it.

    `text` may be a file that was read before (`yamlio.load_file`), which is then not read again; `file` names the
    source in errors otherwise.  Raises MeshcError (ErrorGroup for several documents) and writes nothing then.
    """
    read = yamlio.load_file(text, file=file) if isinstance(text, str) else text
    return inject_file(read, _request(settings, namespace, mode, pod_template_paths))


def _request(settings: Settings, namespace: str | None, mode: str, elsewhere: Mapping[str, str] | None) -> Request:
    if mode not in MODES:
        raise UsageError("unknown mode", path="mode", value=mode, hint=f"write {' or '.join(MODES)}")
    fallback = "default" if mode == "webhook" else ""
    return Request(injector_of(settings, mode), namespace or settings.namespace or fallback, elsewhere or {})
