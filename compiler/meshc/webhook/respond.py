"""Checks of an HTTP request before its review (docs/istio/injection.md § 12.2)."""

from __future__ import annotations

from meshc.settings import Settings
from meshc.webhook.limits import Limits
from meshc.webhook.review import Answer, reviewed

CONTENT_TYPE = "application/json"
_ISTIO = Limits()

__all__ = ["Answer", "answer", "respond"]


def respond(
    body: bytes, settings: Settings, path: str = "/inject", content_type: str = CONTENT_TYPE
) -> tuple[int, bytes]:
    """Answer one HTTP request: its status and body.

    A body over 6 MiB or an empty one is 400, another content type than `application/json` exactly is 415; all else is a
    review's 200.
    """
    found = answer(body, settings, path=path, content_type=content_type)
    return found.status, found.body


def answer(body: bytes, settings: Settings, *, path: str, content_type: str, limits: Limits = _ISTIO) -> Answer:
    """`respond` with what logs and metrics report."""
    if len(body) > limits.body:
        return Answer(400, f"Request entity too large: limit is {limits.body}\n".encode(), "failed", "body-too-large")
    if not body:
        return Answer(400, b"no body found\n", "failed", "no-body", counted=True)
    if content_type != CONTENT_TYPE:
        text = f"invalid Content-Type, want `{CONTENT_TYPE}`\n".encode()
        return Answer(415, text, "failed", "content-type", counted=True)
    return reviewed(body, settings, path, depth=limits.depth)
