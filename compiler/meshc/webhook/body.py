"""Reads a request's body within limits: size, time, and the number of long bodies read at the same time."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

from meshc.webhook.limits import Limits

_SHORT = 64 * 1024
_DISCARDED = 16 * 1024 * 1024


class BodyTooLarge(Exception):
    """The request's body is over the limit; at most `unread` bytes of it are still to come."""

    def __init__(self, unread: int) -> None:
        super().__init__(unread)
        self.unread = unread


class BodyTruncated(Exception):
    """The client closed the connection, or broke the protocol, before the whole body had arrived."""


class Reader:
    """Reads the bodies of one worker's requests."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._long = asyncio.Semaphore(limits.concurrent)

    async def read(self, protocol: Any, length: str | None) -> bytes:
        """The whole body; `length` is the header Content-Length, None when the body comes in chunks.

        Raises BodyTooLarge, BodyTruncated and TimeoutError.
        """
        declared = int(length) if length and length.isascii() and length.isdigit() else None
        try:
            async with asyncio.timeout(self._limits.body_timeout):
                # A pod's review is short: only long bodies, of which few fit into memory, wait for each other.
                if declared is not None and declared <= _SHORT:
                    return await self._whole(protocol, declared)
                async with self._long:
                    return await self._chunks(protocol, declared)
        except BodyTooLarge as error:
            await self._discard(protocol, error.unread)
            raise

    async def _whole(self, protocol: Any, declared: int) -> bytes:
        try:
            body: bytes = await protocol()
        except RuntimeError as error:
            raise BodyTruncated from error
        if len(body) < declared:
            raise BodyTruncated
        return body

    async def _chunks(self, protocol: Any, declared: int | None) -> bytes:
        if declared is not None and declared > self._limits.body:
            raise BodyTooLarge(declared)
        chunks: list[bytes] = []
        size = 0
        try:
            async for chunk in protocol:
                size += len(chunk)
                if size > self._limits.body:
                    raise BodyTooLarge(_DISCARDED)
                chunks.append(chunk)
        except RuntimeError as error:
            # The server's own protocol errors are RuntimeErrors.
            raise BodyTruncated from error
        if declared is not None and size < declared:
            raise BodyTruncated
        return b"".join(chunks)

    async def _discard(self, protocol: Any, unread: int) -> None:
        """Read and drop the rest of a body slightly over the limit: a client that still sends would not read the response."""
        if unread > _DISCARDED:
            return
        with contextlib.suppress(RuntimeError, TimeoutError):
            async with asyncio.timeout(self._limits.body_timeout):
                async for chunk in protocol:
                    unread -= len(chunk)
                    if unread < 0:
                        return
