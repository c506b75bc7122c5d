"""The `meshc` fixture: the command line in a temporary working folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import Run, runner


@pytest.fixture
def meshc(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """`meshc("render", …)` → Outcome; the working folder is empty and below no meshc.yaml."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    return runner(monkeypatch, capsys)
