"""Istio's own functions over Go values (docs/istio/go-templates.md § 12)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import orjson

from meshc import yamlio
from meshc.catalog import Release
from meshc.errors import InputError
from meshc.gotemplate.calls import Function
from meshc.gotemplate.durations import duration_text
from meshc.gotemplate.errors import CallError
from meshc.gotemplate.functions.table import Facts, by_name, sprig_functions
from meshc.gotemplate.functions.texts import check_string, text_of
from meshc.gotemplate.json_text import Encoder, decode
from meshc.gotemplate.printing import shown
from meshc.gotemplate.types import ANY, INT, STRING, STRING_MAP, Type, pointer_to, slice_of
from meshc.gotemplate.values import NONE, Map, Pointer, Struct, Value, raw, string_map
from meshc.injection.functions import container_ports, multus, otel
from meshc.injection.go_templates.dialect import dialect_of
from meshc.injection.go_templates.loading import parts_of, source_of
from meshc.injection.go_templates.messages import json_text, nanoseconds
from meshc.injection.go_templates.type_table import TypeTable, type_table
from meshc.models import proxy
from meshc.models.proxy_config import ProxyConfig

_DROPPED = object()


def annotation(metadata: Struct, name: str, default: Value) -> str:
    found = metadata.field(metadata.type.path_to("Annotations")[-1]).get(name, None)  # type: ignore[index]
    return shown(default) if found is None else str(found)


def value_or_default(value: Value, default: Value) -> Value:
    return default if value is None or value is NONE or (type(value) is str and not value) else value


def exclude_inbound_port(port: Value, listed: str) -> str:
    text = shown(port).strip()
    items = listed.split(",")
    if text in ("", "0") or text in items:
        return listed
    return ",".join([*filter(None, [item.strip() for item in items]), text])


def _entries(value: Value) -> dict[str, str]:
    return {raw(key): one for key, one in value.pairs()} if type(value) is Map else {}


def merged(*maps: Value) -> dict[str, str]:
    result: dict[str, str] = {}
    for one in maps:
        result |= _entries(one)
    return result


def strdict(*pairs: Value) -> Map:
    texts = [text_of(one) for one in pairs]
    return string_map(
        {key: texts[at + 1] if at + 1 < len(texts) else "" for at, key in enumerate(texts) if at % 2 == 0}
    )


def indent(count: int, text: str) -> str:
    if count < 0:
        raise CallError("strings: negative Repeat count")
    check_string(len(text) + text.count("\n") * count)
    return text.replace("\n", "\n" + " " * count)


def directory(path: str) -> str:
    head, slash, _ = path.rpartition("/")
    return head + slash


def omit_nil(value: Value) -> Value:
    found = _without_nil(value)
    return None if found is _DROPPED else found


def _without_nil(value: Value) -> Any:
    """The value without nil members; `_DROPPED` when nothing is left of it."""
    if value is None or value is NONE:
        return _DROPPED
    if type(value) is dict:
        kept: Any = {
            key: one for key, one in ((key, _without_nil(one)) for key, one in value.items()) if one is not _DROPPED
        }
    elif type(value) is list:
        kept = [one for one in map(_without_nil, value) if one is not _DROPPED]
    else:
        return value
    return _DROPPED if value and not kept else kept


class IstioFunctions:
    """The functions of one release."""

    def __init__(self, release: Release, facts: Facts) -> None:
        self.release = release
        self.variables = dict(facts.variables)
        self.encoder = Encoder(short=dialect_of(release).short_json_escapes)
        self.types: TypeTable = type_table(release)
        self.message = Type("interface", "protoreflect.ProtoMessage", named=True, implementers=_Messages())

    def struct_to_json(self, value: Value) -> str:
        if value is None or value is NONE:
            return "{}"
        try:
            return self.encoder.write(value)
        except CallError:
            return "{}"

    def to_json(self, value: Value) -> str:
        return "{}" if type(value) is Map and value.items is None else self.encoder.write(value)

    def to_json_map(self, *maps: Value) -> str:
        return self.encoder.write(string_map(merged(*maps))) if maps else "null"

    def from_json(self, text: str) -> Value:
        try:
            return decode(text)
        except CallError:
            return "{}"

    def to_yaml(self, value: Value) -> str:
        try:
            return yamlio.dump(orjson.loads(self.encoder.write(None if value is NONE else value)))
        except (CallError, InputError, orjson.JSONDecodeError):
            return ""

    def proto_to_json(self, message: Value) -> str:
        if type(message) is not Pointer or message.target is None:
            return "{}"
        if message.type.name == "*v1alpha1.ProxyConfig":
            return proxy.to_json_text(ProxyConfig(message.target.source), self.release)
        return json_text(message)

    def otel(self, mesh: Value, annotations: Value, labels: Value, namespace: str, containers: Value) -> str:
        found = source_of(mesh) or {}
        return otel.otel_resource_attributes(
            found, _entries(annotations), _entries(labels), namespace, parts_of(containers, "Name", "Image")
        )

    def table(self) -> list[Function]:
        containers = slice_of(self.types.parse("v1.Container"))
        meta = self.types.parse("v1.ObjectMeta")
        duration = pointer_to(self.types.parse("durationpb.Duration"))
        namespaced = self.release.has("sidecar.multus_namespace")
        networks = partial(multus.append_multus_network, namespaced=namespaced)
        variables = self.variables
        maps, text, two = (STRING_MAP,), (STRING,), (STRING, STRING)
        return [
            Function("annotation", annotation, (meta, STRING, ANY)),
            Function("isset", lambda entries, key: entries.get(key, None) is not None, (STRING_MAP, STRING)),
            Function("valueOrDefault", value_or_default, (ANY, ANY)),
            Function("excludeInboundPort", exclude_inbound_port, (ANY, STRING)),
            Function("includeInboundPorts", _ports(container_ports.include_inbound_ports), (containers,)),
            Function("applicationPorts", _ports(container_ports.application_ports), (containers,)),
            Function("kubevirtInterfaces", lambda given: given, text),
            Function("excludeInterfaces", lambda given: given, text),
            Function("formatDuration", _format_duration, (duration,)),
            Function("toJSON", self.to_json, maps),
            Function("structToJSON", self.struct_to_json, (ANY,)),
            Function("protoToJSON", self.proto_to_json, (self.message,)),
            Function("fromJSON", self.from_json, text),
            Function("toYaml", self.to_yaml, (ANY,)),
            Function("indent", indent, (INT, STRING)),
            Function("directory", directory, text),
            Function("contains", lambda needle, string: needle in string, two),
            Function("toLower", lambda string: string.lower(), text),
            Function("env", lambda name, default: variables.get(name) or default, two),
            Function("appendMultusNetwork", networks, two),
            *self._by_switch(),
        ]

    def _by_switch(self) -> list[Function]:
        has, maps = self.release.has, (STRING_MAP,)
        found: list[Function] = []
        if has("templates.function_to_json_alias"):
            found.append(Function("toJson", self.to_json, maps))
        if has("templates.functions_omit_strdict"):
            found += [
                Function("omit", _omit, (STRING_MAP, STRING), True),
                Function("strdict", strdict, (STRING,), True),
                Function("toJsonMap", self.to_json_map, maps, True),
            ]
        if has("templates.function_merge_maps"):
            found.append(
                Function("mergeMaps", lambda *given: string_map(merged(*given) if given else None), maps, True)
            )
        if has("templates.omit_null_resources"):
            found.append(Function("omitNil", omit_nil, (ANY,)))
        if has("sidecar.otel_resource_attributes"):
            mesh = pointer_to(self.types.parse("v1alpha1.MeshConfig"))
            containers = slice_of(self.types.parse("v1.Container"))
            found.append(
                Function("otelResourceAttributes", self.otel, (mesh, STRING_MAP, STRING_MAP, STRING, containers))
            )
        return found


def _omit(entries: Value, *keys: str) -> Map:
    return string_map({key: one for key, one in _entries(entries).items() if key not in keys})


def _ports(call: Any) -> Any:
    return lambda containers: call(parts_of(containers, "Name", "Ports"))


def _format_duration(duration: Value) -> str:
    return duration_text(0 if duration.target is None else nanoseconds(duration.target.source))


class _Messages(frozenset[str]):
    """The pointer types that are messages."""

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.startswith(_PACKAGES)


_PACKAGES = ("*v1alpha1.", "*v1alpha3.", "*v1beta1.", "*durationpb.", "*wrapperspb.", "*structpb.")


def istio_functions(release: Release, facts: Facts) -> Mapping[str, Function]:
    """Go's, Sprig's and Istio's functions of a release, later ones hiding earlier ones."""
    return {**sprig_functions(dialect_of(release), facts), **by_name(IstioFunctions(release, facts).table())}
