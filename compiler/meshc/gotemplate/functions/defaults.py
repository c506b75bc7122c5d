"""Defaults, flow and questions about types (docs/istio/go-templates.md §§ 11.5, 11.6)."""

from __future__ import annotations

from meshc.gotemplate.calls import Function
from meshc.gotemplate.comparison import deep_equal
from meshc.gotemplate.dialect import Dialect
from meshc.gotemplate.errors import CallError
from meshc.gotemplate.functions.texts import is_empty
from meshc.gotemplate.types import ANY, BOOL, STRING
from meshc.gotemplate.values import NONE, Value, kind_of, type_of


def default(fallback: Value, *given: Value) -> Value:
    return fallback if not given or is_empty(given[0]) else given[0]


def coalesce(*values: Value) -> Value:
    return next((one for one in values if not is_empty(one)), None)


def fail(text: str) -> str:
    raise CallError(text)


def type_name(value: Value) -> str:
    return "<nil>" if value is None or value is NONE else type_of(value).name


def _is_like(name: str, value: Value) -> bool:
    return type_name(value) in (name, f"*{name}")


def defaults(dialect: Dialect) -> list[Function]:
    any_, two = (ANY,), (STRING, ANY)
    return [
        Function("default", default, (ANY, ANY), True),
        Function("coalesce", coalesce, any_, True),
        Function("empty", is_empty, any_),
        Function("all", lambda *values: not any(map(is_empty, values)), any_, True),
        Function("any", lambda *values: not all(map(is_empty, values)), any_, True),
        Function("ternary", lambda yes, no, choice: yes if choice else no, (ANY, ANY, BOOL)),
        Function("fail", fail, (STRING,)),
        Function("typeOf", type_name, any_),
        Function("kindOf", kind_of, any_),
        Function("typeIs", lambda name, value: type_name(value) == name, two),
        Function("typeIsLike", _is_like, two),
        Function("kindIs", lambda name, value: kind_of(value) == name, two),
        Function("deepEqual", deep_equal, (ANY, ANY)),
    ]
