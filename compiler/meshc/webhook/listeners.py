"""Listening sockets that are handed from one generation of workers to the next without losing a connection.

A certificate is read when a worker starts, so a new one means new workers.  Were both generations to accept from the same
queue, the outgoing one would drop what it had accepted but not yet answered at its end.  So each generation has a socket
of its own on the same port (SO_REUSEPORT), and a one-instruction packet filter tells the kernel which of them new
connections go to.  Where the kernel does not offer that, all generations share one socket.
"""

from __future__ import annotations

import ctypes
import socket
import struct

from meshc.errors import UsageError

_SO_ATTACH_REUSEPORT_CBPF = 51
_RETURN_CONSTANT = 0x06


class Listeners:
    """The sockets of one address; raises UsageError when it is in use or not allowed."""

    def __init__(self, host: str, port: int, *, backlog: int = 1024) -> None:
        self._backlog = backlog
        family, address = _resolve(host, port)
        try:
            # Without SO_REUSEPORT at first: another server on the port must be an error, not a partner.
            socket.create_server(address, family=family).close()
            first = self._open(family, address)
        except OSError as error:
            raise taken(error, host, port) from error
        self._family, self._address = family, first.getsockname()
        self._sockets = [first]
        self._steers = self._steer(0)

    @property
    def port(self) -> int:
        """The port, chosen by the kernel where 0 was asked for."""
        return int(self._address[1])

    @property
    def current(self) -> socket.socket:
        """The socket that new connections go to."""
        return self._sockets[0] if not self._steers else self._sockets[self._index]

    def prepare(self) -> socket.socket:
        """A socket for the next generation; it gets no connection before `promote`."""
        if not self._steers:
            return self.current
        fresh = self._open(self._family, self._address)
        self._sockets.append(fresh)
        return fresh

    def promote(self, fresh: socket.socket) -> None:
        """Send new connections to a prepared socket."""
        if self._steers:
            self._steer(self._sockets.index(fresh))

    def park(self) -> None:
        """Let new connections wait where no worker accepts them; they are refused at `close`."""
        if self._steers:
            self.promote(self.prepare())

    def retire(self, old: socket.socket) -> None:
        """Close a socket that no worker accepts from any more."""
        if old is self.current:
            return
        current = self.current
        index = self._sockets.index(old)
        # The kernel fills the gap with the last socket of the group.
        self._sockets[index] = self._sockets[-1]
        self._sockets.pop()
        old.close()
        self._steer(self._sockets.index(current))

    def close(self) -> None:
        """Stop listening."""
        for one in self._sockets:
            one.close()

    def _open(self, family: socket.AddressFamily, address: tuple[str, int]) -> socket.socket:
        dual = family == socket.AF_INET6 and address[0] == "::" and socket.has_dualstack_ipv6()
        made = socket.create_server(address, family=family, backlog=self._backlog, reuse_port=True, dualstack_ipv6=dual)
        made.setblocking(False)
        return made

    def _steer(self, index: int) -> bool:
        """Attach `return index` to the group of sockets; false where the kernel does not support it."""
        self._index = index
        instruction = ctypes.create_string_buffer(struct.pack("HBBI", _RETURN_CONSTANT, 0, 0, index))
        program = struct.pack("HL", 1, ctypes.addressof(instruction))
        try:
            self._sockets[0].setsockopt(socket.SOL_SOCKET, _SO_ATTACH_REUSEPORT_CBPF, program)
        except OSError:
            return False
        return True


def taken(error: OSError, host: str, port: int) -> UsageError:
    """The error for an address that cannot be listened on."""
    hint = "choose another with --host, --port or --monitoring-port; a port below 1024 needs privileges"
    return UsageError(f"cannot listen: {error.strerror or error}", path="address", value=f"{host}:{port}", hint=hint)


def _resolve(host: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int]]:
    try:
        found = socket.getaddrinfo(host or "0.0.0.0", port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise taken(error, host, port) from error
    family, _, _, _, address = found[0]
    return family, (str(address[0]), int(address[1]))
