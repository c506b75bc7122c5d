"""The layers of a pod's ProxyConfig (docs/istio/injection.md § 5.5)."""

from __future__ import annotations

from typing import Any

import pytest

from meshc import catalog
from meshc.errors import InputError, SettingsError
from meshc.models import effective, mesh, proxy, proxy_resources
from meshc.models.effective import ANNOTATION, Layers, Pod
from meshc.models.mesh_config import MeshConfig
from meshc.models.proxy_config import ProxyConfig
from meshc.models.proxy_resources import Resource

NEWEST = catalog.newest()


def resource(name: str, namespace: str, created: str = "", **spec: Any) -> Resource:
    """A ProxyConfig resource."""
    metadata = {"name": name, "namespace": namespace, "creationTimestamp": created or None}
    return proxy_resources.read({"metadata": metadata, "spec": spec}, NEWEST)


def pod(namespace: str = "ns", annotation: str | None = None, **labels: str) -> Pod:
    """What of a pod counts."""
    return Pod(namespace, labels, {} if annotation is None else {ANNOTATION: annotation})


def with_default(fields: dict[str, Any], release: catalog.Release = NEWEST) -> MeshConfig:
    """A MeshConfig whose defaultConfig sets some fields."""
    config = mesh.defaults(release)
    return config.changed(MeshConfig.default_config, ProxyConfig({**config.default_config.document, **fields}))


def concurrency(found: ProxyConfig) -> object:
    """The field these tests steer."""
    return found.concurrency


def test_layers_lie_over_each_other() -> None:
    config = with_default({"concurrency": 1, "proxyMetadata": {"A": "1"}})
    steps: list[Resource] = []
    found = [concurrency(effective.for_pod(config, pod(app="a"), steps, NEWEST))]
    for step in (
        resource("root", "istio-system", concurrency=2, environmentVariables={"B": "2"}),
        resource("general", "ns", concurrency=3, image={"imageType": "debug"}),
    ):
        steps.append(step)
        found.append(concurrency(effective.for_pod(config, pod(app="a"), steps, NEWEST)))
    found.append(concurrency(effective.for_pod(config, pod(annotation="concurrency: 4", app="a"), steps, NEWEST)))
    steps.append(resource("special", "ns", concurrency=5, selector={"matchLabels": {"app": "a"}}))
    result = effective.for_pod(config, pod(annotation="concurrency: 4", app="a"), steps, NEWEST)
    assert [*found, concurrency(result)] == [1, 2, 3, 4, 5]
    assert result.proxy_metadata == {"A": "1", "B": "2"}
    assert result.image.document == {"imageType": "debug"}


def test_only_the_first_resource_of_a_class_counts() -> None:
    found = [
        resource("a", "ns", "2024-01-02T00:00:00Z", concurrency=2),
        resource("b", "ns", "2024-01-01T00:00:00Z", environmentVariables={"B": "1"}),
        resource("c", "ns", "2024-01-01T00:00:00Z", concurrency=9),
    ]
    result = effective.for_pod(mesh.defaults(NEWEST), pod(), found, NEWEST)
    assert concurrency(result) is None
    assert result.proxy_metadata == {"B": "1"}


def test_an_empty_selector_matches_nothing() -> None:
    empty: list[dict[str, Any]] = [{}, {"matchLabels": {}}]
    for selector in empty:
        found = [resource("a", "ns", concurrency=2, selector=selector)]
        assert concurrency(effective.for_pod(mesh.defaults(NEWEST), pod(app="a"), found, NEWEST)) is None


def test_a_selector_needs_all_its_labels() -> None:
    found = [resource("a", "ns", concurrency=2, selector={"matchLabels": {"app": "a", "v": "1"}})]
    layers = Layers(mesh.defaults(NEWEST), found, NEWEST)
    assert concurrency(layers.for_pod(pod(app="a"))) is None
    assert concurrency(layers.for_pod(pod(app="a", v="1"))) == 2


def test_a_selector_in_the_root_namespace_is_for_its_own_pods() -> None:
    found = [resource("a", "istio-system", concurrency=2, selector={"matchLabels": {"app": "a"}})]
    layers = Layers(mesh.defaults(NEWEST), found, NEWEST)
    assert concurrency(layers.for_pod(pod(app="a"))) is None
    assert concurrency(layers.for_pod(pod("istio-system", app="a"))) == 2


def test_the_root_namespace_counts_once() -> None:
    found = [resource("a", "istio-system", environmentVariables={"A": "1"})]
    assert effective.for_pod(mesh.defaults(NEWEST), pod("istio-system"), found, NEWEST).proxy_metadata == {"A": "1"}


def test_zero_scalars_cannot_override_a_lower_layer_but_set_messages_do() -> None:
    release = catalog.release("1.21")
    config = with_default({"statusPort": 0, "controlPlaneAuthPolicy": "NONE", "tracing": {}, "concurrency": 0}, release)
    result = effective.for_pod(config, pod(annotation="proxyAdminPort: 0"), (), release)
    assert (result.status_port, result.control_plane_auth_policy, result.proxy_admin_port) == (
        15020,
        "MUTUAL_TLS",
        15000,
    )
    assert (result.tracing.document, result.concurrency) == ({}, 0)


def test_without_a_store_of_resources_the_built_in_proxy_config_is_all() -> None:
    config = with_default({"concurrency": 3})
    assert effective.for_pod(config, pod(annotation="concurrency: 4"), None, NEWEST) == proxy.defaults(NEWEST)


@pytest.mark.parametrize("text", ["concurrency: [", "concurrency: many", "3"])
def test_an_unreadable_annotation_is_no_layer(text: str) -> None:
    assert effective.for_pod(mesh.defaults(NEWEST), pod(annotation=text), (), NEWEST) == proxy.defaults(NEWEST)


def test_results_do_not_share_state() -> None:
    layers = Layers(mesh.defaults(NEWEST), (), NEWEST)
    layers.for_pod(pod()).changed(ProxyConfig.concurrency, 7)
    assert concurrency(layers.for_pod(pod())) is None


@pytest.mark.parametrize(
    ("release", "tags", "tracing"),
    [
        ("1.17.1", ["a", "b"], {"zipkin": {"address": "zipkin.istio-system:9411"}, "sampling": 5}),
        ("1.17.2", ["b"], {"sampling": 5}),
    ],
)
def test_the_first_releases_merged_member_by_member(release: str, tags: list[str], tracing: dict[str, Any]) -> None:
    found = catalog.release(release)
    config = with_default({"extraStatTags": ["a"]}, found)
    result = effective.for_pod(config, pod(annotation="extraStatTags: [b]\ntracing: {sampling: 5}"), (), found)
    assert (result.extra_stat_tags, result.tracing.document) == (tags, tracing)


def test_merging_member_by_member() -> None:
    found = catalog.release("1.17.0")
    config = with_default(
        {
            "holdApplicationUntilProxyStarts": True,
            "image": {"imageType": "a"},
            "proxyMetadata": {"A": "1"},
            "drainDuration": "9s",
        },
        found,
    )
    text = """
    holdApplicationUntilProxyStarts: false
    concurrency: 0
    image: {}
    proxyMetadata: {B: "2"}
    drainDuration: 8s
    tracingServiceName: CANONICAL_NAME_ONLY
    tracing: {datadog: {address: "x:1"}}
    """
    result = effective.for_pod(config, pod(annotation=text), (), found)
    assert result.hold_application_until_proxy_starts is True
    assert (result.concurrency, result.image.document, result.drain_duration) == (0, {}, "8s")
    assert result.proxy_metadata == {"A": "1", "B": "2"}
    assert not result.has(ProxyConfig.service_cluster)
    assert result.tracing.document == {"datadog": {"address": "x:1"}}


def test_offline_the_annotation_is_merged_onto_the_mesh_default() -> None:
    config = MeshConfig({"defaultConfig": {"statusPort": 1, "concurrency": 2}})
    assert effective.offline(config, {}, NEWEST).document == {"statusPort": 1, "concurrency": 2}
    assert effective.offline(config, {ANNOTATION: "statusPort: 0"}, NEWEST).document == {
        "statusPort": 0,
        "concurrency": 2,
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("proxyMetadata: {A: true}", "could not parse proxy config: proxyMetadata.A: must be a string"),
        ("a: [", "could not parse proxy config: "),
        ("concurrency: x\nstatusPort: y", "could not parse proxy config: statusPort"),
    ],
)
def test_offline_an_unreadable_annotation_is_an_error(text: str, message: str) -> None:
    with pytest.raises(InputError) as raised:
        effective.offline(MeshConfig(), {ANNOTATION: text}, NEWEST)
    assert raised.value.message.startswith(message) or "statusPort" in raised.value.message
    assert raised.value.path == 'metadata.annotations["proxy.istio.io/config"]'


def test_resources_of_users_are_read_strictly() -> None:
    document = {"apiVersion": "networking.istio.io/v1beta1", "kind": "ProxyConfig", "spec": {"concurency": 2}}
    assert proxy_resources.is_resource(document)
    assert not proxy_resources.is_resource({"kind": "ProxyConfig"})
    with pytest.raises(SettingsError, match=r"spec\.concurency: unknown field .*\n.*did you mean concurrency\?"):
        proxy_resources.read(document, NEWEST, strict=True)
    read = proxy_resources.read(document, NEWEST, namespace="here")
    assert (read.namespace, read.selector, read.config.document) == ("here", None, {})


@pytest.mark.parametrize(
    ("metadata", "path"),
    [("x", "metadata"), ({"name": 5}, "metadata.name"), ({"namespace": ["a"]}, "metadata.namespace")],
)
def test_metadata_of_a_resource_must_be_text(metadata: Any, path: str) -> None:
    with pytest.raises(SettingsError) as raised:
        proxy_resources.read({"metadata": metadata}, NEWEST)
    assert raised.value.path == path
