"""The types of package `fix`, stand-ins for what Istio's data has (README-go-templates.md, "Types of package fix")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from meshc.gotemplate import type_names, types
from meshc.gotemplate.durations import DURATION
from meshc.gotemplate.errors import CallError
from meshc.gotemplate.types import (
    BOOL,
    ERROR,
    FLOAT64,
    INT,
    INT32,
    INT64,
    STRING,
    STRING_MAP,
    UINT8,
    Field,
    Method,
    Type,
    map_of,
    pointer_to,
    slice_of,
)
from meshc.gotemplate.values import Nil, Scalar, Value, raw, zero

TYPES: dict[str, Type] = {"time.Duration": DURATION}


def _named(name: str, kind: str) -> Type:
    TYPES[f"fix.{name}"] = Type(kind, f"fix.{name}", named=True, package="gotmpl/fix")
    return TYPES[f"fix.{name}"]


def _struct(name: str) -> Type:
    return _named(name, "struct")


def _method(
    type_: Type,
    name: str,
    call: Callable[..., Any],
    *results: Type,
    params: tuple[Type, ...] = (),
    variadic: bool = False,
    pointer: bool = True,
) -> None:
    type_.methods[name] = Method(name, call, params, results or (STRING,), variadic, pointer)


PROTO, LEVEL, MODE = _named("Proto", "string"), _named("Level", "int"), _named("Mode", "int32")
FLAGS, STAMP, OOPS, META = _struct("Flags"), _struct("Stamp"), _struct("Oops"), _struct("Meta")
ENV, PORT, HANDLER, PROBE, REF = (
    _struct("EnvVar"),
    _struct("Port"),
    _struct("Handler"),
    _struct("Probe"),
    _struct("Ref"),
)
SECURITY, CONTAINER, SPEC = _struct("Security"), _struct("Container"), _struct("Spec")
INT32_VALUE, IMAGE, CONFIG, DATA = _struct("Int32Value"), _struct("Image"), _struct("Config"), _struct("Data")
SERVICE_CLUSTER, TRACE_NAME = _struct("ServiceCluster"), _struct("TraceName")
CLUSTER = Type(
    "interface", "fix.isCluster", named=True, implementers=frozenset({"*fix.ServiceCluster", "*fix.TraceName"})
)
TYPES["fix.isCluster"] = CLUSTER


def _fields(type_: Type, *fields: tuple[str, Type] | tuple[str, Type, str]) -> None:
    type_.fields = tuple(Field(one[0], one[1], one[2] if len(one) > 2 else "") for one in fields)


def _embedding(type_: Type, inner: Type, tag: str, *fields: tuple[str, Type, str]) -> None:
    name = inner.name.rpartition(".")[2]
    type_.fields = (Field(name, inner, tag, True), *[Field(*one) for one in fields])


_fields(FLAGS, ("Bits", UINT8))
_fields(STAMP, ("Sec", INT64))
_fields(OOPS, ("Msg", STRING))
_fields(
    META,
    ("Name", STRING, "name,omitempty"),
    ("Namespace", STRING, "namespace,omitempty"),
    ("Labels", STRING_MAP, "labels,omitempty"),
    ("Annotations", STRING_MAP, "annotations,omitempty"),
    ("Generation", INT64, "generation,omitempty"),
    ("Owner", pointer_to(META), "owner,omitempty"),
    ("secret", STRING),
)
_fields(ENV, ("Name", STRING, "name"), ("Value", STRING, "value,omitempty"))
_fields(
    PORT,
    ("Name", STRING, "name,omitempty"),
    ("ContainerPort", INT32, "containerPort"),
    ("Protocol", PROTO, "protocol,omitempty"),
)
_fields(HANDLER, ("Path", STRING, "path,omitempty"), ("Port", INT32, "port,omitempty"))
_embedding(PROBE, HANDLER, ",inline", ("Period", INT32, "periodSeconds,omitempty"))
_embedding(REF, pointer_to(META), "", ("Key", STRING, ""))
REF.fields = (Field("Meta", pointer_to(META), "", True), Field("Key", STRING))
_fields(
    SECURITY,
    ("RunAsUser", pointer_to(INT64), "runAsUser,omitempty"),
    ("Privileged", pointer_to(BOOL), "privileged,omitempty"),
)
_fields(
    CONTAINER,
    ("Name", STRING, "name"),
    ("Image", STRING, "image,omitempty"),
    ("Args", slice_of(STRING), "args,omitempty"),
    ("Env", slice_of(ENV), "env,omitempty"),
    ("Ports", slice_of(PORT), "ports,omitempty"),
    ("Limits", map_of(STRING, pointer_to(FLAGS)), "limits,omitempty"),
    ("Probe", pointer_to(PROBE), "probe,omitempty"),
    ("Security", pointer_to(SECURITY), "securityContext,omitempty"),
)
_fields(
    SPEC,
    ("InitContainers", slice_of(CONTAINER), "initContainers,omitempty"),
    ("Containers", slice_of(CONTAINER), "containers"),
    ("HostNetwork", BOOL, "hostNetwork,omitempty"),
    ("Grace", pointer_to(INT64), "grace,omitempty"),
    ("NodeSelector", STRING_MAP, "nodeSelector,omitempty"),
)
_fields(INT32_VALUE, ("state", INT), ("Value", INT32))
_fields(IMAGE, ("state", INT), ("ImageType", STRING))
_fields(SERVICE_CLUSTER, ("ServiceCluster", STRING))
_fields(TRACE_NAME, ("TraceName", MODE))
_fields(
    CONFIG,
    ("state", INT),
    ("ConfigPath", STRING),
    ("Concurrency", pointer_to(INT32_VALUE)),
    ("StatusPort", INT32),
    ("Interception", MODE),
    ("ProxyMetadata", STRING_MAP),
    ("Image", pointer_to(IMAGE)),
    ("Cluster", CLUSTER),
    ("Ratio", FLOAT64),
    ("Hosts", slice_of(STRING)),
    ("Nested", pointer_to(CONFIG)),
    ("sizeCache", INT32),
)
_fields(
    DATA,
    ("ObjectMeta", META),
    ("Spec", SPEC),
    ("ProxyConfig", pointer_to(CONFIG)),
    ("Values", types.DICT),
    ("Revision", STRING),
    ("NativeSidecars", BOOL),
    ("ProxyUID", INT64),
    ("Concurrency", INT),
    ("Any", types.ANY),
    ("Err", ERROR),
    ("Stamp", STAMP),
    ("Flags", FLAGS),
    ("Mode", MODE),
    ("hidden", STRING),
)


def _member(pointer: Value, name: str) -> Value:
    if pointer.target is None:
        raise CallError("runtime error: invalid memory address or nil pointer dereference")
    path = pointer.target.type.path_to(name)
    return pointer.target.field(path[0])


def _getter(type_: Type, name: str) -> None:
    field = next(one for one in type_.fields if one.name == name)
    _method(
        type_,
        f"Get{name}",
        lambda pointer: zero(field.type) if pointer.target is None else _member(pointer, name),
        field.type,
    )


def _name_of(pointer: Value) -> str:
    if pointer.target is None:
        raise CallError("runtime error: invalid memory address or nil pointer dereference")
    return str(_member(pointer, "Name"))


def _label(pointer: Value, key: str, *defaults: str) -> str:
    labels = _member(pointer, "Labels")
    found = labels.get(key, None)
    if found is not None:
        return str(found)
    if defaults:
        return "+".join(defaults)
    raise CallError(f"no label {key}")


def _service_cluster(pointer: Value) -> Value:
    if pointer.target is None:
        return ""
    cluster = _member(pointer, "Cluster")
    if type(cluster) is Nil or cluster.type is not pointer_to(SERVICE_CLUSTER):
        return ""
    return _member(cluster, "ServiceCluster")


_MODES = {0: "REDIRECT", 1: "TPROXY", 2: "NONE"}
_method(MODE, "String", lambda mode: _MODES.get(raw(mode), str(raw(mode))), pointer=False)
_method(MODE, "Number", lambda mode: Scalar(INT32, raw(mode)), INT32, pointer=False)
_method(FLAGS, "String", lambda flags: f"flags({raw(_member(flags, 'Bits')):08b})")
_method(STAMP, "String", lambda stamp: f"@{raw(stamp.field(STAMP.fields[0]))}", pointer=False)
_method(OOPS, "Error", lambda oops: f"oops: {_member(oops, 'Msg')}")
_method(META, "GetName", _name_of)
META.methods["SetName"] = Method("SetName", lambda meta, name: None, (STRING,), (), pointer=True)
_method(META, "Split", lambda meta: None, STRING, STRING)
_method(META, "Label", _label, STRING, ERROR, params=(STRING, STRING), variadic=True)
_method(META, "Repeat", lambda meta, count, sep: sep.join([_name_of(meta)] * count), params=(INT, STRING))
_method(META, "GetLabels", lambda meta: meta.field(META.fields[2]), STRING_MAP, pointer=False)
_getter_names = "ConfigPath Concurrency StatusPort Interception ProxyMetadata Image Nested Cluster"
for _one in _getter_names.split():
    _getter(CONFIG, _one)
_getter(INT32_VALUE, "Value")
_getter(IMAGE, "ImageType")
_method(
    IMAGE, "String", lambda image: f'image_type:"{_member(image, "ImageType") if image.target is not None else ""}"'
)
_method(CONFIG, "GetServiceCluster", _service_cluster)


def parse(name: str) -> Type:
    """A type by its Go name: basic types, those of `fix`, and what can be built from them."""
    return type_names.parse(name, TYPES.get)
