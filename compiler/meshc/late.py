"""Imports a module when something in it is first used, so that a start pays only for what it runs.

The one way to import late.  The type checker and the import rules see an ordinary import:

    if TYPE_CHECKING:
        import jsonpatch
    else:
        jsonpatch = late("jsonpatch")
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any


def late(name: str) -> ModuleType:
    """A stand-in for the module `name`, which is imported when an attribute is first read."""
    return _Late(name)


class _Late(ModuleType):
    def __getattr__(self, attribute: str) -> Any:
        # Nothing is kept here: a test may replace an attribute of the real module.
        return getattr(import_module(self.__name__), attribute)
