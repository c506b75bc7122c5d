"""A network namespace with the generated rules loaded, and real connections through them.

Run as a program inside a fresh namespace (`unshare -n`): reads a job as JSON on standard input, prints where each
packet ended.  `peer` as argument runs the other end, which has the addresses outside the pod.
"""

from __future__ import annotations

import errno
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from typing import Any

POD4, PEER4, SERVICE4 = "10.0.0.5", "10.0.0.1", "10.96.0.1"
POD6, PEER6, SERVICE6 = "fd00::5", "fd00::1", "fd96::1"
POD_PORTS = (80, 8080, 15001, 15006, 15008, 15020, 15021, 15053, 15090)
PEER_PORTS = (53, 80, 443, 5000)
TRANSPARENT = 19
TRANSPARENT6 = 75


def main() -> None:
    """Both ends."""
    if sys.argv[1:] == ["peer"]:
        _peer()
    else:
        _pod(json.load(sys.stdin))


def _pod(job: dict[str, Any]) -> None:
    command = ["unshare", "-n", sys.executable, __file__, "peer"]
    peer = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    helpers: list[int] = []
    try:
        _connected(peer)
        for program, text in job["load"]:
            subprocess.run(program.split(), input=text + "\n", text=True, check=True)
        for line in job["routes"]:
            subprocess.run(line.split(), check=True)
        helpers.append(_agent_dns())
        client = _Client()
        helpers.append(client.process)
        for port in POD_PORTS:
            _listen(port, "pod")
        print(json.dumps([_one(packet, peer, client) for packet in job["packets"]]))
    finally:
        for helper in helpers:
            os.kill(helper, signal.SIGKILL)
        peer.kill()


def _connected(peer: subprocess.Popen[str]) -> None:
    """Join both namespaces by a pair of interfaces."""
    _ask(peer, "")
    _run(f"ip link add eth0 type veth peer name eth0 netns {peer.pid}")
    _addresses(POD4, POD6, gateway=(PEER4, PEER6))
    _ask(peer, "linked")


def _ask(peer: subprocess.Popen[str], line: str) -> str:
    assert peer.stdin is not None
    assert peer.stdout is not None
    if line:
        peer.stdin.write(line + "\n")
        peer.stdin.flush()
    return peer.stdout.readline().strip()


def _agent_dns() -> int:
    """The agent's DNS server, as the proxy's user: the zone rules recognise its answers by their owner."""
    child = os.fork()
    if child:
        time.sleep(0.05)
        return child
    os.setgid(1337)
    os.setuid(1337)
    _listen_udp(15053, "pod", ("127.0.0.1", "::1"))
    signal.pause()
    os._exit(0)


def _one(packet: dict[str, Any], peer: subprocess.Popen[str], client: _Client) -> str:
    if packet["direction"] == "inbound":
        return _ask(peer, json.dumps(packet))
    return client.ask(packet)


class _Client:
    """A process without threads that connects as whoever a packet says: forking beside threads can lock up."""

    def __init__(self) -> None:
        requests, self.requests = os.pipe()
        self.answers, answers = os.pipe()
        self.process = os.fork()
        if self.process == 0:
            os.close(self.requests)
            for line in os.fdopen(requests):
                if os.fork() == 0:
                    packet = json.loads(line)
                    os.setgid(int(packet["gid"]))
                    os.setuid(int(packet["uid"]))
                    os.write(answers, _connect(packet).encode())
                    os._exit(0)
                os.wait()
            os._exit(0)

    def ask(self, packet: dict[str, Any]) -> str:
        """Where the packet ended."""
        os.write(self.requests, json.dumps(packet).encode() + b"\n")
        return os.read(self.answers, 100).decode()


def _connect(packet: dict[str, Any]) -> str:
    family = socket.AF_INET6 if ":" in packet["destination"] else socket.AF_INET
    kind = socket.SOCK_DGRAM if packet["protocol"] == "udp" else socket.SOCK_STREAM
    with socket.socket(family, kind) as client:
        client.settimeout(2)
        try:
            if packet.get("bind"):
                client.bind((packet["bind"], 0))
            client.connect((packet["destination"], packet["port"]))
            client.send(b"?")
            return client.recv(100).decode()
        except OSError as error:
            return f"failed: {error}"


def _peer() -> None:
    print("ready", flush=True)
    sys.stdin.readline()
    _addresses(PEER4, PEER6, gateway=(POD4, POD6))
    for address in (f"{SERVICE4}/32", f"{SERVICE6}/128"):
        _run(f"ip addr add {address} dev lo" + (" nodad" if ":" in address else ""))
    for port in PEER_PORTS:
        _listen(port, "peer")
    _listen_udp(53, "peer", (PEER4, SERVICE4, PEER6, SERVICE6))
    print("linked", flush=True)
    for line in sys.stdin:
        print(_connect(json.loads(line)), flush=True)


def _addresses(v4: str, v6: str, *, gateway: tuple[str, str]) -> None:
    for command in (
        "ip link set lo up",
        f"ip addr add {v4}/24 dev eth0",
        f"ip -6 addr add {v6}/64 dev eth0 nodad",
        "ip link set eth0 up",
        f"ip route add default via {gateway[0]}",
        f"ip -6 route add default via {gateway[1]}",
    ):
        _run(command)


def _listen(port: int, name: str) -> None:
    for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        server = socket.socket(family, socket.SOCK_STREAM)
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            server.setsockopt(socket.IPPROTO_IPV6, TRANSPARENT6, 1)
        else:
            server.setsockopt(socket.SOL_IP, TRANSPARENT, 1)
        server.bind((address, port))
        server.listen()
        threading.Thread(target=_serve, args=(server, f"{name}:{port}"), daemon=True).start()


def _listen_udp(port: int, name: str, addresses: tuple[str, ...]) -> None:
    """One socket an address, so that answers come from the address that was asked."""
    for address in addresses:
        server = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
        _bind(server, address, port=port)
        threading.Thread(target=_serve_udp, args=(server, f"{name}:{port}"), daemon=True).start()


def _bind(server: socket.socket, address: str, *, port: int) -> None:
    """Bind as soon as the address may be used: a link that just came up makes IPv6 wait."""
    for _ in range(100):
        try:
            server.bind((address, port))
            return
        except OSError as error:
            if error.errno != errno.EADDRNOTAVAIL:
                raise
            time.sleep(0.02)
    raise SystemExit(f"{address} does not become usable")


def _serve(server: socket.socket, name: str) -> None:
    while True:
        connection, _ = server.accept()
        with connection:
            select.select([connection], [], [], 1)
            connection.send(name.encode())


def _serve_udp(server: socket.socket, name: str) -> None:
    while True:
        _, client = server.recvfrom(100)
        server.sendto(name.encode(), client)


def _run(command: str) -> None:
    for _ in range(20):
        done = subprocess.run(command.split(), capture_output=True, text=True)
        if done.returncode == 0:
            return
        time.sleep(0.05)
    raise SystemExit(f"{command}: {done.stderr}")


if __name__ == "__main__":
    main()
