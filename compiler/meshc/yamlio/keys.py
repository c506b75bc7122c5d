"""The order of keys in written maps (docs/istio/injection.md § 11.6): letters late, digits by number."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cmp_to_key

_DIGITS = "0123456789"
_BY_CODE_POINT = re.compile(r"[A-Za-z./ -]*")


def ordered(keys: Iterable[str]) -> list[str]:
    """Sort the keys of one map as Kubernetes' YAML writer does."""
    listed = list(keys)
    joined = "".join(listed)
    # Letters and these marks compare by code point, which Python sorts without calling back.
    if (joined.isascii() and joined.isalpha()) or _BY_CODE_POINT.fullmatch(joined):
        return sorted(listed)
    return sorted(listed, key=_SORT_KEY)


def compare(a: str, b: str) -> int:
    """Negative when key `a` comes before `b`, positive when after, 0 when equal.

    The relation is not transitive (`a2` < `a10` < `a1b` < `a2`): for such keys any order is right.
    """
    for place, (one, other) in enumerate(zip(a, b, strict=False)):
        if one == other:
            continue
        one_letter, other_letter = one.isalpha(), other.isalpha()
        if one_letter and other_letter:
            return -1 if one < other else 1
        if one_letter or other_letter:
            return -1 if other_letter else 1
        return _compare_numbers(a, b, place)
    return len(a) - len(b)


_SORT_KEY = cmp_to_key(compare)


def _compare_numbers(a: str, b: str, place: int) -> int:
    lead = "1" if "0" in (a[place], b[place]) and _counts_before(a, place) else "0"
    one, other = _digits(a, place), _digits(b, place)
    difference = int(lead + one) - int(lead + other) or len(one) - len(other)
    if difference:
        return difference
    return -1 if a[place] < b[place] else 1


def _counts_before(text: str, place: int) -> bool:
    digits = text[:place]
    return bool(digits[len(digits.rstrip(_DIGITS)) :].strip("0"))


def _digits(text: str, place: int) -> str:
    rest = text[place:]
    return rest[: len(rest) - len(rest.lstrip(_DIGITS))]
