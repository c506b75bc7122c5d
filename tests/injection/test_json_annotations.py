"""Annotations whose value is a JSON object."""

from __future__ import annotations

import pytest

from meshc.errors import InjectionError
from meshc.injection.templating.json_annotations import environment, named_objects

VOLUME = "sidecar.istio.io/userVolume"


def test_members_become_named_objects_in_order() -> None:
    text = '{"b": {"emptyDir": {}}, "a": {"secret": {"secretName": "s"}}}'
    assert [one["name"] for one in named_objects({VOLUME: text}, VOLUME)] == ["a", "b"]
    assert named_objects({}, VOLUME) == named_objects({VOLUME: "null"}, VOLUME) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "failed to execute template"),
        ("[]", "not a JSON object"),
        ('{"a": {}}', "'a' is not an object with fields"),
    ],
)
def test_other_values_are_refused(text: str, message: str) -> None:
    with pytest.raises(InjectionError, match=message) as refused:
        named_objects({VOLUME: text}, VOLUME)
    assert VOLUME in (refused.value.path or "")


def test_members_become_environment_variables_as_go_prints_them() -> None:
    assert environment({"a": '{"N": 1, "B": true, "S": "x"}'}, "a") == [
        {"name": "B", "value": "true"},
        {"name": "N", "value": "1"},
        {"name": "S", "value": "x"},
    ]
