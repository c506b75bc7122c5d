"""Strict reading of users' settings: unknown keys and wrong types, each with its position."""

from __future__ import annotations

from meshc.catalog import Release
from meshc.errors import MeshcError, raise_all
from meshc.models import values_reading
from meshc.models.values_reading import Findings
from meshc.settings.layers import Layer, helm_values
from meshc.settings.request import Request
from meshc.yamlio import Document, Json


def check(request: Request, release: Release, layers: list[Layer], spec: Json) -> list[str]:
    """Check every layer, then what the flags made of them; gives warnings.

    Raises the error, or an ErrorGroup of all: unknown keys (unless lenient) and wrong types.
    """
    errors: list[MeshcError] = []
    warnings: list[str] = []
    for layer in layers:
        found = _read(request, release, layer)
        errors += [values_reading.locate(error, error.parts, layer.document) for error in found.errors]
        warnings += [f"{layer.label}: {text}" for text in found.warnings]
    # Flags are checked with the files they are laid over: only together do they have a place in the document. What the
    # files alone got wrong is reported with its line, so nothing is said twice.
    if not errors and request.set:
        found = _flags(request, release, spec)
        errors += [_of_flag(error, spec, request.installer) for error in found.errors]
        warnings += [f"--set: {text}" for text in found.warnings if not any(text in known for known in warnings)]
    if errors:
        order = [*dict.fromkeys(error.file or "" for error in errors)]
        errors.sort(key=lambda error: (order.index(error.file or ""), error.line or 0, error.column or 0))
        raise_all(errors)
    return warnings


def _read(request: Request, release: Release, layer: Layer) -> Findings:
    strict = not request.lenient
    if layer.prefix == ("spec",):
        return values_reading.read_operator(layer.spec, release, strict=strict, path=("spec",))
    if layer.prefix == ("meshConfig",):
        return values_reading.read_mesh(layer.document and layer.document.value, release, strict=strict)
    return values_reading.read(layer.spec["values"], release, strict=strict, descoped=_descoped(request, release))


def _flags(request: Request, release: Release, spec: Json) -> Findings:
    strict = not request.lenient
    if request.installer == "helm":
        return values_reading.read(helm_values(spec), release, strict=strict, descoped=_descoped(request, release))
    return values_reading.read_operator(spec, release, strict=strict)


def _of_flag(error: MeshcError, spec: Json, installer: str) -> MeshcError:
    if installer == "helm" and error.parts[:1] == ("values",):
        error.hint = "with --installer helm, --set takes the chart's own values: leave out the leading `values.`"
    elif error.message == "must be a string" and isinstance(error.value, dict | list):
        error.hint = "one --set makes it a string, another sets a part of it: keep one of them"
    elif error.message == "must be a string":
        error.hint = "--set makes a number or a boolean of this: put it in a file, quoted"
    return values_reading.locate(error, error.parts, Document(spec, "--set"))


def _descoped(request: Request, release: Release) -> bool:
    return request.installer == "helm" and release.has("profiles.descoped_charts")
