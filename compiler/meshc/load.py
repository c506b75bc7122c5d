"""The only reader of users' files."""

from __future__ import annotations

from pathlib import Path

from meshc import yamlio
from meshc.errors import UsageError
from meshc.yamlio import Document


def file(path: str | Path, *, strict: bool = False) -> list[Document]:
    """Read every document of one file; raises UsageError where there is none to read, InputError for bad YAML."""
    name = str(path)
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError:
        raise UsageError(
            "no such file", file=name, hint="check the path; it is relative to the working folder"
        ) from None
    except IsADirectoryError:
        raise UsageError("is a folder, not a file", file=name, hint="name one file") from None
    except OSError as problem:
        raise UsageError(f"cannot be read: {problem.strerror}", file=name) from None
    return yamlio.load_all(data, file=name, strict=strict)
