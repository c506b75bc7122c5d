"""What the user set, as layers over the profile: `--iop`, `--values`, `--mesh-config`, `--set`, lowest first."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from meshc.catalog import Release
from meshc.errors import UsageError
from meshc.models import values_reading
from meshc.models.mesh_config import MeshConfig
from meshc.profiles import helmflags, setflags
from meshc.profiles.environment import text
from meshc.profiles.installation import merge_specs
from meshc.settings.request import Request
from meshc.trees import get, merge, put
from meshc.yamlio import Document, Json

OPERATOR_API = "install.istio.io/v1alpha1"


@dataclass(frozen=True)
class Layer:
    """One of the user's inputs as an IstioOperator `spec`; `prefix` is where the document stands in it."""

    label: str
    spec: Json
    document: Document | None = None
    prefix: tuple[str, ...] = ()


def layers(request: Request, release: Release) -> list[Layer]:
    """The user's layers, lowest first; raises UsageError or InputError for a document of another kind."""
    found = [replace(layer, spec=_as_text(layer.spec, release)) for layer in _operators(request)]
    found += [_file(document, ("values",)) for document in request.values]
    found += [_mesh(_file(document, ("meshConfig",)), release) for document in request.mesh_config]
    return found


def combined(request: Request, release: Release, found: list[Layer]) -> Json:
    """One spec out of all layers and every `--set`."""
    spec: dict[str, Any] = {}
    for layer in found:
        spec = merge_specs(release, spec, layer.spec)
    flags = copy.deepcopy(spec)
    for flag in request.set:
        write_flag(request, release, flags, flag)
    return _as_text(flags, release)


def write_flag(request: Request, release: Release, spec: dict[str, Any], flag: str) -> None:
    """Write one `--set` into a spec in place: istioctl's grammar, or Helm's into the spec's values."""
    if request.installer == "helm":
        helmflags.write(spec.setdefault("values", {}), flag)
        return
    path, value = setflags.parse(flag, release)
    setflags.write(spec, path, value, flag=flag)


def helm_values(spec: Json) -> Json:
    """The values of a Helm installation: `--mesh-config` files stand under `meshConfig`."""
    values = copy.deepcopy(spec.get("values") or {})
    if "meshConfig" in spec:
        values["meshConfig"] = merge(values.get("meshConfig") or {}, spec["meshConfig"])
    return values


def chosen_profile(request: Request, spec: Json) -> str | None:
    """The profile that options and files ask for, if any; raises UsageError where two options name different ones."""
    flags = [flag.partition("=")[2] for flag in request.set if flag.partition("=")[0] in ("profile", "spec.profile")]
    if len(set(flags)) > 1:
        hint = "keep one of them"
        raise UsageError("--set names different profiles", path="profile", value=", ".join(flags), hint=hint)
    given = get(spec, "values.profile") if request.installer == "helm" else spec.get("profile")
    if request.profile is None:
        return None if given is None else str(given)
    if flags and flags[-1] != request.profile:
        raise UsageError(
            f"--profile {request.profile} and --set profile={flags[-1]} name different profiles",
            path="--profile",
            value=request.profile,
            hint="keep one of them",
        )
    return request.profile


def _as_text(spec: Json, release: Release) -> Json:
    """Turn proxyMetadata numbers and booleans into strings, as some releases of istioctl do."""
    metadata = get(spec, "meshConfig.defaultConfig.proxyMetadata")
    if not isinstance(metadata, dict) or not release.has("profiles.proxy_metadata_stays_text"):
        return spec
    texts = {key: text(value) if isinstance(value, bool | int | float) else value for key, value in metadata.items()}
    found = copy.deepcopy(spec)
    put(found, "meshConfig.defaultConfig.proxyMetadata", texts)
    return found


def _operators(request: Request) -> Iterator[Layer]:
    if request.iop and request.installer == "helm":
        raise UsageError(
            "--iop is for istioctl", path="--installer", value="helm", hint="drop --installer, or give Helm --values"
        )
    for document in request.iop:
        yield Layer(document.file or "--iop", _operator_spec(document), document, ("spec",))


def _operator_spec(document: Document) -> Json:
    value = document.value
    if not isinstance(value, dict) or value.get("kind") != "IstioOperator":
        kind = value.get("kind") if isinstance(value, dict) else value
        raise document.error(
            "not an IstioOperator", path=("kind",), value=kind, hint="--values takes Helm values, --mesh-config a mesh"
        )
    if value.get("apiVersion") != OPERATOR_API:
        raise document.error(
            "unknown API version of IstioOperator",
            path=("apiVersion",),
            value=value.get("apiVersion"),
            hint=f"write {OPERATOR_API}",
        )
    spec = value.get("spec")
    if spec is not None and not isinstance(spec, dict):
        raise document.error("spec must be a map", path=("spec",), value=spec)
    return spec or {}


def _mesh(layer: Layer, release: Release) -> Layer:
    """Write the fields of a MeshConfig file in one spelling, so that they meet those of other layers."""
    # Layers merge as trees, where `access_log_file` and `accessLogFile` would be two keys.
    spelt = values_reading.camel_case(MeshConfig, layer.spec["meshConfig"], release)
    return replace(layer, spec={"meshConfig": spelt})


def _file(document: Document, prefix: tuple[str, ...]) -> Layer:
    value = {} if document.value is None else document.value
    if not isinstance(value, dict):
        raise document.error(f"{prefix[0]} must be a map", value=value, hint="write keys and values")
    return Layer(document.file or f"--{prefix[0]}", {prefix[0]: value}, document, prefix)
