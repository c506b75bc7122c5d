"""Log lines of the webhook: one per decision, as text or JSON, never a pod's content.

Written straight to stderr: the standard library's logging takes longer for a line than TLS for the answer.
"""

from __future__ import annotations

import contextlib
import json
import logging
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TextIO

import orjson

_LONGEST = 1024
_BARE = re.compile(r"[!#-~]+")


class _Log:
    """How this process logs."""

    form = "text"
    level = logging.INFO
    stream: TextIO | None = None


def configure(form: str, level: str) -> None:
    """Send log lines of this level and above to stderr as `text` or `json`."""
    _Log.form = form
    _Log.level = logging.getLevelNamesMapping()[level.upper()]
    _Log.stream = sys.stderr


def event(message: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Write one line with named fields; those that are None are left out."""
    if level < _Log.level:
        return
    time = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    name = logging.getLevelName(level).lower()
    shown = {k: _short(v) for k, v in fields.items() if v is not None}
    if _Log.form == "json":
        line = _json({"time": time, "level": name, "msg": message, **shown})
    else:
        line = f"{time}\t{name}\t{message}\t{' '.join(f'{k}={_bare(v)}' for k, v in shown.items())}".rstrip("\t")
    stream = _Log.stream or sys.stderr
    # A closed stderr must not stop pods from starting.
    with contextlib.suppress(OSError, ValueError):
        stream.write(line + "\n")
        stream.flush()


def _short(value: object) -> object:
    """A value at a bounded length: it may come from a client."""
    if isinstance(value, int | float):
        return value
    text = value if isinstance(value, str) else str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _bare(value: object) -> str:
    text = str(value)
    return text if _BARE.fullmatch(text) else json.dumps(text)


def _json(line: Mapping[str, object]) -> str:
    """ASCII only, so that line separators of Unicode and lone surrogates stay escaped."""
    try:
        data = orjson.dumps(line)
    except TypeError:
        return json.dumps(line)
    return data.decode("ascii") if data.isascii() else json.dumps(line)
