"""`time.Duration`: its text and its type."""

from __future__ import annotations

import re
from typing import Final

from meshc.gotemplate.types import FLOAT64, INT64, STRING, Method, Type
from meshc.gotemplate.values import raw, wrapped

_UNITS: Final = {
    "ns": 1,
    "us": 1000,
    "µs": 1000,
    "μs": 1000,
    "ms": 1_000_000,
    "s": 1_000_000_000,
    "m": 60_000_000_000,
    "h": 3_600_000_000_000,
}
_PART: Final = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)")


def duration_text(nanos: int) -> str:
    """Nanoseconds as Go writes a duration: `1m35s`, `1.5ms`, `0s`."""
    sign, value = ("-", -nanos) if nanos < 0 else ("", nanos)
    if value == 0:
        return "0s"
    for unit, size in (("ns", 1), ("µs", 1000), ("ms", 1_000_000)):
        if value < (size * 1000):
            return f"{sign}{_decimal(value, size)}{unit}"
    minutes, rest = divmod(value, 60_000_000_000)
    hours, minutes = divmod(minutes, 60)
    text = f"{_decimal(rest, 1_000_000_000)}s"
    if hours or minutes:
        text = f"{minutes}m{text}"
    return sign + (f"{hours}h{text}" if hours else text)


def _decimal(value: int, size: int) -> str:
    whole, rest = divmod(value, size)
    if not rest:
        return str(whole)
    return f"{whole}.{str(rest).rjust(len(str(size)) - 1, '0').rstrip('0')}"


def parse_duration(text: str) -> int | None:
    """The nanoseconds of a Go duration, None for anything else."""
    sign = -1 if text.startswith("-") else 1
    body = text[1:] if text[:1] in ("+", "-") else text
    if body == "0":
        return 0
    if not body:
        return None
    total, position = 0, 0
    while position < len(body):
        found = _PART.match(body, position)
        if found is None:
            return None
        whole, _, fraction = found.group(1).partition(".")
        unit = _UNITS[found.group(2)]
        total += int(whole or "0") * unit + (int(fraction) * unit // 10 ** len(fraction) if fraction else 0)
        position = found.end()
    return sign * total if total < 1 << 63 else None


DURATION: Final = Type("int64", "time.Duration", named=True)
_PARTS: Final = {"Hours": 3_600_000_000_000, "Minutes": 60_000_000_000, "Seconds": 1_000_000_000}
_WHOLE: Final = {"Milliseconds": 1_000_000, "Microseconds": 1000, "Nanoseconds": 1}


def _parts_of(nanos: int, size: int) -> float:
    """Whole units and the rest, added as floats."""
    sign = -1 if nanos < 0 else 1
    whole, rest = divmod(abs(nanos), size)
    return sign * (float(whole) + rest / size)


def _add_methods() -> None:
    DURATION.methods["String"] = Method("String", lambda one: duration_text(raw(one)), (), (STRING,))
    for name, size in _PARTS.items():
        DURATION.methods[name] = Method(name, lambda one, size=size: _parts_of(raw(one), size), (), (FLOAT64,))
    for name, size in _WHOLE.items():
        DURATION.methods[name] = Method(name, lambda one, size=size: wrapped(INT64, int(raw(one) / size)), (), (INT64,))


_add_methods()
