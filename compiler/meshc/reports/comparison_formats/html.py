"""A comparison as one self-contained page that can be filtered: nothing is loaded, light and dark."""

from __future__ import annotations

from meshc import resources
from meshc.gotext import jsontext
from meshc.reports.changes import Report
from meshc.reports.formats.json import tree


def write_report(report: Report, *, colour: bool = False) -> str:
    """The page with the report's data inside; values are only ever shown as text."""
    del colour  # the page has its own
    # escaped, because inside a script element `<` and its like could end the element
    data = jsontext.write(tree(report))
    return resources.text("templates", "report", "page.html").replace("__DATA__", data)
