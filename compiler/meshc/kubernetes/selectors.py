"""Kubernetes label selectors (docs/istio/injection.md § 3)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from meshc.errors import InputError
from meshc.trees import Array
from meshc.yamlio import Json

_NAME = re.compile(r"[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?", re.ASCII)
_PREFIX = re.compile(r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*", re.ASCII)

_HINT = "write matchLabels and matchExpressions"


class SelectorError(InputError):
    """A label selector Kubernetes refuses."""


def empty(selector: Json) -> bool:
    """Whether a selector says nothing (it then matches every object); raises SelectorError for what is no map."""
    if selector is not None and not isinstance(selector, dict):
        raise SelectorError("a label selector must be a map", value=selector, hint=_HINT)
    return not selector or not (selector.get("matchLabels") or selector.get("matchExpressions"))


def matches(selector: Json, labels: Mapping[str, str]) -> bool:
    """Whether labels satisfy `matchLabels` and `matchExpressions`, all ANDed; an empty selector matches everything.

    `NotIn` and `DoesNotExist` also match when the key is absent.  Raises SelectorError for an invalid selector, also
    when an earlier part of it does not match.
    """
    if empty(selector):
        return True
    wanted, expressions = selector.get("matchLabels") or {}, selector.get("matchExpressions") or []
    if not isinstance(wanted, dict) or not isinstance(expressions, list):
        raise SelectorError("matchLabels must be a map and matchExpressions a list", value=selector, hint=_HINT)
    results = [_equals(key, value, labels) for key, value in wanted.items()]
    results += [_satisfies(expression, labels) for expression in expressions]
    return all(results)


def _equals(key: str, value: Json, labels: Mapping[str, str]) -> bool:
    _check(key, [value])
    return bool(labels.get(key) == value)


def _satisfies(expression: Json, labels: Mapping[str, str]) -> bool:
    if not isinstance(expression, dict):
        raise SelectorError("a match expression must be a map", value=expression, hint="write key, operator and values")
    if not isinstance(expression.get("values") or [], list):
        raise SelectorError(
            "values must be a list", path=["matchExpressions"], value=expression.get("values"), hint="write a list"
        )
    key: str = expression.get("key", "")
    operator: str = expression.get("operator", "")
    values: Array = expression.get("values") or []
    match operator:
        case "In" | "NotIn":
            if not values:
                raise SelectorError(
                    "values must not be empty for In and NotIn", path=["matchExpressions", key, "values"]
                )
            _check(key, values)
            return (key in labels and labels[key] in values) == (operator == "In")
        case "Exists" | "DoesNotExist":
            if values:
                raise SelectorError(
                    "values must be empty for Exists and DoesNotExist", path=["matchExpressions", key, "values"]
                )
            _check(key, [])
            return (key in labels) is (operator == "Exists")
    hint = "write In, NotIn, Exists or DoesNotExist"
    raise SelectorError(
        f"{operator!r} is not a valid label selector operator",
        path=["matchExpressions", key],
        value=operator,
        hint=hint,
    )


def _check(key: Json, values: Array) -> None:
    if not isinstance(key, str) or not _is_key(key):
        raise SelectorError(
            "not a valid label key", value=key, hint="write name or prefix/name, e.g. app.kubernetes.io/name"
        )
    for value in values:
        if not isinstance(value, str) or (value and not _NAME.fullmatch(value)):
            raise SelectorError(
                "not a valid label value", path=[key], value=value, hint="at most 63 letters, digits, '-', '_' and '.'"
            )


@lru_cache(maxsize=1024)
def _is_key(key: str) -> bool:
    prefix, slash, name = key.rpartition("/")
    if not _NAME.fullmatch(name):
        return False
    return not slash or (len(prefix) <= 253 and _PREFIX.fullmatch(prefix) is not None)
