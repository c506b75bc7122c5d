"""The helper functions of injection templates (docs/istio/injection.md § 7.8, docs/istio/sidecar-template.md § 10)."""

from __future__ import annotations

from typing import Any

import pytest

from meshc.catalog import release
from meshc.injection.functions import container_ports, encoding, function_table, lookup, multus, otel, proxy_images
from meshc.injection.functions.container_resources import cpu_count, estimated_concurrency, omit_nil, resources
from meshc.models.proxy_config import ProxyImage
from meshc.models.values import GlobalValues

OTEL = {
    "extensionProviders": [
        {"name": "other", "zipkin": {}},
        {"name": "o", "opentelemetry": {"serviceAttributeEnrichment": "OTEL_SEMANTIC_CONVENTIONS"}},
    ]
}


@pytest.mark.parametrize(
    ("port", "listed", "expected"),
    [
        ("15020", "", "15020"),
        ("15020", "4, 5", "4,5,15020"),
        ("15020", "15020,7", "15020,7"),
        ("15020", " 15020,,7", "15020,7,15020"),
        ("0", "4,5,6", "4,5,6"),
        ("", "4", "4"),
        (" 15 ", "", "15"),
        (15020, "1", "1,15020"),
        (None, "1", "1,<nil>"),
    ],
)
def test_exclude_inbound_port(port: Any, listed: str, expected: str) -> None:
    assert container_ports.exclude_inbound_port(port, listed) == expected


def test_container_ports() -> None:
    proxy = {"name": "istio-proxy", "ports": [{"containerPort": 15090}]}
    app = {
        "name": "a",
        "ports": [
            {"containerPort": 53, "protocol": "UDP"},
            {"containerPort": 80},
            {"containerPort": 9, "protocol": "SCTP"},
        ],
    }
    assert container_ports.include_inbound_ports([proxy, app]) == "15090,80"
    assert container_ports.application_ports([proxy, app, {"name": "b"}]) == "80"


@pytest.mark.parametrize(
    ("existing", "namespaced", "expected"),
    [
        ("", True, "default/istio-cni"),
        ("alt_cni", True, "alt_cni, default/istio-cni"),
        ("a,default/istio-cni ", True, "a,default/istio-cni "),
        ('[{"name": "a"}]', True, '[{"name": "a"}, {"name": "istio-cni", "namespace": "default"}]'),
        ('[{"name": "a"}]', False, '[{"name": "a"}, {"name": "default/istio-cni"}]'),
        ('[{"name": "istio-cni"}]', True, '[{"name": "istio-cni"}, {"name": "istio-cni", "namespace": "default"}]'),
        ('[{"name": "istio-cni", "namespace": "default"}]', True, '[{"name": "istio-cni", "namespace": "default"}]'),
        ('[{"name": "default/istio-cni"}]', False, '[{"name": "default/istio-cni"}]'),
        ("[]", True, '[, {"name": "istio-cni", "namespace": "default"}]'),
        ("[1]", True, "[1]"),
        ("[oops]", True, "[oops]"),
        ("[\n {}\n]\n", False, '[\n {}\n, {"name": "default/istio-cni"}]\n'),
    ],
)
def test_multus(existing: str, namespaced: bool, expected: str) -> None:
    assert multus.append_multus_network(existing, "default/istio-cni", namespaced=namespaced) == expected


def test_multus_network_without_namespace() -> None:
    found = multus.append_multus_network('[{"name": "a"}]', "istio-cni", namespaced=True)
    assert found == '[{"name": "a"}, {"name": "istio-cni"}]'


@pytest.mark.parametrize(
    ("tag", "kind", "expected"),
    [
        ("1.18.2-distroless", "debug", "1.18.2-debug"),
        ("1.18.2-distroless", "default", "1.18.2"),
        ("latest", "distroless", "latest-distroless"),
        ("1-debug-distroless", "x", "1-debug-x"),
        ("1-distroless-debug", "x", "1-distroless-x"),
        ("1-debug", "", "1-debug"),
    ],
)
def test_typed_tag(tag: str, kind: str, expected: str) -> None:
    assert proxy_images.typed_tag(tag, kind) == expected


@pytest.mark.parametrize(
    ("message", "annotation", "variant", "suffix"),
    [
        (None, None, "", ""),
        (None, None, "distroless", "-distroless"),
        ({}, None, "distroless", ""),
        ({"imageType": "debug"}, None, "distroless", "-debug"),
        ({"imageType": "debug"}, "", "distroless", ""),
        (None, "any", "", "-any"),
    ],
)
def test_image_type(message: Any, annotation: str | None, variant: str, suffix: str) -> None:
    annotations = {} if annotation is None else {"sidecar.istio.io/proxyImageType": annotation}
    found = proxy_images.proxy_image(
        GlobalValues({"hub": "h", "tag": 1.20}),
        None,
        image=ProxyImage() if message is None else ProxyImage(message),
        annotations=annotations,
        variant=variant,
    )
    assert found == f"h/proxyv2:1.2{suffix}"


def test_image_without_hub_and_tag() -> None:
    assert proxy_images.proxy_image(GlobalValues({}), "", image=ProxyImage(), annotations={}) == "/proxyv2:"


@pytest.mark.parametrize(
    ("annotations", "values", "omit", "expected"),
    [
        ({}, None, True, None),
        ({}, {}, True, None),
        ({}, {"limits": {"cpu": None}}, True, None),
        ({}, {"limits": {"cpu": None}}, False, {"limits": {"cpu": None}}),
        ({"sidecar.istio.io/proxyCPU": "1"}, {"limits": {"cpu": "2"}}, True, {"requests": {"cpu": "1"}}),
        (
            {"sidecar.istio.io/proxyMemory": "1Gi", "sidecar.istio.io/proxyCPULimit": "2"},
            None,
            True,
            {"requests": {"memory": "1Gi"}, "limits": {"cpu": "2"}},
        ),
    ],
)
def test_resources(annotations: dict[str, str], values: Any, omit: bool, expected: Any) -> None:
    assert resources(annotations, values, omit_nulls=omit) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": {}, "b": []}, {"a": {}, "b": []}),
        ({"a": {"x": None}, "b": [None], "c": 0}, {"c": 0}),
        ({"a": [{"x": None, "y": {}}]}, {"a": [{"y": {}}]}),
        (None, None),
        ([None], None),
        ({}, {}),
    ],
)
def test_omit_nil(value: Any, expected: Any) -> None:
    assert omit_nil(value) == expected


@pytest.mark.parametrize(
    ("concurrency", "annotations", "values", "expected"),
    [
        (None, {}, None, 2),
        (4, {}, None, 4),
        (0, {"sidecar.istio.io/proxyCPULimit": "6500m", "sidecar.istio.io/proxyCPU": "1"}, None, 7),
        (0, {"sidecar.istio.io/proxyCPU": "500m"}, None, 1),
        (0, {"sidecar.istio.io/proxyCPULimit": "x", "sidecar.istio.io/proxyCPU": "5"}, {"limits": {"cpu": "9"}}, 2),
        (0, {}, {"limits": {"cpu": "2000m"}, "requests": {"cpu": "1"}}, 2),
        (0, {}, {"limits": {"cpu": "x"}, "requests": {"cpu": 3}}, 3),
        (0, {}, {"limits": {"cpu": "0"}}, 0),
        (0, {}, {}, 2),
    ],
)
def test_estimated_concurrency(concurrency: int | None, annotations: Any, values: Any, expected: int) -> None:
    assert estimated_concurrency(concurrency, annotations, values) == expected


def test_cpu_count() -> None:
    assert [cpu_count(text) for text in ("500m", "4000m", "1.5", "2", "200mi", "")] == [1, 4, 2, 2, None, None]


@pytest.mark.parametrize(
    ("image", "version"),
    [
        ("nginx:1.21", "1.21"),
        ("nginx@sha256:ab", "sha256:ab"),
        ("r:5000/nginx:1@sha256:ab", "1@sha256:ab"),
        ("r:5000/nginx", None),
    ],
)
def test_otel_version_from_the_image(image: str, version: str | None) -> None:
    found = otel.otel_resource_attributes(OTEL, {}, {}, "ns", [{"name": "a", "image": image}])
    middle = f"service.version={version}," if version else ""
    assert found == f"service.namespace=ns,{middle}service.instance.id=ns.$(POD_NAME).a"


def test_otel_version_needs_one_container() -> None:
    two = [{"name": "a", "image": "x:1"}, {"name": "b"}]
    assert otel.otel_resource_attributes(OTEL, None, None, "", two) == "service.instance.id=.$(POD_NAME).a"
    assert otel.otel_resource_attributes({}, None, None, "ns", two) == ""


def test_lookups() -> None:
    metadata = {"annotations": {"a": ""}}
    assert lookup.annotation(metadata, "a", "x") == ""
    assert lookup.annotation(metadata, "b", None) == "<nil>"
    assert lookup.annotation({}, "b", 1e6) == "1e+06"
    assert [lookup.value_or_default(v, "d") for v in (None, "", 0, False, "x")] == ["d", "d", 0, False, "x"]
    assert lookup.isset({"a": None}, "a")
    assert not lookup.isset(None, "a")
    assert lookup.omit({"a": "1", "b": "2"}, "a", "c") == {"b": "2"}
    assert lookup.strdict("a", 1, "b") == {"a": "1", "b": ""}
    assert lookup.merge_maps({"a": "1", "b": "1"}, None, {"a": "2"}) == {"a": "2", "b": "1"}
    assert lookup.merge_maps() is None


def test_encodings() -> None:
    assert encoding.to_json({"b": "<", "a": "1"}) == '{"a":"1","b":"\\u003c"}'
    assert encoding.to_json(None) == encoding.struct_to_json(None) == "{}"
    assert encoding.to_json_map({"b": "1"}, {"a": "2"}) == '{"a":"2","b":"1"}'
    assert encoding.from_json("[1]") == [1]
    assert encoding.from_json("oops") == "{}"
    assert encoding.to_yaml({"b": 1, "a": "yes"}) == 'a: "yes"\nb: 1\n'
    assert encoding.to_yaml(float("nan")) == ""
    assert encoding.indent(2, "a\nb") == "a\n  b"
    assert [encoding.directory(p) for p in ("/a/b", "b", "/")] == ["/a/", "", "/"]
    assert encoding.contains("b", "abc")


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("toJson", "1.17", "1.18"),
        ("strdict", "1.18", "1.30"),
        ("mergeMaps", "1.21", "1.30"),
        ("otelResourceAttributes", "1.30", "1.30"),
        ("env", "1.17", "1.30"),
    ],
)
def test_functions_by_release(name: str, first: str, last: str) -> None:
    numbers = [f"1.{minor}" for minor in range(17, 31)]
    known = [n for n in numbers if name in function_table.functions(release(n), {})]
    assert (known[0], known[-1]) == (first, last)


def test_functions_that_need_their_release() -> None:
    functions = function_table.functions(release("1.30"), {"A": "x", "B": ""})
    assert functions["env"]("A", "d") == "x"
    assert functions["env"]("B", "d") == functions["env"]("C", "d") == "d"
    assert functions["formatDuration"]("90s") == "1m30s"
    assert functions["protoToJSON"]({"concurrency": 0, "statusPort": 15020}) == '{"concurrency":0}'
    assert functions["protoToJSON"](None) == "{}"
    assert functions["appendMultusNetwork"]("[{}]", "a/b") == '[{}, {"name": "b", "namespace": "a"}]'
