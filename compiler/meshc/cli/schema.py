"""`meshc schema`: JSON Schemas generated from the models."""

from __future__ import annotations

import orjson

from meshc.cli.output import destination, write
from meshc.load.schema import project_schema
from meshc.models import schemas

schemas.register("meshc.yaml", project_schema)


def schema(name: str | None, *, output: str | None = None) -> int:
    """Print one schema, or the names of all; raises UsageError for an unknown name."""
    to = destination(output)
    if name is None:
        write("".join(f"{known}\n" for known in schemas.names()), to)
    else:
        write(orjson.dumps(schemas.json_schema(name), option=orjson.OPT_INDENT_2) + b"\n", to)
    return 0
