"""Annotations whose value is a JSON object: users' volumes and mounts, environment for Datadog."""

from __future__ import annotations

from collections.abc import Mapping

from meshc.errors import InjectionError, InputError
from meshc.gotext import printing
from meshc.yamlio import Json, load_json

DATADOG_ENV = "apm.datadoghq.com/env"


def named_objects(annotations: Mapping[str, str], name: str) -> list[dict[str, Json]]:
    """The members of an annotation's JSON object, sorted, each with its key as `name`; empty without the annotation.

    Raises InjectionError for a value that is no JSON object, and for members that are no objects.
    """
    members = _members(annotations, name)
    for key, member in members:
        if not isinstance(member, dict) or not member:
            raise _error(name, f"the value of {key!r} is not an object with fields", value=member)
    return [{"name": key, **member} for key, member in members]


def environment(annotations: Mapping[str, str], name: str) -> list[dict[str, str]]:
    """The members of an annotation's JSON object as environment variables, values printed as Go's templates do."""
    return [{"name": key, "value": printing.printed(value)} for key, value in _members(annotations, name)]


def _members(annotations: Mapping[str, str], name: str) -> list[tuple[str, Json]]:
    """The sorted members of the JSON object in an annotation; none when it is missing or null."""
    text = annotations.get(name)
    if text is None:
        return []
    try:
        found = load_json(text)
    except InputError as error:
        raise _error(name, error.message, value=text) from None
    if found is not None and not isinstance(found, dict):
        raise _error(name, "not a JSON object", value=text)
    return sorted((found or {}).items())


def _error(name: str, message: str, *, value: Json) -> InjectionError:
    return InjectionError(
        f"failed to execute template: {message}",
        path=["metadata", "annotations", name],
        value=value,
        hint='write a JSON object, e.g. {"my-volume": {…}}',
    )
