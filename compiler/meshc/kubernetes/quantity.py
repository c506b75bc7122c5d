"""Resource quantities: reading, and the canonical form Kubernetes gives them (docs/istio/sidecar-template.md § 10.12)."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from meshc.errors import InputError

FORMAT = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
SUFFIX = "unable to parse quantity's suffix"

_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 10, "Mi": 20, "Gi": 30, "Ti": 40, "Pi": 50, "Ei": 60}
_DECIMAL_SUFFIX = {power: suffix for suffix, power in _DECIMAL.items()}
_BINARY_SUFFIX = {power: suffix for suffix, power in _BINARY.items()}
_SHAPE = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*(?:[-+])?[0-9]*)", re.ASCII)
_EXPONENT = re.compile(r"[eE]([-+]?[0-9]+)", re.ASCII)
_LARGEST_BINARY = (1 << 63) - 1
_FINEST = -9
_LONGEST = 1000


class QuantityError(InputError):
    """A string that is not a quantity; `message` is Kubernetes' own."""


@lru_cache(maxsize=4096)
def canonical(text: str) -> str:
    """Print a quantity as Kubernetes stores it: `2000m` → `2`, `1024Mi` → `1Gi`, `0.5` → `500m`.

    Raises QuantityError for a string that is not a quantity; spaces are not tolerated here.
    """
    parts = _read(text)
    if _is_kept(parts):
        return text
    mantissa, power = _scaled(parts)
    if mantissa == 0:
        return "0"
    if parts.family == "binary":
        whole = mantissa * 10**power if power >= 0 else None
        if whole is not None and abs(whole) >= 1024:
            return _in_binary(whole)
    return _in_decimal(mantissa, power, exponent=parts.family == "exponent")


def parse(text: str) -> Decimal:
    """The exact value of a quantity (finer than a billionth is rounded away from zero); raises QuantityError."""
    mantissa, power = _scaled(_read(text))
    return Decimal(mantissa).scaleb(power) if abs(power) < 100_000 else Decimal(f"{mantissa}e{power}")


class _Parts(NamedTuple):
    negative: bool
    integer: str
    fraction: str
    family: str  # decimal, binary or exponent
    power: int  # of ten, or of two in the binary family

    @property
    def digits(self) -> str:
        return self.integer + self.fraction


def _read(text: str) -> _Parts:
    shape = _SHAPE.fullmatch(text)
    if not text or shape is None or len(text) > _LONGEST:
        raise QuantityError(FORMAT, value=text, hint="write e.g. 100m, 0.5, 128Mi or 1Gi")
    sign, integer, fraction, suffix = shape.groups()
    integer = integer.lstrip("0") or "0"
    family = "decimal"
    if suffix in _DECIMAL:
        power = _DECIMAL[suffix]
    elif suffix in _BINARY:
        family, power = "binary", _BINARY[suffix]
    elif exponent := _EXPONENT.fullmatch(suffix):
        family, power = "exponent", int(exponent[1][:12])
    else:
        raise QuantityError(SUFFIX, value=text, hint="write one of n u m k M G T P E Ki Mi Gi Ti Pi Ei, or nothing")
    return _Parts(sign == "-", integer, fraction or "", family, power)


def _is_kept(parts: _Parts) -> bool:
    """Whether Kubernetes prints the quantity as it was written."""
    digits = parts.digits
    if parts.family == "binary":
        fits = 15 - len(digits) - parts.power * 3 // 10 - 1 >= 0
        return fits and not parts.fraction and int(digits) % 8 != 0
    scale = parts.power - len(parts.fraction)
    return len(digits) <= 18 and scale % 3 == 0 and scale >= _FINEST and digits[0] != "0" and not digits.endswith("000")


def _scaled(parts: _Parts) -> tuple[int, int]:
    """Mantissa and power of ten, rounded away from zero to a billionth, without trailing zeros in the mantissa."""
    digits = parts.digits.lstrip("0")
    if not digits:
        return 0, 0
    mantissa, power = int(digits), -len(parts.fraction)
    if parts.family == "binary":
        mantissa <<= parts.power
    else:
        power += parts.power
    if power < _FINEST:
        drop = _FINEST - power
        mantissa = 1 if drop > len(digits) + 20 else -(-mantissa // 10**drop)
        power = _FINEST
    if parts.family == "binary" and mantissa > _LARGEST_BINARY * 10 ** (-power):
        mantissa, power = _LARGEST_BINARY, 0
    text = str(mantissa)
    short = text.rstrip("0")
    power += len(text) - len(short)
    return int(short) * (-1 if parts.negative else 1), power


def _in_decimal(mantissa: int, power: int, *, exponent: bool) -> str:
    if exponent:
        step = power // 3 * 3
    else:
        step = min(power // 3 * 3, 18)
    number = mantissa * 10 ** (power - step)
    if exponent:
        return f"{number}e{step}" if step else str(number)
    return f"{number}{_DECIMAL_SUFFIX[step]}"


def _in_binary(number: int) -> str:
    power = 0
    while number % 1024 == 0 and power < 60:
        number //= 1024
        power += 10
    return f"{number}{_BINARY_SUFFIX.get(power, '')}"
