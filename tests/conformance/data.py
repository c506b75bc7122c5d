"""Finds and reads conformance directories: tables, rows and the files they name."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import orjson

CHECKOUT = Path(__file__).resolve().parents[2]
BESIDE = ("conformance", "conformance-1.31")
"""Directories looked for in `../shared` of the checkout."""
ABSENT = "no conformance data: set MESHC_CONFORMANCE or put it at ../shared/conformance"

# table → its file below the folder
FILES = {
    "inject": "inject/cases.json",
    "inject_random": "inject-random/cases.json",
    "webhook": "webhook/cases.json",
    "config": "config/tables.json",
    "config_defaults": "config/defaults.json",
    "profiles": "profiles/cases.json",
    "charts": "charts/cases.json",
    "gateway_deployment": "gateway-deployment/cases.json",
    "injected_gateways": "injected-gateways/cases.json",
    "bootstrap": "bootstrap/cases.json",
    "grpc_bootstrap": "grpc-bootstrap/cases.json",
    "iptables": "iptables/cases.json",
    "iptables_tables": "iptables/tables.json",
    "go_templates": "go-templates/cases.json",
    "inject_go": "inject-go/cases.json",
}


@dataclass(frozen=True)
class Row:
    """One row: its fields (`row["input"]`), the header of its file and the folder it came from."""

    table: str
    fields: Mapping[str, Any]
    header: Mapping[str, Any]
    folder: Path

    def __getitem__(self, key: str) -> Any:
        return self.fields[key]

    def get(self, key: str, default: Any = None) -> Any:
        """A field that may be absent."""
        return self.fields.get(key, default)

    @property
    def id(self) -> str:
        """The row's id, unique within its file."""
        return str(self.fields["id"])

    @property
    def left_out(self) -> str | None:
        """Why this row may not run: only rows that need Go template text are left out."""
        return "custom-go-template" if "custom-go-template" in (self.get("requires") or []) else None

    def text(self, name: str) -> str:
        """A file the row names, as text with its line ends kept."""
        return (self.folder / name).read_bytes().decode("utf-8")

    def json(self, name: str) -> Any:
        """A JSON file the row names (read once a run: do not change it)."""
        return _json(self.folder / name)


@dataclass(frozen=True)
class Data:
    """Conformance directories, read as if they were one."""

    folders: tuple[Path, ...]
    _cache: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def tables(self) -> tuple[str, ...]:
        """Tables that are there."""
        return tuple(t for t, f in FILES.items() if any((folder / f).is_file() for folder in self.folders))

    def rows(self, table: str) -> Iterator[Row]:
        """All rows of a table, none when no directory has it."""
        for folder in self.folders:
            file = folder / FILES[table]
            doc = _json(file) if file.is_file() else {"cases": []}
            header = {k: v for k, v in doc.items() if k != "cases"}
            for fields in doc["cases"]:
                yield Row(table, fields, header, folder)


def find(folder: str | os.PathLike[str] | None = None) -> Data | None:
    """The directories given (several separated by `:`), else `MESHC_CONFORMANCE`, else those beside the checkout.

    None when one that is named is missing, or when there is none beside the checkout.
    """
    named = os.fspath(folder) if folder else os.environ.get("MESHC_CONFORMANCE")
    if named:
        paths = [Path(path) for path in named.split(os.pathsep)]
        return Data(tuple(path.resolve() for path in paths)) if all(path.is_dir() for path in paths) else None
    beside = tuple(path.resolve() for name in BESIDE if (path := CHECKOUT.parent / "shared" / name).is_dir())
    return Data(beside) if beside else None


@lru_cache(maxsize=512)
def _json(path: Path) -> Any:
    return orjson.loads(path.read_bytes())
