"""Finds the field a user means: by index, by name, in the workload or in its pod."""

from __future__ import annotations

import re
from collections.abc import Sequence

from meshc.errors import InputError, PathPart, UsageError, format_path, nearest
from meshc.trees import ABSENT, ITEM_KEYS, get
from meshc.yamlio import Json

Steps = tuple["str | int | tuple[str, Json]", ...]
"""A path whose list items are named by their key where they have one: `("containers", ("name", "app"), "image")`."""

_TOKEN = re.compile(r'\["((?:[^"\\]|\\.)*)"\]|\[([^\]]*)\]|\.?([^.\[\]]+)')


def find(document: Json, text: str, *, below: Sequence[Sequence[str]] = ((),)) -> tuple[PathPart, ...]:
    """The path of the field `text` means, looked for below each of the given places in turn.

    `a.b[0]`, `a.b[istio-proxy]`, `a.b[name=istio-proxy]` and `a["x.y/z"]` are understood, keys with dots also as they
    are.  Raises UsageError for a string that is no path, InputError for a field that does not exist.
    """
    tokens = _tokens(text)
    failures: list[InputError] = []
    for place in below:
        try:
            return (*place, *_resolve(get(document, place, {}), tokens, format_path(place)))
        except InputError as error:
            failures.append(error)
    raise max(failures, key=lambda error: len(error.path or ""))


def steps(document: Json, path: Sequence[PathPart]) -> Steps:
    """The same path with its list items named by their keys."""
    found: list[str | int | tuple[str, Json]] = []
    for part in path:
        if isinstance(part, int) and isinstance(document, list):
            item = document[part]
            key = next((k for k in ITEM_KEYS if isinstance(item, dict) and k in item), None)
            found.append((key, item[key]) if key else part)
        else:
            found.append(part)
        document = document[part]
    return tuple(found)


def follow(document: Json, way: Steps) -> tuple[PathPart, ...] | None:
    """The path that steps take in a document; None where they lead nowhere."""
    path: list[PathPart] = []
    for step in way:
        part: PathPart | None = step if isinstance(step, str | int) else _index(document, step)
        here = isinstance(document, dict) and part in document
        if not here and not (isinstance(document, list) and isinstance(part, int) and part < len(document)):
            return None
        assert part is not None
        path.append(part)
        document = document[part]
    return tuple(path)


def value(document: Json, way: Steps) -> Json:
    """The value steps lead to, or ABSENT."""
    path = follow(document, way)
    return ABSENT if path is None else get(document, path)


def _index(document: Json, step: tuple[str, Json]) -> int | None:
    key, wanted = step
    items = document if isinstance(document, list) else []
    return next((i for i, e in enumerate(items) if isinstance(e, dict) and e.get(key) == wanted), None)


def _tokens(text: str) -> list[tuple[str, bool]]:
    """The parts of a path: (text, whether it stood in brackets without quotes)."""
    found, at = [], 0
    for match in _TOKEN.finditer(text):
        if match.start() != at:
            break
        at = match.end()
        quoted, bracket, plain = match.groups()
        found.append((quoted if quoted is not None else bracket if bracket is not None else plain, bracket is not None))
    if at != len(text) or not found:
        hint = 'write e.g. spec.containers[istio-proxy].image or metadata.annotations["prometheus.io/port"]'
        raise UsageError("not a path", path="--field", value=text, hint=hint)
    return found


def _resolve(node: Json, tokens: list[tuple[str, bool]], where: str) -> list[PathPart]:
    path: list[PathPart] = []
    at = 0
    while at < len(tokens):
        part, used = _step(node, tokens[at:], where + format_path(path))
        path.append(part)
        node = node[part]
        at += used
    return path


def _step(node: Json, tokens: list[tuple[str, bool]], where: str) -> tuple[PathPart, int]:
    text = tokens[0][0]
    if isinstance(node, list):
        index = _item(node, text)
        if index is not None:
            return index, 1
        known = [str(e.get("name")) for e in node if isinstance(e, dict) and e.get("name")]
        raise _missing(text, known or [str(i) for i in range(len(node))], where)
    if not isinstance(node, dict):
        raise InputError("there is nothing below this field", path=where, value=node, hint="shorten --field")
    plain = next((i for i, token in enumerate(tokens) if token[1]), len(tokens))
    for used in range(max(plain, 1), 0, -1):
        key = ".".join(token[0] for token in tokens[:used])
        if key in node:
            return key, used
    raise _missing(text, list(node), where)


def _item(items: list[Json], text: str) -> int | None:
    if text.isdigit() and int(text) < len(items):
        return int(text)
    key, equals, wanted = text.partition("=")
    keys, wanted = ((key,), wanted) if equals else (ITEM_KEYS, text)
    for k in keys:
        for index, item in enumerate(items):
            if isinstance(item, dict) and k in item and str(item[k]) == wanted:
                return index
    return None


def _missing(text: str, known: list[str], where: str) -> InputError:
    close = nearest(text, known)
    there = ", ".join(known[:12]) + (" …" if len(known) > 12 else "")
    hint = f"did you mean {close}?" if close else f"there are {there}" if known else "the list is empty"
    return InputError("no such field in the injected workload", path=where or None, value=text, hint=hint)
