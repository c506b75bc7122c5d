"""Writes what is generated from the typed models: `python -m tests.models.generate`."""

from __future__ import annotations

from pathlib import Path

import orjson

from meshc import resources
from meshc.models import descriptors, schemas


def files() -> dict[Path, bytes]:
    """Every generated file below `schemas/` with the content it must have."""
    found = {resources.path("schemas", "mesh", "messages.json"): _lines(descriptors.table())}
    for name in schemas.generated():
        found[resources.path("schemas", "json", f"{name}.json")] = _indented(schemas.json_schema(name))
    return found


def _lines(table: dict[str, dict[str, object]]) -> bytes:
    """One line a field, so that a change reads well."""
    messages = []
    for message, fields in table.items():
        lines = ",\n".join(f'    "{name}": {orjson.dumps(field).decode()}' for name, field in fields.items())
        messages.append(f'  "{message}": {{\n{lines}\n  }}' if lines else f'  "{message}": {{}}')
    return ("{\n" + ",\n".join(messages) + "\n}\n").encode()


def _indented(schema: object) -> bytes:
    return orjson.dumps(schema, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


if __name__ == "__main__":
    for path, content in files().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
