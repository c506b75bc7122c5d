"""Booleans and integers as Go reads them, and what Go says of invalid strings; Istio repeats these words."""

from __future__ import annotations

import ipaddress
import re

from meshc.gotext.strings import quote

_TRUE = frozenset(("1", "t", "T", "TRUE", "true", "True"))
_FALSE = frozenset(("0", "f", "F", "FALSE", "false", "False"))
# Not int(): Python also takes underscores, spaces and digits of other scripts.
_INTEGER = re.compile(r"[+-]?[0-9]+")
_DIGITS = re.compile(r"[0-9]+")
_BITS = re.compile(r"0|[1-9][0-9]*")


def parse_bool(text: str) -> bool | None:
    """Read a boolean; None for any other string."""
    if text in _TRUE:
        return True
    return False if text in _FALSE else None


def parse_int(text: str) -> int | None:
    """Read a decimal 64-bit integer; None for any other string."""
    if not _INTEGER.fullmatch(text):
        return None
    number = int(text)
    return number if -(1 << 63) <= number < 1 << 63 else None


def bool_problem(text: str) -> str:
    """What Go says of a string that is not a boolean."""
    return f"strconv.ParseBool: parsing {quote(text)}: invalid syntax"


def uint_problem(text: str, bits: int) -> str | None:
    """What Go says of a string that is not an unsigned decimal of so many bits; None for one that is."""
    if not _DIGITS.fullmatch(text):
        return f"strconv.ParseUint: parsing {quote(text)}: invalid syntax"
    if int(text) >= 1 << bits:
        return f"strconv.ParseUint: parsing {quote(text)}: value out of range"
    return None


def prefix_problem(text: str) -> str | None:
    """What Go says of a string that is not an IP prefix `address/bits`; None for one that is (host bits may be set)."""
    address, slash, bits = text.rpartition("/")
    if not slash:
        return _prefix(text, "no '/'")
    if problem := _address_problem(address):
        return _prefix(text, f"ParseAddr({quote(address)}): {problem}")
    if "%" in address:
        return _prefix(text, "IPv6 zones cannot be present in a prefix")
    if not _BITS.fullmatch(bits):
        return _prefix(text, f"bad bits after slash: {quote(bits)}")
    if int(bits) > (128 if ":" in address else 32):
        return _prefix(text, "prefix length out of range")
    return None


def _prefix(text: str, problem: str) -> str:
    return f"netip.ParsePrefix({quote(text)}): {problem}"


def _address_problem(text: str) -> str | None:
    kind = next((c for c in text if c in ".:%"), None)
    if kind == ".":
        return _ipv4_problem(text)
    if kind == "%":
        return "missing IPv6 address"
    if kind is None:
        return "unable to parse IP"
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return "unable to parse IP"
    return None


def _ipv4_problem(text: str) -> str | None:
    fields = text.split(".")
    for number, octet in enumerate(fields):
        if not octet:
            return f"IPv4 field must have at least one digit (at {quote('.'.join(fields[number:]) or '.')})"
        if not _DIGITS.fullmatch(octet):
            rest = re.sub("^[0-9]*", "", ".".join(fields[number:]))
            return f"unexpected character (at {quote(rest)})"
        if len(octet) > 1 and octet[0] == "0":
            return "IPv4 field has octet with leading zero"
        if int(octet) > 255:
            return "IPv4 field has value >255"
    if len(fields) != 4:
        return "IPv4 address too short" if len(fields) < 4 else "IPv4 address too long"
    return None
