"""What one webhook process lets in: sizes, times, numbers."""

from __future__ import annotations

from dataclasses import dataclass

BODY = 6 * 1024 * 1024
DEPTH = 200


@dataclass(frozen=True)
class Limits:
    """Bounds of a worker; a request beyond one is refused, the others go on.  Times are seconds.

    `body` is Istio's limit in bytes (docs/istio/injection.md § 12.2), `depth` how deep a review's JSON may nest, `connections` how
    many clients may be connected, `concurrent` how many long bodies are read at once (further ones wait their turn).
    `linger` is how long an outgoing worker goes on serving the connections it has before they are closed, `drain_timeout`
    how long it may then take to finish.
    """

    body: int = BODY
    depth: int = DEPTH
    connections: int = 2048
    concurrent: int = 32
    header_timeout: float = 30.0
    body_timeout: float = 10.0
    linger: float = 35.0
    drain_timeout: float = 20.0
