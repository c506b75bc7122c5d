"""Injected workloads in, the workloads as they were out (docs/istio/injection.md § 14)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from meshc import catalog
from meshc.catalog import Release
from meshc.errors import InjectionError, MeshcError, raise_all
from meshc.injection import identity
from meshc.injection.document_injection import Request, identity_of, pointing, typed_form
from meshc.injection.edits import Map, plain
from meshc.injection.injector import injector_of
from meshc.injection.patch import Operation, patch_of
from meshc.injection.uninject.doubts import Doubt
from meshc.injection.uninject.injection_records import is_injected
from meshc.injection.uninject.reinjection import settle
from meshc.injection.uninject.removal import take_out
from meshc.injection.workloads import POD, Place, open_pod, place_of
from meshc.kubernetes.pods import pod_of
from meshc.settings import Settings
from meshc.trees import get
from meshc.yamlio import Document, Json

__all__ = ["Doubt", "Original", "Uninjected", "injected_place", "is_injected", "original", "uninject"]

_HINT = "restore the field by hand from the source the workload was made of, or take the likeliest value with --guess"


class Original(NamedTuple):
    """A pod as it was before injection, as far as its records tell.

    `uncertain` lists the fields that had to be guessed, `assumed` those restored by the records' usual meaning; their
    paths are those inside the pod.
    """

    pod: Json
    uncertain: tuple[Doubt, ...]
    assumed: tuple[Doubt, ...]


class Uninjected(NamedTuple):
    """A workload without injection, in typed form; `uncertain` is empty unless guessing was asked for.

    `patch` holds the RFC 6902 operations that do the same to the workload as it was given.  Paths of doubts are those
    inside the workload.
    """

    manifest: Json
    patch: list[Operation]
    uncertain: tuple[Doubt, ...]
    assumed: tuple[Doubt, ...]


def original(pod: Mapping[str, Json], release: Release, *, namespace: str = "") -> Original:
    """Take injection out of a running pod, from the pod's own records; never refuses for a doubt.

    `release` is the one that injected it; the pod is not changed and keeps what an API server added.
    Raises InjectionError for a pod without a readable status record, or with recorded containers gone.
    """
    edited = Map(dict(pod))
    opened = open_pod(edited, Place(("metadata",), ("spec",)))
    who = identity.of_pod(opened["metadata"], release, namespace=namespace)
    _, doubts, questions = take_out(opened, who, release, is_pod=True)
    uncertain = [*doubts.open, *(Doubt(q.path, q.reason) for q in questions)]
    return Original(plain(edited), tuple(uncertain), tuple(doubts.assumed))


def uninject(
    workload: Json | Document,
    settings: Settings | None = None,
    namespace: str | None = None,
    mode: str = "kube-inject",
    *,
    pod_template_paths: Mapping[str, str] | None = None,
    guess: bool = False,
) -> Uninjected:
    """Take injection out of a workload: the exact reverse of `inject`, from the records injection left in it.

    `settings` (those it was injected with) settle what the records leave open: the result is injected again and
    compared.  Without them the release is that of the proxy's image.  A field the mesh would set to the very value it
    has is taken for the mesh's.  Raises InjectionError (ErrorGroup for several) naming each field that would have to be
    guessed, unless `guess` is set.
    """
    document = workload if isinstance(workload, Document) else Document(workload)
    elsewhere = pod_template_paths or {}
    where = injected_place(document.value, mode, elsewhere)
    if where is None:
        hint = "only what `meshc inject` or Istio's injector injected can be removed again"
        error = InjectionError("the pod is not injected: it has no status record", hint=hint)
        raise error.at(document.file, document.first_line)
    release = settings.release if settings else release_of(document.value)
    space = namespace or (settings.namespace if settings else None) or ("default" if mode == "webhook" else "")
    base = typed_form(document, where, release)
    edited = Map(base)
    pod = open_pod(edited, where)
    own = (base.get("metadata") or {}).get("namespace") or space
    as_webhook = mode == "webhook" or base.get("kind") == POD
    who = identity_of(base, where, release, namespace=own, webhook=as_webhook)
    with pointing(document, where):
        _, doubts, questions = take_out(pod, who, release, is_pod=base.get("kind") == POD)
    request = Request(injector_of(settings, mode), space, elsewhere) if settings else None
    settle(edited, where, questions, request=request, doubts=doubts)
    uncertain = [_placed(doubt, where) for doubt in doubts.open]
    if not guess:
        raise_all([_error(document, doubt) for doubt in uncertain])
    assumed = tuple(_placed(doubt, where) for doubt in doubts.assumed)
    return Uninjected(plain(edited), patch_of(edited, document.value), tuple(uncertain), assumed)


def injected_place(document: Json, mode: str, elsewhere: Mapping[str, str]) -> Place | None:
    """Where a workload keeps its injected pod; None where no status record is.

    A CronJob injected offline has its record one level higher than one injected by the webhook's rules.
    """
    if not isinstance(document, dict):
        return None
    for front in (mode, "kube-inject", "webhook"):
        where = place_of(str(document.get("kind") or ""), front, elsewhere=elsewhere)
        found = get(document, where.metadata) if where else None
        if where and isinstance(found, dict) and isinstance(found.get("annotations"), dict) and is_injected(found):
            return where
    return None


def release_of(document: Json) -> Release:
    """The release in the tag of the proxy's image; the newest where it names none or an unknown one."""
    try:
        text = pod_of(document).image_release
        return catalog.release(text) if text else catalog.newest()
    except MeshcError:
        return catalog.newest()


def _placed(doubt: Doubt, where: Place) -> Doubt:
    """A doubt with its path inside the workload."""
    head, *rest = doubt.path
    outer = where.metadata if head == "metadata" else where.spec
    return doubt._replace(path=(*outer, *rest))


def _error(document: Document, doubt: Doubt) -> MeshcError:
    message = f"not recorded what was here before injection: {doubt.reason}"
    found = InjectionError(message, path=doubt.path, hint=_HINT)
    position = document.position(doubt.path) or (document.first_line, None)
    return found.at(document.file, *position)
