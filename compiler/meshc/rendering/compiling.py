"""One workload to its files: inject, then both bootstraps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from meshc import yamlio
from meshc.bootstraps.compiler import Bootstraps, bootstrap
from meshc.errors import MeshcError
from meshc.injection.api import inject
from meshc.istio_names import PROXY
from meshc.rendering.tree import Rendered
from meshc.rendering.units import Unit
from meshc.settings import Settings
from meshc.trees import Object, section
from meshc.yamlio import Json

ENVOY, GRPC = "envoy-rev.json", "grpc-bootstrap.json"


@dataclass(frozen=True)
class Parts:
    """What one workload compiles to: whether and why it was injected, its manifest, its bootstraps."""

    decision: str
    reason: str
    manifest: Json
    bootstraps: Bootstraps

    @property
    def files(self) -> dict[str, bytes]:
        """The bootstraps by file name."""
        named = {ENVOY: self.bootstraps.envoy, GRPC: self.bootstraps.grpc}
        return {name: data for name, data in named.items() if data is not None}

    @property
    def documents(self) -> Object:
        """The same as documents."""
        named = {ENVOY: self.bootstraps.envoy_document, GRPC: self.bootstraps.grpc_document}
        return {name: document for name, document in named.items() if document is not None}


def compile_unit(
    unit: Unit, settings: Settings, *, facts: Mapping[str, Json] | None = None, places: Mapping[str, str] | None = None
) -> Rendered:
    """Compile one workload to files; raises MeshcError naming the document it came from."""
    parts = compile_parts(unit, settings, facts=facts, places=places)
    files = {"manifest.yaml": yamlio.dump(parts.manifest).encode("utf-8", "surrogatepass")}
    if unit.resources:
        files["resources.yaml"] = yamlio.dump_all(unit.resources).encode("utf-8", "surrogatepass")
    files |= parts.files
    return Rendered(unit.folder, parts.decision, parts.reason, unit.source, files)


def compile_parts(
    unit: Unit, settings: Settings, *, facts: Mapping[str, Json] | None = None, places: Mapping[str, str] | None = None
) -> Parts:
    """Compile one workload, its manifest still a document; raises MeshcError naming the document it came from."""
    try:
        return _compiled(unit, settings, facts or {}, places or {})
    except MeshcError as error:
        if error.file is None:
            file, _, line = unit.source.rpartition(":")
            error.at(file or None, int(line) if line.isdigit() else None)
        raise


def _compiled(unit: Unit, settings: Settings, facts: Mapping[str, Json], places: Mapping[str, str]) -> Parts:
    # A workload made from a Gateway has its Gateway for a document, whose positions are not the workload's.
    own = unit.document is not None and unit.document.value is unit.manifest
    result = inject(
        unit.document if own else unit.manifest,
        settings,
        namespace=unit.namespace,
        mode=settings.mode,
        pod_template_paths=places,
    )
    complete = not result.decision.inject and _has_proxy(result.manifest)
    decision = "injected" if result.decision.inject else "complete" if complete else "skipped"
    bootstraps = Bootstraps()
    if decision != "skipped":
        bootstraps = bootstrap(result.manifest, settings, {"namespace": unit.namespace, **facts})
    return Parts(decision, result.decision.reason, result.manifest, bootstraps)


def _has_proxy(manifest: Json) -> bool:
    """Whether a workload that is not injected brings a proxy of its own, as gateways made by charts and controllers do."""
    spec = section(manifest, "spec.template.spec") or section(manifest, "spec")
    return any(c.get("name") == PROXY for c in spec.get("containers") or [])
