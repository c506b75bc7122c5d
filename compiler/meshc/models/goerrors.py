"""What Go's number and address readers say about texts they refuse; Istio passes these words on."""

from __future__ import annotations

import ipaddress
import re

_SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
_DIGITS = re.compile(r"[0-9]+")
_BITS = re.compile(r"0|[1-9][0-9]*")
_SHORT = {7: r"\a", 8: r"\b", 12: r"\f", 10: r"\n", 13: r"\r", 9: r"\t", 11: r"\v", 92: r"\\", 34: r"\""}


def quote(text: str) -> str:
    """A Go string literal."""
    return '"' + "".join(_quoted(c) for c in text) + '"'


def trim(text: str) -> str:
    """The text without white space, as Go sees it, at both ends."""
    return text.strip(_SPACES)


def bool_problem(text: str) -> str:
    """What Go says of a text that is no boolean."""
    return f"strconv.ParseBool: parsing {quote(text)}: invalid syntax"


def uint_problem(text: str, bits: int) -> str | None:
    """What Go says of a text that is no unsigned decimal of so many bits, or None."""
    if not _DIGITS.fullmatch(text):
        return f"strconv.ParseUint: parsing {quote(text)}: invalid syntax"
    if int(text) >= 1 << bits:
        return f"strconv.ParseUint: parsing {quote(text)}: value out of range"
    return None


def prefix_problem(text: str) -> str | None:
    """What Go says of a text that is no IP prefix `address/bits`, or None; host bits may be set."""
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


def _quoted(character: str) -> str:
    code = ord(character)
    if code in _SHORT:
        return _SHORT[code]
    if character.isprintable():
        return character
    if code < 0x80:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
