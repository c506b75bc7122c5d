"""A Kubernetes API server on loopback for end-to-end tests: etcd and kube-apiserver, no nodes, no controllers.

    def test_it(cluster: Cluster) -> None: ...         the session's cluster (fixture in tests/e2e/conftest.py)
    cluster.kubectl("get", "pods", "-n", namespace)    → text; raises KubectlError
    cluster.apply(document, …) · cluster.get(kind, name, namespace) → dict · cluster.namespace({"istio-injection": "enabled"}) → name
    cluster.kubeconfig                                 for `--kubeconfig`, KUBECONFIG

Pods stay Pending for ever: nobody runs them.
"""

from __future__ import annotations

import itertools
import json
import os
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.e2e.tools import Tools

_TOKEN = "meshc-e2e"
_START_SECONDS = 120.0


class KubectlError(Exception):
    """kubectl ended with an error; the text is what it said."""


class Cluster:
    """A running API server; `stop` ends it."""

    def __init__(self, tools: Tools, folder: Path) -> None:
        self.folder = folder
        self.kubeconfig = folder / "kubeconfig"
        self._tools = tools
        self._numbers = itertools.count(1)
        self._processes: list[subprocess.Popen[bytes]] = []
        etcd, peer, self.port = _free_ports(3)
        self.url = f"https://127.0.0.1:{self.port}"
        try:
            self._start_etcd(etcd, peer)
            self._start_apiserver(etcd)
            self._write_kubeconfig()
            self._until(lambda: self._healthy(), "kube-apiserver")
            self._until(lambda: self._has("namespace", "default"), "namespace default")
            self.apply(_account("default"))
        except BaseException:
            self.stop()
            raise

    def kubectl(self, *arguments: str, stdin: str | None = None) -> str:
        """Run kubectl against the cluster; raises KubectlError with what it says."""
        done = subprocess.run(
            [self._tools.kubectl, "--kubeconfig", str(self.kubeconfig), *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={**os.environ, "HOME": str(self.folder)},
        )
        if done.returncode:
            raise KubectlError(done.stderr.strip())
        return done.stdout

    def apply(self, *documents: Any, verb: str = "apply") -> str:
        """Apply (or with another verb create, replace) documents."""
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(documents)})
        return self.kubectl(verb, "-f", "-", stdin=text)

    def create(self, document: Any, *arguments: str) -> Any:
        """Create one object and return it as the server stored it (or, with --dry-run=server, would have)."""
        return json.loads(self.kubectl("create", "-o", "json", "-f", "-", *arguments, stdin=json.dumps(document)))

    def get(self, kind: str, name: str, namespace: str | None = None) -> Any:
        """Read one object."""
        place = ["-n", namespace] if namespace else []
        return json.loads(self.kubectl("get", kind, name, *place, "-o", "json"))

    def namespace(self, labels: Mapping[str, str] | None = None) -> str:
        """Make a new namespace with labels; returns its name."""
        name = f"ns-{next(self._numbers)}"
        metadata = {"name": name, "labels": dict(labels or {})}
        self.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}, _account(name), verb="create")
        return name

    def stop(self) -> None:
        """End the processes."""
        for process in reversed(self._processes):
            process.terminate()
        for process in self._processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _start_etcd(self, port: int, peer: int) -> None:
        client, peers = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{peer}"
        self._run(
            "etcd",
            self._tools.etcd,
            f"--data-dir={self.folder / 'etcd'}",
            f"--listen-client-urls={client}",
            f"--advertise-client-urls={client}",
            f"--listen-peer-urls={peers}",
            f"--initial-advertise-peer-urls={peers}",
            f"--initial-cluster=default={peers}",
            "--unsafe-no-fsync",
        )

    def _start_apiserver(self, etcd: int) -> None:
        private, public = _service_account_keys(self.folder)
        tokens = self.folder / "tokens.csv"
        tokens.write_text(f"{_TOKEN},admin,admin,system:masters\n")
        self._run(
            "kube-apiserver",
            self._tools.apiserver,
            f"--etcd-servers=http://127.0.0.1:{etcd}",
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            f"--secure-port={self.port}",
            f"--cert-dir={self.folder / 'apiserver'}",
            f"--token-auth-file={tokens}",
            "--authorization-mode=RBAC",
            "--service-cluster-ip-range=10.96.0.0/24",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={public}",
            f"--service-account-signing-key-file={private}",
            "--endpoint-reconciler-type=none",
        )

    def _run(self, name: str, *command: str) -> None:
        with (self.folder / f"{name}.log").open("wb") as log:
            self._processes.append(subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL))

    def _write_kubeconfig(self) -> None:
        config = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "e2e", "cluster": {"server": self.url, "insecure-skip-tls-verify": True}}],
            "users": [{"name": "admin", "user": {"token": _TOKEN}}],
            "contexts": [{"name": "e2e", "context": {"cluster": "e2e", "user": "admin"}}],
            "current-context": "e2e",
        }
        self.kubeconfig.write_text(json.dumps(config))

    def _healthy(self) -> bool:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        request = urllib.request.Request(f"{self.url}/readyz", headers={"Authorization": f"Bearer {_TOKEN}"})
        try:
            with urllib.request.urlopen(request, timeout=5, context=context) as reply:
                return bool(reply.status == 200)
        except urllib.error.HTTPError as error:
            error.close()
            return False
        except OSError:
            return False

    def _has(self, kind: str, name: str) -> bool:
        try:
            self.kubectl("get", kind, name)
        except KubectlError:
            return False
        return True

    def _until(self, condition: Any, what: str) -> None:
        end = time.monotonic() + _START_SECONDS
        while time.monotonic() < end and all(p.poll() is None for p in self._processes):
            if condition():
                return
            time.sleep(0.2)
        logs = "\n".join(f.read_text(errors="replace")[-2000:] for f in self.folder.glob("*.log"))
        raise AssertionError(f"{what} did not come up:\n{logs}")


def _account(namespace: str) -> dict[str, Any]:
    """The service account that a controller would make: pods cannot be without."""
    return {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default", "namespace": namespace}}


def _free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def _service_account_keys(folder: Path) -> tuple[Path, Path]:
    key = ec.generate_private_key(ec.SECP256R1())
    private, public = folder / "service-account.key", folder / "service-account.pub"
    pem = serialization.Encoding.PEM
    private.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo))
    return private, public
