"""Go itself as the judge: a small program around text/template and Sprig, built once into the tests' cache.

python -m tests.gotemplate.go_judge      builds it from the Go module proxy
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

SOURCE = Path(__file__).parent / "judge"


def program() -> Path:
    """Where the program is kept."""
    named = os.environ.get("MESHC_E2E_CACHE")
    return (Path(named) if named else Path.home() / ".cache" / "meshc" / "e2e") / "template-judge"


def required() -> Path:
    """The program, built when Go is there; skips the test with one line when it is not."""
    found = program()
    newest = max(one.stat().st_mtime for one in SOURCE.iterdir())
    if not found.exists() or found.stat().st_mtime < newest:
        problem = build()
        if problem:
            pytest.skip(f"needs Go >= 1.24 and its module proxy for the judge of templates: {problem}")
    return found


def build() -> str:
    """Builds the program; what went wrong, else an empty string."""
    go = shutil.which("go")
    if go is None:
        return "go is not installed"
    target = program()
    target.parent.mkdir(parents=True, exist_ok=True)
    made = subprocess.run(
        [go, "build", "-trimpath", "-o", str(target), "."], cwd=SOURCE, capture_output=True, text=True, check=False
    )
    return made.stderr.strip().splitlines()[-1] if made.returncode else ""


def ask(lines: Iterable[str]) -> list[dict[str, Any]]:
    """The judge's answers, in order."""
    given = "".join([line + "\n" for line in lines])
    asked = subprocess.run([str(required())], input=given, capture_output=True, text=True, check=True)
    return [json.loads(line) for line in asked.stdout.splitlines()]


if __name__ == "__main__":
    raise SystemExit(build() or 0)
