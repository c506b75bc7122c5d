"""README's console blocks are what the commands really print."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
BLOCKS = re.findall(r"^```console\n(.*?)^```", (ROOT / "README.md").read_text(), re.M | re.S)
ANYTHING = "…"


def _commands(block: str) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            found.append((line[2:], []))
        else:
            found[-1][1].append(line.rstrip())
    return found


def _matches(wanted: list[str], got: list[str]) -> bool:
    """Line by line; a line `…` stands for any number of lines, `…` in a line for any characters."""
    if not wanted:
        return not got
    if wanted[0] == ANYTHING:
        return any(_matches(wanted[1:], got[n:]) for n in range(len(got) + 1))
    line = ".*".join(map(re.escape, wanted[0].split(ANYTHING)))
    return bool(got) and re.fullmatch(line, got[0]) is not None and _matches(wanted[1:], got[1:])


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.splitlines()[0][2:40])
def test_the_commands_print_what_the_readme_shows(block: str, tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    shutil.copy(ROOT / "schemas" / "samples" / "httpbin.yaml", tmp_path / "httpbin.yaml")
    path = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"
    for command, wanted in _commands(block):
        done = subprocess.run(
            ["bash", "-c", f"{command}"],
            cwd=tmp_path,
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            timeout=120,
        )
        got = [line.rstrip() for line in (done.stdout + done.stderr).splitlines()]
        assert _matches(wanted, got), f"$ {command}\n" + "\n".join(got)


def test_there_are_commands_to_hold_it_to() -> None:
    assert len(BLOCKS) >= 6
