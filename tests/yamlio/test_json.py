"""JSON in and out."""

from __future__ import annotations

import pytest

from meshc import yamlio
from meshc.errors import InputError


def test_json_is_compact_and_keeps_the_order_of_keys() -> None:
    assert yamlio.dump_json({"b": 1, "a": [True, None, "é<&>"]}) == '{"b":1,"a":[true,null,"é<&>"]}'
    assert yamlio.dump_json({"b": 1, "a": 2}, sort=True) == '{"a":2,"b":1}'


def test_numbers_are_spelled_as_go_does_and_texts_that_look_like_them_stay() -> None:
    value = {"a": 1000.0, "b": [2.0, 0.5], "c": "x.0,", "d": 1e20, "e": 1e21, "f": -1e-7}
    assert yamlio.dump_json(value) == (
        '{"a":1000,"b":[2,0.5],"c":"x.0,","d":100000000000000000000,"e":1e+21,"f":-1e-7}'
    )


def test_bad_json_points() -> None:
    with pytest.raises(InputError) as caught:
        yamlio.load_json('{"a":\n  x}', file="r.json")
    assert (caught.value.file, caught.value.line, caught.value.column) == ("r.json", 2, 3)
    assert caught.value.hint


def test_bytes_and_text_read_alike() -> None:
    assert yamlio.load_json(b'{"a": 1}') == yamlio.load_json('{"a": 1}') == {"a": 1}


def test_what_is_no_json_is_refused() -> None:
    with pytest.raises(InputError):
        yamlio.dump_json({"a": object()})
