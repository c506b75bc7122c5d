"""One workload to its files: inject, then both bootstraps."""

from __future__ import annotations

from collections.abc import Mapping

from meshc import yamlio
from meshc.bootstraps.api import bootstrap
from meshc.errors import MeshcError
from meshc.injection.api import inject
from meshc.rendering.tree import Rendered
from meshc.rendering.units import Unit
from meshc.settings import Settings
from meshc.yamlio import Json

_PROXY = "istio-proxy"


def compile_unit(
    unit: Unit, settings: Settings, *, facts: Mapping[str, Json] | None = None, places: Mapping[str, str] | None = None
) -> Rendered:
    """Compile one workload; raises MeshcError naming the document it came from."""
    try:
        return _compiled(unit, settings, facts or {}, places or {})
    except MeshcError as error:
        if error.file is None:
            file, _, line = unit.source.rpartition(":")
            error.at(file or None, int(line) if line.isdigit() else None)
        raise


def _compiled(unit: Unit, settings: Settings, facts: Mapping[str, Json], places: Mapping[str, str]) -> Rendered:
    own = unit.document is not None and unit.document.value is unit.manifest
    result = inject(
        unit.document if own else unit.manifest,
        settings,
        namespace=unit.namespace,
        mode=settings.mode,
        pod_template_paths=places,
    )
    files = {"manifest.yaml": yamlio.dump(result.manifest).encode("utf-8", "surrogatepass")}
    if unit.resources:
        files["resources.yaml"] = yamlio.dump_all(unit.resources).encode("utf-8", "surrogatepass")
    complete = not result.decision.inject and _has_proxy(result.manifest)
    if result.decision.inject or complete:
        nodes = bootstrap(result.manifest, settings, {"namespace": unit.namespace, **facts})
        for name, data in (("envoy-rev.json", nodes.envoy), ("grpc-bootstrap.json", nodes.grpc)):
            if data is not None:
                files[name] = data
    decision = "injected" if result.decision.inject else "complete" if complete else "skipped"
    return Rendered(unit.folder, decision, result.decision.reason, unit.source, files)


def _has_proxy(manifest: Json) -> bool:
    """Whether a workload that is not injected brings a proxy of its own, as gateways made by charts and controllers do."""
    template = (manifest.get("spec") or {}).get("template") or manifest
    spec = template.get("spec") or {}
    return any(c.get("name") == _PROXY for c in spec.get("containers") or [])
