"""The Go types that an injection template can reach in a release, from `schemas/go/types.json`.

Source: docs/istio/go-templates.md § 13; types are made when something asks for them.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import orjson

from meshc import catalog, resources
from meshc.catalog import Release
from meshc.gotemplate.durations import DURATION
from meshc.gotemplate.functions.dates import TIME
from meshc.gotemplate.type_names import parse
from meshc.gotemplate.types import Field, Type
from meshc.injection.go_templates import kubernetes_types, messages
from meshc.injection.go_templates.loading import load_field

Entry = Mapping[str, Any]
_OUTSIDE = {"time.Time": TIME, "time.Duration": DURATION}


@cache
def _entries() -> Mapping[str, Entry]:
    found: Mapping[str, Entry] = orjson.loads(resources.path("schemas", "go", "types.json").read_bytes())
    return found


class TypeTable:
    """The named types of one release."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self._known: dict[str, Type] = dict(_OUTSIDE)

    def named(self, name: str) -> Type | None:
        """The type of a name, None when there is none. The windows of types are bounds only: fields decide."""
        known = self._known.get(name)
        if known is None:
            entry = _entries().get(name)
            known = None if entry is None else self._made(name, entry)
        return known

    def has(self, name: str) -> bool:
        """Whether the release has the type."""
        entry = _entries().get(name)
        return entry is not None and catalog.holds(entry, self.release.version)

    def parse(self, name: str) -> Type:
        """The type of a name, built from named ones; raises ValueError for an unknown one."""
        return parse(name, self.named)

    def _made(self, name: str, entry: Entry) -> Type:
        package = entry["package"]
        type_ = self._known[name] = Type(entry["kind"], name, named=True, package=package)
        if entry["kind"] == "map":
            whole = self.parse(entry["elem"])
            type_.key, type_.elem = whole.key, whole.elem
        if entry["kind"] == "interface":
            type_.implementers = _arms(name)
        type_.fields = tuple(
            [
                Field(one["name"], self.parse(one["type"]), one.get("json", ""), bool(one.get("embedded")))
                for one in entry.get("fields", ())
                if catalog.holds(one, self.release.version)
            ]
        )
        type_.load = load_field
        if "enum" in entry:
            messages.add_enum(type_, entry["enum"])
        elif entry.get("getters"):
            messages.add_message(type_, entry, self)
        else:
            kubernetes_types.add_methods(type_, entry, self)
        return type_


@cache
def _arms(interface: str) -> frozenset[str]:
    """The pointer types that may stand in a one-of field."""
    return frozenset(
        arm.partition("=")[2]
        for entry in _entries().values()
        for arm in entry.get("oneof", ())
        for one in entry["fields"]
        if one["name"] == arm.partition("=")[0] and one["type"] == interface
    )


@cache
def type_table(release: Release) -> TypeTable:
    """The types of a release."""
    return TypeTable(release)
