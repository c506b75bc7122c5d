"""Log lines of the webhook: one a decision, as text or JSON, never a pod's content."""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime

LOGGER = logging.getLogger("meshc.webhook")
_LONGEST = 1024
_BARE = re.compile(r"[!#-~]+")


def configure(form: str, level: str) -> None:
    """Send log lines to stderr as `text` or `json`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if form == "json" else _Text())
    LOGGER.handlers[:] = [handler]
    LOGGER.setLevel(level.upper())
    LOGGER.propagate = False


def event(message: str, *, level: int = logging.INFO, **fields: object) -> None:
    """Write one line with named fields."""
    if LOGGER.isEnabledFor(level):
        LOGGER.log(level, message, extra={"fields": {k: v for k, v in fields.items() if v is not None}})


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields = " ".join(f"{k}={_shown(v)}" for k, v in getattr(record, "fields", {}).items())
        return f"{_time(record)}\t{record.levelname.lower()}\t{record.getMessage()}" + (f"\t{fields}" if fields else "")


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {"time": _time(record), "level": record.levelname.lower(), "msg": record.getMessage()}
        return json.dumps({**line, **{k: _short(v) for k, v in getattr(record, "fields", {}).items()}}, default=str)


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _shown(value: object) -> str:
    text = str(_short(value))
    return text if _BARE.fullmatch(text) else json.dumps(text)


def _short(value: object) -> object:
    """What clients send may be long, and no text at all."""
    if isinstance(value, int | float):
        return value
    text = str(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
