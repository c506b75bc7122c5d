"""Reads a cluster through kubectl; every failure is reported in one line."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from meshc.errors import ToolError
from meshc.istio_names import PROXY

_SECONDS = 60
_LOG_LINE = re.compile(r"[EWIF]\d{4} ")


@dataclass(frozen=True)
class Kubectl:
    """kubectl in one context of the user's kubeconfig (None: the current one)."""

    context: str | None = None

    def get(self, kind: str, *arguments: str) -> list[Any]:
        """The objects of a kind; raises ToolError."""
        data = self.run("get", kind, *arguments, "-o", "json")
        try:
            found = orjson.loads(data)
        except ValueError as error:
            raise ToolError("kubectl: its answer is not JSON") from error
        return found["items"] if str(found.get("kind", "")).endswith("List") else [found]

    def read(self, namespace: str, pod: str, path: str, *, container: str = PROXY) -> bytes:
        """A file in a running container; raises ToolError."""
        return self.run("exec", "-n", namespace, pod, "-c", container, "--", "cat", path)

    def run(self, *arguments: str) -> bytes:
        """Run kubectl and return its output; raises ToolError with the reason in one line."""
        context = ["--context", self.context] if self.context else []
        try:
            done = subprocess.run(
                ["kubectl", *context, "--request-timeout=30s", *arguments],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except FileNotFoundError:
            raise ToolError("kubectl is not on PATH; install it, or name captured files with --live-from DIR") from None
        except OSError as error:
            raise ToolError(f"kubectl cannot be run: {error.strerror or error}") from error
        except subprocess.TimeoutExpired:
            raise ToolError(f"kubectl: no answer from the cluster within {_SECONDS} seconds") from None
        if done.returncode:
            raise ToolError(f"kubectl: {_reason(done.stderr.decode('utf-8', 'replace').splitlines())}")
        return done.stdout


def is_forbidden(error: ToolError) -> bool:
    """Whether a command failed because RBAC forbids it."""
    return "forbidden" in error.message.lower()


def _reason(lines: Sequence[str]) -> str:
    said = [line.strip() for line in lines if line.strip() and not _LOG_LINE.match(line)]
    last = next((line.strip() for line in reversed(said or lines) if line.strip()), "failed without a message")
    return last.removeprefix("error: ")
