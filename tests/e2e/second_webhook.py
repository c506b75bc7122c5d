"""Another mutating webhook, called after the injector: it adds a container with a probe."""

from __future__ import annotations

import base64
import json
import ssl
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.webhook.authority import Authority

CONTAINER = {
    "name": "added",
    "image": "added:1",
    "livenessProbe": {"httpGet": {"path": "/healthy", "port": 9090}},
}


class SecondWebhook:
    """Serves on loopback while it is entered."""

    name = "zz-second"

    def __init__(self, authority: Authority, folder: Path) -> None:
        authority.issue(folder)
        self._ca = authority.certificate
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(folder / "tls.crt", folder / "tls.key")
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> SecondWebhook:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def configuration(self, labels: Mapping[str, str]) -> dict[str, Any]:
        """Its object for the API server: pods in namespaces with these labels."""
        url = f"https://127.0.0.1:{self._server.server_address[1]}/"
        hook = {
            "name": "second.example.com",
            "clientConfig": {"url": url, "caBundle": base64.b64encode(self._ca).decode()},
            "sideEffects": "None",
            "admissionReviewVersions": ["v1"],
            "failurePolicy": "Fail",
            "namespaceSelector": {"matchLabels": dict(labels)},
            "rules": [{"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}],
        }
        return {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "MutatingWebhookConfiguration",
            "metadata": {"name": self.name},
            "webhooks": [hook],
        }


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        pod = review["request"]["object"]
        response: dict[str, Any] = {"uid": review["request"]["uid"], "allowed": True}
        if not any(c["name"] == "added" for c in pod["spec"]["containers"]):
            patch = [{"op": "add", "path": "/spec/containers/-", "value": CONTAINER}]
            response |= {"patchType": "JSONPatch", "patch": base64.b64encode(json.dumps(patch).encode()).decode()}
        answer = {"apiVersion": review["apiVersion"], "kind": review["kind"], "response": response}
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""
