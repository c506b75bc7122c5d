"""Log lines of the webhook: one a decision, as text or JSON, never a pod's content."""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime

import orjson

LOGGER = logging.getLogger("meshc.webhook")


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
        return orjson.dumps({**line, **getattr(record, "fields", {})}, default=str).decode()


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _shown(value: object) -> str:
    text = str(value)
    return orjson.dumps(text).decode() if not text or any(c <= " " or c == '"' for c in text) else text
