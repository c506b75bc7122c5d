"""The one place that turns what went wrong into text and an exit code."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from typing import ParamSpec

import typer

from meshc.cli.output import abandon_stdout
from meshc.errors import ErrorGroup, MeshcError

INTERNAL = 3
INTERRUPTED = 130
P = ParamSpec("P")


def verb(function: Callable[P, int]) -> Callable[P, None]:
    """Make a Typer command of a function that returns an exit code: errors become text on stderr."""

    @functools.wraps(function)
    def command(*args: P.args, **kwargs: P.kwargs) -> None:
        raise typer.Exit(guarded(lambda: function(*args, **kwargs)))

    return command


def guarded(function: Callable[[], int]) -> int:
    """Call a verb; 2 for what the user can mend, 3 for what only we can, 130 when interrupted."""
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
        # Whoever read us has seen enough; nothing may be said at exit either.
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
    """What `--debug` adds; the text and the exit code stay as they are."""
    if debugging():
        import traceback

        traceback.print_exc()
