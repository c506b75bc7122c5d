"""Runs the Go text of a cluster's injection templates (docs/istio/go-templates.md § 1.2).

Every text of a configuration is parsed when it is loaded; overlays are kept by the text they were read from and by what
the template read of the pod, so pods alike cost neither a run nor a reading.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import blake2b
from typing import Any

import orjson

from meshc import yamlio
from meshc.catalog import Release
from meshc.errors import InjectionError, InputError, MeshcError, PathPart, TemplateError
from meshc.gotemplate.errors import GoTemplateError
from meshc.gotemplate.functions.dicts import copied
from meshc.gotemplate.functions.table import Facts
from meshc.gotemplate.template import GoTemplate, Written
from meshc.gotemplate.values import Value
from meshc.injection.go_templates.data_object import data_object
from meshc.injection.go_templates.dialect import dialect_of
from meshc.injection.go_templates.istio_functions import istio_functions
from meshc.injection.go_templates.loading import general
from meshc.injection.go_templates.reading import Reads, beyond, extract, reads_of
from meshc.injection.go_templates.remedies import remedy
from meshc.injection.go_templates.type_table import type_table
from meshc.injection.overlay import has_directives
from meshc.injection.templating.template_input import READ, TemplateInput
from meshc.yamlio import Document, Json

KEPT = 256
"""Overlays kept at most, per template and in all."""
LARGEST = 256 * 1024
"""Bytes of a pod beyond which its overlay is not kept."""

_COMMON: Mapping[str, Reads] = {
    "metadata": {"annotations": None, "labels": None, "namespace": None},
    "spec": {"serviceAccountName": None, "containers": dict.fromkeys(READ)},
}
"""The parts of a pod that its key in `overlay_cache` stands for."""

Parts = Callable[[TemplateInput], Mapping[str, Json]]
"""Makes the data of a pod under Istio's names, as JSON."""


def unplaced(name: str) -> tuple[str | None, int]:
    """The place of a template that stands in no file."""
    return None, 0


@lru_cache(maxsize=64)
def parsed(text: str, release: Release, facts: Facts) -> GoTemplate:
    """A text, parsed once per process; raises GoTemplateError."""
    return GoTemplate(text, istio_functions(release, facts), dialect=dialect_of(release))


@dataclass(frozen=True)
class Yielded:
    """The overlay that a text yielded, and its parts as they read in typed form, by identity; shared: do not change."""

    text: str
    overlay: dict[str, Json]
    typed: dict[int, Any] = field(default_factory=dict)

    @cached_property
    def directives(self) -> bool:
        """Whether the overlay holds `$patch` and its like: here a value can become a key."""
        return has_directives(self.overlay)


@dataclass(eq=False)
class ClusterTemplates:
    """The Go templates of one injector; raises TemplateError for the first text that does not parse."""

    release: Release
    texts: Mapping[str, str]
    features: Mapping[str, str]
    values: Json
    merge_error: str
    parts: Parts
    place: Callable[[str], tuple[str | None, int]] = unplaced

    def __post_init__(self) -> None:
        facts = Facts(tuple(sorted(self.features.items())))
        self._templates: dict[str, GoTemplate] = {}
        self.last: dict[str, TemplateInput] = {}
        for name, text in self.texts.items():
            try:
                self._templates[name] = parsed(text, self.release, facts)
            except GoTemplateError as error:
                raise self._error(name, error) from None
        self._by_text: dict[str, Yielded] = {}
        self._by_reads: dict[str, dict[tuple[bytes, int] | None, tuple[Yielded, TemplateInput]]] = {}
        self._reads: dict[str, list[tuple[Reads, Reads]]] = {}

    def position(self, name: str, line: int) -> tuple[str, int]:
        """The file and line there of a line of a template; without a file the template's name stands for it."""
        file, above = self.place(name)
        return (f"template {name}", line) if file is None else (file, above + line)

    def template(self, name: str) -> GoTemplate:
        """A template, parsed."""
        return self._templates[name]

    def source(self, name: str, line: int) -> str:
        """A line of a template's text."""
        return self.texts[name].split("\n")[line - 1].strip()

    def render(self, name: str, given: TemplateInput, pod: bytes = b"") -> Yielded:
        """The overlay of a template for a pod; raises InjectionError in Istio's words, with the place in the text.

        `pod` stands for the parts of the pod in `_COMMON`, its identity and ids; without it nothing is kept.
        """
        self.last[name] = given
        known = self._by_reads.setdefault(name, {})
        for meta, spec in self._reads.get(name, ()) if pod else ():
            found = known.get(self._key(given, pod, meta, spec))
            if found is not None:
                return found[0]
        data = self.data(name, given)
        template = self._templates[name]
        made: list[Value] = []

        def make() -> Value:
            made.append(data())
            return made[-1]

        try:
            text = template.run(make)
        except GoTemplateError as error:
            raise self._error(name, error) from None
        yielded = self._yielded(name, text, given)
        if pod:
            self._remember(name, given, pod, made[-1], yielded)
        return yielded

    def data(self, name: str, given: TemplateInput) -> Callable[[], Value]:
        """Makes the data object of a template for a pod, a fresh one every time."""
        table, parts = type_table(self.release), self.parts(given)
        changes = name in self._changing
        return lambda: data_object(table, parts, copied(self._values) if changes else self._values)

    def written(self, name: str, given: TemplateInput) -> Written:
        """The text that a template yields, with its lines; raises like `render`."""
        try:
            return self._templates[name].run_located(self.data(name, given))
        except GoTemplateError as error:
            raise self._error(name, error) from None

    def line(self, name: str, given: TemplateInput, path: list[PathPart]) -> int | None:
        """The line of a template's text behind a node of its overlay, or behind the nearest one above it."""
        return line_of(self.written(name, given), path)

    @cached_property
    def _values(self) -> Value:
        return general(self.values)

    @cached_property
    def _changing(self) -> frozenset[str]:
        """Templates that call a function that changes its operand (`set`, `merge`)."""
        return frozenset(
            name
            for name, template in self._templates.items()
            if any(template.functions[one].changes for one in template.parsed.functions)
        )

    def _key(self, given: TemplateInput, pod: bytes, meta: Reads, spec: Reads) -> tuple[bytes, int] | None:
        # the ProxyConfig stands for itself: it lives as long as the entry does, so no other can take its identity
        config = id(given.proxy_config)
        if not meta and not spec and meta is not None and spec is not None:
            return pod, config
        data = orjson.dumps([extract(given.metadata, meta), extract(given.spec, spec)])
        return (blake2b(pod + data, digest_size=16).digest(), config) if len(data) <= LARGEST else None

    def _remember(self, name: str, given: TemplateInput, pod: bytes, data: Value, yielded: Yielded) -> None:
        root = data.target
        meta, spec = (reads_of(root.values[part]) for part in ("ObjectMeta", "Spec"))
        reads = beyond(meta, _COMMON["metadata"]), beyond(spec, _COMMON["spec"])
        known, shapes = self._by_reads[name], self._reads.setdefault(name, [])
        if reads not in shapes:
            shapes.append(reads)
            del shapes[:-8]
        key = self._key(given, pod, *reads)
        if key is not None:
            while len(known) >= KEPT:
                del known[next(iter(known))]
            known[key] = yielded, given

    def _yielded(self, name: str, text: str, given: TemplateInput) -> Yielded:
        found = self._by_text.get(text)
        if found is None:
            found = Yielded(text, self._overlay(name, text, given))
            while len(self._by_text) >= KEPT:
                del self._by_text[next(iter(self._by_text))]
            self._by_text[text] = found
        return found

    def _overlay(self, name: str, text: str, given: TemplateInput) -> dict[str, Json]:
        try:
            overlay = yamlio.load(text)
        except InputError as error:
            line = self.written(name, given).line_at(_offset(text, error.line or 1))
            problem = f"error converting YAML to JSON: yaml: line {error.line}: {error.message}"
            hint = f"the template yields text that is no YAML; {error.hint or 'see the text with meshc explain'}"
            file, line = self.position(name, line)
            raise InjectionError(self.merge_error + problem, file=file, line=line, hint=hint) from None
        if overlay is None:
            return {}
        if not isinstance(overlay, dict):
            raise InjectionError(
                f"{self.merge_error}strategic merge: invalid JSON document",
                file=self.position(name, 1)[0],
                hint="the template must yield a map with metadata: and spec:",
            )
        return overlay

    def _error(self, name: str, error: GoTemplateError) -> MeshcError:
        column = None if error.column is None else error.column + 1
        kind = InjectionError if error.phase == "execute" else TemplateError
        template = self._templates.get(name)
        hint = remedy(error, template.functions if template is not None else istio_functions(self.release, Facts()))
        file, line = self.position(name, error.line)
        return kind(str(error), file=file, line=line, column=column, hint=hint)


def line_of(written: Written, path: list[PathPart]) -> int | None:
    """The template's line behind a node of the YAML that it wrote."""
    place = Document(None, text=written.text).position(path)
    if place is None:
        return None
    line, column = place
    return written.line_at(_offset(written.text, line) + max(column - 1, 0))


def _offset(text: str, line: int) -> int:
    """Where a line (from 1) of a text begins."""
    offset = 0
    for _ in range(line - 1):
        offset = text.find("\n", offset) + 1
        if not offset:
            return len(text)
    return offset
