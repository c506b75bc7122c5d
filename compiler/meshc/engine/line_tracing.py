"""Renders templates as usual and keeps, for each field of the result, the template line it came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from meshc.catalog import Release
from meshc.engine.environment import SlotEnvironment, load
from meshc.engine.failures import compiling
from meshc.engine.paths import SLOT, Path, line_place, path_text, slot_number
from meshc.engine.sandbox import UserEnvironment
from meshc.engine.slot_values import Own, Spread
from meshc.engine.templates import Engine, Template
from meshc.trees import ABSENT

Json = Any
FieldPath = tuple[str | int, ...]
Place = tuple[str | None, int | None]
Places = dict[FieldPath, Place]


class TracingEngine(Engine):
    """An engine whose templates tell where each field came from; slow, for one rendering at a time.

    `rendered` holds, by template, the last data and the place of each of its fields.
    """

    def __init__(self, release: Release) -> None:
        super().__init__(release)
        self.rendered: dict[str, tuple[Json, Places]] = {}

    def template(self, name: str) -> Template:
        """meshc's own template, traced."""
        return _TracedTemplate(super().template(name), self.rendered)

    def user(self, name: str, text: str, *, file: str | None = None) -> Template:
        """A user's own template, traced."""
        with compiling(file or name, text):
            environment = _TracingUserEnvironment(self.release)
            template = Template(name, load(environment, name, text, file=file), environment)
        return _TracedTemplate(template, self.rendered)

    @cached_property
    def _environment(self) -> _TracingEnvironment:
        return _TracingEnvironment(self.release)


class _TracedTemplate(Template):
    """Keeps what it rendered."""

    def __init__(self, template: Template, rendered: dict[str, tuple[Json, Places]]) -> None:
        super().__init__(template.name, template._compiled, template._environment)
        self._rendered = rendered

    def render_all(self, context: Mapping[str, Any]) -> list[Json]:
        """Build every document and keep the first with its places."""
        documents = super().render_all(context)
        assert isinstance(self._environment, _Traced)
        last = self._environment.last
        self._rendered[self.name] = (documents[0] if documents else {}, last[0] if last else {})
        return documents


class _Traced(SlotEnvironment):
    """Keeps the places of what was rendered last, and of what macros and blocks gave."""

    def __init__(self, release: Release | None) -> None:
        super().__init__(release)
        self.last: list[Places] = []
        self.given: dict[int, tuple[Any, Places]] = {}

    def documents(self, events: Iterable[Any]) -> list[Json]:
        """Build the documents and note where their fields come from."""
        seen = list(events)
        result = super().documents(seen)
        path = tuple([e if type(e) is int else SLOT for e in seen])
        walk = _Walk(self, path, [e[0] for e in seen if type(e) is not int])
        self.last = [dict(walk.document())]
        return result

    def data(self, events: Iterable[Any]) -> Json:
        """The value of a macro or block, its places kept with it."""
        value = super().data(events)
        self.keep(value, self.last[0] if self.last else {})
        return value

    def keep(self, value: Json, places: Places) -> None:
        if not isinstance(value, dict | list):
            return
        self.given[id(value)] = (value, places)
        for index, item in enumerate(value) if isinstance(value, list) else ():
            self.keep(item, {path[1:]: place for path, place in places.items() if path[:1] == (index,)})


class _TracingEnvironment(_Traced):
    """For meshc's own templates."""


class _TracingUserEnvironment(_Traced, UserEnvironment):
    """For users' templates."""


class _Walk:
    """Walks the YAML of one path beside the values of its slots."""

    def __init__(self, environment: _Traced, path: Path, slots: list[Any]) -> None:
        self.environment = environment
        self.path = path
        self.slots = slots

    def document(self) -> Iterator[tuple[FieldPath, Place]]:
        node = YAML(typ="safe", pure=True).compose(path_text(self.path, self.environment.chunks))
        if node is not None:
            yield from self.node(node, (), node)

    def node(self, node: Node, at: FieldPath, named: Node) -> Iterator[tuple[FieldPath, Place]]:
        yield at, self.place(named)
        if isinstance(node, MappingNode):
            for key, value in node.value:
                name = self.value(key)
                if name is not ABSENT and self.value(value) is not ABSENT:
                    yield from self.node(value, (*at, str(name)), key)
        elif isinstance(node, SequenceNode):
            yield from self.items(node, at)
        else:
            yield from self.grafted(self.value(node), at)

    def items(self, node: SequenceNode, at: FieldPath) -> Iterator[tuple[FieldPath, Place]]:
        index = 0
        for item in node.value:
            value = self.value(item)
            if isinstance(value, Spread):
                for one in value.items:
                    if one is not ABSENT:
                        yield (*at, index), self.place(item)
                        yield from self.grafted(one, (*at, index))
                        index += 1
            elif value is not ABSENT:
                yield from self.node(item, (*at, index), item)
                index += 1

    def grafted(self, value: Json, at: FieldPath) -> Iterator[tuple[FieldPath, Place]]:
        """The places inside a value that a macro or block gave."""
        value = value.value if isinstance(value, Own) else value
        known = self.environment.given.get(id(value))
        for path, place in known[1].items() if known else ():
            yield (*at, *path), place

    def value(self, node: Node) -> Json:
        """What a scalar stands for: the slot's value, or its own text; collections give None."""
        if not isinstance(node, ScalarNode):
            return None
        slot = slot_number(node.value)
        return node.value if slot is None else self.slots[slot]

    def place(self, node: Node) -> Place:
        return line_place(self.path, self.environment.chunks, node.start_mark.line + 1)


def nearest(places: Mapping[FieldPath, Place], path: FieldPath) -> Place:
    """The place of a field, or of the nearest thing above it that has one."""
    for length in range(len(path), -1, -1):
        if path[:length] in places:
            return places[path[:length]]
    return None, None
