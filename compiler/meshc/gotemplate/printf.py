"""`printf`: the format string (docs/istio/go-templates.md § 10.4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from meshc.gotemplate.basic_verbs import Flags
from meshc.gotemplate.errors import exceeded
from meshc.gotemplate.printing import formatted_value
from meshc.gotemplate.types import SIGNED, UNSIGNED
from meshc.gotemplate.values import NONE, Value, kind_of, normal, raw, type_of

_TOO_LARGE: Final = 1_000_000
MAX_WIDTH: Final = 1_000_000
_FLAGS: Final = {"+": "plus", "-": "minus", "#": "sharp", " ": "space", "0": "zero"}


@dataclass(slots=True)
class _Reader:
    format: str
    operands: list[Value]
    position: int = 0
    place: int = 0
    reordered: bool = False
    good: bool = True
    out: list[str] = field(default_factory=list)


def sprintf(format_: str, operands: list[Value]) -> str:
    """The operands in the format; faults of the format stand in the result, as in Go."""
    reader = _Reader(format_, operands)
    end = len(format_)
    while reader.position < end:
        start = format_.find("%", reader.position)
        if start < 0:
            reader.out.append(format_[reader.position :])
            break
        reader.out.append(format_[reader.position : start])
        reader.position = start + 1
        _verb(reader)
    if not reader.reordered and reader.place < len(operands):
        reader.out.append(_extra(operands[reader.place :]))
    return normal("".join(reader.out))


def _extra(operands: list[Value]) -> str:
    parts = [
        "<nil>" if one is NONE or one is None else f"{type_of(one).name}={formatted_value(one, 'v', Flags())}"
        for one in operands
    ]
    return "%!(EXTRA " + ", ".join(parts) + ")"


def _verb(reader: _Reader) -> None:
    text = reader.format
    flags = Flags()
    reader.good = True
    after_index = False
    while text[reader.position : reader.position + 1] in _FLAGS and reader.position < len(text):
        setattr(flags, _FLAGS[text[reader.position]], True)
        reader.position += 1
    after_index = _index(reader)
    after_index = _width(reader, flags, after_index)
    after_index = _precision(reader, flags, after_index)
    if not after_index:
        after_index = _index(reader)
    if reader.position >= len(text):
        reader.out.append("%!(NOVERB)")
        return
    verb = text[reader.position]
    reader.position += 1
    _write(reader, verb, flags)


def _write(reader: _Reader, verb: str, flags: Flags) -> None:
    if flags.minus:
        flags.zero = False if flags.minus else flags.zero
    if verb == "%":
        reader.out.append("%")
        return
    if not reader.good:
        reader.out.append(f"%!{verb}(BADINDEX)")
        return
    if reader.place >= len(reader.operands):
        reader.out.append(f"%!{verb}(MISSING)")
        return
    value = reader.operands[reader.place]
    reader.place += 1
    if verb == "v":
        flags.syntax, flags.named = flags.sharp, flags.plus and not flags.sharp
        if flags.sharp:
            flags.sharp = False
        elif flags.plus:
            flags.plus = False
    reader.out.append(formatted_value(value, verb, flags))


def _number(reader: _Reader) -> int | None:
    """Digits in the format; a number that is too large is dropped."""
    text, start = reader.format, reader.position
    number = 0
    while reader.position < len(text) and "0" <= text[reader.position] <= "9":
        if number > _TOO_LARGE:
            return None
        number = number * 10 + int(text[reader.position])
        reader.position += 1
    return number if reader.position > start else None


def _index(reader: _Reader) -> bool:
    """`[n]`: the operand to use next."""
    text = reader.format
    if text[reader.position : reader.position + 1] != "[":
        return False
    reader.reordered = True
    end = text.find("]", reader.position)
    if end < 0:
        reader.good = False
        reader.position += 1
        return False
    digits = text[reader.position + 1 : end]
    reader.position = end + 1
    if digits.isascii() and digits.isdigit() and 1 <= int(digits[:9]) <= len(reader.operands):
        reader.place = int(digits) - 1
        return True
    reader.good = False
    return True


def _star(reader: _Reader) -> int | None:
    """The operand of `*`, None when it is no integer or too large."""
    if reader.place >= len(reader.operands):
        return None
    value = reader.operands[reader.place]
    reader.place += 1
    kind = kind_of(value)
    if kind not in SIGNED and kind not in UNSIGNED:
        return None
    number = int(raw(value))
    return number if abs(number) <= _TOO_LARGE else None


def _width(reader: _Reader, flags: Flags, after_index: bool) -> bool:
    text = reader.format
    if text[reader.position : reader.position + 1] == "*":
        reader.position += 1
        width = _star(reader)
        if width is None:
            reader.out.append("%!(BADWIDTH)")
        elif width < 0:
            flags.minus, flags.zero, width = True, False, -width
        flags.width = width
        return False
    width = _number(reader)
    if after_index and width is not None:
        reader.good = False
    flags.width = width
    if width is not None and width > MAX_WIDTH:
        raise exceeded("printf width", MAX_WIDTH)
    return after_index


def _precision(reader: _Reader, flags: Flags, after_index: bool) -> bool:
    text = reader.format
    if reader.position + 1 > len(text) or text[reader.position : reader.position + 1] != ".":
        return after_index
    reader.position += 1
    if after_index:
        reader.good = False
    after_index = _index(reader)
    if text[reader.position : reader.position + 1] == "*":
        reader.position += 1
        precision = _star(reader)
        if precision is not None and precision < 0:
            flags.precision = None
        elif precision is None:
            reader.out.append("%!(BADPREC)")
        else:
            flags.precision = precision
        return False
    precision = _number(reader)
    flags.precision = 0 if precision is None else precision
    return after_index
