"""The grammar of istioctl's `--set PATH=VALUE` (docs/istio/profiles.md § 5.2)."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

from meshc.catalog import Release
from meshc.errors import PathPart, SettingsError, UsageError
from meshc.yamlio import Json

_WORDS = dict.fromkeys(("t", "T", "true", "True", "TRUE"), True) | dict.fromkeys(
    ("f", "F", "false", "False", "FALSE"), False
)
_INTEGER = re.compile(r"[+-]?\d+\Z", re.ASCII)
_FLOAT = re.compile(r"[+-]?(\d+(_\d+)*\.?\d*|\.\d+)([eE][+-]?\d+)?\Z", re.ASCII)
_ITEM = re.compile(r"\[([^\]]*)\]")
_PLAIN = ("meshConfig.defaultConfig.proxyMetadata.", "values.meshConfig.defaultConfig.proxyMetadata.")
_INT64 = 1 << 63

Key = tuple[str, str]
"""An item of a list, found by one of its members: (key, value)."""


def parse(flag: str, release: Release) -> tuple[list[PathPart | Key], Json]:
    """Split a flag into the path it writes and the typed value.

    Raises UsageError for a flag that is not `path=value`, SettingsError for a path that cannot be read.
    """
    path, equals, text = flag.partition("=")
    if not equals or not path:
        raise UsageError("a setting is PATH=VALUE", path="--set", value=flag, hint="values.global.network=network1")
    if "=" in text:
        if release.has("profiles.set_takes_second_equals_as_path"):
            path, text = flag, ""
        elif not release.has("profiles.set_value_may_hold_equals"):
            raise UsageError(
                "a setting has exactly one =", path="--set", value=flag, hint="put such a value in a file: --iop FILE"
            )
    path = path.removeprefix("spec.")
    return split(path, flag=flag), typed(path, text, release)


def split(path: str, *, flag: str | None = None) -> list[PathPart | Key]:
    r"""Cut a path at its dots; `\.` keeps a dot, `[n]` is an index, `[key:value]` the item with that member."""
    parts: list[PathPart | Key] = []
    for piece in re.split(r"(?<!\\)\.", _join_brackets(path)):
        name, _, rest = piece.partition("[")
        if name:
            parts.append(_unescape(name))
        if rest:
            parts += [_item(inner, flag or path) for inner in _ITEM.findall("[" + rest)]
        if not name and not rest:
            raise SettingsError("a path with an empty key", path="--set", value=flag or path, hint="write a.b.c=value")
    return parts


def typed(path: str, text: str, release: Release) -> Json:
    """Give a value its type: integer, float, boolean word, else string; some paths are always strings."""
    if _stays_text(path, release):
        return text
    if _INTEGER.match(text) and -_INT64 <= int(text) < _INT64:
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    return _WORDS.get(text, text.replace("\\,", ","))


def write(tree: dict[str, Any], path: list[PathPart | Key], value: Json, *, flag: str) -> None:
    """Write a value into a tree in place, making maps and lists on the way.

    Raises SettingsError where the path asks for an item of something that is not a list, or for an index beyond its end.
    """
    node: Any = tree
    for part, following in pairwise(path):
        node = _step(node, part, [] if _addresses_item(following) else {}, flag)
    _assign(node, path[-1], value, flag)


def _stays_text(path: str, release: Release) -> bool:
    if path == "compatibilityVersion":
        return release.has("profiles.compatibility_version")
    if not release.has("profiles.set_keeps_text"):
        return False
    return path in ("tag", "values.global.tag") or path.startswith(_PLAIN)


def _join_brackets(path: str) -> str:
    """Hide dots inside brackets from the split, and let `a.[0]` read as `a[0]`."""
    return _ITEM.sub(lambda m: "[" + m[1].replace(".", "\\.") + "]", path.replace(".[", "["))


def _item(inner: str, flag: str) -> PathPart | Key:
    if _INTEGER.match(inner):
        return int(inner)
    key, colon, value = _unescape(inner).partition(":")
    if not colon:
        raise SettingsError("not a list item", path="--set", value=flag, hint="write [0] or [name:value]")
    return key, value


def _unescape(name: str) -> str:
    return name.replace("\\.", ".")


def _addresses_item(part: PathPart | Key) -> bool:
    return not isinstance(part, str)


def _step(node: Any, part: PathPart | Key, fresh: Any, flag: str) -> Any:
    if isinstance(part, str):
        if not isinstance(node, dict):
            raise _mismatch(flag, f"{part} is no key of a list")
        if not isinstance(node.get(part), dict | list):
            node[part] = fresh
        return node[part]
    index = _index(node, part, flag)
    if index == len(node):
        node.append(fresh if isinstance(part, int) or fresh == [] else {part[0]: part[1]})
    return node[index]


def _assign(node: Any, part: PathPart | Key, value: Json, flag: str) -> None:
    if isinstance(part, str):
        if not isinstance(node, dict):
            raise _mismatch(flag, f"{part} is no key of a list")
        node[part] = value
        return
    index = _index(node, part, flag)
    node[index : index + 1] = [value]


def _index(node: Any, part: PathPart | Key, flag: str) -> int:
    if not isinstance(node, list):
        raise _mismatch(flag, "the path asks for an item, but there is no list")
    if isinstance(part, tuple):
        key, wanted = part
        found = (n for n, item in enumerate(node) if isinstance(item, dict) and str(item.get(key)) == wanted)
        return next(found, len(node))
    if isinstance(part, int) and -1 <= part <= len(node):
        return len(node) - 1 if part == -1 and node else max(part, 0)
    raise _mismatch(flag, f"the list has {len(node)} items")


def _mismatch(flag: str, message: str) -> SettingsError:
    return SettingsError(message, path="--set", value=flag, hint="lists are easier to give whole, with --iop FILE")
