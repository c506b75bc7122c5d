"""Kubernetes objects in their typed form."""

from __future__ import annotations

import pytest

from meshc import catalog, yamlio
from meshc.errors import InputError
from meshc.kubernetes.typed import HANDLED, is_handled, kind_name, normalize, ordered
from meshc.yamlio import Json
from tests.newest import NEWEST

OLD, NEW = catalog.release("1.17"), catalog.release(NEWEST)


def _pod(spec: str, *, release: catalog.Release = NEW, courtesy: bool = True) -> Json:
    return normalize(yamlio.load(spec), "PodSpec", release=release, courtesy=courtesy)


def _container(text: str, *, release: catalog.Release = NEW, courtesy: bool = True) -> Json:
    return normalize(yamlio.load(text), "Container", release=release, courtesy=courtesy)


_TEMPLATE = "  template:\n    metadata: {}\n    spec:\n      containers: null\n"
EMPTY = {
    "Deployment": f"metadata: {{}}\nspec:\n  selector: null\n  strategy: {{}}\n{_TEMPLATE}status: {{}}\n",
    "StatefulSet": f'metadata: {{}}\nspec:\n  selector: null\n  serviceName: ""\n{_TEMPLATE}  updateStrategy: {{}}\n'
    "status:\n  availableReplicas: 0\n  replicas: 0\n",
    "DaemonSet": f"metadata: {{}}\nspec:\n  selector: null\n{_TEMPLATE}  updateStrategy: {{}}\nstatus:\n  currentNumberScheduled: 0\n"
    "  desiredNumberScheduled: 0\n  numberMisscheduled: 0\n  numberReady: 0\n",
    "ReplicaSet": f"metadata: {{}}\nspec:\n  selector: null\n{_TEMPLATE}status:\n  replicas: 0\n",
    "ReplicationController": "metadata: {}\nspec: {}\nstatus:\n  replicas: 0\n",
    "Job": f"metadata: {{}}\nspec:\n{_TEMPLATE}status: {{}}\n",
    "Pod": "metadata: {}\nspec:\n  containers: null\nstatus: {}\n",
    "List": "items: null\nmetadata: {}\n",
    "DeploymentConfig": "metadata: {}\nspec:\n  replicas: 0\n  strategy:\n    resources: {}\n  test: false\n  triggers: null\n"
    "status:\n  availableReplicas: 0\n  latestVersion: 0\n  observedGeneration: 0\n  replicas: 0\n"
    "  unavailableReplicas: 0\n  updatedReplicas: 0\n",
}


@pytest.mark.parametrize(("kind", "text"), EMPTY.items())
def test_what_an_empty_object_shows(kind: str, text: str) -> None:
    assert yamlio.dump(normalize({}, kind, release=NEW)) == text
    normal = normalize({"kind": kind, "apiVersion": "any/v1"}, release=OLD)
    assert normal["apiVersion"] == "any/v1"
    if kind != "List":
        assert normal["metadata"] == {"creationTimestamp": None}


def test_claim_templates_of_a_stateful_set() -> None:
    normal = normalize({"spec": {"volumeClaimTemplates": [{"metadata": {"name": "d"}}]}}, "StatefulSet", release=NEW)
    assert normal["spec"]["volumeClaimTemplates"] == [
        {"metadata": {"name": "d"}, "spec": {"resources": {}}, "status": {}}
    ]


def test_optional_zero_values_vanish_but_pointers_stay() -> None:
    spec = """
    containers: []
    hostNetwork: false
    dnsPolicy: ""
    nodeSelector: {}
    tolerations: []
    priority: null
    automountServiceAccountToken: false
    terminationGracePeriodSeconds: 0
    securityContext: {runAsUser: 0, runAsNonRoot: false, supplementalGroups: []}
    volumes:
    - name: a
      emptyDir: {}
    - {name: b, emptyDir: null, secret: {secretName: s, optional: false, items: null}}
    """
    assert _pod(spec) == {
        "volumes": [{"name": "a", "emptyDir": {}}, {"name": "b", "secret": {"secretName": "s", "optional": False}}],
        "containers": [],
        "terminationGracePeriodSeconds": 0,
        "automountServiceAccountToken": False,
        "securityContext": {"runAsUser": 0, "runAsNonRoot": False},
    }


def test_unknown_fields_vanish_and_names_match_in_any_case() -> None:
    assert _container("{NAME: x, imagepullpolicy: Always, $patch: merge, foo: 1, RESOURCES: {Limits: {cpu: 1}}}") == {
        "name": "x",
        "resources": {"limits": {"cpu": "1"}},
        "imagePullPolicy": "Always",
    }
    assert _container("{name: exact, Name: other}")["name"] == "exact"


def test_keys_come_in_the_order_of_the_api() -> None:
    env = "[{valueFrom: {secretKeyRef: {key: k, name: s}}, name: e}]"
    normal = _container(f"{{tty: true, image: i, env: {env}, name: c, ports: [{{containerPort: 1, name: p}}]}}")
    assert list(normal) == ["name", "image", "ports", "env", "resources", "tty"]
    assert list(normal["env"][0]) == ["name", "valueFrom"]
    assert list(normal["env"][0]["valueFrom"]["secretKeyRef"]) == ["name", "key"]
    assert list(normal["ports"][0]) == ["name", "containerPort"]


@pytest.mark.parametrize(
    "spec",
    [
        "containers: [{name: c, env: [{name: e, valueFrom: {configMapKeyRef: {name: 1, key: k}}}]}]",
        "containers: [{name: c, envFrom: [{secretRef: {name: yes}}]}]",
        "containers: [{name: c, livenessProbe: {httpGet: {path: 5}}}]",
        "containers: [{name: c, livenessProbe: {exec: {command: [1]}}}]",
        "{containers: [], volumes: [{name: v, hostPath: {path: 1}}]}",
        "{containers: [], ephemeralContainers: [{name: 1}]}",
    ],
)
def test_texts_below_an_embedded_struct_must_be_quoted(spec: str) -> None:
    with pytest.raises(InputError, match="into a string"):
        _pod(spec)


def test_texts_outside_embedded_structs_need_no_quotes() -> None:
    spec = "{containers: [{name: 1, lifecycle: {preStop: {exec: {command: [1]}}}}], volumes: [{name: 2}]}"
    normal = _pod(spec)
    assert normal["containers"][0]["lifecycle"]["preStop"]["exec"]["command"] == ["1"]
    assert (normal["containers"][0]["name"], normal["volumes"][0]["name"]) == ("1", "2")


def test_the_version_of_an_object_must_be_quoted() -> None:
    with pytest.raises(InputError, match="apiVersion"):
        normalize({"kind": "Pod", "apiVersion": 1}, release=NEW, courtesy=True)


def test_fields_come_and_go_with_the_kubernetes_level() -> None:
    text = "{name: c, restartPolicy: Always, resizePolicy: [{resourceName: cpu, restartPolicy: x}]}"
    assert "restartPolicy" not in _container(text, release=OLD)
    assert "resizePolicy" not in _container(text, release=OLD)
    assert "restartPolicy" not in _container(text, release=catalog.release("1.18"))
    assert _container(text)["restartPolicy"] == "Always"
    claim = "{resourceClaims: [{name: a, source: {resourceClaimName: x}, resourceClaimName: z}]}"
    assert _pod(claim, release=OLD)["resourceClaims"] == [{"name": "a", "source": {"resourceClaimName": "x"}}]
    assert _pod(claim)["resourceClaims"] == [{"name": "a", "resourceClaimName": "z"}]


def test_what_is_always_written() -> None:
    text = """
    name: c
    env: [{name: e, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}]
    ports: [{}]
    readinessProbe: {grpc: {port: 1}}
    livenessProbe: {httpGet: {}}
    startupProbe: {tcpSocket: {host: h}}
    """
    normal = _container(text)
    assert normal["env"][0]["valueFrom"]["resourceFieldRef"] == {"resource": "limits.cpu", "divisor": "0"}
    assert normal["ports"] == [{"containerPort": 0}]
    assert normal["readinessProbe"] == {"grpc": {"port": 1, "service": None}}
    assert normal["livenessProbe"] == {"httpGet": {"port": 0}}
    assert normal["startupProbe"] == {"tcpSocket": {"port": 0, "host": "h"}}


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("8080", "8080"), ("yes", "true"), ("off", "false"), ("0777", "511"), ("1_000", "1000"), ("-0", "0"), ("1.10", "1.1"), ("1.0", "1"),
        ("1e3", "1000"), ("1e6", "1e+06"), ("123456.789", "123456.79"), ("1234567.5", "1.2345675e+06"), ("1e20", "1e+20"),
        ("100000000000000000000", "1e+20"), ("0.00001", "1e-05"), ("0.0001", "0.0001"), ("2020-01-01", "2020-01-01"), ("-0.0", "-0"),
        ("1e39", "+Inf"), ("-1e39", "-Inf"), ("16777217.0", "1.6777216e+07"), ("0.1", "0.1"),
    ],
)  # fmt: skip
def test_courtesy_turns_scalars_into_strings(text: str, want: str) -> None:
    assert _container(f"{{name: c, env: [{{name: e, value: {text}}}]}}")["env"] == [{"name": "e", "value": want}]
    assert _pod(f"nodeSelector: {{{text}: {text}}}")["nodeSelector"] == {want: want}


def test_null_where_a_string_is_wanted() -> None:
    assert _pod(
        "{nodeSelector: {a: null}, dnsPolicy: null, containers: [{name: null, args: [null, a], env: [null]}]}"
    ) == {
        "containers": [{"name": "", "args": ["", "a"], "env": [{"name": ""}], "resources": {}}],
        "nodeSelector": {"a": ""},
    }


@pytest.mark.parametrize("text", ["{name: 1}", "{name: c, env: [{name: e, value: true}]}", "{name: c, args: [1.5]}"])
def test_overlays_get_no_courtesy(text: str) -> None:
    assert _container(text, courtesy=True)
    with pytest.raises(InputError, match="cannot unmarshal"):
        _container(text, courtesy=False)


def test_numbers_written_in_other_ways_are_numbers() -> None:
    assert _pod("terminationGracePeriodSeconds: 1e1")["terminationGracePeriodSeconds"] == 10
    assert type(_pod("terminationGracePeriodSeconds: 1e1")["terminationGracePeriodSeconds"]) is int
    assert _container("{name: c, livenessProbe: {httpGet: {port: 080}}}")["livenessProbe"]["httpGet"] == {"port": 80}
    assert _container("{name: c, livenessProbe: {httpGet: {port: http}}}")["livenessProbe"]["httpGet"] == {
        "port": "http"
    }


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("1", "1"),
        ("0.5", "500m"),
        ("' 2000m '", "2"),
        ("1e3", "1k"),
        ("null", "0"),
        ("1.5Gi", "1536Mi"),
        ("1e-7", "100e-9"),
    ],
)
def test_quantities_are_canonical(text: str, want: str) -> None:
    assert _container(f"{{name: c, resources: {{limits: {{cpu: {text}}}}}}}")["resources"] == {"limits": {"cpu": want}}


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("2024-01-31T12:00:00Z", "2024-01-31T12:00:00Z"),
        ("2024-01-31T12:00:00.5+02:00", "2024-01-31T10:00:00Z"),
        ("0999-01-01T00:00:00Z", "0999-01-01T00:00:00Z"),
    ],
)
def test_times_are_utc_in_whole_seconds(text: str, want: str) -> None:
    assert normalize({"creationTimestamp": text}, "ObjectMeta", release=NEW) == {"creationTimestamp": want}


def test_the_zero_time_is_null_or_absent() -> None:
    zero = {"creationTimestamp": "0001-01-01T00:00:00Z"}
    assert normalize(zero, "ObjectMeta", release=OLD) == {"creationTimestamp": None}


@pytest.mark.parametrize(
    ("kind", "text", "path", "message"),
    [
        ("Deployment", "metadata: {labels: [a]}", "metadata.labels", "array into a map of string"),
        ("Deployment", "spec: {replicas: '3'}", "spec.replicas", "string into an int32"),
        ("Deployment", "spec: {replicas: 1.5}", "spec.replicas", "number into an int32"),
        ("Deployment", "spec: {replicas: 3000000000}", "spec.replicas", "out of range"),
        ("Deployment", "spec: {paused: 'yes'}", "spec.paused", "string into a bool"),
        ("Deployment", "spec: {template: x}", "spec.template", "string into a map"),
        ("PodSpec", "containers: {name: a}", "containers", "object into a list"),
        ("PodSpec", "containers: [{name: a}, {name: b, args: x}]", "containers[1].args", "string into a list"),
        ("PodSpec", "containers: [{name: [a]}]", "containers[0].name", "array into a string"),
        ("PodSpec", "nodeSelector: {a: {b: c}}", "nodeSelector.a", "object into a string"),
        ("Container", "resources: {limits: {cpu: 1x}}", "resources.limits.cpu", "quantities must match"),
        ("Container", "resources: {limits: {cpu: true}}", "resources.limits.cpu", "bool into a quantity"),
        ("Container", "livenessProbe: {httpGet: {port: true}}", "livenessProbe.httpGet.port", "bool into an int32"),
        ("ObjectMeta", "creationTimestamp: yesterday", "creationTimestamp", "not a time"),
        ("ObjectMeta", "creationTimestamp: 2024-13-01T00:00:00Z", "creationTimestamp", "not a time"),
        ("ObjectMeta", "creationTimestamp: 5", "creationTimestamp", "number into a time"),
        (
            "PodSpec",
            "volumes: [{name: a}, {projected: {sources: [null, 5]}}]",
            "volumes[1].projected.sources[1]",
            "number into a map",
        ),
        ("Unknown", "a: 1", None, "unknown kind"),
    ],
)
def test_what_does_not_fit_is_an_error_with_path_and_hint(kind: str, text: str, path: str | None, message: str) -> None:
    with pytest.raises(InputError, match=message) as caught:
        normalize(yamlio.load(text), kind, release=NEW, courtesy=True)
    assert caught.value.path == (path or "")
    assert caught.value.has_value
    if "a map (" not in caught.value.message:
        assert caught.value.hint


def test_errors_in_documents_have_lines() -> None:
    document = yamlio.load_all("kind: Pod\nspec:\n  containers:\n  - name: a\n    tty: 5\n", file="p.yaml")[0]
    with pytest.raises(InputError) as caught:
        normalize(document, release=NEW, courtesy=True)
    assert str(caught.value).startswith(
        "p.yaml:5:5: spec.containers[0].tty: cannot unmarshal number into a bool (got 5)"
    )


def test_a_list_reads_the_items_it_handles_and_leaves_the_others() -> None:
    pod, service = "{kind: Pod, spec: {containers: [{name: 1}]}}", "{kind: Service, spec: {foo: 1}}"
    text = f"kind: List\napiVersion: v1\nitems:\n- {pod}\n- {service}\n- kind: List\n"
    normal = normalize(yamlio.load(text), release=NEW, courtesy=True)
    assert normal["metadata"] == {}
    assert normal["items"][0]["spec"] == {"containers": [{"name": "1", "resources": {}}]}
    assert normal["items"][1:] == [
        {"kind": "Service", "spec": {"foo": 1}},
        {"kind": "List", "metadata": {}, "items": None},
    ]
    with pytest.raises(InputError) as caught:
        normalize({"kind": "List", "items": [{"kind": "Pod", "spec": 1}]}, release=NEW)
    assert caught.value.path == "items[0].spec"


def test_kinds() -> None:
    assert kind_name({"Kind": "Pod"}) == "Pod"
    assert kind_name({"kind": 5}) == kind_name(["x"]) == kind_name({}) == ""
    assert is_handled({"kind": "CronJob", "apiVersion": "batch/v2alpha1"})
    assert not is_handled({"kind": "Rollout"})
    assert "Service" not in HANDLED


def test_ordered_brings_keys_into_the_api_order_and_sorts_maps() -> None:
    value = {
        "x": 1,
        "resources": {"limits": {"memory": "1", "cpu": "2"}},
        "ports": [{"containerPort": 1, "name": "a"}],
        "name": "c",
        "image": "i",
    }
    result = ordered("Container", value)
    assert yamlio.dump_json(result) == (
        '{"name":"c","image":"i","ports":[{"name":"a","containerPort":1}],"resources":{"limits":{"cpu":"2","memory":"1"}},"x":1}'
    )
    assert ordered("Container", None) is None
    assert list(ordered("Probe", {"periodSeconds": 1, "httpGet": {"scheme": "s", "port": 1}})) == [
        "httpGet",
        "periodSeconds",
    ]


def test_gateway_objects_have_a_typed_form_too() -> None:
    service = normalize({"spec": {"ports": [{"port": 80}], "type": "LoadBalancer"}}, "Service", release=NEW)
    assert service == {
        "metadata": {},
        "spec": {"ports": [{"port": 80, "targetPort": 0}], "type": "LoadBalancer"},
        "status": {"loadBalancer": {}},
    }
    for kind in ("HorizontalPodAutoscaler", "PodDisruptionBudget", "ServiceAccount"):
        assert normalize({}, kind, release=NEW)["metadata"] == {}


def test_numbers_of_list_items_went_through_json() -> None:
    pod = "{kind: Pod, metadata: {labels: {a: 1e6, b: 1.50, c: 100000000000000000000}}}"
    item = normalize(yamlio.load(f"{{kind: List, items: [{pod}]}}"), release=NEW, courtesy=True)["items"][0]
    alone = normalize(yamlio.load(pod), release=NEW, courtesy=True)
    assert item["metadata"]["labels"] == {"a": "1000000", "b": "1.5", "c": "1e+20"}
    assert alone["metadata"]["labels"] == {"a": "1e+06", "b": "1.5", "c": "1e+20"}


def test_scheduling_groups_replace_workload_references_in_kubernetes_1_36() -> None:
    spec = "workloadRef: {name: a, podGroup: b}\nschedulingGroup: {podGroupName: b}\ncontainers: []"
    before = _pod(spec, release=catalog.release("1.30"))
    after = _pod(spec, release=catalog.release("1.31"))
    assert (before.get("workloadRef"), before.get("schedulingGroup")) == ({"name": "a", "podGroup": "b"}, None)
    assert (after.get("workloadRef"), after.get("schedulingGroup")) == (None, {"podGroupName": "b"})


def test_status_fields_of_kubernetes_1_36() -> None:
    status = {
        "nodeAllocatableResourceClaimStatuses": [{"resourceClaimName": "c", "resources": {"cpu": "1000m"}}],
        "containerStatuses": [
            {
                "name": "a",
                "volumeMounts": [{"name": "v", "mountPath": "/v", "volumeStatus": {"image": {"imageRef": "r"}}}],
                "allocatedResourcesStatus": [{"name": "cpu", "resources": [{"resourceID": "0", "message": "m"}]}],
            }
        ],
    }
    after = normalize(status, "PodStatus", release=catalog.release("1.31"))
    before = normalize(status, "PodStatus", release=catalog.release("1.30"))
    assert after["nodeAllocatableResourceClaimStatuses"] == [{"resourceClaimName": "c", "resources": {"cpu": "1"}}]
    assert after["containerStatuses"][0]["volumeMounts"][0]["volumeStatus"] == {"image": {"imageRef": "r"}}
    assert after["containerStatuses"][0]["allocatedResourcesStatus"][0]["resources"][0]["message"] == "m"
    assert "nodeAllocatableResourceClaimStatuses" not in before
    assert "volumeStatus" not in before["containerStatuses"][0]["volumeMounts"][0]
