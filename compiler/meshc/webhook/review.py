"""AdmissionReview in, AdmissionReview out: no socket, no clock, no files (docs/istio/injection.md §§ 12.2–12.6)."""

from __future__ import annotations

import base64
import traceback
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from meshc.errors import InputError, MeshcError
from meshc.injection import identity, openshift_ids, pipeline, url_path
from meshc.injection.decision import Decision, decide
from meshc.injection.edits import Map, plain
from meshc.injection.identity import Identity
from meshc.injection.injector import Injector, injector_of
from meshc.injection.patch import operations
from meshc.injection.pipeline import Incoming
from meshc.kubernetes import typed
from meshc.settings import Settings
from meshc.webhook.limits import DEPTH
from meshc.yamlio import Json, load_json

API_VERSIONS = ("admission.k8s.io/v1", "admission.k8s.io/v1beta1")
KIND = "AdmissionReview"
_CONTAINERS = frozenset((dict, list))


class Answer(NamedTuple):
    """The response to a review, with what logs and metrics report about it.

    `outcome` is `injected`, `skipped` or `failed`, `reason` a code, `owner` the workload (`Deployment/web`); `counted` says
    that every release counts this failure; `detail` is where in the code an internal error happened.
    """

    status: int
    body: bytes
    outcome: str
    reason: str
    namespace: str = ""
    owner: str = ""
    uid: str = ""
    counted: bool = False
    detail: str = ""


def review(body: bytes, settings: Settings, path: str = "/inject") -> bytes:
    """Answer an admission review of a pod: the JSON patch that injects it, or why it is refused.

    `path` is the request's path, whose parts become environment variables of the proxy.  Never raises for what a body
    holds: such a body gives `allowed: false` with the reason.
    """
    return reviewed(body, settings, path).body


def reviewed(body: bytes, settings: Settings, path: str, *, depth: int = DEPTH) -> Answer:
    """`review` with what logs and metrics report; a body nested deeper than `depth` is refused."""
    try:
        header, request = _decoded(body, depth)
    except InputError as error:
        return _failed({}, "", _text(error), reason="undecodable")
    uid = request.get("uid") or ""
    try:
        return _answered(header, request, injector_of(settings, "webhook"), path)
    except MeshcError as error:
        return _failed(header, uid, _text(error), reason="refused", namespace=request.get("namespace") or "")
    except Exception as error:  # noqa: BLE001
        # The API server waits for this answer, and other pods' reviews run in the same process: report, do not raise.
        message = f"internal error: {type(error).__name__}: {error}"
        failed = _failed(header, uid, message, reason="internal", namespace=request.get("namespace") or "")
        return failed._replace(detail=_place(error))


class _Pod(NamedTuple):
    """The pod of a request: as sent, and typed."""

    sent: dict[str, Any]
    typed: dict[str, Any]
    namespace: str


def _answered(header: Mapping[str, str], request: Mapping[str, Any], injector: Injector, path: str) -> Answer:
    uid = request.get("uid") or ""
    found = _pod(request, injector)
    metadata = found.typed["metadata"]
    pod = Map(found.typed)
    who = identity.of_pod(metadata, injector.release, namespace=found.namespace)
    decision = decide(pod, injector.policy, injector.release, namespace=found.namespace)
    if not decision.inject:
        return _answer(header, {"uid": uid, "allowed": True}, _Subject("skipped", decision, found.namespace, who))
    incoming = Incoming(
        {"metadata": metadata, "spec": found.typed["spec"]},
        who,
        found.namespace,
        url_path.environment(path).variables,
    )
    pipeline.run(pod, incoming, injector)
    patch = base64.b64encode(orjson.dumps(operations(pod, found.sent))).decode()
    response = {"uid": uid, "allowed": True, "patch": patch, "patchType": "JSONPatch"}
    return _answer(header, response, _Subject("injected", decision, found.namespace, who))


def _pod(request: Mapping[str, Any], injector: Injector) -> _Pod:
    sent = request.get("object")
    if not isinstance(sent, dict):
        raise InputError("the request holds no pod", path="request.object", value=sent)
    metadata = sent.get("metadata")
    seen = sent
    # managedFields is long, and injection neither reads nor changes it: it is not worth decoding.
    if isinstance(metadata, dict) and "managedFields" in metadata:
        seen = {**sent, "metadata": {k: v for k, v in metadata.items() if k != "managedFields"}}
    pod = typed.normalize(seen, "Pod", release=injector.release)
    if injector.openshift:
        edited = Map(pod)
        openshift_ids.clear_equal_uid(edited, injector.release)
        pod = plain(edited)
    return _Pod(sent, pod, pod["metadata"].get("namespace") or request.get("namespace") or "")


def _decoded(body: bytes, depth: int) -> tuple[dict[str, str], dict[str, Any]]:
    """The review's kind and apiVersion, and its request; raises InputError for anything else."""
    found = load_json(body)
    if _nests_deeper(found, depth, brackets=body.count(b"{") + body.count(b"[")):
        raise InputError(f"nested deeper than {depth} levels")
    if not isinstance(found, dict) or found.get("kind") != KIND or found.get("apiVersion") not in API_VERSIONS:
        what = "apiVersion and kind" if isinstance(found, dict) else "the body"
        raise InputError(f"couldn't get version/kind: {what} must be those of an {KIND} of {' or '.join(API_VERSIONS)}")
    request = found.get("request")
    if not isinstance(request, dict):
        raise InputError("the review holds no request")
    for field in ("uid", "namespace"):
        if not isinstance(request.get(field) or "", str):
            raise InputError("must be a string", path=f"request.{field}", value=request[field])
    return {"kind": KIND, "apiVersion": found["apiVersion"]}, request


class _Subject(NamedTuple):
    """The pod a response is for (logs, metrics)."""

    outcome: str
    decision: Decision
    namespace: str
    who: Identity


def _answer(header: Mapping[str, str], response: Json, subject: _Subject) -> Answer:
    return Answer(
        200,
        orjson.dumps({**header, "response": response}),
        subject.outcome,
        subject.decision.reason,
        namespace=subject.namespace,
        owner=f"{subject.who.kind}/{subject.who.name}",
        uid=response["uid"],
    )


def _failed(header: Mapping[str, str], uid: str, message: str, *, reason: str, namespace: str = "") -> Answer:
    status = {"metadata": {}, "message": message}
    body = orjson.dumps({**header, "response": {"uid": uid, "allowed": False, "status": status}})
    return Answer(200, body, "failed", reason, namespace=namespace, uid=uid, counted=True)


def _nests_deeper(document: Json, depth: int, *, brackets: int) -> bool:
    """Whether a document has more than `depth` levels; `brackets` is how many opening ones its text has."""
    level = [document]
    for deep in range(depth):
        # Too few brackets are left to reach the limit: most reviews stop here, after a level or two.
        brackets -= len(level)
        if deep + 1 + brackets <= depth:
            return False
        level = [
            child
            for node in level
            for child in (node.values() if type(node) is dict else node)
            if type(child) in _CONTAINERS
        ]
        if not level:
            return False
    return True


def _place(error: Exception) -> str:
    """Where in the code an error happened; nothing of the pod, which may hold secrets."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{type(error).__name__} at {frames[-1].filename.rpartition('meshc/')[2]}:{frames[-1].lineno}"


def _text(error: MeshcError) -> str:
    """The message, which begins with Istio's words, then where it applies and what to do about it."""
    where = f"\n  at: {error.path}" if error.path else ""
    return error.message + where + (f"\n  hint: {error.hint}" if error.hint else "")
