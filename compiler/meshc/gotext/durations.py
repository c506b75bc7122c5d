"""Durations as Go spells them (`1m30s`) and as protobuf-JSON writes them (`90s`, `1.500s`)."""

from __future__ import annotations

import re

SECOND = 1_000_000_000
MILLISECOND = 1_000_000
HOUR = 3600 * SECOND

_UNITS = {
    "ns": 1,
    "us": 1_000,
    "µs": 1_000,
    "μs": 1_000,
    "ms": MILLISECOND,
    "s": SECOND,
    "m": 60 * SECOND,
    "h": HOUR,
}
_PART = re.compile(r"(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_LIMIT = 1 << 63


def parse(text: str) -> int:
    """Nanoseconds of a Go duration: a sum of number and unit, `0` alone without one; ValueError for any other string."""
    sign, rest = (text[0], text[1:]) if text[:1] in ("+", "-") else ("", text)
    if rest == "0":
        return 0
    total, position = 0, 0
    while position < len(rest):
        part = _PART.match(rest, position)
        if part is None or not (part[1] or part[2]):
            raise ValueError(f"invalid duration {text!r}")
        whole, fraction, scale = part[1] or "0", part[2] or "", _UNITS[part[3]]
        total += int(whole) * scale + int(fraction or "0") * scale // 10 ** len(fraction)
        position = part.end()
    if not rest or total >= _LIMIT:
        raise ValueError(f"invalid duration {text!r}")
    return -total if sign == "-" else total


def write(nanoseconds: int) -> str:
    """Seconds with 0, 3, 6 or 9 decimals: `45s`, `0.500s` (docs/istio/injection.md § 5.1)."""
    seconds, rest = divmod(abs(nanoseconds), SECOND)
    decimals = ""
    if rest:
        digits = f"{rest:09d}"
        while digits.endswith("000"):
            digits = digits[:-3]
        decimals = f".{digits}"
    return f"{'-' if nanoseconds < 0 else ''}{seconds}{decimals}s"


def canonical(text: str) -> str:
    """The one form a duration has in compiled output; ValueError for a string that is not a duration."""
    return write(parse(text))


def spelled(nanoseconds: int) -> str:
    """A duration as `time.Duration` prints it: `1m0s`, `500ms`, `0s`."""
    sign, rest = ("-", -nanoseconds) if nanoseconds < 0 else ("", nanoseconds)
    # Below a second Go picks the largest unit that gives a whole part.
    for unit in ("ns", "µs", "ms"):
        if rest < _UNITS[unit] * 1000 and rest:
            return f"{sign}{_decimal(rest, _UNITS[unit])}{unit}"
    hours, rest = divmod(rest, HOUR)
    minutes, rest = divmod(rest, _UNITS["m"])
    text = f"{_decimal(rest, _UNITS['s'])}s"
    if hours:
        text = f"{hours}h{minutes}m{text}"
    elif minutes:
        text = f"{minutes}m{text}"
    return sign + text


def _decimal(number: int, unit: int) -> str:
    whole, rest = divmod(number, unit)
    digits = f"{rest:0{len(str(unit)) - 1}d}".rstrip("0") if rest else ""
    return f"{whole}.{digits}" if digits else str(whole)
