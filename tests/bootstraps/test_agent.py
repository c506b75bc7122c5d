"""From a pod to the agent's inputs: environment, arguments, podinfo, mesh file, stand-ins."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from meshc import Settings, bootstrap
from meshc.bootstraps.known_facts import KNOWN, STAND_INS
from meshc.errors import ErrorGroup, InputError, MeshcError, SettingsError, UsageError
from meshc.kubernetes.pods import find_pod, pod_of
from tests.bootstraps.samples import MINORS, PODINFO, agent, field, minors, pod, proxy_container, settings
from tests.newest import NEWEST


def envoy(manifest: Any, text: str = NEWEST, facts: Any = None) -> Any:
    return orjson.loads(bootstrap(manifest, settings(text), facts).envoy or b"null")


def metadata(manifest: Any, text: str = NEWEST, facts: Any = None) -> Any:
    return envoy(manifest, text, facts)["node"]["metadata"]


def deployment(pod_manifest: Any) -> Any:
    template = {"metadata": {**pod_manifest["metadata"]}, "spec": {**pod_manifest["spec"]}}
    for key in ("name", "namespace"):
        template["metadata"].pop(key)
    template["spec"].pop("nodeName")
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"template": template},
    }


@pytest.mark.parametrize("text", MINORS)
def test_an_injected_pod_is_read_as_its_agent_would(text: str) -> None:
    node = envoy(pod(), text)["node"]
    assert node["id"] == "sidecar~10.1.2.3~web-0.shop~shop.svc.cluster.local"
    assert node["cluster"] == "web.shop"
    shown = node["metadata"]
    assert shown["LABELS"] == {"app": "web"}
    assert shown["ANNOTATIONS"] == {"team": "checkout"}
    assert (shown["NAME"], shown["NAMESPACE"], shown["SERVICE_ACCOUNT"]) == ("web-0", "shop", "default")
    assert (shown["NODE_NAME"], shown["INSTANCE_IPS"]) == ("node-a", "10.1.2.3")
    assert shown["POD_PORTS"] == '[{"name":"http","containerPort":8080,"protocol":"TCP"}]'
    assert shown["ISTIO_VERSION"] == str(settings(text).release)
    assert shown["PROXY_CONFIG"]["concurrency"] == 2


def test_a_native_sidecar_is_found_among_the_init_containers() -> None:
    manifest = pod()
    manifest["spec"]["initContainers"] = [manifest["spec"]["containers"].pop()]
    assert metadata(manifest)["NAME"] == "web-0"


def test_a_workload_is_read_as_its_pod_with_stand_ins() -> None:
    node = envoy(deployment(pod()))["node"]
    ip = STAND_INS["pod_ip"]
    assert node["id"] == f"sidecar~{ip}~web-pod.shop~shop.svc.cluster.local"
    assert node["metadata"]["NODE_NAME"] == STAND_INS["node_name"]


def test_facts_take_the_place_of_stand_ins_and_of_the_manifest() -> None:
    facts = {"pod_name": "web-1", "pod_ips": ["10.7.7.7", "fd00::7"], "node_name": "n2", "namespace": "other"}
    node = envoy(deployment(pod()), facts=facts)["node"]
    assert node["id"] == "sidecar~10.7.7.7~web-1.other~other.svc.cluster.local"
    assert node["metadata"]["INSTANCE_IPS"] == "10.7.7.7,fd00::7"
    assert node["metadata"]["NODE_NAME"] == "n2"


def test_a_variable_refers_to_earlier_ones_only() -> None:
    env = [
        {"name": "ISTIO_META_A", "value": "$(POD_NAME)-$(LATER)-$$(POD_NAME)"},
        {"name": "LATER", "value": "x"},
        {"name": "ISTIO_META_TWICE", "value": "1"},
        {"name": "ISTIO_META_TWICE", "value": "2"},
    ]
    shown = metadata(pod(env=env))
    assert shown["A"] == "web-0-$(LATER)-$(POD_NAME)"
    assert shown["TWICE"] == "2"


def test_references_to_supplied_objects_are_resolved() -> None:
    env = [
        {"name": "ISTIO_META_C", "valueFrom": {"configMapKeyRef": {"name": "c", "key": "k"}}},
        {"name": "ISTIO_META_S", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
        {"name": "ISTIO_META_NONE", "valueFrom": {"secretKeyRef": {"name": "t", "key": "k"}}},
    ]
    objects = [
        {"kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"k": "one"}},
        {"kind": "Secret", "metadata": {"name": "s"}, "data": {"k": "dHdv"}},
    ]
    shown = metadata(pod(env=env), facts={"objects": objects})
    assert (shown["C"], shown["S"], "NONE" in shown) == ("one", "two", False)


@pytest.mark.parametrize(
    ("limit", "allocatable", "wanted"), [("2", {}, 2), ("100m", {}, 1), (None, {}, None), (None, {"cpu": "3500m"}, 4)]
)
def test_concurrency_from_the_cpu_limit(limit: str | None, allocatable: Any, wanted: int | None) -> None:
    resources = {"limits": {"cpu": limit}} if limit else {}
    config = metadata(pod(resources=resources), facts={"allocatable": allocatable})["PROXY_CONFIG"]
    assert config.get("concurrency") == wanted


@pytest.mark.parametrize("text", MINORS)
def test_concurrency_rules_per_release_and_role(text: str) -> None:
    plain: Any = {"resources": {}}
    sidecar = metadata(pod(**plain), text)["PROXY_CONFIG"].get("concurrency")
    assert sidecar == (None if text in minors("cpu_limit_concurrency") else 2)
    router = metadata(pod(**plain, args=["proxy", "router"]), text)["PROXY_CONFIG"].get("concurrency")
    assert router is None
    flag = metadata(pod(args=["proxy", "sidecar", "--concurrency=7"]), text)["PROXY_CONFIG"]["concurrency"]
    assert flag == 7


def test_layers_of_the_proxy_config() -> None:
    env = [{"name": "PROXY_CONFIG", "value": '{"proxyMetadata":{"ISTIO_META_A":"env","B":"env"},"statNameLength":5}'}]
    text = "proxyMetadata:\n  B: annotation\nproxyAdminPort: 15777\n"
    found = envoy(pod(env=env, annotations={"proxy.istio.io/config": text}))
    config = found["node"]["metadata"]["PROXY_CONFIG"]
    assert config["proxyMetadata"] == {"ISTIO_META_A": "env", "B": "annotation"}
    assert (config["statNameLength"], config["proxyAdminPort"]) == (5, 15777)
    assert found["admin"]["address"]["socket_address"]["port_value"] == 15777
    assert found["node"]["metadata"]["A"] == "env"


def test_annotations_that_act_after_validation() -> None:
    annotations = {"sidecar.istio.io/discoveryAddress": "o_d:x", "status.sidecar.istio.io/port": "x"}
    config = metadata(pod(annotations=annotations))["PROXY_CONFIG"]
    assert config["discoveryAddress"] == "o_d:x"
    assert "statusPort" not in config


@pytest.mark.parametrize("text", ["odd", "odd:", ":1", "[::1]"])
def test_a_discovery_address_without_port_is_refused_wherever_it_comes_from(text: str) -> None:
    with pytest.raises(InputError, match="not an address") as caught:
        bootstrap(pod(annotations={"sidecar.istio.io/discoveryAddress": text}), settings())
    assert caught.value.path == "proxyConfig.discoveryAddress"
    with pytest.raises(InputError, match="not an address"):
        bootstrap(None, settings(), {"proxy_config": {"discoveryAddress": text}})


def test_without_podinfo_volume_labels_and_annotations_are_unknown() -> None:
    manifest = pod(annotations={"proxy.istio.io/config": "proxyAdminPort: 1"})
    manifest["spec"]["volumes"] = []
    shown = metadata(manifest)
    assert "LABELS" not in shown
    assert shown["PROXY_CONFIG"]["proxyAdminPort"] == 15000


@pytest.mark.parametrize("text", ["1.17", "1.30"])
def test_chart_gateways_read_the_mesh_file(text: str) -> None:
    mounts = [
        {"name": "istio-podinfo", "mountPath": "/etc/istio/pod"},
        {"name": "config-volume", "mountPath": "/etc/istio/config"},
    ]
    manifest = deployment(pod())
    container = proxy_container(args=["proxy", "router"], volumeMounts=mounts)
    container["env"] = [e for e in container["env"] if e["name"] != "PROXY_CONFIG"]
    spec = manifest["spec"]["template"]["spec"]
    spec["containers"] = [container]
    spec["volumes"] = [PODINFO, {"name": "config-volume", "configMap": {"name": "istio", "optional": True}}]
    mesh = "defaultConfig:\n  controlPlaneAuthPolicy: NONE\n  proxyAdminPort: 15123\n"
    objects = [{"kind": "ConfigMap", "metadata": {"name": "istio"}, "data": {"mesh": mesh}}]
    found = metadata(manifest, text, {"objects": objects})
    assert found["PROXY_CONFIG"]["proxyAdminPort"] == 15123
    assert "PILOT_SAN" not in found
    chosen = Settings.load(release=text, resolved_mesh_config={"defaultConfig": {"proxyAdminPort": 15321}})
    by_settings = orjson.loads(bootstrap(manifest, chosen).envoy or b"")
    assert by_settings["admin"]["address"]["socket_address"]["port_value"] == 15321


def test_a_file_of_ones_own_means_no_envoy_bootstrap() -> None:
    env = [{"name": "PROXY_CONFIG", "value": '{"customConfigFile":"/x.json"}'}]
    assert bootstrap(pod(env=env), settings()).envoy is None


def test_statsd_host_names_need_an_address() -> None:
    env = [{"name": "PROXY_CONFIG", "value": '{"statsdUdpAddress":"statsd.obs:9125"}'}]
    nodes = bootstrap(pod(env=env), settings())
    assert b"statsd.obs" not in (nodes.envoy or b"")
    assert "hosts.statsd.obs=ADDRESS" in nodes.warnings[0]
    found = envoy(pod(env=env), facts={"hosts": {"statsd.obs": "fd00::3"}})
    assert found["node"]["metadata"]["PROXY_CONFIG"]["statsdUdpAddress"] == "[fd00::3]:9125"


@pytest.mark.parametrize(
    ("tag", "wanted"),
    [("1.17.2", "1.17.2"), ("1.30.3-distroless", "1.30.3"), ("1.27-debug", "1.27"), ("latest", None)],
)
def test_release_of_the_image(tag: str, wanted: str | None) -> None:
    assert pod_of(pod(tag)).image_release == wanted
    assert pod_of(deployment(pod(tag))).image_release == wanted


def test_image_environment() -> None:
    assert metadata(pod(), "1.17.2")["ISTIO_PROXY_SHA"].startswith("d7993818")
    assert "ISTIO_PROXY_SHA" not in metadata(pod(), "1.30")
    assert metadata(pod(), "1.30", {"proxy_sha": "abc"})["ISTIO_PROXY_SHA"] == "abc"


@pytest.mark.parametrize("value", ["P|1|C|europe-west1-b", "P|1|C"])
@pytest.mark.parametrize("text", MINORS)
def test_static_gcp_metadata(text: str, value: str) -> None:
    env = [{"name": "GCP_METADATA", "value": value}, {"name": "GCP_ZONE", "value": "europe-west1-c"}]
    node = envoy(pod(env=env), text)["node"]
    if value.count("|") != 3:
        assert "PLATFORM_METADATA" not in node["metadata"]
        return
    found = node["metadata"]["PLATFORM_METADATA"]
    assert found["gcp_gke_cluster_url"].endswith("/v1/projects/P/locations/europe-west1-b/clusters/C")
    zone = {"1.17": None}.get(text, "europe-west1-c" if text in minors("gcp_zone") else "europe-west1-b")
    assert node["locality"] == ({"region": "europe-west1", "zone": zone} if zone else {})


@pytest.mark.parametrize(
    ("text", "locality"),
    [("1.18.6", {}), ("1.18.7", {"region": "r", "zone": "r-b"}), ("1.19.0", {"region": "r", "zone": "r-b"})],
)
def test_gcp_locality_without_the_metadata_server(text: str, locality: dict[str, str]) -> None:
    node = envoy(pod(env=[{"name": "GCP_METADATA", "value": "P|1|C|r-b"}]), text)["node"]
    assert node["locality"] == locality


@pytest.mark.parametrize(("text", "has"), [("1.18.6", True), ("1.18.7", False)])
def test_quota_project_alone(text: str, has: bool) -> None:
    env = [{"name": "CLOUD_PLATFORM", "value": "GCP"}, {"name": "GCP_QUOTA_PROJECT", "value": "q"}]
    assert ("PLATFORM_METADATA" in metadata(pod(env=env), text)) == has
    other = [{"name": "CLOUD_PLATFORM", "value": "none"}, {"name": "GCP_METADATA", "value": "P|1|C|r-b"}]
    assert "PLATFORM_METADATA" not in metadata(pod(env=other), text)


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        ({"kind": "Service", "spec": {}}, "neither a pod nor a workload"),
        ({"kind": "Pod", "spec": {"containers": [{"name": "web"}]}}, "no container istio-proxy"),
        (pod(args=["sleep"]), "does not run the proxy agent"),
        (pod(args=["proxy", "toaster"]), "unknown role of a proxy"),
        (pod(args=["proxy", "sidecar", "--concurrency", "two"]), "not a whole number"),
        (pod(env=[{"value": "x"}]), "without a name"),
        (pod(env="x"), "env"),
        (pod(volumeMounts=["x"]), "volumeMounts"),
    ],
)
def test_what_is_no_proxy_is_refused(manifest: Any, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        bootstrap(manifest, settings())
    assert caught.value.path or caught.value.hint
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("discoveryAddress: nowhere", "discoveryAddress"),
        ("drainDuration: 45", "drainDuration"),
        ("tracing: {zipkin: 1}", "zipkin"),
        ("proxyAdminPort: 0", "proxyAdminPort"),
        ("controlPlaneAuthPolicy: ODD", "controlPlaneAuthPolicy"),
        ("[1]", "proxy.istio.io/config"),
    ],
)
def test_a_proxy_config_the_agent_refuses(text: str, part: str) -> None:
    with pytest.raises(MeshcError) as caught:
        bootstrap(pod(annotations={"proxy.istio.io/config": text}), settings())
    assert part in str(caught.value)
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("config", "path"),
    [
        ({"tracing": {"jaeger": {}}}, "jaeger"),
        ({"discoveryAddress": 5}, "discoveryAddress"),
        ({"drainDuration": "45"}, "drainDuration"),
        ({"proxyAdminPrt": 1}, "proxyAdminPrt"),
    ],
)
def test_facts_are_read_strictly(config: Any, path: str) -> None:
    with pytest.raises(SettingsError) as caught:
        bootstrap(None, settings(), {"proxy_config": config})
    assert path in str(caught.value.path)


def test_templates_of_ones_own_are_refused() -> None:
    for env in (
        {"name": "ISTIO_BOOTSTRAP", "value": "/var/lib/istio/envoy/gcp_envoy_bootstrap_tmpl.json"},
        {"name": "PROXY_CONFIG", "value": '{"proxyBootstrapTemplatePath":"/mine.json"}'},
    ):
        with pytest.raises(SettingsError, match="custom bootstrap template"):
            bootstrap(pod(env=[env]), settings())


@pytest.mark.parametrize(
    ("facts", "message"),
    [
        ({"pod_ipp": "1"}, "write pod_ip"),
        ({"pod_ips": "10.0.0.1"}, "a list of strings"),
        ({"env": {"A": 1}}, "quote numbers"),
        ({"platform": {"zone": "x"}}, "metadata, locality"),
        ({"log_as_json": "yes"}, "true or false"),
        ({"zzzzz.qq": 1}, "known facts"),
    ],
)
def test_wrong_facts_are_named(facts: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message) as caught:
        bootstrap(pod(), settings(), facts)
    assert str(caught.value.path).startswith("facts.")


def test_dotted_facts_reach_into_maps() -> None:
    facts = {"env.ISTIO_META_A.B": "x", "platform.metadata.gcp_project": "p", "platform.kubernetes": True}
    shown = metadata(pod(), facts=facts)
    assert (shown["A.B"], shown["PLATFORM_METADATA"]) == ("x", {"gcp_project": "p"})


def test_every_fact_says_what_it_is() -> None:
    assert all(meaning for _, meaning in KNOWN.values())


def test_facts_alone_lie_over_the_mesh_of_the_settings() -> None:
    chosen = Settings.load(release="1.30", mesh_config={"defaultConfig": {"proxyAdminPort": 15432}})
    found = orjson.loads(bootstrap(None, chosen, {"pod_ip": "10.0.0.1"}).envoy or b"")
    assert found["admin"]["address"]["socket_address"]["port_value"] == 15432
    assert found["node"]["id"] == "sidecar~10.0.0.1~.~.svc.cluster.local"


def test_fields_of_labels_annotations_and_memory() -> None:
    env = [
        field("ISTIO_META_L", "metadata.labels['app']"),
        field("ISTIO_META_A", "metadata.annotations['team']"),
        field("ISTIO_META_GONE", "metadata.labels['gone']"),
        field("ISTIO_META_ODD", "status.odd"),
        {"name": "ISTIO_META_MEM", "valueFrom": {"resourceFieldRef": {"resource": "limits.memory", "divisor": "1Mi"}}},
        {"name": "ISTIO_META_REQ", "valueFrom": {"resourceFieldRef": {"resource": "requests.cpu"}}},
        {"name": "ISTIO_META_EMPTY", "valueFrom": {}},
    ]
    shown = metadata(pod(env=env, resources={"limits": {"memory": "1500k"}}))
    assert (shown["L"], shown["A"], shown["GONE"], shown["MEM"]) == ("web", "checkout", "", "2")
    assert shown["EMPTY"] == ""
    assert not {"ODD", "REQ"} & shown.keys()


def test_an_empty_service_cluster_takes_the_flag() -> None:
    env = [{"name": "PROXY_CONFIG", "value": '{"serviceCluster":""}'}]
    node = envoy(pod(env=env, args=["proxy", "sidecar", "--serviceCluster", "flagged"]))["node"]
    assert node["cluster"] == "flagged"


def test_the_template_flag_counts_only_without_a_file_of_ones_own() -> None:
    with pytest.raises(SettingsError, match="custom bootstrap template"):
        bootstrap(pod(args=["proxy", "sidecar", "--templateFile=/t.json"]), settings())


def test_a_mesh_file_that_is_no_mesh_is_refused() -> None:
    with pytest.raises(SettingsError, match="not a MeshConfig"):
        bootstrap(None, settings(), {"mesh_config": "[1]"})


def test_several_errors_are_all_told() -> None:
    text = "proxyAdminPort: 0\nstatusPort: 0\n"
    with pytest.raises(ErrorGroup) as caught:
        bootstrap(pod(annotations={"proxy.istio.io/config": text}), settings())
    assert len(caught.value.errors) == 2


def test_a_mesh_file_of_an_unknown_config_map_is_refused() -> None:
    manifest = pod(volumeMounts=[{"name": "mesh", "mountPath": "/etc/istio/config"}])
    manifest["spec"]["volumes"] = [{"name": "mesh", "configMap": {"name": "own-mesh"}}]
    with pytest.raises(InputError, match="ConfigMap of the mesh file is not known"):
        bootstrap(manifest, settings())


def test_podinfo_facts_as_text_or_missing() -> None:
    shown = metadata(pod(), facts={"labels": 'a="b"\n', "annotations": None, "kubelet_annotations": {"x": "y"}})
    assert shown["LABELS"] == {"a": "b"}
    assert "ANNOTATIONS" not in shown
    more = metadata(pod(), facts={"kubelet_annotations": {"kubernetes.io/config.source": "api"}})
    assert more["ANNOTATIONS"] == {"kubernetes.io/config.source": "api", "team": "checkout"}


def test_arguments_and_names_as_facts_alone() -> None:
    facts = {"args": ["proxy", "router", "--domain=d"], "pod_name": "a", "namespace": "b", "service_account": "sa"}
    node = orjson.loads(bootstrap(None, settings(), {**facts, "pod_ips": ["10.0.0.9"]}).envoy or b"")["node"]
    assert node["id"] == "router~10.0.0.9~a.b~d"
    assert node["metadata"]["SERVICE_ACCOUNT"] == "sa"


def test_instance_labels_count_outside_kubernetes() -> None:
    platform = {"labels": {"zone": "z"}, "kubernetes": False}
    shown = metadata(pod(), facts={"platform": platform})
    assert shown["STATIC_LABELS"] == {"zone": "z"}
    assert shown["LABELS"] == {"app": "web", "zone": "z"}
    assert "STATIC_LABELS" not in metadata(pod(), facts={"platform": {**platform, "kubernetes": True}})


def test_json_labels_that_are_no_strings_label_nothing() -> None:
    shown = metadata(pod(), facts={"env": {"ISTIO_METAJSON_LABELS": '{"a": 1}'}})
    assert "STATIC_LABELS" not in shown
    assert shown["a"] == 1


def test_undecodable_secrets_are_unset_and_text_ones_count() -> None:
    env = [
        {"name": "ISTIO_META_S", "valueFrom": {"secretKeyRef": {"name": "s", "key": "bad"}}},
        {"name": "ISTIO_META_T", "valueFrom": {"secretKeyRef": {"name": "s", "key": "text"}}},
    ]
    secret = {"kind": "Secret", "metadata": {"name": "s"}, "data": {"bad": "%%"}, "stringData": {"text": "t"}}
    shown = metadata(pod(env=env), facts={"objects": [secret, {"kind": "Other", "metadata": {"name": "o"}}]})
    assert "S" not in shown
    assert shown["T"] == "t"


def test_a_cron_jobs_pod_is_found_and_what_is_no_object_refused() -> None:
    job = {"kind": "CronJob", "metadata": {"name": "j"}, "spec": {"jobTemplate": {"spec": {}}}}
    job["spec"]["jobTemplate"]["spec"]["template"] = {"spec": pod()["spec"]}  # type: ignore[index]
    assert envoy(job)["node"]["id"].startswith("sidecar~192.0.2.1~j-pod.default~")
    with pytest.raises(InputError, match="expected a pod or a workload"):
        bootstrap([], settings())


def test_large_and_whole_numbers_of_json_members_are_those_of_go() -> None:
    shown = metadata(
        pod(), facts={"env": {"ISTIO_METAJSON_X": '{"big": 9007199254740993, "t": true, "l": [2.0, 0.5]}'}}
    )
    assert (shown["big"], shown["t"], shown["l"]) == (9007199254740992, True, [2, 0.5])


def test_incomplete_gcp_metadata_has_no_cluster_url() -> None:
    found = metadata(pod(env=[{"name": "GCP_METADATA", "value": "P|1||r-b"}]))["PLATFORM_METADATA"]
    assert found == {"gcp_location": "r-b", "gcp_project": "P", "gcp_project_number": "1"}


def test_a_flag_the_release_does_not_read_is_off() -> None:
    assert agent("1.17", env={"ISTIO_DUAL_STACK": "true"}).flag("ISTIO_DUAL_STACK") is False
    assert agent("1.18", env={"ISTIO_DUAL_STACK": "true"}).flag("ISTIO_DUAL_STACK") is True


def test_documents_without_a_pod_name_no_release() -> None:
    assert find_pod({"kind": "Service", "spec": {}}) is None
