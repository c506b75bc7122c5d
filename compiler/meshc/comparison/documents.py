"""Matches the documents of two sides and compares each pair: objects by kind, namespace and name, files by place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from meshc.comparison.compare import Domain, compare
from meshc.comparison.differences import Difference
from meshc.comparison.noise import Noise, sift
from meshc.yamlio import Json

Key = tuple[str, ...]


@dataclass(frozen=True)
class Side:
    """One document of a side: the value, the file it came from, and that file's place below the compared directory."""

    value: Json
    file: str = ""
    place: str = ""

    @property
    def domain(self) -> Domain:
        """Which keys and noise hold for it."""
        return "bootstrap" if is_bootstrap(self.value) else "manifest"

    @property
    def key(self) -> Key:
        """What it is matched by."""
        if is_object(self.value):
            return ("object", str(self.value["kind"]), *_identity(self.value))
        return ("file", self.place)

    @property
    def subject(self) -> str:
        """What reports call it: `default/deployment.httpbin`, or the directory of a bootstrap file."""
        if is_object(self.value):
            namespace, name = _identity(self.value)
            return f"{namespace or 'default'}/{str(self.value['kind']).lower()}.{name}"
        folder, _, name = self.place.rpartition("/")
        return folder or name or self.file

    @property
    def part(self) -> str:
        """Which artefact of the subject it is: empty for the object itself, else the file's name."""
        return "" if is_object(self.value) else (self.place or self.file).rpartition("/")[2]


@dataclass(frozen=True)
class Compared:
    """One pair of documents: what differs and counts, what is noise; one side is None where it has no partner."""

    old: Side | None
    new: Side | None
    differences: tuple[Difference, ...] = ()
    noise: tuple[Noise, ...] = ()

    @property
    def subject(self) -> str:
        """What reports call the pair."""
        side = self.old or self.new
        return side.subject if side else ""

    @property
    def part(self) -> str:
        """Which artefact of the subject was compared."""
        side = self.old or self.new
        return side.part if side else ""


def is_object(value: Json) -> bool:
    """Whether a value is a Kubernetes object with a name (or a prefix of one)."""
    if not isinstance(value, dict) or not isinstance(value.get("kind"), str):
        return False
    metadata = value.get("metadata")
    return isinstance(metadata, dict) and any(_identity(value))


def is_bootstrap(value: Json) -> bool:
    """Whether a value is an Envoy or gRPC bootstrap."""
    return (
        isinstance(value, dict) and "node" in value and bool({"static_resources", "admin", "xds_servers"} & set(value))
    )


def compare_all(old: Sequence[Side], new: Sequence[Side]) -> list[Compared]:
    """Every pair and every document without partner, in the order of the old side, additions last."""
    return [_compared(a, b) for a, b in paired(old, new)]


def compared(old: Side, new: Side) -> Compared:
    """Compare two documents that belong together."""
    differences, noise = sift(compare(old.value, new.value, domain=new.domain), domain=new.domain)
    return Compared(old, new, tuple(differences), tuple(noise))


def paired(old: Sequence[Side], new: Sequence[Side]) -> list[tuple[Side | None, Side | None]]:
    """The documents that belong together; None where one has no partner."""
    later = _numbered(new)
    pairs: list[tuple[Side | None, Side | None]] = []
    for key, side in _numbered(old).items():
        pairs.append((side, later.pop(key, None)))
    # Only documents without a partner by name may be taken for renamed ones.
    alone = [a for a, b in pairs if a and b is None]
    found = _renamed(alone, list(later.values()))
    pairs = [(a, b or (found.get(id(a)) if a else None)) for a, b in pairs]
    taken = {id(b) for b in found.values()}
    return [*pairs, *((None, b) for b in later.values() if id(b) not in taken)]


def _compared(old: Side | None, new: Side | None) -> Compared:
    if old and new:
        return compared(old, new)
    side = old or new
    assert side is not None
    kept = Difference((), "removed" if old else "added", old.value if old else None, new.value if new else None)
    return Compared(old, new, (kept,))


def _numbered(sides: Iterable[Side]) -> dict[tuple[Key, int], Side]:
    """By key; documents that share one are numbered."""
    seen: dict[Key, int] = {}
    found = {}
    for side in sides:
        nth = seen.get(side.key, 0)
        seen[side.key] = nth + 1
        found[(side.key, nth)] = side
    return found


def _renamed(old: Sequence[Side], new: Sequence[Side]) -> dict[int, Side]:
    """Partners for documents left over: the only one of its sort on each side is the same, renamed."""
    found = {}
    for side in old:
        mine = [s for s in old if _sort(s) == _sort(side)]
        theirs = [s for s in new if _sort(s) == _sort(side)]
        if len(mine) == len(theirs) == 1:
            found[id(side)] = theirs[0]
    return found


def _sort(side: Side) -> Key:
    if is_object(side.value):
        return ("object", side.value["kind"])
    return ("bootstrap", str("xds_servers" in side.value)) if is_bootstrap(side.value) else ("file",)


def _identity(value: Json) -> tuple[str, str]:
    metadata = value.get("metadata") or {}
    name = metadata.get("name") or str(metadata.get("generateName") or "").rstrip("-")
    return str(metadata.get("namespace") or ""), str(name or "")
