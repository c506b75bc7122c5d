"""`meshc schema`: JSON Schemas generated from the models."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from meshc.cli.options import Debug, Output
from meshc.cli.output import destination, write
from meshc.cli.verbs import Verb
from meshc.late import late

if TYPE_CHECKING:
    from meshc.load import schema as project
    from meshc.models import schemas
else:
    project, schemas = late("meshc.load.schema"), late("meshc.models.schemas")


@dataclass(frozen=True, kw_only=True)
class SchemaOptions:
    """What `meshc schema` is asked for."""

    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="Which schema; without a name all are listed.")
    ] = None
    output: Output = None
    debug: Debug = False


def schema(options: SchemaOptions) -> int:
    """Print one schema, or the names of all; raises UsageError for an unknown name."""
    to = destination(options.output)
    schemas.register("meshc.yaml", project.project_schema)
    if options.name is None:
        write("".join(f"{known}\n" for known in schemas.names()), to)
    else:
        write(orjson.dumps(schemas.json_schema(options.name), option=orjson.OPT_INDENT_2) + b"\n", to)
    return 0


VERB = Verb(
    SchemaOptions, schema, "Print a JSON Schema for editors: MeshConfig, ProxyConfig, Values, …", settings=False
)
