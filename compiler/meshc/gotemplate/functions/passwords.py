"""`derivePassword`: deterministic, and costly (docs/istio/go-templates.md § 11.2)."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

from meshc.gotemplate.calls import Function
from meshc.gotemplate.types import STRING, UINT32
from meshc.gotemplate.values import Value, encoded, raw

_CLASSES: Final = {
    "V": "AEIOU",
    "C": "BCDFGHJKLMNPQRSTVWXYZ",
    "v": "aeiou",
    "c": "bcdfghjklmnpqrstvwxyz",
    "A": "AEIOUBCDFGHJKLMNPQRSTVWXYZ",
    "a": "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz",
    "n": "0123456789",
    "o": "@&%?,=[]_:-+*$#!'^~;()/.",
    "x": "AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()",
}
_TEMPLATES: Final = {
    "maximum": ("anoxxxxxxxxxxxxxxxxx", "axxxxxxxxxxxxxxxxxno"),
    "long": (
        *("CvcvnoCvcvCvcv", "CvcvCvcvnoCvcv", "CvcvCvcvCvcvno", "CvccnoCvcvCvcv", "CvccCvcvnoCvcv"),
        *("CvccCvcvCvcvno", "CvcvnoCvccCvcv", "CvcvCvccnoCvcv", "CvcvCvccCvcvno", "CvcvnoCvcvCvcc"),
        *("CvcvCvcvnoCvcc", "CvcvCvcvCvccno", "CvccnoCvccCvcv", "CvccCvccnoCvcv", "CvccCvccCvcvno"),
        *("CvcvnoCvccCvcc", "CvcvCvccnoCvcc", "CvcvCvccCvccno", "CvccnoCvcvCvcc", "CvccCvcvnoCvcc", "CvccCvcvCvccno"),
    ),
    "medium": ("CvcnoCvc", "CvcCvcno"),
    "short": ("Cvcn",),
    "basic": ("aaanaaan", "aannaaan", "aaannaaa"),
    "pin": ("nnnn",),
}
_SCOPE: Final = b"com.lyndir.masterpassword"
_STEPS: Final = 200_000
"""What a call costs: a tenth of a run's steps, so that a template cannot spend minutes in it."""


def _sized(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def derive(counter: Value, kind: str, password: str, user: str, site: str) -> str:
    """The password of the Master Password algorithm."""
    templates = _TEMPLATES.get(kind)
    if templates is None:
        return f"cannot find password template {kind}"
    salt = _SCOPE + _sized(encoded(user))
    key = hashlib.scrypt(encoded(password), salt=salt, n=32768, r=8, p=2, dklen=64, maxmem=1 << 27)
    seed = hmac.new(key, _SCOPE + _sized(encoded(site)) + int(raw(counter)).to_bytes(4, "big"), hashlib.sha256).digest()
    template = templates[seed[0] % len(templates)]
    return "".join([_CLASSES[char][seed[at] % len(_CLASSES[char])] for at, char in enumerate(template, 1)])


def passwords() -> list[Function]:
    params = (UINT32, STRING, STRING, STRING, STRING)
    return [Function("derivePassword", derive, params, weigh=lambda *values: _STEPS)]
