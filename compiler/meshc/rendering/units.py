"""From documents to the workloads a rendering is made of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from meshc import load
from meshc.errors import ErrorGroup, InputError, MeshcError, raise_all
from meshc.injection import workloads
from meshc.late import late
from meshc.models.error_positions import pointed
from meshc.rendering.tree import folder_of
from meshc.settings import Settings
from meshc.trees import get
from meshc.yamlio import Document, Json

if TYPE_CHECKING:
    from meshc.gateways.controller import deployment
else:
    # few inputs hold a Gateway
    deployment = late("meshc.gateways.controller.deployment")


@dataclass(frozen=True)
class Unit:
    """One workload to compile: its manifest, the directory it goes to, where it came from, what else was made with it."""

    manifest: Json
    folder: str
    namespace: str
    source: str
    document: Document | None = None
    resources: tuple[Json, ...] = ()


def plan(documents: Iterable[Document], settings: Settings, *, places: Mapping[str, str] | None = None) -> list[Unit]:
    """The workloads among documents, Gateway API Gateways compiled to their Deployments; everything else is skipped.

    `places` maps further kinds to the dotted path of their pod template.  Raises MeshcError for workloads without name or
    containers, all of them in one ErrorGroup.
    """
    units: list[Unit] = []
    errors: list[MeshcError] = []
    for document in documents:
        for one in load.objects(document):
            try:
                units += _units(one, settings, places or {})
            except MeshcError as error:
                errors += error.errors if isinstance(error, ErrorGroup) else [error]
    raise_all(errors)
    return units


def unit_of(
    manifest: Json, settings: Settings, *, source: str, document: Document | None = None, resources: Iterable[Json] = ()
) -> Unit:
    """One workload as a unit; raises InputError when it has no name."""
    metadata = manifest.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    name = str(metadata.get("name") or str(metadata.get("generateName") or "").rstrip("-"))
    namespace = str(metadata.get("namespace") or settings.namespace or "default")
    with pointed(document or Document(manifest, source)):
        if not name:
            raise InputError("a workload without a name", path=("metadata", "name"), hint="give it metadata.name")
        folder = folder_of(namespace, str(manifest["kind"]), name)
    return Unit(manifest, folder, namespace, source, document, tuple(resources))


def require_containers(document: Document, places: Mapping[str, str] | None = None) -> None:
    """Raise InputError for a workload without containers: injecting would make a pod of the mesh's parts alone."""
    place = workloads.place_of(str(document.value.get("kind")), "webhook", elsewhere=places)
    spec = get(document.value, place.spec) if place else document.value
    if isinstance(spec, dict | None) and not (spec or {}).get("containers"):
        path = (*(place.spec if place else ()), "containers")
        raise document.error("a workload without containers", path=path, hint="give the pod at least one container")


def is_gateway(document: Json) -> bool:
    """Whether a document is a Gateway API Gateway."""
    api = str(document.get("apiVersion") or "")
    return document.get("kind") == "Gateway" and api.startswith("gateway.networking.k8s.io/")


def _units(document: Document, settings: Settings, places: Mapping[str, str]) -> Iterator[Unit]:
    value = document.value
    if not isinstance(value, dict):
        return
    source = f"{document.file or '<input>'}:{document.first_line}"
    if value.get("kind") in workloads.KINDS or value.get("kind") in places:
        require_containers(document, places)
        yield unit_of(value, settings, source=source, document=document)
    elif is_gateway(value):
        yield from _gateway(document, settings, source)


def _gateway(document: Document, settings: Settings, source: str) -> Iterator[Unit]:
    with pointed(document):
        objects, refusal = deployment.deploy(document.value, settings)
        if refusal:
            raise refusal
    made = [o for o in objects if o.get("kind") in workloads.KINDS]
    others = [o for o in objects if o.get("kind") not in workloads.KINDS]
    for workload in made:
        yield unit_of(workload, settings, source=source, document=document, resources=others)
