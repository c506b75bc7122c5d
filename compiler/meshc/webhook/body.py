"""Reads a request's body within limits: size, time, and how many long ones at once."""

from __future__ import annotations

import asyncio
from typing import Any

from meshc.webhook.limits import Limits

_SHORT = 64 * 1024


class BodyTooLarge(Exception):
    """The request's body is over the limit; its rest was not read."""


class BodyTruncated(Exception):
    """The client went away, or sent something that is no body, before the whole of it was here."""


class Reader:
    """Reads bodies for one worker."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._long = asyncio.Semaphore(limits.concurrent)

    async def read(self, protocol: Any, length: str | None) -> bytes:
        """The whole body; `length` is the header Content-Length, None when the body comes in chunks.

        Raises BodyTooLarge, BodyTruncated and TimeoutError.
        """
        declared = int(length) if length and length.isascii() and length.isdigit() else None
        if declared is not None and declared > self._limits.body:
            raise BodyTooLarge
        async with asyncio.timeout(self._limits.body_timeout):
            if declared is not None and declared <= _SHORT:
                return await self._chunks(protocol, declared)
            async with self._long:
                return await self._chunks(protocol, declared)

    async def _chunks(self, protocol: Any, declared: int | None) -> bytes:
        chunks: list[bytes] = []
        size = 0
        try:
            async for chunk in protocol:
                size += len(chunk)
                if size > self._limits.body:
                    raise BodyTooLarge
                chunks.append(chunk)
        except RuntimeError as error:
            # The server's own protocol errors are RuntimeErrors.
            raise BodyTruncated from error
        if declared is not None and size < declared:
            raise BodyTruncated
        return b"".join(chunks)
