"""Finds and reads a conformance folder: tables, rows and the files they name."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import orjson

CHECKOUT = Path(__file__).resolve().parents[2]
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
    """One conformance folder."""

    folder: Path
    _cache: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def tables(self) -> tuple[str, ...]:
        """Tables that are there."""
        return tuple(t for t, f in FILES.items() if (self.folder / f).is_file())

    def rows(self, table: str) -> Iterator[Row]:
        """All rows of a table, none when the folder lacks it."""
        file = self.folder / FILES[table]
        if not file.is_file():
            return
        doc = _json(file)
        header = {k: v for k, v in doc.items() if k != "cases"}
        for fields in doc["cases"]:
            yield Row(table, fields, header, self.folder)


def find(folder: str | os.PathLike[str] | None = None) -> Data | None:
    """The folder given, else `MESHC_CONFORMANCE`, else the one beside the checkout; None when there is none."""
    named = folder or os.environ.get("MESHC_CONFORMANCE")
    path = Path(named) if named else CHECKOUT.parent / "shared" / "conformance"
    return Data(path.resolve()) if path.is_dir() else None


@lru_cache(maxsize=512)
def _json(path: Path) -> Any:
    return orjson.loads(path.read_bytes())
