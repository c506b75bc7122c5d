"""Gives errors about a message the file, line and column of their place in the document it was read from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from meshc.errors import ErrorGroup, MeshcError
from meshc.yamlio import Document


@contextmanager
def pointed(document: Document) -> Iterator[None]:
    """Let errors raised in the block point into the document; a missing field points at the nearest parent there is."""
    try:
        yield
    except ErrorGroup as group:
        raise ErrorGroup([_point(error, document) for error in group.errors]) from group
    except MeshcError as error:
        raise _point(error, document) from None


def _point(error: MeshcError, document: Document) -> MeshcError:
    if error.line is not None:
        return error
    places = (document.position(error.parts[:length]) for length in range(len(error.parts), -1, -1))
    line, column = next((place for place in places if place), (document.first_line, None))
    return error.at(document.file, line, column)
