"""Numbers out of anything, and arithmetic (docs/istio/go-templates.md § 11.3)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from functools import reduce
from typing import Final

from meshc.gotemplate import types
from meshc.gotemplate.calls import Function
from meshc.gotemplate.dialect import Dialect
from meshc.gotemplate.errors import CallError, Failure
from meshc.gotemplate.floats import special
from meshc.gotemplate.functions.texts import check_items
from meshc.gotemplate.literals import parse_float, parse_integer
from meshc.gotemplate.printing import shown
from meshc.gotemplate.types import ANY, FLOAT64, INT, INT64, STRING
from meshc.gotemplate.values import Scalar, Slice, Value, followed, wrapped

_LEAST, _MOST = -(1 << 63), (1 << 63) - 1
_ZERO_TAIL: Final = re.compile(r"(.+?)\.0*")
_DECIMAL_TAIL: Final = re.compile(r"([-+]?\d*)\.(\d*)")


def to_int64(value: Value, by_kind: bool) -> int:
    """The value as a signed integer of 64 bits; 0 for anything else."""
    value = followed(value)
    if isinstance(value, Scalar) and (by_kind or not _is_own(value)):
        value = value.value if value.type.kind != "float32" else float(value.value)
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return _wrap(value)
    if isinstance(value, float):
        return _truncated(value)
    if isinstance(value, str):
        return _from_string(value, by_kind)
    return 0


def _is_own(value: Scalar) -> bool:
    """True for named types of the program (`time.Duration`), false for int64, uint8 and the like."""
    return types.BASICS.get(value.type.name) is not value.type


def _wrap(value: int) -> int:
    return (value - _LEAST) % (1 << 64) + _LEAST


def _truncated(value: float) -> int:
    if math.isnan(value) or math.isinf(value) or not -(2.0**63) <= value < 2.0**63:
        return _LEAST
    return int(value)


def _from_string(text: str, by_kind: bool) -> int:
    if by_kind:
        cut = _DECIMAL_TAIL.fullmatch(text)
        if cut is not None and (cut.group(1).strip("+-") or cut.group(2)):
            text = cut.group(1) if cut.group(1).strip("+-") else "0"
    else:
        tail = _ZERO_TAIL.fullmatch(text)
        if tail is not None and "." in text and not text.endswith(".") and not text.split(".", 1)[1].strip("0"):
            text = text.split(".", 1)[0]
    number = parse_integer(text)
    return number if number is not None and _LEAST <= number <= _MOST else 0


def to_float64(value: Value, by_kind: bool) -> float:
    """The value as a float; 0 for anything else."""
    value = followed(value)
    if isinstance(value, Scalar) and (by_kind or not _is_own(value)):
        value = value.value
    if isinstance(value, str):
        number = parse_float(value, underscores=True)
        return number if number is not None and not (math.isinf(number) and re.search(r"\d", value)) else 0.0
    return float(value) if isinstance(value, bool | int | float) else 0.0


def _divided(first: int, second: int) -> int:
    if second == 0:
        raise CallError("runtime error: integer divide by zero")
    quotient = abs(first) // abs(second)
    return quotient if (first < 0) == (second < 0) else -quotient


def _decimal(value: float) -> Decimal:
    odd = special(value)
    if odd is not None:
        raise CallError(f"Cannot create a Decimal from {odd}")
    return Decimal(repr(value))


_EXACT: Final = Context(prec=2000, Emax=999_999, Emin=-999_999)


def _quotient(first: Decimal, second: Decimal) -> Decimal:
    if second == 0:
        raise CallError("decimal division by 0")
    with localcontext(_EXACT):
        return (first / second).quantize(Decimal("1e-16"), ROUND_HALF_UP)


def _exact(operation: Callable[[Decimal, Decimal], Decimal], first: float, rest: list[float]) -> float:
    with localcontext(_EXACT):
        return float(reduce(operation, [_decimal(one) for one in rest], _decimal(first))) + 0.0  # no negative zero


def _round(value: float, places: int, on: float) -> float:
    power = math.pow(10, places) if abs(places) < 300 else math.inf
    digit = power * value
    if math.isnan(digit) or math.isinf(digit):
        return digit / power if not math.isinf(power) else math.nan
    fraction = math.modf(digit)[0]
    rounded = math.ceil(digit) if fraction >= on else math.floor(digit)
    return rounded / power


def _greatest(first: float, second: float) -> float:
    if math.isnan(first) or math.isnan(second):
        return math.inf if math.inf in (first, second) else math.nan
    if first == second == 0:
        return first if math.copysign(1, first) > 0 else second
    return max(first, second)


def _least(first: float, second: float) -> float:
    return -_greatest(-first, -second)


def _counted(start: int, end: int, step: int) -> Slice:
    if step == 0 or (end < start) != (step < 0):
        return Slice(types.INTS, [])
    check_items((end - start) // step)
    return Slice(types.INTS, list(range(start, end, step)))


def until(count: int) -> Slice:
    return _counted(0, count, -1 if count < 0 else 1)


def _sequence(*bounds: int) -> str:
    """`seq`: from (1) by (1 or -1) to, inclusive."""
    if len(bounds) == 1:
        start, end, step = 1, bounds[0], 1 if bounds[0] >= 1 else -1
    elif len(bounds) == 2:
        start, end = bounds
        step = 1 if end >= start else -1
    elif len(bounds) == 3:
        start, step, end = bounds
        if step == 0 or (step > 0) != (end >= start):
            return ""
    else:
        return ""
    check_items((end - start) // step)
    return " ".join(map(str, range(start, end + (1 if step > 0 else -1), step)))


def _octal(value: Value) -> int:
    try:
        text = shown(value)
    except Failure:  # an address, which is no octal number in any case
        return 0
    return int(text, 8) if re.fullmatch(r"[+-]?[0-7]{1,21}", text) else 0


def numbers(dialect: Dialect) -> list[Function]:
    by_kind = dialect.number_conversion
    return [
        Function("int", lambda value: to_int64(value, by_kind), (ANY,)),
        Function("int64", lambda value: wrapped(INT64, to_int64(value, by_kind)), (ANY,)),
        Function("float64", lambda value: to_float64(value, by_kind), (ANY,)),
        *_arithmetic(by_kind),
        Function("floor", lambda value: _whole(math.floor, to_float64(value, by_kind)), (ANY,)),
        Function("ceil", lambda value: _whole(math.ceil, to_float64(value, by_kind)), (ANY,)),
        Function(
            "round",
            lambda value, places, *on: _round(to_float64(value, by_kind), places, on[0] if on else 0.5),
            (ANY, INT, FLOAT64),
            True,
        ),
        Function("atoi", lambda text: _atoi(text), (STRING,)),
        Function("toDecimal", lambda value: wrapped(INT64, _octal(value)), (ANY,)),
        Function("until", until, (INT,)),
        Function("untilStep", _counted, (INT, INT, INT)),
        Function("seq", _sequence, (INT,), True),
    ]


def _arithmetic(by_kind: bool) -> list[Function]:
    """Functions that convert their operands and calculate."""

    def whole(name: str, start: int | None, operation: Callable[[int, int], int]) -> Function:
        """A function of integers: from the first operand, or from a start value."""

        def call(*values: Value) -> Value:
            converted = [to_int64(one, by_kind) for one in values]
            result = converted.pop(0) if start is None else start
            for one in converted:
                result = _wrap(operation(result, one))
            return wrapped(INT64, result)

        return Function(name, call, (ANY,) if start is not None else (ANY, ANY), True)

    def exact(name: str, operation: Callable[[Decimal, Decimal], Decimal], start: float | None) -> Function:
        def call(*values: Value) -> float:
            converted = [to_float64(one, by_kind) for one in values]
            first = converted.pop(0) if start is None else start
            return _exact(operation, first, converted)

        return Function(name, call, (ANY,) if start is not None else (ANY, ANY), True)

    def floats(name: str, operation: Callable[[float, float], float]) -> Function:
        return Function(
            name, lambda *values: reduce(operation, [to_float64(one, by_kind) for one in values]), (ANY, ANY), True
        )

    def two(name: str, operation: Callable[[int, int], int]) -> Function:
        return Function(
            name,
            lambda a, b: wrapped(INT64, operation(to_int64(a, by_kind), to_int64(b, by_kind))),
            (ANY, ANY),
        )

    return [
        whole("add", 0, lambda a, b: a + b),
        Function("add1", lambda value: wrapped(INT64, to_int64(value, by_kind) + 1), (ANY,)),
        two("sub", lambda a, b: a - b),
        whole("mul", None, lambda a, b: a * b),
        two("div", _divided),
        two("mod", lambda a, b: a - b * _divided(a, b)),
        whole("max", None, max),
        whole("biggest", None, max),
        whole("min", None, min),
        exact("addf", lambda a, b: a + b, 0.0),
        Function("add1f", lambda value: _exact(lambda a, b: a + b, to_float64(value, by_kind), [1.0]), (ANY,)),
        exact("subf", lambda a, b: a - b, None),
        exact("mulf", lambda a, b: a * b, None),
        exact("divf", _quotient, None),
        floats("maxf", _greatest),
        floats("minf", _least),
    ]


def _whole(operation: Callable[[float], int], value: float) -> float:
    if special(value) is not None:
        return value
    return math.copysign(float(operation(value)), value)


def _atoi(text: str) -> int:
    if not re.fullmatch(r"[+-]?[0-9]{1,25}", text):
        return 0
    number = int(text)
    return number if _LEAST <= number <= _MOST else 0
