"""The pods among a verb's inputs, injected now where they were not, with the settings of their own release."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from meshc import load
from meshc.cli.inputs import Inputs, gather, project_file, resolve
from meshc.cli.options import SettingsOptions
from meshc.errors import ErrorGroup, InputError, MeshcError, raise_all
from meshc.kubernetes.pods import find_pod, pod_of
from meshc.late import late
from meshc.settings import Settings
from meshc.yamlio import Document, Json

if TYPE_CHECKING:
    from meshc.bootstraps import compiler
    from meshc.injection import api as injection
else:
    compiler = late("meshc.bootstraps.compiler")
    injection = late("meshc.injection.api")


@dataclass(frozen=True)
class Injected:
    """One workload: its document, its injected manifest, its settings, and whether the document was injected already."""

    document: Document
    manifest: Json
    settings: Settings
    came_injected: bool


def injected(files: Sequence[str], options: SettingsOptions) -> tuple[Inputs, list[Injected]]:
    """The inputs, and every pod and workload among the files; the release is that of the proxy's image where none is asked for.

    A workload that its labels or the policy exclude stays as it is.  Raises InputError when there is no pod.
    """
    inputs = gather(files, options)
    project = project_file(options, quiet=True)
    known: dict[str | None, Settings] = {None: inputs.settings}
    told = options.release or (project and "release" in project.settings)
    found: list[Injected] = []
    errors: list[MeshcError] = []
    for document in _workloads(inputs.documents):
        named = None if told else pod_of(document.value).image_release
        if named not in known:
            known[named] = resolve(replace(options, release=named), inputs.documents, mode="webhook", project=project)
        try:
            found.append(_injected(document, known[named]))
        except MeshcError as error:
            errors += error.errors if isinstance(error, ErrorGroup) else [error]
    raise_all(errors)
    if not found:
        hint = "give a Pod, or a workload such as a Deployment"
        raise InputError("no pod among the documents", file=inputs.named[0], hint=hint)
    return inputs, found


def bootstrap_of(one: Injected, facts: dict[str, Json] | None = None) -> Json:
    """The compiled envoy-rev.json as a dict; None where the pod runs no Envoy."""
    if not pod_of(one.manifest).carries_bootstrap:
        return None
    return compiler.bootstrap(one.manifest, one.settings, facts or {}).envoy_document


def _workloads(documents: Sequence[Document]) -> Iterator[Document]:
    for document in documents:
        for one in load.objects(document):
            if find_pod(one.value) is not None:
                yield one


def _injected(document: Document, settings: Settings) -> Injected:
    if pod_of(document.value).carries_bootstrap:
        return Injected(document, document.value, settings, came_injected=True)
    return Injected(
        document, injection.inject(document, settings, mode=settings.mode).manifest, settings, came_injected=False
    )
