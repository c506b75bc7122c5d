"""Limits of one webhook process: sizes, times, numbers."""

from __future__ import annotations

from dataclasses import dataclass

BODY = 6 * 1024 * 1024
DEPTH = 200


@dataclass(frozen=True)
class Limits:
    """Limits of a worker; a request beyond one is refused, others are not affected.  Times are in seconds.

    `body` is Istio's limit in bytes (docs/istio/injection.md § 12.2), `depth` the deepest nesting of a review's JSON,
    `connections` the number of connected clients, `concurrent` the number of long bodies read at the same time (others wait).
    `linger` is how long an outgoing worker serves its open connections before it closes them, `drain_timeout` how long it
    may then take to finish.
    """

    body: int = BODY
    depth: int = DEPTH
    connections: int = 2048
    concurrent: int = 32
    header_timeout: float = 30.0
    body_timeout: float = 10.0
    linger: float = 35.0
    drain_timeout: float = 20.0
