"""Dates and durations (docs/istio/go-templates.md § 11.10). The clock is a given fact, never the machine's."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from meshc.gotemplate.calls import Function
from meshc.gotemplate.durations import DURATION, duration_text, parse_duration
from meshc.gotemplate.errors import CallError, Refused
from meshc.gotemplate.json_text import Encoder
from meshc.gotemplate.quoting import quote
from meshc.gotemplate.types import ANY, BOOL, INT, INT64, STRING, Method, Type
from meshc.gotemplate.values import Pointer, Scalar, Struct, Value, raw, type_of, wrapped

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ZERO: Final = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Moment:
    """A time: its second, and nanoseconds within it."""

    at: datetime
    nanos: int = 0


TIME: Final = Type("struct", "time.Time", named=True)
MONTH: Final = Type("int", "time.Month", named=True)
WEEKDAY: Final = Type("int", "time.Weekday", named=True)


def time_struct(moment: Moment) -> Struct:
    return Struct(TIME, source=moment)


def time_value(text: str) -> Struct:
    """A `time.Time` from RFC 3339 text."""
    found = re.fullmatch(r"(.*?)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)", text)
    if found is None:
        raise ValueError(text)
    at = datetime.fromisoformat(found.group(1) + found.group(3).replace("Z", "+00:00"))
    return time_struct(Moment(at, int((found.group(2) or "0").ljust(9, "0")[:9])))


def moment_of(value: Value) -> Moment:
    struct = value.target if type(value) is Pointer else value
    return struct.source if isinstance(struct.source, Moment) else Moment(_ZERO)


# Layouts

_LAYOUT: Final = re.compile(
    r"January|Jan|Monday|Mon|MST|2006|_2006|__2|_2|002|01|02|03|04|05|06|15|PM|pm"
    r"|-07:00:00|-070000|-07:00|-0700|-07|Z07:00:00|Z070000|Z07:00|Z0700|Z07|[.,]0+(?!\d)|[.,]9+(?!\d)|1|2|3|4|5"
)


def formatted(moment: Moment, layout: str) -> str:
    """A time in a layout of Go."""

    def write(found: re.Match[str]) -> str:
        return _element(moment, found.group())

    return _LAYOUT.sub(write, layout)


def _element(moment: Moment, mark: str) -> str:
    at = moment.at
    hour12 = at.hour % 12 or 12
    simple: dict[str, str] = {
        "2006": f"{at.year:04d}",
        "_2006": f"_{at.year:04d}",
        "06": f"{at.year % 100:02d}",
        "January": _MONTHS[at.month - 1],
        "Jan": _MONTHS[at.month - 1][:3],
        "01": f"{at.month:02d}",
        "1": str(at.month),
        "Monday": _DAYS[at.weekday()],
        "Mon": _DAYS[at.weekday()][:3],
        "2": str(at.day),
        "_2": f"{at.day:2d}",
        "02": f"{at.day:02d}",
        "002": f"{at.timetuple().tm_yday:03d}",
        "__2": f"{at.timetuple().tm_yday:3d}",
        "15": f"{at.hour:02d}",
        "3": str(hour12),
        "03": f"{hour12:02d}",
        "4": str(at.minute),
        "04": f"{at.minute:02d}",
        "5": str(at.second),
        "05": f"{at.second:02d}",
        "PM": "PM" if at.hour >= 12 else "AM",
        "pm": "pm" if at.hour >= 12 else "am",
        "MST": _zone_name(at),
    }
    if mark in simple:
        return simple[mark]
    if mark[0] in ".,":
        digits = f"{moment.nanos:09d}"[: len(mark) - 1]
        if mark[1] == "0":
            return mark[0] + digits
        digits = digits.rstrip("0")
        return mark[0] + digits if digits else ""
    return _offset(at, mark)


def _zone_name(at: datetime) -> str:
    name = at.tzname() or "UTC"
    return "UTC" if name == "UTC" or not name else name


def _offset(at: datetime, mark: str) -> str:
    seconds = int((at.utcoffset() or timedelta()).total_seconds())
    if mark[0] == "Z" and seconds == 0:
        return "Z"
    sign = "-" if seconds < 0 else "+"
    hours, rest = divmod(abs(seconds), 3600)
    minutes, seconds = divmod(rest, 60)
    colon = ":" if ":" in mark else ""
    text = f"{sign}{hours:02d}"
    if len(mark) > 3:
        text += f"{colon}{minutes:02d}"
    if len(mark.replace(":", "")) > 5:
        text += f"{colon}{seconds:02d}"
    return text


_READ: Final = {
    "2006": r"\d{4}",
    "06": r"\d{2}",
    "January": "|".join(_MONTHS),
    "Jan": "|".join([name[:3] for name in _MONTHS]),
    "Monday": "|".join(_DAYS),
    "Mon": "|".join([name[:3] for name in _DAYS]),
    **dict.fromkeys(("01", "02", "03", "04", "05"), r"\d{2}"),
    **dict.fromkeys(("1", "2", "3", "4", "5", "15"), r"\d{1,2}"),
    "_2": r" ?\d{1,2}",
    "PM": "AM|PM",
    "pm": "am|pm",
    "MST": r"UTC|GMT|[A-Z]{3,4}",
}


def parse(layout: str, text: str) -> Moment:
    """Reads a time in a layout of Go; raises ValueError in Go's words."""
    fields: dict[str, str] = {}
    rest, position = text, 0
    for found in _LAYOUT.finditer(layout):
        rest = _literal(layout, text, layout[position : found.start()], rest)
        mark, position = found.group(), found.end()
        pattern = _READ.get(mark) or (r"Z|[+-]\d\d:?(?:\d\d)?" if mark[0] in "Z-" else r"[.,]\d+")
        value = re.match(pattern, rest, re.IGNORECASE)
        if value is None:
            raise ValueError(
                f"parsing time {quote(text)} as {quote(layout)}: cannot parse {quote(rest)} as {quote(mark)}"
            )
        fields[mark], rest = value.group(), rest[value.end() :]
    rest = _literal(layout, text, layout[position:], rest)
    if rest:
        raise ValueError(f"parsing time {quote(text)}: extra text: {quote(rest)}")
    return _assembled(fields, text)


def _literal(layout: str, text: str, literal: str, rest: str) -> str:
    if not rest.startswith(literal):
        raise ValueError(
            f"parsing time {quote(text)} as {quote(layout)}: cannot parse {quote(rest)} as {quote(literal)}"
        )
    return rest[len(literal) :]


def _assembled(fields: dict[str, str], text: str) -> Moment:
    def number(*marks: str, default: int) -> int:
        return next((int(fields[mark]) for mark in marks if mark in fields), default)

    year = number("2006", default=0)
    if "06" in fields:
        year = int(fields["06"]) + (1900 if int(fields["06"]) >= 69 else 2000)
    names = fields.get("January") or fields.get("Jan")
    month = number("01", "1", default=1)
    if names:
        month = next(place for place, name in enumerate(_MONTHS, 1) if name[:3].lower() == names[:3].lower())
    hour = number("15", "03", "3", default=0)
    half = (fields.get("PM") or fields.get("pm") or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    fraction = next((value[1:] for mark, value in fields.items() if mark[0] in ".,"), "0")
    offset = next((value for mark, value in fields.items() if mark[0] in "Z-"), "Z")
    day, minute, second = number("02", "2", "_2", default=1), number("04", "4", default=0), number("05", "5", default=0)
    limits = (
        ("month", month, 12),
        ("day", day, 31),
        ("hour", hour, 23),
        ("minute", minute, 59),
        ("second", second, 59),
    )
    for name, value, most in limits:
        if value > most or (value == 0 and name in ("month", "day")):
            raise ValueError(f"parsing time {quote(text)}: {name} out of range")
    try:
        at = datetime(max(year, 1), month, day, hour, minute, second, tzinfo=_zone(offset))
    except ValueError:
        raise ValueError(f"parsing time {quote(text)}: day out of range") from None
    return Moment(at, int(fraction.ljust(9, "0")[:9]))


def _zone(offset: str) -> tzinfo:
    if offset == "Z":
        return UTC
    digits = offset[1:].replace(":", "").ljust(4, "0")
    delta = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]))
    return timezone(-delta if offset[0] == "-" else delta) if delta else UTC


# Methods

_TEXT_LAYOUT: Final = "2006-01-02 15:04:05.999999999 -0700 MST"


def _add_methods() -> None:
    def own(name: str, call: Callable[..., Value], result: Type, params: tuple[Type, ...] = ()) -> None:
        TIME.methods[name] = Method(name, call, params, (result,))

    def part(name: str, type_: Type, read: Callable[[datetime], int]) -> None:
        own(name, lambda time: wrapped(type_, read(moment_of(time).at)), type_)

    part("Year", INT, lambda at: at.year)
    part("Day", INT, lambda at: at.day)
    part("Hour", INT, lambda at: at.hour)
    part("Minute", INT, lambda at: at.minute)
    part("Second", INT, lambda at: at.second)
    part("YearDay", INT, lambda at: at.timetuple().tm_yday)
    part("Month", MONTH, lambda at: at.month)
    part("Weekday", WEEKDAY, lambda at: (at.weekday() + 1) % 7)
    part("Unix", INT64, _unix)
    own("Nanosecond", lambda time: moment_of(time).nanos, INT)
    own("UnixMilli", lambda time: wrapped(INT64, _nanos(time) // 1_000_000), INT64)
    own("UnixMicro", lambda time: wrapped(INT64, _nanos(time) // 1000), INT64)
    own("UnixNano", lambda time: wrapped(INT64, _nanos(time)), INT64)
    own("String", lambda time: formatted(moment_of(time), _TEXT_LAYOUT), STRING)
    own("Format", lambda time, layout: formatted(moment_of(time), layout), STRING, (STRING,))
    own("IsZero", lambda time: moment_of(time) == Moment(_ZERO), BOOL)
    own("UTC", lambda time: time_struct(Moment(moment_of(time).at.astimezone(UTC), moment_of(time).nanos)), TIME)
    own("Equal", lambda time, other: _nanos(time) == _nanos(other), BOOL, (TIME,))
    own("Before", lambda time, other: _nanos(time) < _nanos(other), BOOL, (TIME,))
    own("After", lambda time, other: _nanos(time) > _nanos(other), BOOL, (TIME,))
    own("Add", lambda time, duration: time_struct(_moved(moment_of(time), raw(duration))), TIME, (DURATION,))
    own("Sub", lambda time, other: Scalar(DURATION, _nanos(time) - _nanos(other)), DURATION, (TIME,))
    TIME.to_json = lambda time: Encoder().string(formatted(moment_of(time), "2006-01-02T15:04:05.999999999Z07:00"))
    for type_, names in ((MONTH, ("", *_MONTHS)), (WEEKDAY, (_DAYS[6], *_DAYS[:6]))):
        type_.methods["String"] = Method("String", lambda one, names=names: names[raw(one)], (), (STRING,))


def _unix(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)


def _nanos(time: Value) -> int:
    moment = moment_of(time)
    return _unix(moment.at) * 1_000_000_000 + moment.nanos


def _moved(moment: Moment, nanos: int) -> Moment:
    seconds, rest = divmod(moment.nanos + nanos, 1_000_000_000)
    try:
        return Moment(moment.at + timedelta(seconds=seconds), rest)
    except OverflowError:
        raise CallError("meshc: cannot hold times outside the years 1 to 9999") from None


_add_methods()


# Functions


@dataclass(frozen=True)
class Dates:
    """The functions, with a clock (seconds since 1970) or without."""

    clock: int | None

    def now(self, name: str) -> Moment:
        if self.clock is None:
            raise Refused(f"meshc: {name} gives something else every time")
        return Moment(datetime.fromtimestamp(self.clock, UTC))

    def moment(self, value: Value, name: str) -> Moment:
        """A time, or seconds since 1970; everything else means now."""
        if isinstance(value, Struct | Pointer) and (value.type is TIME or value.type.elem is TIME):
            return moment_of(value)
        if value is not None and type_of(value).name in ("int", "int32", "int64") and not isinstance(value, bool):
            try:
                return Moment(datetime.fromtimestamp(raw(value), UTC))
            except (OverflowError, ValueError, OSError):
                raise CallError("meshc: cannot hold times outside the years 1 to 9999") from None
        return self.now(name)

    def in_zone(self, name: str, layout: str, value: Value, zone: str) -> str:
        moment = self.moment(value, name)
        return formatted(Moment(moment.at.astimezone(_zone_by_name(zone)), moment.nanos), layout)

    def function(self, name: str) -> list[Function]:
        return [
            Function(name, lambda layout, value, zone: self.in_zone(name, layout, value, zone), (STRING, ANY, STRING))
        ]

    def table(self) -> list[Function]:
        modify = (STRING, TIME)
        return [
            Function("now", lambda: time_struct(self.now("now")), ()),
            Function("ago", self._ago, (ANY,)),
            Function("date", lambda layout, value: self.in_zone("date", layout, value, "UTC"), (STRING, ANY)),
            *self.function("dateInZone"),
            *self.function("date_in_zone"),
            Function("htmlDate", lambda value: self.in_zone("htmlDate", "2006-01-02", value, "UTC"), (ANY,)),
            Function(
                "htmlDateInZone",
                lambda value, zone: self.in_zone("htmlDateInZone", "2006-01-02", value, zone),
                (ANY, STRING),
            ),
            Function("duration", _duration, (ANY,)),
            Function("durationRound", lambda value: self._round(value), (ANY,)),
            Function("toDate", _to_date, (STRING, STRING)),
            Function("mustToDate", _must_to_date, (STRING, STRING)),
            Function("dateModify", _modified, modify),
            Function("date_modify", _modified, modify),
            Function("mustDateModify", _must_modify, modify),
            Function("must_date_modify", _must_modify, modify),
            Function("unixEpoch", lambda time: str(_unix(moment_of(time).at)), (TIME,)),
        ]

    def _ago(self, value: Value) -> str:
        elapsed = _nanos(time_struct(self.now("ago"))) - _nanos(time_struct(self.moment(value, "ago")))
        return duration_text(elapsed // 1_000_000_000 * 1_000_000_000)

    def _round(self, value: Value) -> str:
        if isinstance(value, Struct) and value.type is TIME:
            nanos = _nanos(time_struct(self.now("durationRound"))) - _nanos(value)
        elif isinstance(value, str):
            nanos = parse_duration(value) or 0
        else:
            nanos = raw(value) if value is not None and type_of(value) is INT64 else 0
        seconds = abs(nanos) / 1e9
        units = (("y", 31_536_000), ("mo", 2_592_000), ("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
        for unit, size in units:
            if seconds > size:
                return f"{int(seconds // size)}{unit}"
        return "0s"


def _zone_by_name(name: str) -> tzinfo:
    try:
        return UTC if name in ("", "UTC", "Local") else ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def _duration(value: Value) -> str:
    """Seconds (an int64 or a string of digits) as Go's duration."""
    if isinstance(value, str):
        seconds = int(value) if re.fullmatch(r"[+-]?\d{1,18}", value) else 0
    else:
        seconds = raw(value) if value is not None and type_of(value) is INT64 else 0
    return duration_text(seconds * 1_000_000_000)


def _to_date(layout: str, text: str) -> Struct:
    try:
        return time_struct(parse(layout, text))
    except ValueError:
        return time_struct(Moment(_ZERO))


def _must_to_date(layout: str, text: str) -> Struct:
    try:
        return time_struct(parse(layout, text))
    except ValueError as problem:
        raise CallError(str(problem)) from None


def _modified(text: str, time: Value) -> Struct:
    nanos = parse_duration(text)
    return time_struct(moment_of(time) if nanos is None else _moved(moment_of(time), nanos))


def _must_modify(text: str, time: Value) -> Struct:
    nanos = parse_duration(text)
    if nanos is None:
        raise CallError(f"time: invalid duration {quote(text)}")
    return time_struct(_moved(moment_of(time), nanos))
