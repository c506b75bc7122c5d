"""Writes results: to standard output, a file, or a directory that is replaced as a whole."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import orjson

from meshc.errors import InputError, UsageError

if sys.platform != "win32":
    import fcntl

INDEX = "index.json"
_FORMATS = {"json", "yaml", "yml", "wide", "name"}


def destination(output: str | None) -> str | None:
    """Check `-o`, which names a place.  Raises UsageError for the name of a format, as kubectl takes them there."""
    if output in _FORMATS:
        raise UsageError(
            f"-o names the place of the result, not its format; '{output}' is a format",
            hint=f"write --format {output}, or -o ./{output} for a file of that name",
        )
    return output


def write(text: str | bytes, output: str | None) -> None:
    """Write one artefact to standard output (`None`, `-`) or, atomically, to a file."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if output in (None, "-"):
        _to_stdout(data)
    elif _is_special(Path(str(output))):
        _to_special(Path(str(output)), data)
    else:
        replace_file(Path(str(output)), data)


def abandon_stdout() -> None:
    """Discard everything still to be written to standard output, buffered bytes included."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def colours(stream: TextIO) -> bool:
    """Whether a stream is a terminal and `NO_COLOR` is not set."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def replace_file(path: Path, data: bytes) -> None:
    """Replace a file's content atomically; keeps its mode.  Raises InputError when it cannot be written."""
    replace_files({path: data})


def replace_files(files: Mapping[Path, bytes]) -> None:
    """Replace the content of several files: all are written to temporary files first, then renamed.

    Keeps their modes.  Raises InputError when one cannot be written; then none is changed.
    """
    written: list[tuple[str, Path]] = []
    try:
        for path, data in files.items():
            try:
                written.append(_aside(Path(os.path.realpath(path)), data))
            except OSError as error:
                raise _unwritable(path, error) from error
        for name, target in written:
            os.replace(name, target)
    finally:
        for name, _ in written:
            Path(name).unlink(missing_ok=True)


def replace_directory(directory: Path, files: Mapping[str, bytes]) -> None:
    """Replace `directory` with `files` (relative path → content) atomically.

    `files` must hold `index.json` with the list of all others.  Raises UsageError when the directory holds a file that its
    own index does not name, InputError when it cannot be written.
    """
    target = Path(os.path.realpath(directory))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
        try:
            for name, data in files.items():
                path = fresh / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            fresh.chmod(0o777 & ~_umask())
            with _alone(target.parent):
                _refuse_foreign(directory)
                _swap(fresh, target)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    except OSError as error:
        raise _unwritable(directory, error) from error


def refuse_foreign(directory: Path) -> None:
    """Raise UsageError unless `directory` is absent, empty, or holds only files that its index names."""
    try:
        if directory.exists():
            with _alone(Path(os.path.realpath(directory)).parent):
                _refuse_foreign(directory)
    except OSError as error:
        raise _unwritable(directory, error) from error


def _refuse_foreign(directory: Path) -> None:
    if not directory.exists():
        return
    if not directory.is_dir():
        raise UsageError("the output directory is a file", file=str(directory), hint="name another directory with -o")
    if directory.samefile(Path.cwd()):
        raise UsageError(
            "the output directory is the working directory", file=str(directory), hint="name a directory in it with -o"
        )
    present = {str(p.relative_to(directory)) for p in directory.rglob("*") if p.is_symlink() or not p.is_dir()}
    foreign = sorted(present - _indexed(directory))
    if foreign:
        raise UsageError(
            f"the output directory holds a file that meshc did not write: {foreign[0]}",
            file=str(directory),
            hint="name an empty or new directory with -o; meshc replaces it as a whole",
        )


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Lock a directory against other runs of meshc, where the system has such locks."""
    if sys.platform == "win32":
        yield
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _is_special(path: Path) -> bool:
    """Whether a path is a device, pipe or socket (`/dev/null`, `/dev/stdout`): written to, never replaced."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _to_special(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _unwritable(path, error) from error


def _to_stdout(data: bytes) -> None:
    if sys.stdout is None:
        raise UsageError("standard output is closed", hint="name a file with -o")
    try:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        abandon_stdout()
        reason = error.strerror or str(error)
        raise UsageError(f"cannot write to standard output: {reason}", hint="name a file with -o") from error


def _indexed(directory: Path) -> set[str]:
    try:
        index = orjson.loads((directory / INDEX).read_bytes())
        return {INDEX, *(name for entry in index["workloads"] for name in entry["files"])}
    except (OSError, ValueError, KeyError, TypeError):
        return set()


def _swap(fresh: Path, target: Path) -> None:
    old = fresh.with_name(fresh.name + ".old")
    if target.exists():
        os.rename(target, old)
    try:
        os.rename(fresh, target)
    except OSError:
        if old.exists():
            os.rename(old, target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _aside(target: Path, data: bytes) -> tuple[str, Path]:
    """Write the new content of `target` to a temporary file beside it."""
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
        os.chmod(name, target.stat().st_mode & 0o7777 if target.exists() else 0o666 & ~_umask())
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return name, target


def _unwritable(path: Path, error: OSError) -> InputError:
    return InputError(f"cannot write: {error.strerror or error}", file=str(path), hint="name a writable path with -o")


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
