"""Turns errors into lines on standard error and an exit code; nothing else does."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable

import typer

from meshc.cli.output import abandon_stdout
from meshc.errors import ErrorGroup, MeshcError

INTERNAL = 3
INTERRUPTED = 130


def guarded(function: Callable[[], int]) -> int:
    """Call a verb; 2 for bad usage or input, 3 for a bug, 130 when interrupted."""
    try:
        code = function()
        sys.stdout.flush()
    except MeshcError as error:
        _trace()
        for one in error.errors if isinstance(error, ErrorGroup) else (error,):
            print(f"error: {one}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader of our output is gone; Python must not report that again at exit.
        abandon_stdout()
        return 0
    except (typer.Exit, typer.Abort):
        raise
    except Exception as error:  # noqa: BLE001 - a bug ends as one line, with --debug as a traceback
        _trace()
        print(f"internal error: {type(error).__name__}: {error}", file=sys.stderr)
        print("  hint: this is a bug in meshc; run again with --debug and report what it prints", file=sys.stderr)
        return INTERNAL
    return code


def debugging() -> bool:
    """Whether `--debug` asks for tracebacks."""
    return "--debug" in sys.argv


def _trace() -> None:
    """Print the traceback that `--debug` asks for."""
    if debugging():
        traceback.print_exc()
