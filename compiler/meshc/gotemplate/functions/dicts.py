"""Dictionaries (docs/istio/go-templates.md § 11.7)."""

from __future__ import annotations

from meshc.gotemplate.calls import Function
from meshc.gotemplate.dialect import Dialect
from meshc.gotemplate.errors import CallError
from meshc.gotemplate.functions.texts import entries_of, is_empty, string_list, text_of
from meshc.gotemplate.ordering import sorted_pairs
from meshc.gotemplate.types import ANY, DICT, STRING
from meshc.gotemplate.values import NONE, Map, Pointer, Slice, Struct, Value, type_of


def dictionary(*values: Value) -> dict[str, Value]:
    """Keys and values in turn; a last key alone gets the empty string."""
    given = [*values, ""] if len(values) % 2 else list(values)
    return {text_of(given[at]): given[at + 1] for at in range(0, len(given), 2)}


def assign(target: Value, key: str, value: Value) -> Value:
    if type(target) is not dict:
        raise CallError("assignment to entry in nil map")
    target[key] = value
    return target


def unset(target: Value, key: str) -> Value:
    if type(target) is dict:
        target.pop(key, None)
    return target


def merge(overwrite: bool, takes_nil: bool, target: Value, *sources: Value) -> Value:
    result = target if type(target) is dict else {}
    for one in sources:
        _merge(result, entries_of(one), overwrite, takes_nil)
    return result


def _merge(target: dict[str, Value], source: dict[str, Value], overwrite: bool, takes_nil: bool) -> None:
    for key, value in source.items():
        own = target.get(key, NONE)
        if type(own) is dict and type(value) is dict:
            _merge(own, value, overwrite, takes_nil)
        elif value is None:
            if overwrite and takes_nil:
                target[key] = value
        elif own is NONE or is_empty(own) or (overwrite and (takes_nil or type(value) is not dict)):
            target[key] = value


def deep_copy(value: Value) -> Value:
    if value is None or value is NONE:
        raise CallError("reflect: call of reflect.Value.Type on zero Value")
    return copied(value)


def copied(value: Value) -> Value:
    """A copy of maps, lists, structs and what pointers point to."""
    if type(value) is dict:
        return {key: copied(one) for key, one in value.items()}
    if type(value) is list:
        return [copied(one) for one in value]
    if type(value) is Map and value.items is not None:
        return Map(value.type, [(key, copied(one)) for key, one in value.pairs()])
    if type(value) is Slice and value.items is not None:
        return Slice(value.type, [copied(one) for one in value.items])
    if type(value) is Pointer and value.target is not None:
        return Pointer(value.type, copied(value.target))
    if type(value) is Struct:
        members = {one.name: copied(value.field(one)) for one in value.type.fields}
        return Struct(value.type, members, addressable=value.addressable)
    return value


def dig(*operands: Value) -> Value:
    if len(operands) < 3:
        raise CallError("dig needs at least three arguments")
    *keys, fallback, target = operands
    for key in keys:
        if type(key) is not str:
            raise CallError(_conversion(key, "string"))
    value = target
    for key in keys:
        if type(value) is not dict and not (type(value) is Map and value.type is DICT):
            raise CallError(_conversion(value, "map[string]interface {}"))
        value = value.get(key, NONE)
        if value is NONE:
            return fallback
    return value


def _conversion(value: Value, wanted: str) -> str:
    name = "nil" if value is None or value is NONE else type_of(value).name
    return f"interface conversion: interface {{}} is {name}, not {wanted}"


def _keys(*targets: Value) -> Slice:
    return string_list([key for one in targets for key, _ in sorted_pairs(one)])


def _pluck(key: str, *targets: Value) -> list[Value]:
    return [one.get(key) for one in map(entries_of, targets) if key in one]


def _pick(target: Value, *keys: str) -> dict[str, Value]:
    entries = entries_of(target)
    return {key: entries[key] for key in keys if key in entries}


def omit(target: Value, *keys: str) -> dict[str, Value]:
    return {key: value for key, value in entries_of(target).items() if key not in keys}


def _get(target: Value, key: str) -> Value:
    return entries_of(target).get(key, "")


def dicts(dialect: Dialect) -> list[Function]:
    takes_nil = dialect.merge_takes_nil
    keyed, many = (DICT, STRING), (DICT, DICT)

    def merging(name: str, overwrite: bool) -> Function:
        return Function(
            name, lambda target, *sources: merge(overwrite, takes_nil, target, *sources), many, True, changes=True
        )

    return [
        Function("dict", dictionary, (ANY,), True),
        Function("get", _get, keyed),
        Function("set", assign, (DICT, STRING, ANY), changes=True),
        Function("unset", unset, keyed, changes=True),
        Function("hasKey", lambda target, key: key in entries_of(target), keyed),
        Function("pluck", _pluck, (STRING, DICT), True),
        Function("keys", _keys, (DICT,), True),
        Function("values", lambda target: [value for _, value in sorted_pairs(target)], (DICT,)),
        Function("pick", _pick, keyed, True),
        Function("omit", omit, keyed, True),
        merging("merge", False),
        merging("mustMerge", False),
        merging("mergeOverwrite", True),
        merging("mustMergeOverwrite", True),
        Function("deepCopy", deep_copy, (ANY,)),
        Function("mustDeepCopy", deep_copy, (ANY,)),
        Function("dig", dig, (ANY,), True),
    ]
