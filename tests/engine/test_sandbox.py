"""Users' own templates cannot reach Python, hang or eat memory."""

from __future__ import annotations

import pytest

from meshc.catalog import release
from meshc.engine import Engine
from meshc.errors import TemplateError


@pytest.mark.parametrize(
    "text",
    [
        "a: {{ ''.__class__ }}",
        "a: {{ v.__class__.__mro__ }}",
        "a: {{ f.__globals__ }}",
        "a: {{ 'x'.format }}",
        "a: {{ '{0.__class__}'.format(v) }}",
        "a: {{ v.clear() }}",
        "a: {{ cycler }}",
        "a: {{ lipsum() }}",
        "a: {{ self }}",
        "{% include 'sidecar.yaml.j2' %}",
        "{% import 'sidecar.yaml.j2' as x %}a: 1",
        "{% extends 'sidecar.yaml.j2' %}",
        "{% for i in range(10000) %}{% for j in range(10000) %}{% endfor %}{% endfor %}",
        "{% for i in range(10 ** 9) %}{% endfor %}",
        "{% macro f(n) %}{{ f(n - 1) ~ f(n - 1) }}{% endmacro %}a: {{ f(1000) }}",
        "{% macro f(n) %}{% if n %}{% set x = f(n - 1) %}{% set y = f(n - 1) %}{% endif %}{% endmacro %}a: {{ f(40) }}",
        "a: {{ 'x' * 10 ** 9 }}",
        "a: {{ [1] * 10 ** 9 }}",
        "a: {{ 10 ** 10 ** 10 }}",
        "a: {{ '%1000000000d' % 1 }}",
        "a: {{ 'x' | center(10 ** 9) }}",
        "a: {{ 'x' | indent(10 ** 9) }}",
        "a: {{ 'xxxxxxxx' | replace('', 'y' * 1000000) }}",
        "{% set ns = namespace(x='a') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}a: 1",
        "{% set ns = namespace(x='a') %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}a: 1",
        "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}a: 1",
        "{% set ns = namespace(x=3) %}{% for i in range(60) %}{% set ns.x = ns.x * ns.x %}{% endfor %}a: 1",
        "{% set big = 'y' * 1000000 %}a: {{ range(100) | map('replace', '', big) | list }}",
        "{% set big = 'y' * 1000000 %}a: {{ [big] * 1000 | join }}",
        "{% set big = 'y' * 1000000 %}a: {{ ([big] * 1000) | join }}",
        "{% for i in range(9999) %}\n- {{ i }}\n- {{ i }}\n- {{ i }}\n{% endfor %}",
    ],
)
def test_refused(text: str) -> None:
    with pytest.raises(TemplateError):
        Engine().user("mine", text, file="mine.yaml").render({"v": {"a": 1}, "f": release})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: {{ 'A-B' | lower | replace('-', '_') }}", "a_b"),
        ("a: {{ ['x', 'y'] | join(',') }}", "x,y"),
        ("a: {{ v.items() | list }}", [["k", 1]]),
        ("a: {{ 'a,b'.split(',') }}", ["a", "b"]),
        ("a: {{ range(3) | list }}", [0, 1, 2]),
        ("a: {{ v | length + 1 }}", 2),
        ("a: {{ has('sidecar.seccomp_profile') }}", True),
        ("a: {{ fact('sidecar.multus_network') }}", "default/istio-cni"),
        ("{% set ns = namespace(n=0) %}{% for i in [1, 2] %}{% set ns.n = ns.n + i %}{% endfor %}a: {{ ns.n }}", 3),
        ("a: {% for i in [1] %}{{ loop.last }}{% endfor %}", True),
        ("{% macro m() %}{k: [1]}{% endmacro %}{% set x = m() %}a: {{ x.k.index(1) + x.get('z', 1) }}", 1),
    ],
)
def test_allowed(text: str, expected: object) -> None:
    own = Engine(release("1.30")).user("mine", text)
    assert own.render({"v": {"k": 1}}) == {"a": expected}
    assert own.render({"v": {"k": 1}}) == {"a": expected}


def test_the_budget_is_per_rendering() -> None:
    own = Engine().user("mine", "{% for i in range(9000) %}{% endfor %}a: 1")
    assert [own.render({}) for _ in range(8)] == [{"a": 1}] * 8
