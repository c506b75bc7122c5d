"""`printf` verbs for bools, numbers and strings (docs/istio/go-templates.md § 10.4).

Each `write_…` function is (value, verb, flags) -> text, None when the verb does not fit the kind.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from meshc.gotemplate.floats import formatted, special
from meshc.gotemplate.quoting import can_backquote, printable, quote, quote_character
from meshc.gotemplate.types import UNSIGNED
from meshc.gotemplate.values import Value, encoded, raw, type_of


@dataclass(slots=True)
class Flags:
    """The flags of one `printf` verb."""

    plus: bool = False
    minus: bool = False
    sharp: bool = False
    space: bool = False
    zero: bool = False
    width: int | None = None
    precision: int | None = None
    named: bool = False
    """`%+v`: struct fields with their names."""
    syntax: bool = False
    """`%#v`: Go syntax."""


def padded(text: str, flags: Flags) -> str:
    if flags.width is None:
        return text
    missing = flags.width - len(text)
    if missing <= 0:
        return text
    if flags.minus:
        return text + " " * missing
    return ("0" if flags.zero else " ") * missing + text


def write_bool(value: Value, verb: str, flags: Flags) -> str | None:
    if verb not in "tv":
        return None
    return padded("true" if raw(value) else "false", flags)


_BASES: Final = {
    "b": ("b", "0b"),
    "o": ("o", "0"),
    "x": ("x", "0x"),
    "X": ("X", "0X"),
    "d": ("d", ""),
    "O": ("o", "0o"),
}


def write_integer(value: Value, verb: str, flags: Flags) -> str | None:
    number = raw(value)
    if verb == "v":
        if flags.syntax and type_of(value).kind in UNSIGNED:
            return number_text(number, "x", Flags(sharp=True, width=flags.width, zero=flags.zero, minus=flags.minus))
        return number_text(number, "d", flags)
    if verb in _BASES:
        return number_text(number, verb, flags)
    if verb == "c":
        valid = 0 <= number <= 0x10FFFF and not 0xD800 <= number < 0xE000
        return padded(chr(number) if valid else "\ufffd", flags)
    if verb == "q":
        return padded(quote_character(number, ascii_only=flags.plus), flags)
    if verb == "U":
        return _unicode(number, flags)
    return None


def number_text(number: int, verb: str, flags: Flags) -> str:
    base, prefix = _BASES[verb]
    text = format(abs(number), base)
    if flags.precision is not None:
        if flags.precision == 0 and number == 0:
            return " " * (flags.width or 0)
        text = text.rjust(flags.precision, "0")
    sign = "-" if number < 0 else "+" if flags.plus else " " if flags.space else ""
    if flags.zero and not flags.minus and flags.precision is None and flags.width is not None:
        text = text.rjust(flags.width - len(sign), "0")
    if verb == "O" or (flags.sharp and verb in "bxX"):
        text = prefix + text
    elif flags.sharp and verb == "o" and text[0] != "0":
        text = "0" + text
    return padded(sign + text, Flags(width=flags.width, minus=flags.minus))


def _unicode(number: int, flags: Flags) -> str:
    code = number & ((1 << 64) - 1)
    text = f"U+{code:0{max(4, flags.precision or 0)}X}"
    if flags.sharp and 0 <= number <= 0x10FFFF and printable(chr(number)):
        text += f" '{chr(number)}'"
    return padded(text, Flags(width=flags.width, minus=flags.minus))


def write_float(value: Value, verb: str, flags: Flags) -> str | None:
    bits = 32 if type_of(value).kind == "float32" else 64
    if verb not in "vbgGxXfFeE":
        return None
    return _float_text(raw(value), verb, flags, bits)


def _float_text(number: float, verb: str, flags: Flags, bits: int) -> str:
    verb = {"v": "g", "F": "f"}.get(verb, verb)
    precision = flags.precision
    if precision is None and verb in "eEf":
        precision = 6
    text = formatted(number, verb, precision, bits=bits)
    sign = ""
    if text[0] in "+-":
        sign, text = text[0], text[1:]
    if special(number) is None and flags.sharp and not flags.syntax and verb != "b":
        text = _with_point(text, verb, precision)
    sign = "-" if sign == "-" else "+" if flags.plus else " " if flags.space else ""
    if special(number) in ("+Inf", "-Inf") and not sign:
        sign = "+"
    if special(number) == "NaN" and not flags.plus and not flags.space:
        sign = ""
    if flags.zero and not flags.minus and flags.width is not None and special(number) is None:
        return sign + text.rjust(flags.width - len(sign), "0")
    return padded(sign + text, Flags(width=flags.width, minus=flags.minus))


def _with_point(text: str, verb: str, precision: int | None) -> str:
    """`#`: a decimal point always, and zeros until there are as many digits as asked for.

    Counts as Go does, which takes the `x` of a hexadecimal number for a digit.
    """
    mark = "p" if verb in "xX" else "e"
    place = text.lower().find(mark)
    mantissa, tail = (text, "") if place < 0 else (text[:place], text[place:])
    wanted = 0 if verb not in "gGxX" else 6 if precision is None else precision
    digits = mantissa.replace(".", "").lstrip("0")
    wanted -= len(digits)
    if "." not in mantissa:
        wanted -= mantissa == "0"
        mantissa += "."
    return mantissa + "0" * max(0, wanted) + tail


def write_complex(value: Value, verb: str, flags: Flags) -> str | None:
    if verb not in "vbgGxXfFeE":
        return None
    number = raw(value)
    signed = Flags(True, flags.minus, flags.sharp, False, flags.zero, flags.width, flags.precision, syntax=flags.syntax)
    return f"({_float_text(number.real, verb, flags, 64)}{_float_text(number.imag, verb, signed, 64)}i)"


def write_string(value: Value, verb: str, flags: Flags) -> str | None:
    return string_text(raw(value), verb, flags)


def string_text(text: str, verb: str, flags: Flags) -> str | None:
    if verb == "v" and flags.syntax:
        return padded(_quoted(text, flags), flags)
    if verb in "vs":
        return padded(_cut(text, flags), flags)
    if verb == "q":
        return padded(_quoted(_cut(text, flags), flags), flags)
    if verb in "xX":
        return padded(_hexadecimal(encoded(text), verb, flags), flags)
    return None


def _cut(text: str, flags: Flags) -> str:
    return text if flags.precision is None else text[: flags.precision]


def _quoted(text: str, flags: Flags) -> str:
    if (flags.sharp or flags.syntax) and can_backquote(text) and flags.sharp:
        return f"`{text}`"
    return quote(text, ascii_only=flags.plus)


def _hexadecimal(data: bytes, verb: str, flags: Flags) -> str:
    if flags.precision is not None:
        data = data[: flags.precision]
    text = data.hex()
    prefix = "0x" if flags.sharp and data else ""
    if flags.space:
        text = " ".join([prefix + f"{one:02x}" for one in data])
    else:
        text = prefix + text
    return text.upper() if verb == "X" else text
