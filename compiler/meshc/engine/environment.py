"""The Jinja2 environment whose templates yield chunk numbers and slot values instead of text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from threading import Lock
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined, nodes
from jinja2.compiler import CodeGenerator, Frame
from jinja2.environment import Template as JinjaTemplate
from jinja2.exceptions import TemplateNotFound, TemplateRuntimeError

from meshc import resources
from meshc.catalog import Release
from meshc.engine.compile_time_release import settle
from meshc.engine.inclusion import STRIDE, inline, macros_first
from meshc.engine.paths import CLOSE, OPEN, SLOT, Builder, Chunk, Path, SlotFault, build, slot_place
from meshc.engine.slot_values import SCALARS, Own, built, or_absent, spread, taken
from meshc.errors import TemplateError
from meshc.trees import ABSENT

Json = Any
_RESERVED = re.compile(f"[{OPEN}{CLOSE}]")
SUFFIX = ".yaml.j2"
PATHS = 512
"""Builders one environment keeps."""


class SlotCodeGenerator(CodeGenerator):
    """Writes static text as the number of its chunk, and each expression as a 1-tuple around its value."""

    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: Any) -> Any:  # noqa: ARG002
        if not isinstance(node, nodes.TemplateData):
            raise nodes.Impossible()
        environment = self.environment
        assert isinstance(environment, SlotEnvironment)
        file, line = environment.place(self.filename or self.name, node.lineno)
        return environment.add_chunk(Chunk(node.data, file, line))

    def _output_const_repr(self, group: Iterable[Any]) -> str:
        environment = self.environment
        assert isinstance(environment, SlotEnvironment)
        return repr(environment.one_chunk(list(group)))

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:  # noqa: ARG002
        self.write("(")

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:  # noqa: ARG002
        self.write(",)")


class SlotEnvironment(Environment):
    """Jinja2 with slots: strict about undefined names, settled for one release, with a bounded cache of builders."""

    code_generator_class = SlotCodeGenerator

    def __init__(self, release: Release | None) -> None:
        super().__init__(
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            autoescape=False,
            auto_reload=False,
            optimized=False,  # folding constants costs more at start than it saves while rendering
            loader=FunctionLoader(_source),
        )
        self.release = release
        self.chunks: list[Chunk] = []
        self.sources: dict[str | None, str] = {}
        self.included: list[str] = []
        self._lock = Lock()
        self.globals["absent"] = ABSENT
        self.filters["or_absent"] = or_absent
        self.filters["spread"] = spread
        self.builder = lru_cache(maxsize=PATHS)(self._build)
        self.concat = self.data  # type: ignore[method-assign]

    def add_chunk(self, chunk: Chunk) -> int:
        """Keep a piece of static text; returns its number."""
        with self._lock:
            self.chunks.append(chunk)
            return len(self.chunks) - 1

    def one_chunk(self, numbers: list[int]) -> int:
        """One chunk for the texts on both sides of a comment; its lines count from the first."""
        if len(numbers) == 1:
            return numbers[0]
        parts = [self.chunks[number] for number in numbers]
        return self.add_chunk(replace(parts[0], text="".join(part.text for part in parts)))

    def place(self, file: str | None, line: int) -> tuple[str | None, int]:
        """File and line for a line number as compiled templates know it."""
        number, rest = divmod(line, STRIDE)
        return (self.included[number - 1], rest) if number else (file, line)

    def events(self, template: JinjaTemplate, context: Mapping[str, Any]) -> Iterator[Any]:
        """Run a template: chunk numbers and slots, in order."""
        return template.root_render_func(template.new_context(dict(context)))

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Look at the keys of a map before its methods."""
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        return super().getattr(obj, attribute)

    def documents(self, events: Iterable[Any]) -> list[Json]:
        """Build the documents a rendering yields. Raises TemplateError."""
        seen = list(events)
        key = tuple([e if type(e) is int else SLOT for e in seen])
        slots = [e[0] for e in seen if type(e) is not int]
        for number, value in enumerate(slots):
            if type(value) not in SCALARS:
                slots[number] = self._taken(value, key, number)
        try:
            return self.builder(key)(slots)
        except SlotFault as error:
            file, line = slot_place(key, self.chunks, error.slot)
            raise TemplateError(str(error), file=file, line=line) from None

    def data(self, events: Iterable[Any]) -> Json:
        """Build the one document a macro or block yields; None when it yields nothing."""
        documents = self.documents(events)
        if len(documents) > 1:
            raise TemplateError("more than one document where one is expected")
        return built(documents[0]) if documents else None

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        self.sources[filename or name] = source
        if found := _RESERVED.search(source):
            line = source.count("\n", 0, found.start()) + 1
            raise TemplateError(
                "the characters U+E000 and U+E001 are not usable in templates", file=filename, line=line
            )
        tree = settle(super()._parse(source, name, filename), self.release)
        return macros_first(inline(tree, self._parse_included))

    def _parse_included(self, name: str) -> tuple[nodes.Template, int]:
        if self.loader is None:
            raise TemplateNotFound(name)
        source, filename, _ = self.loader.get_source(self, name)
        with self._lock:
            self.included.append(filename or name)
            number = len(self.included)
        return self._parse(source, name, filename), number

    def _build(self, path: Path) -> Builder:
        return build(path, self.chunks)

    def _taken(self, value: object, path: Path, slot: int) -> Json:
        """What a slot puts into the data: a copy, unless the value was handed over."""
        if type(value) is Own:
            return value.value
        try:
            return str(value) if isinstance(value, StrictUndefined) else taken(value)
        except (TypeError, TemplateRuntimeError) as error:
            file, line = slot_place(path, self.chunks, slot)
            raise TemplateError(str(error), file=file, line=line) from None


def load(environment: SlotEnvironment, name: str, text: str, *, file: str | None) -> JinjaTemplate:
    """Compile a template from text."""
    code = environment.compile(text, name=name, filename=file or name)
    return JinjaTemplate.from_code(environment, code, dict(environment.globals))


def _source(name: str) -> tuple[str, str, None] | None:
    path = resources.path("templates", name)
    if not path.is_file():
        return None
    return resources.text("templates", name), f"templates/{name}", None
