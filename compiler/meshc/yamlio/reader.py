"""One YAML document from libyaml's events to plain Python values, as Kubernetes reads it (docs/istio/injection.md § 2.5)."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable
from typing import Any, NoReturn

from yaml.cyaml import CParser
from yaml.error import YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from meshc.errors import InputError
from meshc.trees import ABSENT, Array, Object
from meshc.yamlio.scalars import key_text, resolve
from meshc.yamlio.syntax import syntax_error

MAX_DEPTH = 200
"""Levels of nesting; Kubernetes objects have about 20."""
MAX_EXPANSION = 400_000
"""Values all aliases of a document together may add."""

_TAG = "tag:yaml.org,2002:"
_MERGE = object()
# What plain scalars mean is kept: manifests repeat the same few words and numbers.  Both bounds hold memory down.
_KNOWN_LIMIT = 20_000
_KNOWN_LENGTH = 200
_known: Object = {}
_known_keys: Object = {}


def read(text: str, *, file: str | None = None, strict: bool = False, first_line: int = 1) -> Any:
    """Read the one document in `text`; None when there is none.

    `first_line` is the line of `file` at which `text` starts.  In strict mode a duplicate key is an error, else the
    last one wins.  Raises InputError for bad syntax, a second document, and what is not JSON.
    """
    reader = _Reader(text, file=file, strict=strict, first_line=first_line)
    try:
        return reader.document()
    except YAMLError as error:
        raise syntax_error(error, text, file=file, first_line=first_line) from None


class _Reader:
    def __init__(self, text: str, *, file: str | None, strict: bool, first_line: int) -> None:
        self.get: Callable[[], Any] = CParser(text).get_event
        self.file = file
        self.strict = strict
        self.first_line = first_line
        self.anchors: Object = {}
        self.open_anchors: set[str] = set()
        self.expanded = 0

    def document(self) -> Any:
        self.get()
        event = self.get()
        if type(event) is not DocumentStartEvent:
            return None
        value = self.value(self.get(), 0)
        self.get()
        after = self.get()
        if type(after) is not StreamEndEvent:
            self.fail(
                "a second document where one is expected",
                after,
                hint="put one document here, or give them as separate files",
            )
        return value

    def value(self, event: Any, depth: int) -> Any:
        kind = type(event)
        if kind is ScalarEvent:
            if event.anchor is None and event.tag is None:
                return self.plain(event) if event.implicit[0] else event.value
            return self.special(event)
        if kind is AliasEvent:
            return self.alias(event, depth)
        if depth >= MAX_DEPTH:
            self.too_deep(event)
        if event.anchor is None:
            return self.mapping(depth + 1) if kind is MappingStartEvent else self.sequence(depth + 1)
        # An alias inside its own anchor would make a value without an end.
        self.open_anchors.add(event.anchor)
        value = self.mapping(depth + 1) if kind is MappingStartEvent else self.sequence(depth + 1)
        self.open_anchors.discard(event.anchor)
        self.anchors[event.anchor] = value
        return value

    # The common scalars are handled in the loops of `sequence` and `mapping` themselves: a call for each would double
    # the time of reading.
    def sequence(self, depth: int) -> Array:
        get, value, known = self.get, self.value, _known
        items: Array = []
        while True:
            event = get()
            kind = type(event)
            if kind is ScalarEvent and event.anchor is None and event.tag is None:
                text = event.value
                if event.implicit[0]:
                    found = known.get(text, ABSENT)
                    items.append(self.plain(event) if found is ABSENT else found)
                else:
                    items.append(text)
            elif kind is SequenceEndEvent:
                return items
            else:
                items.append(value(event, depth))

    def mapping(self, depth: int) -> Object:
        get, value, known, keys = self.get, self.value, _known, _known_keys
        # Kubernetes takes the last of equal keys, so only strict reading pays for remembering them.
        seen: set[str] | None = set() if self.strict else None
        result: Object = {}
        while True:
            event = get()
            kind = type(event)
            if kind is ScalarEvent and event.anchor is None and event.tag is None:
                key = event.value
                if event.implicit[0]:
                    key = keys.get(key) or self.plain_key(event, depth)
            elif kind is MappingEndEvent:
                return result
            else:
                key = self.key(event, depth)
            if key is _MERGE:
                self.merge(result, value(get(), depth), event)
                continue
            if seen is not None:
                if key in seen:
                    self.fail(f"the key {key!r} occurs twice in one map", event, hint="remove one of them")
                seen.add(key)
            event = get()
            if type(event) is ScalarEvent and event.anchor is None and event.tag is None:
                text = event.value
                if event.implicit[0]:
                    found = known.get(text, ABSENT)
                    result[key] = self.plain(event) if found is ABSENT else found
                else:
                    result[key] = text
            else:
                result[key] = value(event, depth)

    def plain(self, event: Any) -> Any:
        text: str = event.value
        found = _known.get(text, ABSENT)
        if found is not ABSENT:
            return found
        value = resolve(text)
        if isinstance(value, float) and not math.isfinite(value):
            self.fail(
                "unsupported value, infinity and NaN cannot be written in JSON",
                event,
                value=text,
                hint="write a finite number, or quote the string",
            )
        _remember(_known, text, value)
        return value

    def plain_key(self, event: Any, depth: int) -> Any:
        key = self.key(event, depth)
        if key is not _MERGE:
            _remember(_known_keys, event.value, key)
        return key

    def key(self, event: Any, depth: int) -> Any:
        if type(event) is ScalarEvent:
            tag = event.tag
            if event.value == "<<" and (tag == _TAG + "merge" or (event.implicit[0] and tag is None)):
                return _MERGE
            plain = event.implicit[0] and tag is None
            scalar = resolve(event.value) if plain else event.value if tag is None else self.tagged(event)
            if event.anchor is not None:
                self.anchors[event.anchor] = scalar
        else:
            scalar = self.value(event, depth)
        text = None if isinstance(scalar, dict | list) else key_text(scalar)
        if text is None:
            self.fail("a key must be a string", event, value=scalar, hint="quote the key if a string is meant")
        return text

    def special(self, event: Any) -> Any:
        """A scalar with a tag or an anchor."""
        if event.tag is not None:
            value = self.tagged(event)
        else:
            value = self.plain(event) if event.implicit[0] else event.value
        if event.anchor is not None:
            self.anchors[event.anchor] = value
        return value

    def tagged(self, event: Any) -> Any:
        tag, text = event.tag.removeprefix(_TAG), event.value
        if tag == "binary":
            try:
                return base64.b64decode("".join(text.split()), validate=True).decode("utf-8", "replace")
            except binascii.Error:
                self.fail("!!binary wants base64", event, value=text)
        if tag not in ("bool", "int", "float", "null"):
            return text
        value = resolve(text)
        actual = "null" if value is None else type(value).__name__
        if tag == "float" and actual == "int":
            return float(value)  # type: ignore[arg-type]
        if tag != actual or (isinstance(value, float) and not math.isfinite(value)):
            self.fail(f"cannot be read as !!{tag}", event, value=text, hint="remove the tag or correct the value")
        return value

    def alias(self, event: Any, depth: int) -> Any:
        name = event.anchor
        if name in self.open_anchors:
            self.fail(f"the anchor &{name} contains itself", event)
        value = self.anchors.get(name, ABSENT)
        if value is ABSENT:
            self.fail(
                f"unknown anchor '{name}' referenced, there is no &{name} before this alias",
                event,
                hint=f"define &{name} above, or quote a string that begins with *",
            )
        return self.copy(value, event, depth)

    def copy(self, value: Any, event: Any, depth: int) -> Any:
        self.expanded += 1
        if self.expanded > MAX_EXPANSION:
            self.fail(
                "too much is repeated through aliases", event, hint=f"aliases may add at most {MAX_EXPANSION} values"
            )
        if not isinstance(value, dict | list):
            return value
        if depth >= MAX_DEPTH:
            self.too_deep(event)
        if isinstance(value, dict):
            return {k: self.copy(v, event, depth + 1) for k, v in value.items()}
        return [self.copy(v, event, depth + 1) for v in value]

    def merge(self, result: Object, value: Any, event: Any) -> None:
        maps = value if isinstance(value, list) else [value]
        for one in reversed(maps):
            if not isinstance(one, dict):
                self.fail("a merge key `<<` wants a map or a list of maps", event, value=one)
            result.update(one)

    def too_deep(self, event: Any) -> NoReturn:
        self.fail(f"nested deeper than {MAX_DEPTH} levels", event, hint="no Kubernetes object is nested that deep")

    def fail(self, message: str, event: Any, **more: Any) -> NoReturn:
        mark = event.start_mark
        line, column = mark.line + self.first_line, mark.column + 1
        raise InputError(f"YAML error in line {line}: {message}", file=self.file, line=line, column=column, **more)


def _remember(known: Object, text: str, value: Any) -> None:
    if len(text) > _KNOWN_LENGTH:
        return
    if len(known) >= _KNOWN_LIMIT:
        known.clear()
    known[text] = value
