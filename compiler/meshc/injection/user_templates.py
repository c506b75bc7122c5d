"""What is said about users' own templates: where in a template an overlay went wrong, containers given twice."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from meshc.errors import InjectionError, MeshcError, PathPart
from meshc.yamlio import Document, Json

_STATEMENT = re.compile(r"\{%.*?%\}|\{#.*?#\}", re.S)
_EXPRESSION = re.compile(r"\{\{.*?\}\}", re.S)
_LISTS = ("initContainers", "containers")


def label(name: str) -> str:
    """What errors call a template whose file is not known."""
    return f"template {name}"


class blaming:
    """Give errors of laying an overlay over a pod the place in the template it came from, where that is the user's."""

    # A class like `pipeline.stage`, for the same reason.
    __slots__ = ("name", "templates")

    def __init__(self, name: str, templates: Mapping[str, str]) -> None:
        self.name = name
        self.templates = templates

    def __enter__(self) -> None:
        pass

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        if isinstance(error, MeshcError) and self.name in self.templates and error.file is None:
            error.at(label(self.name), _line(self.templates[self.name], error.parts))


def check(overlay: Json, name: str, templates: Mapping[str, str]) -> None:
    """Refuse an overlay of a user's template whose containers are no list, or that gives one of them twice.

    Raises InjectionError.  Istio would silently make one container of two with the same name.
    """
    spec = overlay.get("spec")
    if name not in templates or not isinstance(spec, dict):
        return
    for field in _LISTS:
        containers = spec.get(field) or []
        if not isinstance(containers, list):
            hint = "write a list of containers, each with a name"
            raise InjectionError("the template gives no list", path=["spec", field], value=containers, hint=hint)
        _check_names(containers, field)


def _check_names(containers: Sequence[Json], field: str) -> None:
    seen: set[str] = set()
    for index, container in enumerate(containers):
        # an element with `$patch` is an instruction about a container, not a container
        given = container.get("name") if isinstance(container, dict) and "$patch" not in container else None
        if isinstance(given, str) and given in seen:
            raise InjectionError(
                f"the template gives the container {given!r} twice",
                path=["spec", field, index, "name"],
                value=given,
                hint="give each container of the template its own name, or join the two",
            )
        seen |= {given} if isinstance(given, str) else set()


def _line(text: str, path: Sequence[PathPart]) -> int | None:
    """The line of a template's node; what its statements leave out or repeat can move it to the nearest parent."""
    blank = _STATEMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    plain = _EXPRESSION.sub(lambda found: "x" + "\n" * found[0].count("\n"), blank)
    place = Document(None, text=plain).position(path)
    return place[0] if place else None
