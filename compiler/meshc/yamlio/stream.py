"""Documents with their source: splitting a stream, reading each, pointing at places in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from meshc.errors import InputError, PathPart
from meshc.late import late
from meshc.trees import ABSENT

if TYPE_CHECKING:
    from meshc.yamlio import positions
else:
    positions = late("meshc.yamlio.positions")

_SEPARATOR = re.compile(r"^---(.*)\n?", re.MULTILINE)
# Anything but comments, spaces and the separator itself; what stands behind a separator in its line counts.
_CONTENT = re.compile(r"^(?!---)[ \t]*[^#\s]|^---[ \t]+[^#\s]", re.MULTILINE)


@dataclass(frozen=True)
class Document:
    """One YAML or JSON document: its value and where it came from.

    `text` is the document's own text, `first_line` the line of the file (1-based) at which that text starts.  An object
    of a List has the text of the List and its own path there in `at`.
    """

    value: Any
    file: str | None = None
    text: str = field(default="", repr=False)
    first_line: int = 1
    at: tuple[PathPart, ...] = ()

    def position(self, path: Sequence[PathPart]) -> tuple[int, int] | None:
        """Line and column (1-based, in the file) of the value at `path`, or of its nearest parent; None when unknown."""
        return positions.find(self.text, (*self.at, *path), first_line=self.first_line)

    def error(
        self,
        message: str,
        *,
        path: Sequence[PathPart] = (),
        value: object = ABSENT,
        hint: str | None = None,
    ) -> InputError:
        """Make an InputError that points at `path` in this document; the caller raises it."""
        line, column = self.position(path) or (self.first_line, None)
        more = {} if value is ABSENT else {"value": value}
        place = (*self.at, *path)
        return InputError(message, file=self.file, line=line, column=column, path=place or None, hint=hint, **more)


@dataclass(frozen=True)
class File:
    """The text of a file and its documents, each read once.

    `name` is what errors call the file.  `parts` covers the whole text: a part without content (comments, separators)
    has the value None, a document that cannot be read is the error that says why.
    """

    name: str | None
    text: str = field(repr=False)
    parts: tuple[Document | InputError, ...]

    @property
    def documents(self) -> list[Document]:
        """The documents that have content and can be read."""
        return [part for part in self.parts if isinstance(part, Document) and has_content(part.text)]

    @property
    def errors(self) -> list[InputError]:
        """What is wrong with the other documents, in order."""
        return [part for part in self.parts if isinstance(part, InputError)]


def split(text: str) -> list[str]:
    """Cut a stream at its lines `---` into the texts of its documents (docs/istio/injection.md § 11.2).

    CRLF becomes LF, each text ends in a line break.  A separator before any content stays part of the document after it;
    one at the very end opens no further document.  Raises InputError for a separator with text after it.
    """
    return [piece for piece, _ in pieces(text)]


def pieces(text: str, *, file: str | None = None) -> Iterator[tuple[str, int]]:
    """The documents of a stream, as `split` cuts it, each with the line (1-based) at which it starts."""
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    if text and not text.endswith("\n"):
        text += "\n"
    start, line = 0, 1
    for mark in _SEPARATOR.finditer(text):
        rest = mark[1].strip()
        if rest and not rest.startswith("#"):
            at = line + text.count("\n", start, mark.start())
            raise InputError(
                f"invalid YAML document separator in line {at}",
                file=file,
                line=at,
                column=4,
                value=rest,
                hint="put what follows '---' on the next line",
            )
        # A separator before any content opens no document: it stays with the one after it, whose bytes are copied.
        if mark.start() > start:
            yield text[start : mark.start()], line
            line += text.count("\n", start, mark.end())
            start = mark.end()
    if start < len(text):
        yield text[start:], line


def has_content(text: str) -> bool:
    """Whether a document's text holds more than spaces, comments and separators."""
    return _CONTENT.search(text) is not None
