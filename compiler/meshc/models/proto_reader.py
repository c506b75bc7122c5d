"""Reads whole protobuf-JSON messages by their declared fields (docs/istio/injection.md § 5.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from meshc.catalog import Release
from meshc.errors import PathPart, SettingsError, format_path, nearest
from meshc.models import proto_scalars
from meshc.models.message import AnyField, Message, ever, fields, same_choice
from meshc.yamlio import Json

_NULL_ELEMENTS: Mapping[str, Json] = {"string": "", "bool": False, "int32": 0, "uint32": 0, "double": 0}

Path = tuple[PathPart, ...]


@dataclass(frozen=True)
class Reader:
    """Reads documents for one release; what it finds wrong gathers in `errors` and `warnings`."""

    release: Release
    strict: bool = False
    errors: list[SettingsError] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def overlay(self, message: type[Message], base: Json, document: Json, path: Path = ()) -> Json:
        """A new dict: the base with every present, non-null field of the document in place of its own."""
        if not isinstance(document, dict):
            self._fail("must be a map", path, document, f"write the fields of {message.__name__} as keys")
            return base
        known = fields(message, self.release)
        result = dict(base)
        # By field, not by key: errors come in declaration order, and of two spellings of a field JSON's counts.
        for described in known.values():
            spelling = described.json if described.json in document else described.name
            value = document.get(spelling)
            if value is None:
                continue
            if described.oneof:
                for other in same_choice(message, described):
                    result.pop(other, None)
            result[described.json] = self._value(described, value, (*path, spelling))
        self._unknown(message, known, document, path)
        return result

    def _value(self, described: AnyField, value: Json, path: Path) -> Json:
        match described.kind:
            case "message":
                assert described.message is not None
                return self.overlay(described.message, {}, value, path)
            case "list":
                return self._list(described, value, path)
            case "map":
                return self._map(described, value, path)
            case _:
                return self._scalar(described, value, path)

    def _list(self, described: AnyField, value: Json, path: Path) -> Json:
        if not isinstance(value, list):
            self._fail("must be a list", path, value, "write the entries as a list, even if there is one")
            return []
        return [self._element(described, item, (*path, place)) for place, item in enumerate(value)]

    def _map(self, described: AnyField, value: Json, path: Path) -> Json:
        if not isinstance(value, dict):
            self._fail("must be a map", path, value, "write keys and values")
            return {}
        return {key: self._element(described, item, (*path, key)) for key, item in value.items()}

    def _element(self, described: AnyField, value: Json, path: Path) -> Json:
        element = described.element
        assert element is not None
        # A null element is Go's zero value; in a map of messages it stays null, and validation refuses it.
        if value is None:
            return {} if described.kind == "list" and element.kind == "message" else _NULL_ELEMENTS.get(element.kind)
        return self._value(element, value, path)

    def _scalar(self, described: AnyField, value: Json, path: Path) -> Json:
        try:
            return proto_scalars.read(described, value)
        except proto_scalars.WrongType as wrong:
            self._fail(str(wrong), path, value, wrong.hint)
            return None

    def _unknown(
        self, message: type[Message], known: Mapping[str, AnyField], document: Mapping[str, Json], path: Path
    ) -> None:
        spellings = {s for f in known.values() for s in (f.json, f.name)}
        for key, value in document.items():
            if key in spellings:
                continue
            text, hint = self._explain(message, key, list(known))
            if self.strict:
                self._fail(text, (*path, key), value, hint)
            else:
                self.warnings.append(f"{format_path((*path, key))}: {text}, ignored" + (f"; {hint}" if hint else ""))

    def _explain(self, message: type[Message], key: str, known: list[str]) -> tuple[str, str | None]:
        other = ever(message, key)
        if other is not None:
            return f"unknown field of {message.__name__} in Istio {self.release}", f"Istio knows it since {other.since}"
        near = nearest(key, known)
        return f"unknown field of {message.__name__}", f"did you mean {near}?" if near else None

    def _fail(self, text: str, path: Path, value: Json, hint: str | None) -> None:
        self.errors.append(SettingsError(text, path=path, value=value, hint=hint))
