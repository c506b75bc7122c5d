"""Errors of templates: what is wrong in Go's words, and where."""

from __future__ import annotations


class GoTemplateError(Exception):
    """A template that does not parse or run.

    `str()` is Go's whole message. `line` counts from 1, `column` in bytes from 0 (None for parse errors, which have no
    column); `source` is the template's line; `phase` is `parse` or `execute`.
    """

    def __init__(
        self,
        text: str,
        *,
        phase: str,
        name: str,
        line: int,
        column: int | None = None,
        source: str = "",
        problem: str = "",
    ) -> None:
        super().__init__(text)
        self.phase = phase
        self.name = name
        self.line = line
        self.column = column
        self.source = source
        self.problem = problem or text


class Failure(Exception):
    """A step of a run failed; `str()` is the message without its place.

    `form` and `operands` are the message as Go formats it, where that can be told.
    """

    def __init__(self, message: str, form: str = "", *operands: object) -> None:
        super().__init__(message)
        self.form = form or message.replace("%", "%%")
        self.operands = operands


class CallError(Failure):
    """A function failed (its error or Go's panic), without the words `error calling`."""


class Refused(CallError):
    """Something that meshc does not do, because Go's result is not the same twice or leaves the compiler."""


class UnstableError(Failure):
    """A text that is not the same twice was asked for."""


class LimitError(Failure):
    """A run broke one of meshc's own bounds."""


def exceeded(what: str, limit: int) -> LimitError:
    return LimitError(f"exceeded {what} ({limit})")
