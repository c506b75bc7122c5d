"""Values as Go's text/template and fmt print and compare them (docs/istio/sidecar-template.md § 10.2, docs/istio/other-templates.md § 3.1).

JSON numbers are doubles to Go, also the whole ones.
"""

from __future__ import annotations

import math
from typing import Any

Json = Any

NO_VALUE = "<no value>"
NIL = "<nil>"

_ESCAPES = {
    "\a": "\\a",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
    "\v": "\\v",
    '"': '\\"',
    "\\": "\\\\",
}


class IncompatibleTypes(TypeError):
    """A comparison that Go's templates refuse."""


def printed(value: Json) -> str:
    """`{{ value }}` in a Go template: null and absent values print as `<no value>`."""
    return NO_VALUE if value is None else sprint(value)


def sprint(value: Json) -> str:
    """`fmt.Sprint(value)` (`%v`): `<nil>`, `true`, `1e+06`, `[a b]`, `map[k:v]`."""
    match value:
        case str():
            return value
        case None:
            return NIL
        case bool():
            return "true" if value else "false"
        case int() | float():
            return number(float(value))
        case dict():
            return f"map[{' '.join(f'{key}:{sprint(value[key])}' for key in sorted(value))}]"
        case list():
            return f"[{' '.join(map(sprint, value))}]"
    return str(value)


def number(value: float) -> str:
    """A double in shortest form: with an exponent below 1e-4 and from 1e6 on (`%v`), e.g. `0.5`, `15020`, `1e+06`."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "+Inf" if value > 0 else "-Inf"
    sign, digits, exponent = _digits(value)
    if exponent < -4 or exponent >= 6:
        head = digits[0] + (f".{digits[1:]}" if len(digits) > 1 else "")
        return f"{sign}{head}e{'-' if exponent < 0 else '+'}{abs(exponent):02d}"
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    whole, fraction = digits[: exponent + 1].ljust(exponent + 1, "0"), digits[exponent + 1 :]
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}"


def quote(text: str) -> str:
    """`%q`: the text as a Go string literal."""
    return f'"{"".join(_ESCAPES.get(c) or _visible(c) for c in text)}"'


def equal(value: Json, other: str | bool) -> bool:
    """`eq value other`: null equals nothing; raises IncompatibleTypes for values of different kinds."""
    if value is None:
        return False
    if type(value) is not type(other):
        raise IncompatibleTypes("incompatible types for comparison")
    return bool(value == other)


def _digits(value: float) -> tuple[str, str, int]:
    """Sign, significant digits (shortest that read back), decimal exponent of the first digit."""
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    if fraction == "0":
        fraction = ""
    digits = (whole + fraction).lstrip("0")
    if not digits:
        return ("-" if math.copysign(1, value) < 0 else ""), "0", 0
    leading = len(whole.lstrip("0")) or -(len(fraction) - len(fraction.lstrip("0")))
    return ("-" if value < 0 else ""), digits.rstrip("0"), leading - 1 + int(exponent or 0)


def _visible(character: str) -> str:
    code = ord(character)
    if character.isprintable():
        return character
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
