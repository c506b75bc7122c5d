"""What goes wrong inside Jinja2, said with the template's file and line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType

from jinja2 import TemplateNotFound, TemplateSyntaxError, UndefinedError
from jinja2.environment import Template as JinjaTemplate
from jinja2.exceptions import TemplateRuntimeError

from meshc.errors import MeshcError, TemplateError

_GO = re.compile(r"\{\{-?\s*(?:[.$]|if\b|range\b|with\b|end\b|else\b|define\b|template\b|toYaml\b|quote\b)")
_GO_HINT = "templates are Jinja2, not Go: write {{ Values.global.hub }}, {% if … %}, {% for x in … %}, {% endif %}"
_UNDEFINED_HINT = (
    "docs/templates.md lists the names a template has; write {% if x is defined %} around what may be missing"
)
_CAUGHT = (
    UndefinedError,
    TemplateRuntimeError,
    TemplateNotFound,
    TypeError,
    ValueError,
    KeyError,
    IndexError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    MemoryError,
)


@contextmanager
def compiling(file: str | None, text: str | None = None) -> Iterator[None]:
    """Turn syntax errors into TemplateError."""
    try:
        yield
    except TemplateSyntaxError as error:
        sources = {error.filename or file: text if text is not None else error.source or ""}
        message = error.message or "template syntax error"
        found = TemplateError(message, file=error.filename or file, line=error.lineno)
        raise quoted(found, sources) from None
    except TemplateNotFound as error:
        raise TemplateError(f"there is no template {error.name!r}", file=file) from None
    except TemplateError as error:
        raise error.at(file) from None


@contextmanager
def rendering(file: str | None, sources: Mapping[str | None, str]) -> Iterator[None]:
    """Turn what a rendering raises into TemplateError with the place in the template and its source line."""
    try:
        yield
    except TemplateError as error:
        place = _place(error.__traceback__) if error.line is None else None
        raise quoted(error.at(*(place or (file,))), sources) from None
    except TemplateSyntaxError as error:
        found = TemplateError(error.message or "template syntax error", file=error.filename, line=error.lineno)
        raise quoted(found, sources) from None
    except _CAUGHT as error:
        name, line = _place(error.__traceback__) or (file, None)
        failed = quoted(TemplateError(_message(error), file=name, line=line), sources)
        if failed.hint is None and isinstance(error, UndefinedError):
            failed.hint = _UNDEFINED_HINT
        raise failed from None


def quoted(error: MeshcError, sources: Mapping[str | None, str]) -> MeshcError:
    """Add the source line to an error's message where both are known, and a hint where that line is Go."""
    lines = sources.get(error.file, "").splitlines()
    if error.line is not None and 0 < error.line <= len(lines):
        line = lines[error.line - 1].strip()
        error.message += f", in `{line}`"
        if error.hint is None and _GO.search(line):
            error.hint = _GO_HINT
    return error


def _place(trace: TracebackType | None) -> tuple[str | None, int] | None:
    found = None
    while trace is not None:
        template = trace.tb_frame.f_globals.get("__jinja_template__")
        if isinstance(template, JinjaTemplate):
            line = template.get_corresponding_lineno(trace.tb_lineno)
            found = template.environment.place(template.filename, line)  # type: ignore[attr-defined]
        trace = trace.tb_next
    return found


def _message(error: BaseException) -> str:
    match error:
        case RecursionError():
            return "nested too deep"
        case MemoryError():
            return "too much data"
        case TemplateNotFound():
            return f"there is no template {error.name!r}"
        case KeyError():
            return f"there is no {error}"
    return str(error) or type(error).__name__
