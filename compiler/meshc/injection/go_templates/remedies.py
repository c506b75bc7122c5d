"""What to write instead, for the errors of Go templates that have an answer."""

from __future__ import annotations

import re
from collections.abc import Iterable

from meshc.errors import nearest
from meshc.gotemplate.errors import GoTemplateError

_REMEDIES = (
    (r"unclosed action", "close the action with }}"),
    (r"unclosed comment|comment ends before", "write a comment as {{/* text */}}, without a space inside the braces"),
    (r"unexpected EOF", "close every if, with, range and define with {{ end }}"),
    (r"unexpected \{\{end\}\}", "remove the {{ end }}, or open a block for it"),
    (r'template ".*" not defined', "define it in the same text: templates of other texts are not seen"),
    (r"wrong number of args", "give the function the operands that it takes"),
    (r"nil pointer evaluating|index of nil pointer", "check that it is there first: {{ with … }} or {{ if … }}"),
    (
        r"incompatible types for comparison",
        "compare values of one kind: numbers of .Values are floats, write 3.0 or int",
    ),
    (r"wrong type for value; expected string; got interface \{\}", "check that the value is there first: {{ with … }}"),
    (r"wrong type for value; expected string", "make a string of it first: toString"),
    (r"invalid value; expected", "the key is missing: give it a default, or check with {{ if … }}"),
    (r"meshc: .* something else every time", "give the value through an annotation or the values instead"),
    (r"exceeded ", "a template that needs more than this does not end soon enough for a webhook either"),
)


def remedy(error: GoTemplateError, functions: Iterable[str]) -> str:
    """The template's line and, where there is one, the way out."""
    shown = f"the template's line is: {error.source.strip()}" if error.source.strip() else ""
    missing = re.match(r'function "(.*)" not defined', error.problem)
    if missing is not None:
        guess = nearest(missing.group(1), list(functions))
        answer = f"write {guess}" if guess else "this release has no such function"
    else:
        answer = next((text for pattern, text in _REMEDIES if re.search(pattern, error.problem)), "")
    return "; ".join([part for part in (answer, shown) if part])
