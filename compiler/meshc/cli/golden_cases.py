"""Golden cases: a directory with `meshc.yaml`, its inputs, and `expected/`, a tree as `meshc render` writes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from meshc import load, yamlio
from meshc.cli import output
from meshc.cli.inputs import Inputs
from meshc.cli.parallel import Compiling, compile_all
from meshc.cli.workload_units import units_of
from meshc.comparison.compare import compare
from meshc.comparison.differences import Difference
from meshc.errors import MeshcError, UsageError, raise_all
from meshc.load import Project
from meshc.rendering import tree
from meshc.rendering.compiling import compile_unit
from meshc.settings import Settings
from meshc.yamlio import Json

PROJECT = "meshc.yaml"
EXPECTED = "expected"


@dataclass(frozen=True)
class FileChange:
    """One file of a case that is not as rendered: `differences` by meaning, empty where only the formatting differs."""

    case: Path
    name: str
    kind: str
    differences: tuple[Difference, ...] = ()
    old: Json = None
    new: Json = None

    @property
    def file(self) -> str:
        """The file below the case's `expected/`."""
        return str(self.case / EXPECTED / self.name)


def cases(directories: Iterable[str]) -> list[Path]:
    """Every case below the directories, sorted; raises UsageError for a path that is no directory or a directory without cases."""
    found: list[Path] = []
    for name in directories:
        directory = Path(name)
        if not directory.is_dir():
            raise UsageError("no such directory of golden cases", file=name, hint="name a directory with --golden DIR")
        inside = sorted(p.parent for p in directory.rglob(PROJECT) if EXPECTED not in p.relative_to(directory).parts)
        if not inside:
            hint = "a case is a directory with meshc.yaml, its inputs and expected/; make one, then --update"
            raise UsageError("no golden case in this directory", file=name, hint=hint)
        found += inside
    return list(dict.fromkeys(found))


def render_case(case: Path, *, jobs: int = 1) -> dict[str, bytes]:
    """The tree a case renders to now: relative path → content."""
    project = load.project(case / PROJECT)
    assert project is not None  # the file is named, so it is read or refused
    inputs = _inputs(project)
    units = units_of(inputs)
    tree.refuse_doubles((u.folder, u.source) for u in units)
    ordered = sorted(units, key=lambda u: u.folder)
    return tree.tree(compile_all(ordered, Compiling(inputs.settings, {}, {}), compile_unit, jobs=jobs), inputs.settings)


def changes(case: Path, rendered: Mapping[str, bytes]) -> list[FileChange]:
    """Files of `expected/` that differ from what is rendered; `index.json` is listed only where no other file differs."""
    directory = case / EXPECTED
    present = (
        {str(p.relative_to(directory)): p.read_bytes() for p in directory.rglob("*") if p.is_file()}
        if directory.is_dir()
        else {}
    )
    found = []
    for name in sorted({*present, *rendered}):
        old, new = present.get(name), rendered.get(name)
        if old == new or (name == tree.INDEX and _same_index(old, new)):
            continue
        kind = "added" if old is None else "removed" if new is None else "changed"
        found.append(_change(case, name, kind, old, new))
    others = [change for change in found if change.name != tree.INDEX]
    return others or found


def update(case: Path, rendered: Mapping[str, bytes]) -> None:
    """Replace the case's `expected/` with what is rendered now."""
    output.replace_directory(case / EXPECTED, rendered)


def sharded(names: Sequence[str], shard: str | None) -> list[str]:
    """The cases that fall into part `i/n`; raises UsageError for a bad `i/n`."""
    wanted = tree.shard_of(list(names), shard)
    return [name for name in names if name in wanted]


def stale(directories: Sequence[str], *, jobs: int = 1) -> list[tuple[Path, dict[str, bytes], list[FileChange]]]:
    """Every case that is not current, with what it renders to and what changed; raises an ErrorGroup of all errors."""
    found, errors = [], []
    for case in cases(directories):
        try:
            rendered = render_case(case, jobs=jobs)
        except MeshcError as error:
            errors.append(error.at(str(case / PROJECT)))
            continue
        if changed := changes(case, rendered):
            found.append((case, rendered, changed))
    raise_all(errors)
    return found


def _inputs(project: Project) -> Inputs:
    documents = tuple(load.documents(project.workloads)) if project.workloads else ()
    settings = Settings.load(**{"mode": "webhook", **project.settings}, resources=load.context(documents))
    return Inputs(project.workloads, documents, settings)


def _same_index(old: bytes | None, new: bytes | None) -> bool:
    """Whether two indices differ in nothing but the version of meshc that wrote them."""
    before, after = _index(old), _index(new)
    return before is not None and before == after


def _index(data: bytes | None) -> Json:
    try:
        index = orjson.loads(data or b"")
    except ValueError:
        return None
    return {**index, "meshc": ""} if isinstance(index, dict) else None


def _change(case: Path, name: str, kind: str, old: bytes | None, new: bytes | None) -> FileChange:
    if old is None or new is None:
        present = _parsed(name, old or new or b"")
        return FileChange(case, name, kind, (), present if new is None else None, present if old is None else None)
    return FileChange(case, name, kind, _differences(name, old, new))


def _differences(name: str, old: bytes, new: bytes) -> tuple[Difference, ...]:
    domain = "bootstrap" if name.endswith(".json") else "manifest"
    before, after = _parsed(name, old), _parsed(name, new)
    return tuple(compare(before, after, domain=domain))  # type: ignore[arg-type]


def _parsed(name: str, data: bytes) -> Json:
    try:
        if name.endswith(".json"):
            return orjson.loads(data)
        documents = [d.value for d in yamlio.load_all(data, file=name)]
    except (MeshcError, ValueError):
        return data.decode("utf-8", "replace")
    return documents[0] if len(documents) == 1 else documents
