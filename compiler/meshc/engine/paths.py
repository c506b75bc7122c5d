"""From the path a rendering took to the function that builds its data.

A path is the sequence of static chunks (their numbers) and slots (SLOT). Its text, with a placeholder for each slot, is
parsed as YAML once; the resulting builder only puts slot values in place.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from meshc import yamlio
from meshc.engine.slot_values import Spread, key
from meshc.errors import InputError, TemplateError
from meshc.trees import ABSENT

Json = Any
Path = tuple[int, ...]
Builder = Callable[[Sequence[Any]], list[Json]]

SLOT = -1
OPEN, CLOSE = "\ue000", "\ue001"
MAX_NODES = 20_000
"""YAML nodes one path may have."""

_PLACEHOLDER = re.compile(f"{OPEN}([0-9]+){CLOSE}")
_MIXED_HINT = 'write the whole scalar as one expression, e.g. {{ "--port=" ~ port }}'
_QUOTED_HINT = "take the quotes away: a value keeps its type; write {{ value | string }} where a text is wanted"


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of static template text and where it begins."""

    text: str
    file: str | None
    line: int


class SlotFault(Exception):
    """A slot value that does not fit its place."""

    def __init__(self, slot: int, message: str) -> None:
        super().__init__(message)
        self.slot = slot


def build(path: Path, chunks: Sequence[Chunk]) -> Builder:
    """Parse a path and return its builder: slot values → list of documents.

    Raises TemplateError (file and line of the template) for YAML that does not parse, and for slots that are not one
    whole node.
    """
    text = path_text(path, chunks)
    _check_quotes(path, chunks)
    try:
        documents = [d.value for d in yamlio.load_all(text, strict=True)]
    except InputError as error:
        raise _misread(error, path, chunks) from None
    return _Builder(path, chunks).compile(documents)


def slot_place(path: Path, chunks: Sequence[Chunk], slot: int) -> tuple[str | None, int | None]:
    """Template file and line of the slot with this number."""
    seen = -1
    last: Chunk | None = None
    for part in path:
        if part == SLOT:
            seen += 1
            if seen == slot:
                break
        else:
            last = chunks[part]
    return (None, None) if last is None else (last.file, last.line + last.text.count("\n"))


def path_text(path: Path, chunks: Sequence[Chunk]) -> str:
    """The YAML of a path, a placeholder for each slot."""
    pieces, slot = [], 0
    for part in path:
        if part == SLOT:
            pieces.append(f"{OPEN}{slot}{CLOSE}")
            slot += 1
        else:
            pieces.append(chunks[part].text)
    return "".join(pieces)


def _check_quotes(path: Path, chunks: Sequence[Chunk]) -> None:
    slot = 0
    for before, here, after in zip(path, path[1:], path[2:], strict=False):
        if before == SLOT:
            slot += 1
        elif here == SLOT and after != SLOT:
            mark = chunks[before].text[-1:]
            if mark in ("'", '"') and chunks[after].text[:1] == mark:
                file, line = slot_place(path, chunks, slot)
                raise TemplateError("an expression between quotes", file=file, line=line, hint=_QUOTED_HINT)


def _misread(error: InputError, path: Path, chunks: Sequence[Chunk]) -> TemplateError:
    file, line = line_place(path, chunks, error.line or 1)
    message = re.sub(r" in line \d+", "", _PLACEHOLDER.sub("{{ … }}", error.message))
    return TemplateError(message, file=file, line=line, hint=error.hint)


def line_place(path: Path, chunks: Sequence[Chunk], line: int) -> tuple[str | None, int | None]:
    """Template file and line of a line of a path's YAML."""
    at = 1
    last: tuple[str | None, int | None] = (None, None)
    for part in path:
        if part == SLOT:
            continue
        chunk = chunks[part]
        breaks = chunk.text.count("\n")
        if at <= line:
            last = (chunk.file, chunk.line + min(line - at, breaks))
        at += breaks
    return last


def slot_number(text: str) -> int | None:
    """The number of the slot a placeholder stands for; None for any other text."""
    whole = _PLACEHOLDER.fullmatch(text)
    return int(whole[1]) if whole else None


class _Builder:
    """Turns parsed data with placeholders into a Python expression, as a syntax tree."""

    def __init__(self, path: Path, chunks: Sequence[Chunk]) -> None:
        self.path, self.chunks = path, chunks
        self.nodes = 0

    def compile(self, documents: list[Json]) -> Builder:
        tree = ast.Expression(
            ast.Lambda(
                ast.arguments(
                    posonlyargs=[],
                    args=[ast.arg("s")],
                    kwonlyargs=[],
                    kw_defaults=[],
                    defaults=[],
                    vararg=None,
                    kwarg=None,
                ),
                self.sequence(documents),
            )
        )
        code = compile(ast.fix_missing_locations(tree), "<path>", "eval")
        builder: Builder = eval(code, {"m": _pruned_map, "l": _pruned_list, "v": _value, "k": _key})
        return builder

    def node(self, value: Json) -> ast.expr:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            chunk = self.chunks[self.path[0]]
            raise TemplateError(f"more than {MAX_NODES} YAML nodes", file=chunk.file, line=chunk.line)
        if isinstance(value, dict):
            return self.mapping(value)
        if isinstance(value, list):
            return self.sequence(value)
        slot = self.slot(value)
        return ast.Constant(value) if slot is None else self.call("v", slot)

    def mapping(self, value: dict[str, Json]) -> ast.expr:
        slots = False
        keys: list[ast.expr | None] = []
        for name in value:
            slot = self.slot(name)
            slots = slots or slot is not None
            keys.append(ast.Constant(name) if slot is None else self.call("k", slot))
        tree = ast.Dict(keys, [self.item(v) for v in value.values()])
        return self.apply("m", tree) if slots or self.has_slot(list(value.values())) else tree

    def sequence(self, value: list[Json]) -> ast.expr:
        tree = ast.List([self.list_item(v) for v in value], ast.Load())
        return self.apply("l", tree) if self.has_slot(value) else tree

    def item(self, value: Json) -> ast.expr:
        """A value in a map: its slot may be ABSENT, but not Spread."""
        return self.node(value)

    def list_item(self, value: Json) -> ast.expr:
        slot = self.slot(value)
        return self.node(value) if slot is None else self.read(slot)

    def has_slot(self, values: list[Json]) -> bool:
        return any(isinstance(v, str) and v[:1] == OPEN for v in values)

    def slot(self, value: Json) -> int | None:
        """The slot a scalar is; None for static text. Refuses a slot inside a longer scalar."""
        if not isinstance(value, str) or OPEN not in value:
            return None
        whole = _PLACEHOLDER.fullmatch(value)
        if whole is None:
            self.refuse(value)
        return int(whole[1])

    def refuse(self, value: str) -> NoReturn:
        found = _PLACEHOLDER.search(value)
        file, line = slot_place(self.path, self.chunks, int(found[1]) if found else 0)
        shown = _PLACEHOLDER.sub("{{ … }}", value)
        raise TemplateError("an expression inside a longer scalar", file=file, line=line, value=shown, hint=_MIXED_HINT)

    def read(self, slot: int) -> ast.expr:
        return ast.Subscript(ast.Name("s", ast.Load()), ast.Constant(slot), ast.Load())

    def call(self, name: str, slot: int) -> ast.expr:
        return ast.Call(ast.Name(name, ast.Load()), [self.read(slot), ast.Constant(slot)], [])

    def apply(self, name: str, tree: ast.expr) -> ast.expr:
        return ast.Call(ast.Name(name, ast.Load()), [tree], [])


def _pruned_map(value: dict[Any, Json]) -> dict[str, Json]:
    for name, item in value.items():
        if item is ABSENT or name is ABSENT:
            return {k: v for k, v in value.items() if v is not ABSENT and k is not ABSENT}
    return value


def _pruned_list(value: list[Json]) -> list[Json]:
    for item in value:
        if item is ABSENT or type(item) is Spread:
            return _spliced(value)
    return value


def _spliced(value: list[Json]) -> list[Json]:
    result: list[Json] = []
    for item in value:
        if type(item) is Spread:
            result.extend(i for i in item.items if i is not ABSENT)
        elif item is not ABSENT:
            result.append(item)
    return result


def _value(value: Json, slot: int) -> Json:
    if type(value) is Spread:
        raise SlotFault(slot, "a spread stands only as an item of a list")
    return value


def _key(value: Json, slot: int) -> Any:
    if type(value) is str or value is ABSENT:
        return value
    try:
        return key(value)
    except TypeError as error:
        raise SlotFault(slot, str(error)) from None
