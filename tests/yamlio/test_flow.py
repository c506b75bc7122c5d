"""Plain texts with a colon between brackets and braces, as Kubernetes reads them."""

from __future__ import annotations

import pytest

from meshc import yamlio
from meshc.yamlio import Json


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: [{image: example/web:1}]", {"a": [{"image": "example/web:1"}]}),
        ("a: {image: docker.io/x:1@sha256:ab}", {"a": {"image": "docker.io/x:1@sha256:ab"}}),
        ("a: {b: https://x.y/z, c: d}", {"a": {"b": "https://x.y/z", "c": "d"}}),
        ("a: [--port=:8080, -a=b:c]", {"a": ["--port=:8080", "-a=b:c"]}),
        ("a: {b:1}", {"a": {"b:1": None}}),
        ('a: {"b":1}', {"a": {"b": 1}}),
    ],
)
def test_a_colon_without_a_blank_belongs_to_the_text(text: str, value: Json) -> None:
    assert yamlio.load(text) == value


def test_positions_are_found_in_such_texts() -> None:
    document = yamlio.load_all("a:\n- {image: web:1, name: 3}\n", file="x.yaml")[0]
    assert document.position(("a", 0, "name")) == (2, 18)
