"""The tree of files a rendering is: paths, index.json, shards."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import orjson

from meshc import __version__
from meshc.errors import InputError, UsageError
from meshc.settings import Settings

INDEX = "index.json"
LONGEST = 253
"""Bytes of the longest name that Kubernetes takes."""


@dataclass(frozen=True)
class Rendered:
    """What one workload compiled to: its directory below the root, why it was (not) injected, its files."""

    folder: str
    decision: str
    reason: str
    # Where it came from differs between checkouts that render the same.
    source: str = field(compare=False)
    files: dict[str, bytes]

    @property
    def manifest(self) -> bytes:
        """The injected workload as YAML."""
        return self.files["manifest.yaml"]


def folder_of(namespace: str, kind: str, name: str) -> str:
    """`<namespace>/<kind>.<name>`, kind in lower case; raises InputError for a name that is no file name."""
    parts = {("metadata", "namespace"): namespace, ("kind",): kind, ("metadata", "name"): name}
    for path, part in parts.items():
        if not part or part.startswith(".") or "/" in part or "\0" in part or len(part.encode()) > LONGEST:
            raise InputError("not a Kubernetes name", path=path, value=part, hint="write a DNS-1123 name")
    return f"{namespace}/{kind.lower()}.{name}"


def tree(rendered: Sequence[Rendered], settings: Settings) -> dict[str, bytes]:
    """All files of a rendering by relative path, `index.json` first."""
    files: dict[str, bytes] = {}
    for one in rendered:
        for name, data in one.files.items():
            files[f"{one.folder}/{name}"] = data
    return {INDEX: _index(rendered, settings), **files}


def digest(settings: Settings) -> str:
    """Hex digest of everything the settings resolve to."""
    facts = {
        "release": str(settings.release),
        "mode": settings.mode,
        "values": settings.values.document,
        "mesh": settings.mesh.document,
        "features": dict(settings.features),
        "revision": settings.revision,
        "kube_version": settings.kube_version,
        "network": settings.network,
        "cluster": settings.cluster,
        "resources": list(settings.resources),
    }
    return hashlib.sha256(orjson.dumps(facts, option=orjson.OPT_SORT_KEYS, default=str)).hexdigest()


def shard_of(folders: Sequence[str], shard: str | None) -> set[str]:
    """The directories that fall into part `i/n`: every n-th of the sorted ones.  Raises UsageError for a bad `i/n`."""
    if shard is None:
        return set(folders)
    number, slash, parts = shard.partition("/")
    if not (slash and number.isdigit() and parts.isdigit() and 1 <= int(number) <= int(parts)):
        raise UsageError("not a shard", path="--shard", value=shard, hint="write I/N with 1 ≤ I ≤ N, e.g. 2/5")
    return set(sorted(folders)[int(number) - 1 :: int(parts)])


def refuse_doubles(placed: Iterable[tuple[str, str]]) -> None:
    """Raise InputError when two documents (folder, source) would be written to one directory."""
    seen: dict[str, str] = {}
    for folder, source in placed:
        if folder in seen:
            raise InputError(
                f"two documents are {folder}: {seen[folder]} and {source}",
                hint="give one of them another name or namespace, or leave it out",
            )
        seen[folder] = source


def _index(rendered: Sequence[Rendered], settings: Settings) -> bytes:
    index = {
        "meshc": __version__,
        "release": str(settings.release),
        "profile": settings.profile,
        "revision": settings.revision or "default",
        "settings": digest(settings),
        "workloads": [_entry(one) for one in rendered],
    }
    return orjson.dumps(index, option=orjson.OPT_INDENT_2) + b"\n"


def _entry(one: Rendered) -> dict[str, object]:
    return {
        "workload": one.folder,
        "decision": one.decision,
        "reason": one.reason,
        "files": {f"{one.folder}/{name}": hashlib.sha256(data).hexdigest() for name, data in one.files.items()},
    }
