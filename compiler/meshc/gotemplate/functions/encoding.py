"""Encodings and digests (docs/istio/go-templates.md § 11.2)."""

from __future__ import annotations

import base64
import hashlib
import zlib
from typing import Final

from meshc.gotemplate.calls import Function
from meshc.gotemplate.dialect import Dialect
from meshc.gotemplate.types import STRING
from meshc.gotemplate.values import decoded, encoded

_BASE64: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
_BASE32: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
_QUANTA: Final = {64: (4, (2, 3)), 32: (8, (2, 4, 5, 7))}


class CorruptInput(Exception):
    """Input that is not of the encoding; `str()` is Go's message."""


def decode(text: str, bits: int) -> bytes:
    """Decodes base64 or base32 (standard alphabet, padded; line breaks are skipped); raises CorruptInput."""
    alphabet = _BASE64 if bits == 64 else _BASE32
    size, lengths = _QUANTA[bits]
    symbols = [(place, one) for place, one in enumerate(encoded(text)) if one not in b"\r\n"]
    end = len(encoded(text))
    group = bytearray()
    groups: list[bytes] = []
    for number, (place, one) in enumerate(symbols):
        if one in alphabet:
            group.append(one)
            if len(group) == size:
                groups.append(bytes(group))
                group.clear()
            continue
        if one != 0x3D or len(group) not in lengths:
            raise _corrupt(bits, place)
        rest = symbols[number + 1 :]
        missing = size - len(group) - 1
        for at in range(missing):
            if at >= len(rest):
                raise _corrupt(bits, end)
            if rest[at][1] != 0x3D:
                raise _corrupt(bits, rest[at][0])
        if len(rest) > missing:
            raise _corrupt(bits, rest[missing][0])
        groups.append(bytes(group).ljust(size, b"="))
        group.clear()
        break
    if group:
        raise _corrupt(bits, end - len(group))
    joined = b"".join(groups)
    return base64.b64decode(joined) if bits == 64 else base64.b32decode(joined)


def _corrupt(bits: int, place: int) -> CorruptInput:
    return CorruptInput(f"illegal base{bits} data at input byte {place}")


def _decoded_text(text: str, bits: int) -> str:
    try:
        return decoded(decode(text, bits))
    except CorruptInput as error:
        return str(error)


def encoding(dialect: Dialect) -> list[Function]:
    s = (STRING,)
    digests = ["sha1", "sha256"] + (["sha512"] if dialect.sprig_3_3 else [])
    return [
        Function("b64enc", lambda text: base64.b64encode(encoded(text)).decode(), s),
        Function("b64dec", lambda text: _decoded_text(text, 64), s),
        Function("b32enc", lambda text: base64.b32encode(encoded(text)).decode(), s),
        Function("b32dec", lambda text: _decoded_text(text, 32), s),
        Function("adler32sum", lambda text: str(zlib.adler32(encoded(text))), s),
        *[
            Function(f"{one}sum", lambda text, one=one: hashlib.new(one, encoded(text)).hexdigest(), s)
            for one in digests
        ],
    ]
