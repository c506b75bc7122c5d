"""The grammar of Helm's `--set`: `a.b=c,d[0]=e,f={g,h}` (docs/istio/profiles.md § 4.4)."""

from __future__ import annotations

import re
from typing import Any

from meshc.errors import UsageError
from meshc.profiles import setflags
from meshc.yamlio import Json

_WORDS: dict[str, Json] = {"true": True, "false": False, "null": None}
_INTEGER = re.compile(r"-?(0|[1-9]\d*)\Z", re.ASCII)


def write(tree: dict[str, Any], flag: str) -> None:
    """Write every assignment of a flag into a tree in place; raises UsageError for a string that is no assignment."""
    for assignment in _cut(flag, ","):
        path, equals, text = _halves(assignment)
        if not equals or not path:
            raise UsageError("a Helm setting is PATH=VALUE", path="--set", value=flag, hint="global.network=network1")
        setflags.write(tree, setflags.split(path, flag=flag), value(text), flag=flag)


def value(text: str) -> Json:
    """Give a value its type: true, false, null, integers without leading zeros and `{lists}`; else it is a string."""
    if text.startswith("{") and text.endswith("}"):
        return [value(item) for item in _cut(text[1:-1], ",")] if text != "{}" else []
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.match(text):
        return int(text)
    return re.sub(r"\\(.)", r"\1", text)


def _halves(assignment: str) -> tuple[str, str, str]:
    found = re.search(r"(?<!\\)=", assignment)
    return (assignment[: found.start()], "=", assignment[found.end() :]) if found else (assignment, "", "")


def _cut(text: str, mark: str) -> list[str]:
    """Cut a string at a mark that is neither escaped nor inside braces."""
    pieces, depth, start, n = [], 0, 0, 0
    while n < len(text):
        if text[n] == "\\":
            n += 1
        elif text[n] == "{":
            depth += 1
        elif text[n] == "}":
            depth -= 1
        elif text[n] == mark and depth == 0:
            pieces.append(text[start:n])
            start = n + 1
        n += 1
    return [*pieces, text[start:]]
