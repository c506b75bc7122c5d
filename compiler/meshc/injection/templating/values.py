"""Reading the values document as templates do (docs/istio/sidecar-template.md § 1.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meshc.errors import InjectionError
from meshc.gotext import printing

Json = Any

_WHERE = "failed to execute template"


class Values:
    """The values document; paths are dotted. Absent keys give null at any depth, a null parent is an error."""

    def __init__(self, tree: Mapping[str, Json]) -> None:
        self.tree = tree

    def get(self, path: str) -> Json:
        """The value at a path, null when absent; raises InjectionError for a parent that is null or a scalar."""
        found: Json = self.tree
        parts = path.split(".")
        for depth, part in enumerate(parts):
            if not isinstance(found, Mapping):
                self._refuse(found, part, ".".join(parts[:depth]))
            if part not in found:
                return None
            found = found[part]
        return found

    def printed(self, path: str) -> str:
        """The value as a template prints it (`<no value>` when absent)."""
        return printing.printed(self.get(path))

    def default(self, path: str) -> str:
        """The value as the default of an annotation (`<nil>` when absent)."""
        return printing.sprint(self.get(path))

    def is_text(self, path: str, text: str) -> bool:
        """Whether the value equals a text; raises InjectionError for a value that is no text."""
        return self._equal(path, self.get(path), text)

    def is_true(self, path: str) -> bool:
        """Whether the value is the boolean true; raises InjectionError for a value that is no boolean."""
        return self._equal(path, self.get(path), True)

    def has_text(self, path: str) -> bool:
        """Whether the value is there and not the empty text; raises InjectionError for a value that is no text."""
        value = self.get(path)
        return value is not None and not self._equal(path, value, "")

    def optional(self, path: str) -> str | None:
        """The value's text when it is truthy, else null."""
        value = self.get(path)
        return printing.sprint(value) if value else None

    def listed(self, path: str) -> list[Json]:
        """The list at a path, empty when it is absent or empty; raises InjectionError for what is no list."""
        value = self.get(path) or []
        if not isinstance(value, list):
            raise InjectionError(f"{_WHERE}: not a list", path=f"values.{path}", value=value, hint="write a list here")
        return value

    def _equal(self, path: str, value: Json, other: str | bool) -> bool:
        try:
            return printing.equal(value, other)
        except printing.IncompatibleTypes as error:
            wanted = "true or false" if isinstance(other, bool) else "a text"
            raise InjectionError(
                f"{_WHERE}: {error}", path=f"values.{path}", value=value, hint=f"write {wanted} here"
            ) from None

    def _refuse(self, found: Json, child: str, parent: str) -> None:
        what = "nil pointer evaluating interface {}" if found is None else f"can't evaluate field {child} in a scalar"
        message = f"{_WHERE}: {what}.{child}" if found is None else f"{_WHERE}: {what}"
        hint = "remove the key or give it a map"
        raise InjectionError(message, path=f"values.{parent}", value=found, hint=hint)
