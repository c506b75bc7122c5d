"""Templates build data: types survive, nothing a value contains becomes YAML."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meshc.engine import ABSENT, Engine, Template
from meshc.errors import TemplateError

HOSTILE = [
    "a: b\n- c",
    "x\n---\ny",
    '"',
    "'",
    "{{ 7 * 7 }}",
    "{% raw %}",
    "yes",
    "010",
    "null",
    "~",
    "*alias",
    "&anchor",
    "!!int 1",
    "# comment",
    "<<",
    "\ue0000\ue001",
    "\ud800",
    "\x00\x07\u2028",
    "",
    " ",
    "{a: 1}",
    "[1]",
    0,
    -1,
    1.5,
    True,
    False,
    None,
    1 << 70,
]

PLACES = """
scalar: {{ value }}
flow: {a: {{ value }}, b: [{{ value }}, x]}
items:
- {{ value }}
- name: {{ value }}
{% for one in many %}
- {{ one }}
{% endfor %}
"""

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text(), children, max_size=4),
    max_leaves=12,
)


def template(text: str) -> Template:
    return Engine().user("t", text, file="t.yaml")


def render(text: str, **context: Any) -> Any:
    return template(text).render(context)


@pytest.mark.parametrize("value", HOSTILE, ids=ascii)
def test_a_value_stays_itself_in_every_place(value: Any) -> None:
    found = render(PLACES, value=value, many=[value, value])
    expected = {
        "scalar": value,
        "flow": {"a": value, "b": [value, "x"]},
        "items": [value, {"name": value}, value, value],
    }
    assert found == expected
    assert type(found["scalar"]) is type(value)


@pytest.mark.parametrize("key", [k for k in HOSTILE if isinstance(k, str)], ids=ascii)
def test_a_key_stays_itself(key: str) -> None:
    assert render("labels:\n  {{ key }}: 1\n  other: 2", key=key) == {"labels": {key: 1, "other": 2}}


def test_a_large_value_costs_no_parsing() -> None:
    text = "x: y\n" * 2_000_000
    assert render("a: {{ long }}", long=text) == {"a": text}


@settings(derandomize=True, deadline=None, max_examples=150)
@given(json_values)
def test_any_value_comes_out_identical(value: Any) -> None:
    own = PROPERTY.render({"value": value})
    assert own == {"a": value, "b": [value]}
    if isinstance(value, dict | list):
        assert own["a"] is not value


PROPERTY = Engine().user("property", "a: {{ value }}\nb:\n- {{ value }}", file="p.yaml")


def test_static_scalars_mean_what_they_mean_to_kubernetes() -> None:
    assert render('a: yes\nb: "yes"\nc: 010\nd: 1e3\ne: |\n  text\n') == {
        "a": True, "b": "yes", "c": 8, "d": 1000.0, "e": "text\n",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: {{ absent }}\nb: 1", {"b": 1}),
        ("a: {{ 0 | or_absent }}\nb: {{ '' | or_absent }}\nc: {{ 0 }}", {"c": 0}),
        ("a:\n- {{ absent }}\n- 1", {"a": [1]}),
        ("a:\n- {{ absent }}", {"a": []}),
        ("a:\n  {{ absent }}: 1", {"a": {}}),
        ("a:\n- 0\n- {{ [1, 2] | spread }}\n- 3", {"a": [0, 1, 2, 3]}),
        ("a:\n- {{ none | spread }}\n- 3", {"a": [3]}),
        ("a: {{ none }}", {"a": None}),
        ("a: {{ (1, 2) }}", {"a": [1, 2]}),
        ("{{ {'a': 1} }}", {"a": 1}),
        ("{% if false %}a: 1{% endif %}", None),
        ("# only {{ 1 }}", None),
    ],
)
def test_leaving_out_and_splicing(text: str, expected: Any) -> None:
    assert render(text) == expected


def test_macros_and_blocks_give_data_at_any_indentation() -> None:
    text = """
{% macro field(name, path) %}
name: {{ name }}
valueFrom:
  fieldRef: {fieldPath: {{ path }} }
{% endmacro %}
{% set block %}
- {{ more }}
{% endset %}
env:
    - {{ field("POD", "metadata.name") }}
    - {{ field("NODE", "spec.nodeName") }}
once: {{ block }}
twice: {{ block }}
"""
    found = render(text, more="x: y")
    assert found["env"][0] == {"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}
    assert found["once"] == found["twice"] == ["x: y"]
    assert found["once"] is not found["twice"]


def test_a_rendering_shares_nothing_with_context_or_other_renderings() -> None:
    shared = {"list": [{"deep": 1}]}
    one = template("a: {{ shared }}\nb: {c: 1}")
    first = one.render({"shared": shared})
    first["a"]["list"][0]["deep"] = first["b"]["c"] = 2
    assert shared == {"list": [{"deep": 1}]}
    assert one.render({"shared": shared}) == {"a": {"list": [{"deep": 1}]}, "b": {"c": 1}}


def test_keys_come_before_methods() -> None:
    assert render("a: {{ m.items }}\nb: {{ m.get('x') }}", m={"items": 1, "x": 2}) == {"a": 1, "b": 2}


def test_several_documents() -> None:
    own = template("{% for n in names %}\n---\nkind: {{ n }}\n{% endfor %}")
    assert own.render_all({"names": ["A", "B"]}) == [{"kind": "A"}, {"kind": "B"}]
    with pytest.raises(TemplateError, match="2 documents"):
        own.render({"names": ["A", "B"]})


def test_a_path_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    own = template("a: {{ v }}\n{% if w %}b: {{ w }}{% endif %}")
    own.render({"v": 1, "w": 0}), own.render({"v": 1, "w": 1})
    monkeypatch.setattr("meshc.engine.environment.build", None)
    assert [own.render({"v": v, "w": w}) for v, w in ((2, 0), (3, 4))] == [{"a": 2}, {"a": 3, "b": 4}]


def test_the_cache_of_paths_is_bounded() -> None:
    own = template("{% for n in many %}{% if n %}\n- {{ n }}\n{% else %}\n- 0\n{% endif %}{% endfor %}")
    for number in range(600):
        bits = [int(b) for b in f"{number:b}"]
        assert own.render({"many": bits}) == bits
    info = own._environment.builder.cache_info()
    assert info.currsize == info.maxsize == 512


def test_many_threads_may_render_at_once() -> None:
    own, wrong = template("{% for n in many %}\n- {{ n }}\n{% endfor %}\n- {{ last }}"), []

    def work(seed: int) -> None:
        for length in range(60):
            expected = [seed] * length + [seed]
            if own.render({"many": [seed] * length, "last": seed}) != expected:
                wrong.append((seed, length))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_absent_is_false_and_says_its_name() -> None:
    assert not ABSENT
    assert repr(ABSENT) == "absent"


@pytest.mark.parametrize(
    "text",
    [
        "a: 1\n{# c #}\nb: {{ x }}\n",
        "a: 1\n  {# several\n lines #}\n{# two #}\nb: {{ x }}\n",
    ],
)
def test_comments_stand_anywhere(text: str) -> None:
    assert render(text, x=5) == {"a": 1, "b": 5}
