"""`meshc inject`: a whole stream in, the same stream with injected workloads out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from meshc import load
from meshc.cli import output
from meshc.cli.inject import InjectOptions
from meshc.cli.inject.outcome_report import REPORTS, report
from meshc.cli.inject.stream_formats import FORMATS, written
from meshc.cli.inputs import pod_template_paths, project_file, read_stdin, resolve, warn
from meshc.cli.options import SettingsOptions
from meshc.errors import ErrorGroup, InputError, MeshcError, UsageError, raise_all, require_known
from meshc.injection.api import Stream, inject_stream
from meshc.kubernetes import typed
from meshc.late import late
from meshc.rendering.units import require_containers
from meshc.settings import Settings
from meshc.yamlio import Document, File

if TYPE_CHECKING:
    from meshc.cli.inject import in_place, krm_function
else:
    krm_function = late("meshc.cli.inject.krm_function")
    in_place = late("meshc.cli.inject.in_place")


@dataclass(frozen=True)
class Injection:
    """One input and what injecting it gave."""

    file: File
    stream: Stream


def inject(options: InjectOptions, settings_options: SettingsOptions) -> int:
    """Inject and write; returns 0, skipped pods included. Raises MeshcError with nothing written."""
    to = output.destination(options.output)
    _check(options)
    project = project_file(settings_options)
    named = options.files or (project.workloads if project else ())
    if not named:
        raise UsageError("no files named", hint="name files or directories, or - for standard input")
    files = load.files(named, stdin=read_stdin)
    if (lists := _krm_lists(files)) and options.format == "yaml" and not options.in_place:
        output.write(krm_function.transform(lists, options, settings_options, project), to)
        return 0
    context = [document for file in files for document in file.documents]
    settings = resolve(settings_options, context, mode="kube-inject", project=project)
    places = pod_template_paths(options.pod_template_paths)
    injections = _injected(files, settings, places)
    if options.in_place:
        in_place.rewrite(injections, places)
    else:
        output.write(written(injections, options.format), to)
    warn(settings.warnings)
    _tell(injections, options.report)
    return 0


def _check(options: InjectOptions) -> None:
    require_known("format", options.format, FORMATS, path="--format")
    if options.report is not None:
        require_known("format", options.report, REPORTS, path="--report")
    if options.in_place and (options.output or options.format != "yaml" or "-" in options.files):
        hint = "leave out -o and --format, and name files"
        raise UsageError("--in-place edits the files themselves", path="--in-place", hint=hint)


def _krm_lists(files: Sequence[File]) -> list[Document]:
    """The ResourceList that a KRM function is given; empty where the input is anything else."""
    found = files[0].documents if len(files) == 1 and not files[0].errors else []
    return found if [typed.kind_name(d.value) for d in found] == ["ResourceList"] else []


def _injected(files: Sequence[File], settings: Settings, places: dict[str, str]) -> list[Injection]:
    found: list[Injection] = []
    errors: list[MeshcError] = []
    for file in files:
        try:
            stream = inject_stream(file, settings, mode=settings.mode, pod_template_paths=places)
            _require_containers(file, stream, places)
            found.append(Injection(file, stream))
        except MeshcError as error:
            errors += error.errors if isinstance(error, ErrorGroup) else [error.at(file.name)]
    raise_all(errors)
    return found


def _require_containers(file: File, stream: Stream, places: dict[str, str]) -> None:
    """Refuse workloads without containers, which Istio would inject: the pod would hold the proxy alone."""
    for result in stream.results:
        try:
            require_containers(Document(result.edited.base), places)
        except InputError:
            break
    else:
        return
    for document in file.documents:
        for value in load.opened(document.value):
            require_containers(replace(document, value=value), places)


def _tell(injections: Sequence[Injection], format: str | None) -> None:
    """As istioctl does: an empty line and each warning on stderr; then the report that was asked for."""
    warnings = [w for injection in injections for w in injection.stream.warnings]
    if warnings:
        print("", *warnings, sep="\n", file=sys.stderr)
    if format:
        sys.stderr.write(report([r for i in injections for r in i.stream.results], format))
