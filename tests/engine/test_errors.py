"""Template errors say file, line, source line and what to write instead."""

from __future__ import annotations

from typing import Any

import pytest

from meshc.catalog import release
from meshc.engine import Engine
from meshc.errors import TemplateError


def fails(text: str, **context: Any) -> TemplateError:
    with pytest.raises(TemplateError) as caught:
        Engine(release("1.30")).user("mine", text, file="mine.yaml").render(context)
    return caught.value


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a: 1\nb: --x={{ v }}", 2, "inside a longer scalar"),
        ("a: 1\n\nb: |\n  x {{ v }}", 4, "inside a longer scalar"),
        ("a: 1\nb: '{{ v }}'", 2, "between quotes"),
        ('a: "{{ v }}"', 1, "between quotes"),
        ("a: 1\nb: {{ v }}\n c: 2", 3, "YAML syntax error"),
        ("a: 1\n{% if v %}\nb: 1\n{% endif %}\na: 2", 5, "twice"),
        ("a: 1\nb: {{ nothing }}", 2, "'nothing' is undefined"),
        ("a: 1\n\nb: {{ v.x.y }}", 3, "has no attribute 'x'"),
        ("a: 1\n{% for i in nothing %}{% endfor %}", 2, "'nothing' is undefined"),
        ("a: 1\n{% if %}", 2, "Expected an expression"),
        ("a: 1\nb: {{ v[ }}", 2, "unexpected"),
        ("a: 1\nb: {{ v | nothing }}", 2, "No filter named 'nothing'"),
        ("a: 1\nb: {{ 1 / 0 }}", 2, "division by zero"),
        ("a: 1\nb: {{ [1] | spread }}", 2, "only as an item of a list"),
        ("a: 1\nb:\n- {{ 5 | spread }}", 3, "spread wants a list, not a int"),
        ("a:\n  {{ [1] }}: 1", 2, "a key must be a text, not a list"),
        ("a: {{ f }}", 1, "is not a YAML value"),
        ("a: 1\nb: {{ nan }}", 2, "NaN"),
        ("{% macro m() %}\nx: {{ nothing }}\n{% endmacro %}\na: {{ m() }}", 2, "'nothing' is undefined"),
        ("a: {{ has(v) }}", 1, "one literal name"),
        ("a: 1\nb: {{ has('sidecar.nothing') }}", 2, "no 'sidecar.nothing'"),
        ("a: \ue000", 1, "U+E000"),
    ],
)
def test_errors_point(text: str, line: int, message: str) -> None:
    error = fails(text, v=1, f=len, nan=float("nan"))
    assert (error.file, error.line) == ("mine.yaml", line)
    assert message in error.message


def test_errors_show_the_source_line() -> None:
    assert "in `b: {{ nothing }}`" in str(fails("a: 1\nb: {{ nothing }}"))


def test_a_longer_scalar_comes_with_a_hint() -> None:
    error = fails("args:\n- --port={{ port }}", port=1)
    assert error.hint == 'write the whole scalar as one expression, e.g. {{ "--port=" ~ port }}'
    assert error.value == "--port={{ … }}"


def test_deep_data_is_refused() -> None:
    value: Any = []
    for _ in range(5000):
        value = [value]
    assert "too deep" in fails("a: {{ v }}", v=value).message


def test_too_many_nodes_are_refused() -> None:
    laughs = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10)}]" for n in range(1, 5))
    assert "YAML nodes" in fails(f"l0: &l0 [a, b]\n{laughs}\nx: {{{{ v }}}}", v=1).message


def test_there_is_no_such_template() -> None:
    with pytest.raises(TemplateError, match=r"there is no template 'nothing\.yaml\.j2'"):
        Engine.of(None).template("nothing")


@pytest.mark.parametrize(
    "text", ["a: {{ .Values.x }}", "{{- if .x }}\na: 1\n{{- end }}", "{{ range $k, $v := .m }}\na: 1\n{{ end }}"]
)
def test_go_templates_get_a_hint(text: str) -> None:
    assert "not Go" in (fails(text).hint or "")
