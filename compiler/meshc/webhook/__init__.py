"""The mutating webhook: reviews answered from settings alone, and the server around that."""

from __future__ import annotations

from meshc.webhook.respond import respond
from meshc.webhook.review import review

__all__ = ["respond", "review"]
