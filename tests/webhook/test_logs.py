"""Log lines are one line, whatever clients send."""

from __future__ import annotations

import json
import logging

import pytest

from meshc.webhook import logs


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("value", ["a\nb", "a\r\nb", "a\u2028b", "\x1b[31m", "\ud800", '"', "", "a b", "x" * 100_000])
def test_one_line_each(form: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(form, "info")
    logs.event("review", namespace=value, owner="Deployment/web")
    text = capsys.readouterr().err
    assert text.endswith("\n")
    assert len(text.splitlines()) == 1
    assert text.isascii()
    assert len(text) < 8000
    assert "Deployment/web" in text


def test_json_keeps_types(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("json", "info")
    logs.event("review", level=logging.WARNING, seconds=0.5, port=1, nothing=None)
    line = json.loads(capsys.readouterr().err)
    assert line.pop("time").endswith("Z")
    assert line == {"level": "warning", "msg": "review", "seconds": 0.5, "port": 1}


def test_text_is_readable(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("text", "info")
    logs.event("review", outcome="injected", note="two words")
    fields = capsys.readouterr().err.rstrip("\n").split("\t")
    assert fields[1:] == ["info", "review", 'outcome=injected note="two words"']


@pytest.mark.parametrize(("level", "lines"), [("debug", 2), ("info", 2), ("warning", 1), ("error", 0)])
def test_levels(level: str, lines: int, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("text", level)
    logs.event("one")
    logs.event("two", level=logging.WARNING)
    assert len(capsys.readouterr().err.splitlines()) == lines
