"""Paths and URLs (docs/istio/go-templates.md § 11.9)."""

from __future__ import annotations

import re
from typing import Final

from meshc.gotemplate.calls import Function
from meshc.gotemplate.dialect import Dialect
from meshc.gotemplate.errors import CallError
from meshc.gotemplate.functions.texts import entries_of
from meshc.gotemplate.quoting import quote
from meshc.gotemplate.types import DICT, STRING
from meshc.gotemplate.values import Value, decoded, encoded, kind_of


def clean(path: str) -> str:
    """The shortest path that names the same (Go's `path.Clean`)."""
    if not path:
        return "."
    rooted = path.startswith("/")
    parts: list[str] = []
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part != ".." or not rooted:
            parts.append(part)
    return ("/" if rooted else "") + "/".join(parts) or "."


def base(path: str) -> str:
    if not path:
        return "."
    stripped = path.rstrip("/")
    return stripped.rpartition("/")[2] if stripped else "/"


def directory(path: str) -> str:
    return clean(path[: path.rfind("/") + 1])


def extension(path: str) -> str:
    name = path.rpartition("/")[2]
    return name[name.rfind(".") :] if "." in name else ""


# URLs

_SCHEME: Final = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*")
_PORT: Final = re.compile(r":[0-9]*")
_HOST: Final = frozenset(b"!$&'()*+,;=:[]<>\"-_.~")
_USER: Final = re.compile(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*")


class _Url:
    def __init__(self) -> None:
        self.scheme = self.opaque = self.user = self.host = self.path = self.query = self.fragment = ""
        self.has_user = False


def parse(text: str) -> _Url:
    """Go's `url.Parse`; raises ValueError with Go's message."""
    if any(one < 0x20 or one == 0x7F for one in encoded(text)):
        raise ValueError(f"parse {quote(text)}: net/url: invalid control character in URL")
    url = _Url()
    rest, mark, fragment = text.partition("#")
    try:
        _parse_rest(url, rest)
        url.fragment = _unescaped(fragment, "fragment") if mark else ""
    except ValueError as problem:
        shown = text if str(problem).startswith("invalid URL escape") and mark else rest
        raise ValueError(f"parse {quote(shown)}: {problem}") from None
    return url


def _parse_rest(url: _Url, rest: str) -> None:
    if rest == "*":
        url.path = "*"
        return
    found = _SCHEME.match(rest)
    if rest.startswith(":"):
        raise ValueError("missing protocol scheme")
    if found is not None and rest[found.end() : found.end() + 1] == ":":
        url.scheme, rest = found.group().lower(), rest[found.end() + 1 :]
    rest, _, url.query = rest.partition("?")
    if not rest.startswith("/"):
        if url.scheme:
            url.opaque = rest
            return
        if ":" in rest.partition("/")[0]:
            raise ValueError("first path segment in URL cannot contain colon")
    if rest.startswith("//") and (url.scheme or not rest.startswith("///")):
        authority, slash, path = rest[2:].partition("/")
        rest = slash + path
        _parse_authority(url, authority)
    url.path = _unescaped(rest, "path")


def _parse_authority(url: _Url, authority: str) -> None:
    user, mark, host = authority.rpartition("@")
    _check_host(host)
    url.host = _unescaped(host, "host")
    if mark:
        if not _USER.fullmatch(user):
            raise ValueError("net/url: invalid userinfo")
        name, colon, password = user.partition(":")
        url.has_user = True
        url.user = _escaped_user(_unescaped(name, "user"))
        if colon:
            url.user += ":" + _escaped_user(_unescaped(password, "user"))


def _check_host(host: str) -> None:
    if host.startswith("["):
        end = host.rfind("]")
        if end < 0:
            raise ValueError("missing ']' in host")
        port = host[end + 1 :]
    else:
        place = host.rfind(":")
        port = host[place:] if place >= 0 else ""
    if port and not _PORT.fullmatch(port):
        raise ValueError(f"invalid port {quote(port)} after host")
    for char in host:
        if char.isascii() and not char.isalnum() and char != "%" and encoded(char)[0] not in _HOST:
            raise ValueError(f"invalid character {quote(char)} in host name")


def _unescaped(text: str, part: str) -> str:
    data, out, position = encoded(text), bytearray(), 0
    while position < len(data):
        if data[position] != 0x25:
            out.append(data[position])
            position += 1
            continue
        digits = data[position + 1 : position + 3]
        if len(digits) < 2 or not re.fullmatch(rb"[0-9a-fA-F]{2}", digits):
            raise ValueError(f"invalid URL escape {quote(decoded(data[position : position + 3]))}")
        if part == "host" and digits != b"25" and int(digits, 16) < 0x80:
            raise ValueError(f"invalid URL escape {quote(decoded(data[position : position + 3]))}")
        out.append(int(digits, 16))
        position += 3
    return decoded(bytes(out))


def _escape(text: str, allowed: frozenset[int]) -> str:
    return "".join([chr(one) if one in allowed else f"%{one:02X}" for one in encoded(text)])


_PLAIN: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~")
_IN_USER: Final = _PLAIN | frozenset(b"$&+,;=")
_IN_PATH: Final = _PLAIN | frozenset(b"$&+,/:;=@")
_IN_FRAGMENT: Final = _PLAIN | frozenset(b"$&+,/:;=?@!()*")
_IN_HOST: Final = _PLAIN | _HOST


def _escaped_user(text: str) -> str:
    return _escape(text, _IN_USER)


def url_parse(text: str) -> dict[str, Value]:
    try:
        url = parse(text)
    except ValueError as problem:
        raise CallError(f"unable to parse url: {problem}") from None
    host = url.host
    name = host.rpartition(":")[0] if _PORT.fullmatch(host[host.rfind(":") :] if ":" in host else "-") else host
    if name.startswith("[") and name.endswith("]"):
        name = name[1:-1]
    return {
        "scheme": url.scheme,
        "host": host,
        "hostname": name,
        "path": url.path,
        "query": url.query,
        "opaque": url.opaque,
        "fragment": url.fragment,
        "userinfo": url.user,
    }


def url_join(target: Value) -> str:
    entries = entries_of(target)

    def part(key: str) -> str:
        value = entries.get(key, "")
        if type(value) is not str:
            raise CallError(f"unable to parse {key} key, must be of type string, but {kind_of(value)} found")
        return value

    scheme, host, path, query = part("scheme"), part("host"), part("path"), part("query")
    opaque, fragment, userinfo = part("opaque"), part("fragment"), part("userinfo")
    user = ""
    if userinfo:
        try:
            user = parse(f"proto://{userinfo}@host").user + "@"
        except ValueError as problem:
            raise CallError(f"unable to parse userinfo in dict: {problem}") from None
    text = f"{scheme}:" if scheme else ""
    if opaque:
        text += opaque
    else:
        if scheme or host or user:
            text += "//" if host or path or user else ""
            text += user + _escape(host, _IN_HOST)
        escaped = _escape(path, _IN_PATH)
        if escaped and not escaped.startswith("/") and host:
            text += "/"
        if not text and ":" in escaped.partition("/")[0]:
            text += "./"
        text += escaped
    text += f"?{query}" if query else ""
    return text + (f"#{_escape(fragment, _IN_FRAGMENT)}" if fragment else "")


def paths(dialect: Dialect) -> list[Function]:
    table = {
        "base": base,
        "dir": directory,
        "clean": clean,
        "ext": extension,
        "isAbs": lambda path: path.startswith("/"),
    }
    functions = []
    for name, call in table.items():
        functions += [Function(name, call, (STRING,)), Function("os" + name[0].upper() + name[1:], call, (STRING,))]
    return [*functions, Function("urlParse", url_parse, (STRING,)), Function("urlJoin", url_join, (DICT,))]
