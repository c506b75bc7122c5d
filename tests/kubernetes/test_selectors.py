"""Label selectors."""

from __future__ import annotations

import pytest

from meshc.kubernetes.selectors import SelectorError, empty, matches
from meshc.yamlio import Json

LABELS = {"app": "web", "tier": ""}


def _expression(operator: str, *values: str, key: str = "app") -> Json:
    return {"matchExpressions": [{"key": key, "operator": operator, "values": list(values)}]}


@pytest.mark.parametrize(
    ("selector", "want"),
    [
        ({}, True),
        ({"matchLabels": {"app": "web"}}, True),
        ({"matchLabels": {"app": "api"}}, False),
        ({"matchLabels": {"gone": ""}}, False),
        ({"matchLabels": {"app": "web", "tier": ""}}, True),
        (_expression("In", "web", "api"), True),
        (_expression("In", "api"), False),
        (_expression("In", "x", key="gone"), False),
        (_expression("NotIn", "web"), False),
        (_expression("NotIn", "x"), True),
        (_expression("NotIn", "x", key="gone"), True),
        (_expression("Exists"), True),
        (_expression("Exists", key="gone"), False),
        (_expression("DoesNotExist"), False),
        (_expression("DoesNotExist", key="gone"), True),
        ({"matchLabels": {"app": "web"}, **_expression("DoesNotExist")}, False),
    ],
)
def test_matching(selector: Json, want: bool) -> None:
    assert matches(selector, LABELS) is want


@pytest.mark.parametrize(
    "selector",
    [
        _expression("In"), _expression("Exists", "x"), _expression("in", "x"), _expression("Exists", key=""),
        _expression("Exists", key="a/b/c"),
        _expression("Exists", key="-a"), _expression("Exists", key="UP/a"),
        {"matchLabels": {"a b": "x"}},
        {"matchLabels": {"a": "x y"}},
        {"matchLabels": {"a": "x" * 64}}, {"matchExpressions": ["x"]},
        {"matchExpressions": [{"key": "a", "operator": "In", "values": "x"}]},
        {"matchLabels": ["a"]}, {"matchLabels": {"a": 1}}, ["a"], "a", {"matchLabels": {"app": "other"}, **_expression("Bad")},
    ],
)  # fmt: skip
def test_invalid_selectors(selector: Json) -> None:
    with pytest.raises(SelectorError) as caught:
        matches(selector, LABELS)
    assert caught.value.hint or caught.value.path


def test_prefixed_keys_are_valid() -> None:
    assert matches({"matchLabels": {"app.kubernetes.io/name": "x"}}, {"app.kubernetes.io/name": "x"})


def test_empty() -> None:
    assert empty(None)
    assert empty({"matchLabels": {}, "matchExpressions": None})
    assert not empty({"matchLabels": {"a": "b"}})
