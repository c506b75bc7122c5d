"""A comparison as one self-contained page that can be filtered: nothing is loaded, light and dark."""

from __future__ import annotations

import orjson

from meshc import resources
from meshc.reports.changes import Report
from meshc.reports.changes_json import tree

# Inside a script element only these can end it or hide its end.
_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def write(report: Report) -> str:
    """The page with the report's data inside; values are only ever shown as text."""
    data = orjson.dumps(tree(report)).decode()
    for character, escape in _ESCAPES.items():
        data = data.replace(character, escape)
    return resources.text("templates", "report", "page.html").replace("__DATA__", data)
