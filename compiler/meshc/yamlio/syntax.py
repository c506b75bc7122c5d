"""libyaml's errors as InputErrors with a place and a hint."""

from __future__ import annotations

from yaml.error import MarkedYAMLError, YAMLError

from meshc.errors import InputError

# what libyaml says → what usually is wrong
_HINTS = (
    ("tab character", "indent with spaces instead of tabs"),
    ("cannot start any token", "indent with spaces instead of tabs; quote a string that begins with @, ` or %"),
    ("mapping values are not allowed", "quote a string that contains ': ', or correct the indentation"),
    ("could not find expected ':'", "the key lacks its ':', or a string over several lines is not indented or quoted"),
    ("did not find expected key", "this line is indented differently from its neighbours, or a quote is not closed"),
    ("did not find expected '-' indicator", "items of one list start in the same column, each with '- '"),
    ("block sequence entries are not allowed", "put the list on its own line below the key"),
    ("did not find expected ',' or", "close the bracket or brace, and put ',' between its items"),
    ("found unexpected end of stream", "a quote or bracket is not closed"),
    ("found unknown escape character", "write '\\\\' for a backslash between double quotes, or use single quotes"),
    ("did not find expected alphabetic", "quote a string that begins with & or *"),
    ("control characters are not allowed", "remove the character, or write it as \\x.. between double quotes"),
    ("exceeded maximum", "the document is nested too deep"),
)
_GENERAL = "check indentation, quotes and brackets around this line"


def syntax_error(error: YAMLError, text: str, *, file: str | None, first_line: int) -> InputError:
    """Make the InputError for a YAML syntax error found in `text`, which starts at `first_line` of `file`."""
    if isinstance(error, MarkedYAMLError):
        problem = str(error.problem or error.context or "not YAML")
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line
        column = None if mark is None else mark.column
    else:
        problem = str(getattr(error, "reason", None) or str(error).partition("\n")[0])
        line, column = _place(text, getattr(error, "position", None))
    hint = next((h for part, h in _HINTS if part in problem), _GENERAL)
    where = first_line + (line or 0)
    return InputError(
        f"YAML syntax error in line {where}: {problem}",
        file=file,
        line=where,
        column=None if column is None else column + 1,
        hint=hint,
    )


def decoded(text: str | bytes, *, file: str | None) -> str:
    """The text itself or UTF-8 bytes as text; raises InputError for bytes that are not UTF-8 and for lone surrogates."""
    hint = "save the file as UTF-8"
    if isinstance(text, bytes):
        try:
            return text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = text.count(b"\n", 0, error.start) + 1
            raise InputError("not UTF-8 text", file=file, line=line, hint=hint) from None
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError as error:
            line = text.count("\n", 0, error.start) + 1
            raise InputError("not UTF-8 text", file=file, line=line, hint=hint) from None
    return text.removeprefix("\ufeff")


def _place(text: str, position: int | None) -> tuple[int | None, int | None]:
    if position is None:
        return None, None
    before = text.encode("utf-8", "surrogatepass")[:position].decode("utf-8", "ignore")
    return before.count("\n"), len(before) - before.rfind("\n") - 1
