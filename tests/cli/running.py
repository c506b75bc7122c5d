"""Runs the command line in this process and captures its streams."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from meshc.cli.app import app


@dataclass(frozen=True)
class Outcome:
    """Exit code and streams of one call."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


def runner(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """A function that runs `meshc ARGS…` with a text on standard input."""

    def run(*args: str, stdin: str = "") -> Outcome:
        monkeypatch.setattr(sys, "argv", ["meshc", *args])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        with pytest.raises(SystemExit) as ended:
            app(args, prog_name="meshc")
        captured = capsys.readouterr()
        return Outcome(int(ended.value.code or 0), captured.out, captured.err)

    return run
