"""Reads Helm values and IstioOperator specs by their tables: strictly for users, as Istio does for clusters."""

from __future__ import annotations

import re
from collections.abc import Mapping

from meshc.catalog import Release
from meshc.errors import InputError, MeshcError, PathPart, raise_all
from meshc.models.mesh_config import MeshConfig
from meshc.models.message import AnyField, Message, fields
from meshc.models.operator_spec import OperatorSpec
from meshc.models.proto_reader import Reader
from meshc.models.proxy_config import ProxyConfig
from meshc.models.values import Values
from meshc.models.values_workloads import PilotValues
from meshc.yamlio import Document, Json

_MISREAD = "could not parse configuration values: "
_MODEL = re.compile(r" of (\w*Values|\w+Spec)\b")

Path = tuple[PathPart, ...]


class Findings:
    """What a reading found wrong: errors and warnings, in users' words."""

    def __init__(self, reader: Reader) -> None:
        self.errors: list[MeshcError] = [_advised(error, reader.release) for error in reader.errors]
        self.warnings: list[str] = [_MODEL.sub("", text) for text in reader.warnings]


def read(values: Json, release: Release, *, strict: bool, path: Path = (), descoped: bool = False) -> Findings:
    """Read Helm values; `descoped` lets istiod's own stand at the top level, as its chart takes them.

    Unknown keys are errors in strict mode, else warnings; wrong types are errors.
    """
    reader = Reader(release, strict)
    own: dict[str, Json] = {}
    if descoped and isinstance(values, dict):
        common, pilot = (fields(message, release) for message in (Values, PilotValues))
        own = {key: value for key, value in values.items() if key in pilot and key not in common}
        values = {key: value for key, value in values.items() if key not in own}
    reader.overlay(Values, {}, values, path)
    if own:
        reader.overlay(PilotValues, {}, own, path)
    _mesh(reader, values, (*path, "meshConfig"))
    return Findings(reader)


def read_mesh(document: Json, release: Release, *, strict: bool, path: Path = ()) -> Findings:
    """Read a MeshConfig document like `read`."""
    reader = Reader(release, strict)
    reader.overlay(MeshConfig, {}, document, path)
    return Findings(reader)


def read_operator(spec: Json, release: Release, *, strict: bool, path: Path = ()) -> Findings:
    """Read the spec of an IstioOperator with its values and mesh; `unvalidatedValues` is not looked at."""
    reader = Reader(release, strict)
    reader.overlay(OperatorSpec, {}, spec, path)
    if isinstance(spec, dict):
        if isinstance(spec.get("values"), dict):
            reader.overlay(Values, {}, spec["values"], (*path, "values"))
            _mesh(reader, spec["values"], (*path, "values", "meshConfig"))
        _mesh(reader, spec, (*path, "meshConfig"))
    return Findings(reader)


def read_resolved(values: Json, release: Release, document: Document | None = None) -> list[str]:
    """Read the injector's values as Istio does; gives warnings for unknown keys.

    Raises InputError beginning with Istio's `could not parse configuration values` for wrong types.
    """
    found = read(values, release, strict=False)
    errors = [misread(error, document) for error in found.errors]
    raise_all(errors)
    return found.warnings


def misread(error: MeshcError, document: Document | None) -> MeshcError:
    """An error of typed reading in Istio's words, at its place in the document."""
    found = InputError(_MISREAD + error.message, path=error.path, value=error.value, hint=error.hint)
    return locate(found, error.parts, document)


def locate(error: MeshcError, parts: Path, document: Document | None) -> MeshcError:
    """Fill in file, line and column of an error; returns it."""
    if document is not None:
        line, column = document.position(parts) or (document.first_line, None)
        error.file, error.line, error.column = document.file, line if document.text else None, column
    return error


def camel_case(message: type[Message], document: Json, release: Release) -> Json:
    """A copy of a mesh document with every field in its lowerCamelCase spelling; what is unknown stays."""
    if not isinstance(document, dict):
        return document
    known = {f.name: f for f in fields(message, release).values()}
    known |= fields(message, release)
    found: dict[str, Json] = {}
    for key, value in document.items():
        field = known.get(key)
        if field is None:
            found[key] = value
        elif field.json == key or field.json not in document:
            found[field.json] = _respelt(field, value, release)
    return found


def _advised(error: MeshcError, release: Release) -> MeshcError:
    """Take the model's name out of an error; for values that became mesh settings say where they are now."""
    error.message = _MODEL.sub("", error.message)
    key = error.parts[-1] if error.parts else None
    if error.hint is None and error.parts[-3:-1] == ("global", "proxy"):
        for message, where in ((MeshConfig, "meshConfig"), (ProxyConfig, "meshConfig.defaultConfig")):
            if key in fields(message, release):
                error.hint = f"write {where}.{key}"
    return error


def _respelt(field: AnyField, value: Json, release: Release) -> Json:
    if field.message is not None:
        return camel_case(field.message, value, release)
    if field.element is not None and field.element.message is not None:
        if isinstance(value, list):
            return [_respelt(field.element, item, release) for item in value]
        if isinstance(value, dict):
            return {key: _respelt(field.element, item, release) for key, item in value.items()}
    return value


def _mesh(reader: Reader, holder: Mapping[str, Json], path: Path) -> None:
    mesh = holder.get("meshConfig") if isinstance(holder, dict) else None
    if isinstance(mesh, dict):
        reader.overlay(MeshConfig, {}, mesh, path)
