"""Compiles workloads under any release, real or imagined, and compares what comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from meshc.comparison.compare import compare
from meshc.comparison.differences import Difference
from meshc.comparison.documents import Side, paired
from meshc.errors import InjectionError
from meshc.rendering.compiling import compile_parts
from meshc.rendering.units import Unit
from meshc.settings import Settings
from meshc.trees import Object
from meshc.yamlio import Json

Place = tuple[str, str]
"""Where a difference is: subject (`default/deployment.httpbin`) and part (a file's name, empty for the object)."""


@dataclass(frozen=True)
class Found:
    """One difference and its place."""

    subject: str
    part: str
    difference: Difference

    @property
    def place(self) -> Place:
        """Subject and part."""
        return (self.subject, self.part)


@dataclass(frozen=True)
class Workload:
    """One workload as every release sees it; `remake` gives its unit where the release's charts or controllers make it."""

    folder: str
    unit: Unit
    remake: Callable[[Settings], Sequence[Unit]] | None = None

    def under(self, settings: Settings) -> Unit | None:
        """The unit to compile under these settings; None where the release has no such workload."""
        if self.remake is None:
            return self.unit
        return next((u for u in self.remake(settings) if u.folder == self.folder), None)


@dataclass(frozen=True)
class Compiled:
    """What one workload comes to: its objects, and its bootstraps split into node and rest; or why it is refused."""

    objects: tuple[Side, ...] = ()
    nodes: Mapping[str, Json] = field(default_factory=dict)
    rests: Mapping[str, bytes] = field(default_factory=dict)
    refusal: InjectionError | None = None


def compiled(unit: Unit | None, settings: Settings, places: Mapping[str, str]) -> Compiled:
    """Compile one unit; a refused injection is a result too.  Raises MeshcError for everything else that is wrong."""
    if unit is None:
        return Compiled()
    try:
        parts = compile_parts(unit, settings, places=places)
    except InjectionError as refusal:
        return Compiled(refusal=refusal)
    objects = tuple(Side(value) for value in (_named(parts.manifest, unit), *unit.resources))
    nodes: Object = {}
    rests: dict[str, bytes] = {}
    for name, bootstrap in parts.documents.items():
        nodes[name] = bootstrap.get("node")
        # As bytes, because workloads share everything but the node: equal rests are compared once, found by their bytes.
        rests[name] = orjson.dumps({key: value for key, value in bootstrap.items() if key != "node"})
    return Compiled(objects, nodes, rests)


class Comparer:
    """Compares compiled workloads; what they share besides their nodes is compared once."""

    def __init__(self) -> None:
        self._rests: dict[tuple[bytes | None, bytes | None], list[Difference]] = {}

    def differences(self, folder: str, old: Compiled, new: Compiled) -> list[Found]:
        """Everything that differs, objects first; only the refusal where injection succeeds on one side alone."""
        if old.refusal or new.refusal:
            before, after = _outcome(old), _outcome(new)
            return [Found(folder, "", Difference(("injection",), "changed", before, after))] if before != after else []
        found = [f for a, b in paired(old.objects, new.objects) for f in _between(a, b)]
        for name in {**old.rests, **new.rests}:
            if name not in old.rests or name not in new.rests:
                found.append(Found(folder, name, _whole(name, old, new)))
                continue
            node = compare(old.nodes[name], new.nodes[name], domain="bootstrap", path=("node",))
            found += (Found(folder, name, d) for d in (*node, *self._rest(old.rests[name], new.rests[name])))
        return found

    def _rest(self, old: bytes, new: bytes) -> list[Difference]:
        key = (old, new)
        if key not in self._rests:
            same = old == new
            self._rests[key] = [] if same else compare(orjson.loads(old), orjson.loads(new), domain="bootstrap")
        return self._rests[key]


def _outcome(side: Compiled) -> str:
    if side.refusal is None:
        return "succeeds"
    stage, _, reason = side.refusal.message.partition(": ")
    reason = reason if stage.startswith("failed to ") else side.refusal.message
    return f"fails: {reason}; {side.refusal.hint}" if side.refusal.hint else f"fails: {reason}"


def _between(old: Side | None, new: Side | None) -> list[Found]:
    if old and new:
        return [Found(old.subject, "", d) for d in compare(old.value, new.value)]
    if old:
        return [Found(old.subject, "", Difference((), "removed", old.value))]
    return [Found(new.subject, "", Difference((), "added", None, new.value))] if new else []


def _whole(name: str, old: Compiled, new: Compiled) -> Difference:
    if name in old.rests:
        return Difference((), "removed", {"node": old.nodes[name], **orjson.loads(old.rests[name])})
    return Difference((), "added", None, {"node": new.nodes[name], **orjson.loads(new.rests[name])})


def _named(manifest: Json, unit: Unit) -> Json:
    """The manifest with its namespace, so that its subject is the unit's directory."""
    metadata = manifest.get("metadata") or {}
    return (
        manifest if metadata.get("namespace") else {**manifest, "metadata": {**metadata, "namespace": unit.namespace}}
    )
