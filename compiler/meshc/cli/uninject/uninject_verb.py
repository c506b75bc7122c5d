"""`meshc uninject`: injected workloads in, the workloads as they were out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from meshc import load, yamlio
from meshc.cli import output
from meshc.cli.inject.outcome_report import workload_name
from meshc.cli.inputs import pod_template_paths, project_file, read_stdin, resolve, warn
from meshc.cli.options import SettingsOptions
from meshc.cli.uninject import UninjectOptions
from meshc.errors import ErrorGroup, MeshcError, UsageError, format_path, raise_all
from meshc.injection.patch import Operation
from meshc.injection.uninject.uninjection import Uninjected, injected_place, release_of, uninject
from meshc.injection.workloads import LIST
from meshc.kubernetes import typed
from meshc.late import late
from meshc.settings import Settings
from meshc.yamlio import Document, File, Json

if TYPE_CHECKING:
    from meshc.cli.inject import in_place
else:
    in_place = late("meshc.cli.inject.in_place")


@dataclass
class _Run:
    """One run: the settings for each workload, and the workloads uninjected so far."""

    settings_of: Callable[[Json], Settings]
    places: dict[str, str]
    guess: bool
    done: list[tuple[Document, Uninjected]] = field(default_factory=list)

    def one(self, document: Document) -> Uninjected | None:
        """The workload without injection; None for a document that is not injected."""
        if injected_place(document.value, "kube-inject", self.places) is None:
            return None
        settings = self.settings_of(document.value)
        found = uninject(document, settings, mode=settings.mode, pod_template_paths=self.places, guess=self.guess)
        self.done.append((document, found))
        return found

    def patch(self, document: Document) -> list[Operation] | None:
        """The same as operations on the document in its file."""
        found = self.one(document)
        return found.patch if found else None

    def text(self, document: Document) -> str:
        """The document without injection as Istio writes it; not injected ones as they are."""
        if document.value is not None and typed.kind_name(document.value) == LIST:
            return self.list_text(document)
        found = self.one(document)
        return yamlio.dump(found.manifest) if found else document.text

    def list_text(self, document: Document) -> str:
        items = document.value.get("items") or []
        new = [self.one(replace(document, value=item)) if isinstance(item, dict) else None for item in items]
        if not any(new):
            return document.text
        kept = [found.manifest if found else item for item, found in zip(items, new, strict=True)]
        return yamlio.dump({**document.value, "items": kept})


def uninject_files(options: UninjectOptions, settings_options: SettingsOptions) -> int:
    """Remove injection and write; returns 0.  Raises MeshcError with nothing written."""
    to = output.destination(options.output)
    if options.in_place and (options.output or "-" in options.files):
        hint = "leave out -o, and name files"
        raise UsageError("--in-place edits the files themselves", path="--in-place", hint=hint)
    project = project_file(settings_options)
    named = options.files or (project.workloads if project else ())
    if not named:
        raise UsageError("no files named", hint="name files or directories, or - for standard input")
    files = load.files(named, stdin=read_stdin)
    places = pod_template_paths(options.pod_template_paths)
    this = _Run(_settings(files, settings_options), places, options.guess)
    if options.in_place:
        in_place.replace((file, this.patch) for file in files)
    else:
        output.write(_written(files, this), to)
    _tell(this)
    return 0


def _settings(files: Sequence[File], options: SettingsOptions) -> Callable[[Json], Settings]:
    """The settings of a workload: of the release asked for, else of the one its proxy's image names."""
    project = project_file(options, quiet=True)
    asked = options.release is not None or bool(project and "release" in project.settings)
    known: dict[str, Settings] = {}
    context = [document for file in files for document in file.documents]

    def of(workload: Json) -> Settings:
        name = "" if asked else str(release_of(workload))
        if name not in known:
            chosen = options if asked else replace(options, release=name)
            known[name] = resolve(chosen, context, mode="kube-inject", project=project)
            warn(known[name].warnings)
        return known[name]

    return of


def _written(files: Sequence[File], this: _Run) -> str:
    written: list[str] = []
    errors: list[MeshcError] = []
    for file in files:
        for part in file.parts:
            if isinstance(part, MeshcError):
                errors.append(part)
                continue
            try:
                written.append(f"{this.text(part)}---\n")
            except MeshcError as error:
                errors += error.errors if isinstance(error, ErrorGroup) else [error.at(file.name, part.first_line)]
    raise_all(errors)
    return "".join(written)


def _tell(this: _Run) -> None:
    """Report values that were restored by convention or guessed, or that nothing was injected."""
    if not this.done:
        print("nothing removed: no workload has an injection status", file=sys.stderr)
    for document, found in this.done:
        where = f"{document.file}: {workload_name(found.manifest)}"
        for word, doubts in (("guessed", found.uncertain), ("note", found.assumed)):
            for doubt in doubts:
                print(f"{word}: {where}: {format_path(doubt.path)}: {doubt.reason}", file=sys.stderr)
