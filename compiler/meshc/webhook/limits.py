"""What one webhook process lets in: sizes, times, numbers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bounds of the server; a request beyond one is refused, the others go on.

    `body` is Istio's limit in bytes (spec injection § 12.2), `depth` how deep a review's JSON may nest,
    `concurrent` the requests a worker works on at once, times are seconds.
    """

    body: int = 6 * 1024 * 1024
    depth: int = 200
    concurrent: int = 256
    header_timeout: float = 30.0
    body_timeout: float = 15.0
    drain_timeout: float = 25.0
