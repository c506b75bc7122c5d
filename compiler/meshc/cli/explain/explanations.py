"""Formats explanations as text or JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import orjson

from meshc.errors import show_value
from meshc.yamlio import Json

Explanation = dict[str, Json]
FORMATS = ("text", "json")


def written(found: Sequence[Explanation], format: str) -> str:
    """All explanations in one format."""
    if format == "json":
        return orjson.dumps(list(found), option=orjson.OPT_INDENT_2).decode() + "\n"
    return "\n".join("".join(f"{line}\n" for line in _lines(one)) for one in found)


def _lines(one: Explanation) -> Iterator[str]:
    if "setting" in one:
        yield from _setting(one)
    elif "field" in one:
        yield from _field(one)
    else:
        yield from _decision(one)


def _decision(one: Explanation) -> Iterator[str]:
    yield f"{_where(one)}: {'injected' if one['injected'] else 'not injected'}, because of {one['decided_by']}"
    yield f"  Istio {one['release']}, as {_FRONT[one['mode']]} does"
    space = one["namespace"]
    if one["mode"] == "webhook":
        known = "its labels are known" if space["known"] else "not among the inputs: treated as labelled for injection"
        yield f"  namespace {space['name']} ({space['from']}; {known})"
    width = max((len(step["rule"]) for step in one["steps"]), default=0)
    for number, step in enumerate(one["steps"], 1):
        yield f"  {number}. {step['rule']:<{width}}  {step['outcome']:<9}  {step['detail']}"
    for warning in one["warnings"]:
        yield f"  warning: {warning}"


def _field(one: Explanation) -> Iterator[str]:
    yield f"{_where(one)}"
    yield f"  Istio {one['release']}, as {_FRONT[one['mode']]} does"
    yield f"  {one['field']} = {_show(one['value'])}"
    if one["layers"]:
        yield "  set by"
    for layer in one["layers"]:
        value = "removes it" if layer["removed"] else _show(layer["value"])
        yield f"    {_mark(layer)} {layer['layer']}{_place(layer)}: {value}"
        if function := layer.get("function"):
            yield f"             decided by {function['name']} ({function['file']}:{function['line']})"
    if one["causes"]:
        yield "  depends on"
    for cause in one["causes"]:
        yield from _cause(cause)


def _cause(cause: Explanation) -> Iterator[str]:
    now = f" = {_show(cause['value'])}" if "value" in cause and cause["kind"] != "switch" else ""
    doc = f": {cause['doc']}" if cause.get("doc") else ""
    holds = " (holds)" if cause["kind"] == "switch" and cause["value"] else ""
    holds = " (does not hold)" if cause["kind"] == "switch" and not cause["value"] else holds
    yield f"    {_KINDS[cause['kind']]} {cause['name']}{now}{holds}{doc}"
    for origin in reversed(cause.get("origins") or []):
        wins = origin is cause["origins"][-1]
        yield f"      {'from' if wins else 'over'} {origin['layer']}: {_show(origin['value'])}"
    other = _show(cause["otherwise"]) if "otherwise" in cause else "absent"
    yield f"      if changed, the field is {other}"


def _setting(one: Explanation) -> Iterator[str]:
    yield f"{one['setting']} = {_show(one['value'])}"
    yield f"  Istio {one['release']}"
    for layer in one["layers"]:
        yield f"    {_mark(layer)} {layer['layer']}: {_show(layer['value'])}"
    for part in one.get("parts") or ():
        yield f"  {part['name']} = {_show(part['value'])}  ({part['layer'] or 'computed'})"


def _where(one: Explanation) -> str:
    return f"{one['workload']} ({one['file'] or '<input>'}:{one['line']})"


def _place(layer: Explanation) -> str:
    if "file" not in layer:
        return ""
    line = f":{layer['line']}" if "line" in layer else ""
    source = f" `{layer['source']}`" if "source" in layer else ""
    return f" ({layer['file']}{line}{source})"


def _mark(layer: Explanation) -> str:
    return "wins    " if layer["wins"] else "shadowed"


def _show(value: Json) -> str:
    """A value on one line; maps and lists as JSON."""
    if isinstance(value, dict | list):
        text = orjson.dumps(value).decode()
        return text if len(text) <= 200 else text[:199] + "…"
    return show_value(value, limit=200)


_KINDS = {
    "setting": "setting",
    "feature": "environment of istiod",
    "switch": "release switch",
    "fact": "release fact",
    "workload": "workload's",
}
_FRONT = {"webhook": "the webhook", "kube-inject": "`istioctl kube-inject`"}
