"""An engine whose templates ask their release while they render: one compilation for any number of imagined releases.

Settled templates are faster to render, but each release costs their compilation, a thousand times a rendering.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from typing import Any

from meshc.catalog import Release
from meshc.engine.environment import SlotEnvironment
from meshc.engine.templates import Engine, Template

Json = Any
_asked: ContextVar[Release] = ContextVar("meshc_asked_release")


class AskingTemplate(Template):
    """A template compiled once for all releases, rendered for one."""

    def __init__(self, template: Template, release: Release) -> None:
        super().__init__(template.name, template._compiled, template._environment)
        self._release = release

    def render_all(self, context: Mapping[str, Any]) -> list[Json]:
        """Build every document of the template as the release has it. Raises TemplateError."""
        token = _asked.set(self._release)
        try:
            return super().render_all(context)
        finally:
            _asked.reset(token)


class AskingEngine(Engine):
    """The engine of one imagined release, over templates that all such releases share."""

    def template(self, name: str) -> Template:
        """meshc's own template `templates/<name>.yaml.j2`; raises TemplateError when there is none."""
        assert self.release is not None
        return AskingTemplate(_unsettled().template(name), self.release)


class _UnsettledEngine(Engine):
    def __init__(self) -> None:
        super().__init__(None)
        environment = SlotEnvironment(None)
        environment.globals["has"] = lambda name: _asked.get().has(name)
        environment.globals["fact"] = lambda name: _asked.get().fact(name)
        self._environment = environment


@cache
def _unsettled() -> Engine:
    return _UnsettledEngine()
