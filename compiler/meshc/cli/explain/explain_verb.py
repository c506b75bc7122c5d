"""`meshc explain`: why a workload is injected or not, why a field or a setting has its value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from meshc.cli import output
from meshc.cli.explain import ExplainOptions
from meshc.cli.explain.explained_field import explain_field
from meshc.cli.explain.explanations import FORMATS, Explanation, written
from meshc.cli.inject.outcome_report import workload_name
from meshc.cli.inputs import gather, pod_template_paths, project_file, resolve, warn
from meshc.cli.options import SettingsOptions
from meshc.errors import ErrorGroup, InputError, MeshcError, UsageError, raise_all, require_known
from meshc.injection.api import Result, inject
from meshc.injection.workloads import place_of
from meshc.late import late
from meshc.load import opened
from meshc.settings import Settings
from meshc.yamlio import Document, Json

if TYPE_CHECKING:
    from meshc.cli.explain import explained_setting
else:
    explained_setting = late("meshc.cli.explain.explained_setting")


def explain(options: ExplainOptions, settings_options: SettingsOptions) -> int:
    """Explain and write; returns 0.  Raises MeshcError for a workload, field or setting that does not exist."""
    to = output.destination(options.output)
    require_known("format", options.format, FORMATS, path="--format")
    if options.setting is not None:
        found = [_setting(options, settings_options)]
    else:
        found = _workloads(options, settings_options)
    output.write(written(found, options.format), to)
    return 0


def _setting(options: ExplainOptions, settings_options: SettingsOptions) -> Explanation:
    if options.field is not None:
        raise UsageError("--setting and --field are mutually exclusive", path="--setting", hint="give one of them")
    if options.files:
        settings = gather(options.files, settings_options).settings
    else:
        settings = resolve(settings_options, [], mode="webhook", project=project_file(settings_options))
        warn(settings.warnings)
    return explained_setting.explain_setting(settings, str(options.setting))


def _workloads(options: ExplainOptions, settings_options: SettingsOptions) -> list[Explanation]:
    inputs = gather(options.files, settings_options)
    places = pod_template_paths(options.pod_template_paths)
    chosen = list(_chosen(inputs.documents, options, places))
    if not chosen:
        raise _nothing(inputs.documents, options, inputs.named[0], places)
    found: list[Explanation] = []
    errors: list[MeshcError] = []
    for document in chosen:
        try:
            found.append(_explained(document, inputs.settings, options, places))
        except MeshcError as error:
            errors += error.errors if isinstance(error, ErrorGroup) else [error.at(document.file, document.first_line)]
    raise_all(errors)
    return found


def _explained(document: Document, settings: Settings, options: ExplainOptions, places: dict[str, str]) -> Explanation:
    if options.field is not None:
        return explain_field(document, settings, options.field, places=places)
    return _decision(document, settings, inject(document, settings, mode=settings.mode, pod_template_paths=places))


def _decision(document: Document, settings: Settings, result: Result) -> Explanation:
    decision = result.decision
    own = (document.value.get("metadata") or {}).get("namespace")
    namespace = own or settings.namespace or "default"
    known = any((n.get("metadata") or {}).get("name") == namespace for n in settings.of_kind("Namespace"))
    said = "written in the document" if own else "--namespace" if settings.namespace else "none given: the default"
    return {
        "workload": workload_name(document.value),
        "file": document.file,
        "line": document.first_line,
        "release": str(settings.release),
        "mode": settings.mode,
        "namespace": {"name": namespace, "from": said, "known": known},
        "injected": decision.inject,
        "reason": decision.reason,
        "decided_by": decision.decided_by,
        "steps": [step._asdict() for step in decision.steps],
        "warnings": list(result.warnings),
    }


def _chosen(documents: Sequence[Document], options: ExplainOptions, places: dict[str, str]) -> Iterator[Document]:
    for one in _all(documents, places):
        name = workload_name(one.value)
        if options.workload is None or options.workload.lower() in (name, name.rpartition("/")[2]):
            yield one


def _all(documents: Sequence[Document], places: dict[str, str]) -> Iterator[Document]:
    for document in documents:
        for value in opened(document.value):
            if isinstance(value, dict) and place_of(str(value.get("kind")), "webhook", elsewhere=places):
                yield document if value is document.value else replace(document, value=value)


def _nothing(documents: Sequence[Document], options: ExplainOptions, file: str, places: dict[str, str]) -> MeshcError:
    known: list[Json] = [workload_name(one.value) for one in _all(documents, places)]
    if not known:
        return InputError("no workload among the documents", file=file, hint="give a Pod, or one such as a Deployment")
    hint = f"write one of {', '.join(known)}"
    return UsageError("no such workload", path="--workload", value=options.workload, hint=hint)
