"""Raw TLS connections: what no HTTP library would send."""

from __future__ import annotations

import socket
import ssl
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.webhook.running import Running


@contextmanager
def connect(webhook: Running, *, timeout: float = 15.0) -> Iterator[ssl.SSLSocket]:
    """A TLS connection to the webhook, HTTP/1.1."""
    context = ssl.create_default_context(cafile=str(webhook.certs / "ca.crt"))
    with (
        socket.create_connection(("127.0.0.1", webhook.port), timeout=timeout) as plain,
        context.wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        yield secure


def head(length: int | None, *more: str, path: str = "/inject") -> bytes:
    """A request's head for a review of this length."""
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json", *more]
    lines += [] if length is None else [f"Content-Length: {length}"]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def everything(connection: ssl.SSLSocket) -> bytes:
    """What the server says until it closes the connection; a reset after it has spoken counts as closed."""
    data = b""
    try:
        while chunk := connection.recv(65536):
            data += chunk
    except (ConnectionResetError, ssl.SSLError):
        if not data:
            raise
    return data


def status_of(data: bytes) -> int:
    """The status of the first response in `data`."""
    return int(data.split(b" ", 2)[1])
