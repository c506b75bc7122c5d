"""A workload, and a pod of it as a cluster shows it after injection."""

from __future__ import annotations

import copy
from typing import Any

import orjson

from meshc import Settings
from meshc.bootstraps.compiler import bootstrap
from meshc.injection.api import inject

WORKLOAD: Any = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web", "namespace": "shop"},
    "spec": {
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web", "version": "v1"}},
            "spec": {
                "serviceAccountName": "web",
                "containers": [
                    {
                        "name": "web",
                        "image": "registry.example/web:1",
                        "env": [{"name": "MODE", "value": "plain"}],
                        "ports": [{"containerPort": 8080}],
                        "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}},
                    }
                ],
            },
        },
    },
}
_TOKEN = {
    "name": "kube-api-access-x1y2z",
    "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
    "readOnly": True,
}


def as_sent() -> Any:
    """The pod as a ReplicaSet sends it, before injection."""
    template = copy.deepcopy(WORKLOAD["spec"]["template"])
    template["metadata"]["labels"]["pod-template-hash"] = "5d4f8"
    owner = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-5d4f8", "uid": "1", "controller": True}
    metadata = {**template["metadata"], "generateName": "web-5d4f8-", "namespace": "shop", "ownerReferences": [owner]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}


def as_admitted() -> Any:
    """That pod with the API server's defaults, as the webhook sees it."""
    sent = as_sent()
    for container in sent["spec"]["containers"]:
        container["ports"][0]["protocol"] = "TCP"
        container["readinessProbe"] |= {
            "timeoutSeconds": 1,
            "periodSeconds": 10,
            "successThreshold": 1,
            "failureThreshold": 3,
        }
        container["readinessProbe"]["httpGet"]["scheme"] = "HTTP"
    return sent


def running(settings: Settings) -> Any:
    """The pod as the API server shows it: injected, with everything the cluster adds."""
    pod = copy.deepcopy(inject(as_admitted(), settings, mode="webhook").manifest)
    pod["metadata"] |= {"name": "web-5d4f8-abcde", "uid": "2", "creationTimestamp": "2026-01-01T00:00:00Z"}
    pod["metadata"]["annotations"] |= {"cni.projectcalico.org/podIP": "10.1.2.3/32"}
    spec = pod["spec"]
    spec |= {
        "nodeName": "node-1",
        "dnsPolicy": "ClusterFirst",
        "restartPolicy": "Always",
        "schedulerName": "default-scheduler",
    }
    spec |= {"terminationGracePeriodSeconds": 30, "serviceAccount": "web", "priority": 0, "enableServiceLinks": True}
    for container in [*spec["containers"], *spec.get("initContainers", [])]:
        container |= {"terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File"}
        container.setdefault("imagePullPolicy", "IfNotPresent")
        container["volumeMounts"] = [*container.get("volumeMounts", []), dict(_TOKEN)]
        for probe in ("readinessProbe", "startupProbe"):
            if probe in container:
                container[probe] = {"successThreshold": 1, "periodSeconds": 10, **container[probe]}
    spec["volumes"] = [*spec.get("volumes", []), {"name": "kube-api-access-x1y2z", "projected": {"sources": []}}]
    pod["status"] = {"phase": "Running", "podIP": "10.1.2.3", "podIPs": [{"ip": "10.1.2.3"}], "hostIP": "10.0.0.1"}
    return pod


def running_bootstrap(settings: Settings) -> Any:
    """The file envoy-rev.json of that pod."""
    pod = inject(as_admitted(), settings, mode="webhook").manifest
    facts = {
        "pod_name": "web-5d4f8-abcde",
        "pod_ip": "10.1.2.3",
        "node_name": "node-1",
        "kubelet_annotations": {"kubernetes.io/config.source": "api"},
    }
    return orjson.loads(bootstrap(pod, settings, facts).envoy or b"")
