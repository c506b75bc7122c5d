"""Injects one document of a handled kind as either front end does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from meshc.catalog import Release
from meshc.errors import MeshcError, format_path
from meshc.injection import admission, identity, openshift_ids, pipeline
from meshc.injection.decision import Decision, decide
from meshc.injection.edits import Map, plain
from meshc.injection.identity import Identity
from meshc.injection.injector import Injector
from meshc.injection.pipeline import Incoming
from meshc.injection.result import Result
from meshc.injection.workloads import LIST, POD, Place, made_by_controller, open_pod, place_of
from meshc.kubernetes import typed
from meshc.models import effective
from meshc.trees import section
from meshc.yamlio import Document, Json

_ANNOTATION = re.compile(r'\.annotations(?:\["(.+?)"\]|\.(\w+))')


class Request(NamedTuple):
    """How documents are to be injected: by whom, in which namespace where they name none, other kinds' places."""

    injector: Injector
    namespace: str = ""
    elsewhere: Mapping[str, str] = {}


def place(document: Json, request: Request) -> Place | None:
    """Where a document keeps its pod, None when it has none."""
    return place_of(typed.kind_name(document), request.injector.mode, elsewhere=request.elsewhere)


def inject_document(document: Document, request: Request) -> Result:
    """Inject a workload that has a pod; raises MeshcError with file and line where the document knows them."""
    with naming(document):
        return _inject(document, request)


def _inject(document: Document, request: Request) -> Result:
    where = place(document.value, request)
    if where is None:
        kind = typed.kind_name(document.value)
        hint = "name its pod template with --pod-template-path KIND=PATH"
        if kind == LIST:
            hint = "inject its items one by one, or the stream it stands in"
        raise document.error("this kind has no pod that could be injected", path=("kind",), value=kind, hint=hint)
    base = _as_admitted(typed_form(document, where, request.injector.release), where, request.injector)
    edited = Map(base)
    pod = open_pod(edited, where)
    incoming = _incoming(base, where, request)
    with pointing(document, where):
        decision = _decide(pod, incoming, request.injector)
        warnings = pipeline.run(pod, incoming, request.injector) if decision.inject else []
    if not decision.inject and not request.injector.webhook:
        warnings = [_skip_warning(base, pod, incoming.identity, decision)]
    return Result(document.value, edited, decision=decision, warnings=(*decision.warnings, *warnings))


@contextmanager
def naming(document: Document) -> Iterator[None]:
    """Say in errors which workload they are about; where they point into a template, also where the workload stands."""
    try:
        yield
    except MeshcError as error:
        if error.subject is None:
            error.subject = _name(document.value)
            if document.file is not None and error.file not in (None, document.file):
                error.subject += f" ({document.file}:{document.first_line})"
        raise


@contextmanager
def pointing(document: Document, where: Place) -> Iterator[None]:
    """Turn a path inside the pod (`metadata…`, `spec…`) into one inside the workload, with file and line."""
    try:
        yield
    except MeshcError as error:
        if error.path and error.file is None:
            _point(error, document, where)
        raise


def _point(error: MeshcError, document: Document, where: Place) -> None:
    path = error.path or ""
    for part, place in (("metadata", where.metadata), ("spec", where.spec)):
        if path.startswith(part):
            rest = path.removeprefix(part)
            annotation = _ANNOTATION.match(rest)
            inside = ("annotations", annotation[1] or annotation[2]) if annotation else ()
            error.path = format_path(place) + rest
            error.at(document.file, *(document.position((*place, *inside)) or (document.first_line, None)))
            return


def typed_form(document: Document, where: Place, release: Release) -> dict[str, Any]:
    """The document in typed form; of a kind without schema only its pod template.  Raises InputError."""
    template = where.spec[:-1]
    if typed.is_handled(document.value):
        base: dict[str, Any] = typed.normalize(document, release=release, courtesy=True)
        if template and "template" not in (base.get("spec") or {}) and template[1] == "template":
            raise document.error(
                "spec.template is required value", path=("spec",), hint="give the workload a pod template"
            )
    else:
        opened = Map(document.value)
        parent = opened.open(*template[:-1])
        spec = typed.normalize(
            parent.get(template[-1]), "PodTemplateSpec", release=release, courtesy=True, path=template
        )
        parent.put(template[-1], spec, layer="typed form")
        base = plain(opened)
    return base


def _as_admitted(base: dict[str, Any], where: Place, injector: Injector) -> dict[str, Any]:
    """The document as OpenShift's handling leaves it before anything else."""
    if injector.openshift:
        opened = Map(base)
        openshift_ids.clear_equal_uid(open_pod(opened, where), injector.release)
        base = plain(opened)
    return base


def identity_of(document: Json, where: Place, release: Release, *, namespace: str, webhook: bool) -> Identity:
    """Offline the workload itself; in the webhook's eyes the owner of the pod its controller would make."""
    kind, metadata = document.get("kind") or "", section(document, where.metadata)
    if webhook:
        return identity.of_pod(made_by_controller(document, metadata), release, namespace=namespace)
    if kind == POD and release.has("injection.offline_pod_owner"):
        return identity.of_pod(metadata, release, namespace=namespace)
    name = (document.get("metadata") or {}).get("name") or ""
    return Identity(document.get("apiVersion") or "", kind, name, namespace)


def _incoming(base: Mapping[str, Any], where: Place, request: Request) -> Incoming:
    metadata, spec = section(base, where.metadata), section(base, where.spec)
    namespace = (base.get("metadata") or {}).get("namespace") or request.namespace
    injector = request.injector
    who = identity_of(base, where, injector.release, namespace=namespace, webhook=injector.webhook)
    return Incoming({"metadata": metadata, "spec": spec}, who, namespace)


def _decide(pod: Map, incoming: Incoming, injector: Injector) -> Decision:
    if injector.webhook:
        not_sent = admission.not_sent(incoming.labels, incoming.namespace, injector)
        return not_sent or decide(pod, injector.policy, injector.release, namespace=incoming.namespace)
    if not pod["spec"].get("hostNetwork") and effective.ANNOTATION in incoming.annotations:
        # offline the annotation goes into the mesh before anything else: an unreadable one is an error even for a pod
        # that would be skipped
        injector.proxy_config(incoming.pod["metadata"], "")
    return decide(pod, injector.policy, injector.release)


def _skip_warning(base: Mapping[str, Any], pod: Map, who: Identity, decision: Decision) -> str:
    namespace = (base.get("metadata") or {}).get("namespace")
    name = pod["metadata"].get("name") or who.name
    full = f"{namespace}/{name}" if namespace else name
    kind = f"{who.kind} " if who.kind else ""
    why = "has host networking enabled" if decision.reason == "host-network" else "has sidecar injection disabled"
    return f'===> Skipping injection because {kind}"{full}" {why}'


def _name(document: Json) -> str:
    found = document.get("metadata") if isinstance(document, dict) else None
    metadata = found if isinstance(found, dict) else {}
    name = metadata.get("name") or metadata.get("generateName") or "without name"
    namespace = metadata.get("namespace")
    return f"{typed.kind_name(document)} {f'{namespace}/' if namespace else ''}{name}"
