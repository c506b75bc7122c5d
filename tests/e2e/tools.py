"""Finds etcd, kube-apiserver and kubectl for the end-to-end tests, and builds what may be built.

python -m tests.e2e.tools      builds kube-apiserver and kubectl (about 10 minutes, 2 GB of modules) into the cache
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

MODULE = Path(__file__).parent / "apiserver"
KUBERNETES = "v1.34.4"
_BUILD = "python -m tests.e2e.tools"


@dataclass(frozen=True)
class Tools:
    """Paths of the programs."""

    etcd: str
    apiserver: str
    kubectl: str


class Missing(Exception):
    """A program is not there; the text is one line that says what to install."""


def find() -> Tools:
    """The programs; raises Missing."""
    etcd = shutil.which("etcd")
    if not etcd:
        raise Missing("needs etcd: apt-get install etcd-server")
    apiserver = _newest("kube-apiserver", (1, 30))
    if not apiserver:
        raise Missing(
            f"needs kube-apiserver {KUBERNETES}: with Go >= 1.21 run `{_BUILD}` (10 minutes), or put it on PATH"
        )
    kubectl = _newest("kubectl", (1, 28))
    if not kubectl:
        raise Missing(f"needs kubectl >= 1.28: put it on PATH, or with Go >= 1.21 run `{_BUILD}`")
    return Tools(etcd, apiserver, kubectl)


def required() -> None:
    """Call at the top of a test module: skips all of it, with one line that says what to install."""
    if may_build():
        return
    try:
        find()
    except Missing as missing:
        pytest.skip(str(missing), allow_module_level=True)


def may_build() -> bool:
    """Whether MESHC_E2E_BUILD=1 lets tests build what is absent."""
    return os.environ.get("MESHC_E2E_BUILD") == "1"


def cache() -> Path:
    """Where built programs are kept: MESHC_E2E_CACHE, else ~/.cache/meshc/e2e."""
    named = os.environ.get("MESHC_E2E_CACHE")
    return Path(named) if named else Path.home() / ".cache" / "meshc" / "e2e"


def build() -> None:
    """Build what is neither in the cache nor on PATH from the Go module proxy; raises Missing without Go."""
    for program, minimum, package in (("kube-apiserver", (1, 30), "."), ("kubectl", (1, 28), "./kubectl")):
        if _newest(program, minimum):
            continue
        go = shutil.which("go")
        if not go:
            raise Missing("needs Go >= 1.21 to build kube-apiserver: apt-get install golang, or put it on PATH")
        target = cache() / f"{program}-{KUBERNETES}"
        cache().mkdir(parents=True, exist_ok=True)
        stamp = "k8s.io/component-base/version"
        flags = f"-s -w -X {stamp}.gitVersion={KUBERNETES} -X {stamp}.gitMajor=1 -X {stamp}.gitMinor=34"
        command = [go, "build", "-trimpath", "-ldflags", flags, "-o", f"{target}.new", package]
        # Go fetches a newer toolchain by itself where the module asks for one.
        subprocess.run(command, cwd=MODULE, check=True, env={**os.environ, "GOTOOLCHAIN": "auto", "CGO_ENABLED": "0"})
        os.replace(f"{target}.new", target)


def _newest(program: str, minimum: tuple[int, int]) -> str | None:
    cached = cache() / f"{program}-{KUBERNETES}"
    if os.access(cached, os.X_OK):
        return str(cached)
    found = shutil.which(program)
    return found if found and _version(found) >= minimum else None


def _version(program: str) -> tuple[int, int]:
    arguments = ["version", "--client"] if "kubectl" in program else ["--version"]
    try:
        text = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=60, check=False).stdout
    except OSError:
        return 0, 0
    match = re.search(r"v(\d+)\.(\d+)", text)
    return (int(match[1]), int(match[2])) if match else (0, 0)


if __name__ == "__main__":
    try:
        build()
        print(find())
    except Missing as missing:
        sys.exit(str(missing))
