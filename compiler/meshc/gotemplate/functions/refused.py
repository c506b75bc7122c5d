"""Functions whose result is not the same twice, or that need the network (docs/istio/go-templates.md § 16.1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from meshc.gotemplate.calls import Function
from meshc.gotemplate.errors import CallError, Refused
from meshc.gotemplate.functions.encoding import CorruptInput, decode
from meshc.gotemplate.types import ANY, INT, LIST, STRING, Type
from meshc.gotemplate.values import Value

_NAMES: Final = (LIST, LIST)
_CERTIFICATE: Final[tuple[Type, ...]] = (STRING, *_NAMES, INT)
_SIGNATURES: Final[dict[str, tuple[Type, ...]]] = {
    **dict.fromkeys(("randAlpha", "randAlphaNum", "randNumeric", "randAscii", "randBytes"), (INT,)),
    "uuidv4": (),
    "shuffle": (STRING,),
    "bcrypt": (STRING,),
    "encryptAES": (STRING, STRING),
    "genCA": (STRING, INT),
    "genCAWithKey": (STRING, INT, STRING),
    "genSelfSignedCert": _CERTIFICATE,
    "genSelfSignedCertWithKey": (*_CERTIFICATE, STRING),
    "genSignedCert": (*_CERTIFICATE, ANY),
    "genSignedCertWithKey": (*_CERTIFICATE, ANY, STRING),
}
_KEY_TYPES: Final = frozenset({"", "rsa", "dsa", "ecdsa", "ed25519"})


def _refuse(name: str) -> Callable[..., Any]:
    def refuse(*values: Value) -> Value:
        raise Refused(f"meshc: {name} gives something else every time")

    return refuse


def _rand_int(start: int, end: int) -> Value:
    if end <= start:
        raise CallError("invalid argument to Intn")
    if end == start + 1:
        return start
    raise Refused("meshc: randInt gives something else every time")


def _private_key(kind: str) -> str:
    if kind not in _KEY_TYPES:
        return f"Unknown type {kind}"
    raise Refused("meshc: genPrivateKey gives something else every time")


def _htpasswd(user: str, password: str) -> str:
    if ":" in user:
        return f"invalid username: {user}"
    raise Refused("meshc: htpasswd gives something else every time")


def _decrypt(password: str, text: str) -> str:
    try:
        data = decode(text, 64)
    except CorruptInput as error:
        raise CallError(str(error)) from None
    if not text:
        return ""
    if len(data) < 16:
        raise CallError(f"runtime error: slice bounds out of range [:16] with capacity {len(data)}")
    raise Refused("meshc: decryptAES is not available: secrets have no place in templates")


def _certificate(certificate: str, key: str) -> Value:
    for text, what in ((certificate, "certificate"), (key, "private key")):
        try:
            decode(text, 64)
        except CorruptInput:
            raise CallError(f"unable to decode base64 {what}") from None
    raise Refused("meshc: buildCustomCert is not available: secrets have no place in templates")


def _host(name: str) -> str:
    raise Refused("meshc: getHostByName asks the network")


def names() -> frozenset[str]:
    """The functions that no run is given a result of."""
    return frozenset(one.name for one in refused())


def refused() -> list[Function]:
    return [
        *[Function(name, _refuse(name), params) for name, params in _SIGNATURES.items()],
        Function("randInt", _rand_int, (INT, INT)),
        Function("genPrivateKey", _private_key, (STRING,)),
        Function("htpasswd", _htpasswd, (STRING, STRING)),
        Function("decryptAES", _decrypt, (STRING, STRING)),
        Function("buildCustomCert", _certificate, (STRING, STRING)),
        Function("getHostByName", _host, (STRING,)),
    ]
