"""The errors that users see: one base class, a few children, one way to print them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from meshc import trees
from meshc.late import late
from meshc.trees import ABSENT

if TYPE_CHECKING:
    import difflib
else:
    difflib = late("difflib")

PathPart = trees.PathPart


class MeshcError(Exception):
    """An error in the user's input, with its place and what to write instead.

    `file`, `line`, `column` (1-based) are its place; `path` is the path inside the document (keys and indices are kept in `parts`);
    `value` the offending value; `hint` what to write instead; `subject`, set later, the object it is
    about.  `str(error)` is the printed message; the exit code is 2.
    """

    exit_code = 2

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        path: Sequence[PathPart] | str | None = None,
        value: object = ABSENT,
        hint: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line
        self.column = column
        self.parts: tuple[PathPart, ...] = () if path is None or isinstance(path, str) else tuple(path)
        self.path = path if path is None or isinstance(path, str) else format_path(path)
        # Kept beside the value, whose null is a value too.
        self.has_value = value is not ABSENT
        self.value = value if self.has_value else None
        self.hint = hint
        self.subject: str | None = None

    @property
    def location(self) -> str:
        """`file:line:column` as far as known, else the empty string."""
        parts = [self.file or ("<input>" if self.line else "")]
        parts += [str(n) for n in (self.line, self.column) if n is not None]
        return ":".join(p for p in parts if p)

    def at(self, file: str | None = None, line: int | None = None, column: int | None = None) -> MeshcError:
        """Set the place where it is not yet known; returns the error itself."""
        if self.file is None:
            self.file = file
        if self.line is None:
            self.line, self.column = line, column
        return self

    def __str__(self) -> str:
        head = ": ".join(p for p in (self.location, self.subject or "", self.path or "", self.message.rstrip()) if p)
        if self.has_value:
            head += f" (got {show_value(self.value)})"
        return f"{head}\n  hint: {self.hint}" if self.hint else head


class UsageError(MeshcError):
    """An option or argument that does not exist, or options that cannot be combined."""


class InputError(MeshcError):
    """A document that cannot be read: syntax, type, missing or unknown field."""


class SettingsError(MeshcError):
    """A setting (profile, values, MeshConfig, ProxyConfig, feature) that is unknown or has a wrong value."""


class TemplateError(MeshcError):
    """A template that cannot be parsed or rendered; `file` and `line` are the template's."""


class InjectionError(MeshcError):
    """A pod that Istio's injector refuses; the message begins as Istio's does."""


class ToolError(MeshcError):
    """A program or cluster that cannot be reached."""


class ErrorGroup(MeshcError):
    """All errors of one run, in order of input."""

    def __init__(self, errors: Iterable[MeshcError]) -> None:
        self.errors = tuple(errors)
        super().__init__("\n".join(str(e) for e in self.errors))
        self.exit_code = max((e.exit_code for e in self.errors), default=2)

    def __str__(self) -> str:
        return self.message


def raise_all(errors: Sequence[MeshcError]) -> None:
    """Raise the one error itself, several as an ErrorGroup; return where there is none."""
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise ErrorGroup(errors)


def format_path(path: Sequence[PathPart]) -> str:
    """A path in the notation that users write: `spec.containers[0].name`, keys with dots or slashes in `["…"]`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif part and not any(c in part for c in './[]" '):
            text += f".{part}" if text else part
        else:
            text += f'["{part}"]'
    return text


def show_value(value: object, *, limit: int = 120) -> str:
    """A value on one short line; scalars as in JSON."""
    match value:
        case None:
            text = "null"
        case bool():
            text = "true" if value else "false"
        case str():
            text = '"' + value.encode("unicode_escape").decode().replace('"', '\\"') + '"'
        case dict():
            text = f"a map of {len(value)} keys" if len(value) != 1 else "a map of 1 key"
        case list():
            text = f"a list of {len(value)} items" if len(value) != 1 else "a list of 1 item"
        case _:
            text = str(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that a misspelt one most likely means, or None."""
    found = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return found[0] if found else None


def require_known(what: str, value: str, known: Iterable[str], *, path: str) -> None:
    """Raise UsageError, with the nearest known word as hint, unless `value` is one of those an option or key takes."""
    words = tuple(known)
    if value not in words:
        hint = f"write {nearest(value, words) or ', '.join(words)}"
        raise UsageError(f"unknown {what}", path=path, value=value, hint=hint)
