"""The golden corpus, rendered as it stands and with one change of the catalogue undone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any
from unittest import mock

from meshc import catalog, load
from meshc.catalog import Release, Version
from meshc.cli import golden_cases as golden
from meshc.cli.inputs import Inputs
from meshc.cli.workload_units import units_of
from meshc.errors import MeshcError
from meshc.rendering.compiling import compile_unit
from meshc.rendering.units import Unit
from meshc.settings import Settings
from tests.undo.changes import Change

ROOT = Path(__file__).resolve().parents[2] / "golden"
_NUMBERS = count()
# In a release that never was anything may break; a case that cannot be rendered has noticed the change.
BREAKS = (MeshcError, KeyError, TypeError, AttributeError, ValueError, LookupError, AssertionError)


@dataclass(frozen=True)
class Rendering:
    """A case's files by unit, and the names its settings, its plan and each unit asked the catalogue for."""

    settings: Settings
    units: Sequence[Unit]
    files: Sequence[Mapping[str, bytes]]
    asked_first: frozenset[str]
    asked: Sequence[frozenset[str]]


class Case:
    """One golden case, rendered once with the names it asks for recorded."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = folder.relative_to(ROOT).as_posix()

    @cached_property
    def project(self) -> load.Project:
        """The case's `meshc.yaml`."""
        found = load.project(self.folder / golden.PROJECT)
        assert found is not None
        return found

    @cached_property
    def release(self) -> Release:
        """The case's release."""
        return catalog.release(self.project.settings["release"])

    @cached_property
    def now(self) -> Rendering:
        """The case as it stands."""
        return self.render({})

    def render(self, answers: Mapping[str, Version]) -> Rendering:
        """The case in a release that answers some names as another version."""
        # A release that nobody asked before: what is kept for a release equal to it would be answered without asking.
        fresh = {f"undo.{next(_NUMBERS)}": self.release.version}
        with asked() as first:
            inputs = self._inputs(self.release.imagined({**fresh, **answers}))
            units = sorted(units_of(inputs), key=lambda u: u.folder)
        files, names = [], []
        for unit in units:
            with asked() as seen:
                files.append(_files(unit, inputs.settings))
            names.append(frozenset(seen))
        return Rendering(inputs.settings, units, files, frozenset(first), names)

    def notices(self, change: Change) -> bool:
        """Whether the case renders otherwise with the change undone."""
        instead = change.instead(self.release)
        now = self.now
        if instead is None or change.name not in now.asked_first.union(*now.asked):
            return False
        answers = {change.name: instead}
        try:
            if change.name in now.asked_first:
                other = self.render(answers)
                return [u.folder for u in other.units] != [u.folder for u in now.units] or other.files != now.files
            settings = replace(now.settings, release=self.release.imagined(answers))
            asking_first = sorted(range(len(now.units)), key=lambda i: change.name not in now.asked[i])
            return any(_files(now.units[i], settings) != now.files[i] for i in asking_first)
        except BREAKS:
            return True

    def _inputs(self, release: Release) -> Inputs:
        documents = tuple(load.documents(self.project.workloads)) if self.project.workloads else ()
        keywords: dict[str, Any] = {"mode": "webhook", **self.project.settings, "release": release}
        settings = Settings.load(**keywords, resources=load.context(documents))
        return Inputs(self.project.workloads, documents, settings)


def cases() -> list[Case]:
    """Every case of the corpus."""
    return [Case(folder) for folder in golden.cases([str(ROOT)])]


@contextmanager
def asked() -> Iterator[set[str]]:
    """Collects the names of switches and facts that are asked for."""
    names: set[str] = set()
    has, fact = Release.has, Release.fact

    def recording_has(self: Release, switch: str) -> bool:
        names.add(switch)
        return has(self, switch)

    def recording_fact(self: Release, name: str) -> Any:
        names.add(name)
        return fact(self, name)

    with mock.patch.object(Release, "has", recording_has), mock.patch.object(Release, "fact", recording_fact):
        yield names


def _files(unit: Unit, settings: Settings) -> Mapping[str, bytes]:
    compiled = compile_unit(unit, settings)
    return {"": f"{compiled.decision} {compiled.reason}".encode(), **compiled.files}
