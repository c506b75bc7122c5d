"""Listening sockets change hands without a connection falling between."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from meshc.errors import UsageError
from meshc.webhook import listeners as module
from meshc.webhook.listeners import Listeners


@pytest.fixture
def listeners() -> Iterator[Listeners]:
    """Sockets on a free port."""
    made = Listeners("127.0.0.1", 0)
    yield made
    made.close()


def connected(port: int, count: int = 30) -> list[socket.socket]:
    """So many connections."""
    return [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(count)]


def accepted(listener: socket.socket) -> int:
    """How many connections wait at a socket; they are accepted."""
    count = 0
    while True:
        try:
            listener.accept()[0].close()
        except BlockingIOError:
            return count
        count += 1


def closed(connections: list[socket.socket]) -> None:
    """Close them all."""
    for one in connections:
        one.close()


def test_connections_go_to_the_promoted_socket_only(listeners: Listeners) -> None:
    first = listeners.current
    second = listeners.prepare()
    made = connected(listeners.port)
    assert (accepted(first), accepted(second)) == (30, 0)
    listeners.promote(second)
    made += connected(listeners.port)
    assert (accepted(first), accepted(second)) == (0, 30)
    assert listeners.current is second
    closed(made)


def test_generations_follow_each_other(listeners: Listeners) -> None:
    for _ in range(5):
        old, fresh = listeners.current, listeners.prepare()
        listeners.promote(fresh)
        waiting = connected(listeners.port, 10)
        listeners.retire(old)
        waiting += connected(listeners.port, 10)
        assert accepted(fresh) == 20
        closed(waiting)


def test_a_socket_that_was_not_promoted_can_go(listeners: Listeners) -> None:
    current, fresh = listeners.current, listeners.prepare()
    listeners.retire(fresh)
    made = connected(listeners.port)
    assert accepted(current) == 30
    closed(made)


def test_what_waits_for_the_old_socket_is_still_accepted(listeners: Listeners) -> None:
    old = listeners.current
    waiting = connected(listeners.port, 10)
    listeners.promote(listeners.prepare())
    assert accepted(old) == 10
    closed(waiting)


def test_parked_connections_reach_nobody(listeners: Listeners) -> None:
    serving = listeners.current
    listeners.park()
    waiting = connected(listeners.port, 5)
    assert accepted(serving) == 0
    listeners.close()
    for one in waiting:
        with pytest.raises(ConnectionError):
            one.recv(1)
    closed(waiting)


def test_where_the_kernel_cannot_steer_all_share_one_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SO_ATTACH_REUSEPORT_CBPF", 9999)
    shared = Listeners("127.0.0.1", 0)
    only = shared.current
    assert shared.prepare() is only
    shared.promote(only)
    shared.retire(only)
    shared.park()
    made = connected(shared.port, 5)
    assert accepted(only) == 5
    closed(made)
    shared.close()


def test_a_taken_port_is_an_error_even_between_ourselves(listeners: Listeners) -> None:
    with pytest.raises(UsageError, match="cannot listen: Address already in use") as caught:
        Listeners("127.0.0.1", listeners.port)
    assert "--port" in str(caught.value)


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1"])
def test_addresses_that_are_not_ours_are_errors(host: str) -> None:
    with pytest.raises(UsageError, match="cannot listen"):
        Listeners(host, 0)


def test_ipv6() -> None:
    if not socket.has_dualstack_ipv6():
        pytest.skip("no IPv6 here")
    both = Listeners("::", 0)
    made = connected(both.port, 3)
    assert accepted(both.current) == 3
    closed(made)
    both.close()
