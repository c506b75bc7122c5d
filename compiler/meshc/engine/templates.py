"""The engine's two doors: `Engine` finds and compiles templates, `Template` renders them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Any

from meshc.catalog import Release
from meshc.errors import TemplateError
from meshc.late import late

if TYPE_CHECKING:
    from jinja2.environment import Template as JinjaTemplate

    from meshc.engine import environment as environments
    from meshc.engine import failures, render_time_release, sandbox
else:
    environments = late("meshc.engine.environment")
    failures = late("meshc.engine.failures")
    render_time_release = late("meshc.engine.render_time_release")
    sandbox = late("meshc.engine.sandbox")


Json = Any


class Template:
    """A compiled template; rendering is thread-safe."""

    def __init__(self, name: str, compiled: JinjaTemplate, environment: environments.SlotEnvironment) -> None:
        self.name = name
        self._compiled = compiled
        self._environment = environment

    def render(self, context: Mapping[str, Any]) -> Json:
        """Build the template's one document; None when it has none. Raises TemplateError."""
        documents = self.render_all(context)
        if len(documents) > 1:
            raise TemplateError(
                f"{len(documents)} documents where one is expected",
                file=self._compiled.filename,
                hint="remove the `---`",
            )
        return documents[0] if documents else None

    def render_all(self, context: Mapping[str, Any]) -> list[Json]:
        """Build every document of the template, in order. Raises TemplateError."""
        compiled, environment = self._compiled, self._environment
        with failures.rendering(compiled.filename, environment.sources):
            return environment.documents(environment.events(compiled, context))


class Engine:
    """Compiles templates for one release and keeps them."""

    def __init__(self, release: Release | None = None) -> None:
        self.release = release
        self._templates: dict[str, Template] = {}
        self._lock = Lock()

    @staticmethod
    def of(release: Release | None) -> Engine:
        """The shared engine of a release; imagined releases share one whose templates ask while they render."""
        if release is not None and release.is_imagined:
            return render_time_release.AskingEngine(release)
        return _shared(release)

    def template(self, name: str) -> Template:
        """meshc's own template `templates/<name>.yaml.j2`; raises TemplateError when there is none."""
        found = self._templates.get(name)
        if found is None:
            with self._lock:
                found = self._templates.get(name) or self._load(name)
                self._templates[name] = found
        return found

    def user(self, name: str, text: str, *, file: str | None = None) -> Template:
        """A user's own template from text: sandboxed, limited, errors with `file` (else the name) and line.

        Raises TemplateError for what does not parse.
        """
        with failures.compiling(file or name, text):
            environment = sandbox.UserEnvironment(self.release)
            return Template(name, environments.load(environment, name, text, file=file), environment)

    @cached_property
    def _environment(self) -> environments.SlotEnvironment:
        return environments.SlotEnvironment(self.release)

    def _load(self, name: str) -> Template:
        with failures.compiling(name + environments.SUFFIX):
            return Template(name, self._environment.get_template(name + environments.SUFFIX), self._environment)


@lru_cache(maxsize=64)
def _shared(release: Release | None) -> Engine:
    return Engine(release)
