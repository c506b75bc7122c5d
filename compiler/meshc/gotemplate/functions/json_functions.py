"""JSON (docs/istio/go-templates.md §§ 11.8, 14)."""

from __future__ import annotations

from meshc.gotemplate.calls import Function
from meshc.gotemplate.dialect import Dialect
from meshc.gotemplate.errors import CallError
from meshc.gotemplate.json_text import Encoder, decode, indented
from meshc.gotemplate.types import ANY, STRING
from meshc.gotemplate.values import Value


def _quiet(value: Value, encoder: Encoder, pretty: bool) -> str:
    """The JSON, or nothing where there is none."""
    try:
        return _encoded(value, encoder, pretty)
    except CallError:
        return ""


def _encoded(value: Value, encoder: Encoder, pretty: bool) -> str:
    text = encoder.write(value)
    return indented(text) if pretty else text


def _quiet_decode(text: str) -> Value:
    try:
        return decode(text)
    except CallError:
        return None


def json_functions(dialect: Dialect) -> list[Function]:
    usual = Encoder(short=dialect.short_json_escapes)
    plain = Encoder(html=False, short=dialect.short_json_escapes)
    value, text = (ANY,), (STRING,)
    return [
        Function("fromJson", _quiet_decode, text),
        Function("mustFromJson", decode, text),
        Function("toJson", lambda one: _quiet(one, usual, False), value),
        Function("mustToJson", lambda one: _encoded(one, usual, False), value),
        Function("toPrettyJson", lambda one: _quiet(one, usual, True), value),
        Function("mustToPrettyJson", lambda one: _encoded(one, usual, True), value),
        Function("toRawJson", lambda one: _encoded(one, plain, False), value),
        Function("mustToRawJson", lambda one: _encoded(one, plain, False), value),
    ]
