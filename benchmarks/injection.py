"""One injection in this process, admission review in and answer out, against the orjson work it cannot do without.

`python benchmarks/injection.py` ends with 1 when a target is missed.  "Pods of one workload" differ as in a cluster, in the
name of their token's volume; "another workload each time" has a new label in every review, so that no overlay is found kept.
"""

from __future__ import annotations

import base64
import sys
from typing import Any

import orjson
from measuring import Row, best, best_of, report

from meshc.settings import Settings
from meshc.webhook import review

CONTAINER = {
    "name": "httpbin",
    "image": "docker.io/mccutchen/go-httpbin:v2.15.0",
    "ports": [{"containerPort": 8080, "protocol": "TCP"}],
    "resources": {},
    "readinessProbe": {
        "httpGet": {"path": "/status/200", "port": 8080, "scheme": "HTTP"},
        "timeoutSeconds": 1,
        "periodSeconds": 10,
        "successThreshold": 1,
        "failureThreshold": 3,
    },
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
    "imagePullPolicy": "IfNotPresent",
}


def main() -> int:
    """Measure; 1 when a target is missed."""
    settings = Settings.load(profile="demo", mode="webhook")
    body = reviewed()
    same = [reviewed(token=f"kube-api-access-{i:05}") for i in range(1000)]
    others = [reviewed(label=f"r{i}") for i in range(1000)]
    few, many = reviewed(env=10), reviewed(env=1500)
    plain = best(orjson_work(body, settings))
    missed = report(
        f"One review of an httpbin pod ({len(body)} bytes), Istio {settings.release}",
        [
            Row("orjson: parse the review, write patch and answer", plain),
            Row("meshc: pods of one workload", best_of(lambda b: review(b, settings), same), plain, 20),
            Row("meshc: another workload each time", best_of(lambda b: review(b, settings), others), plain),
        ],
    )
    small = best(lambda: review(few, settings))
    rows = [
        Row("10 variables", small),
        Row("1500 variables", best(lambda: review(many, settings), rounds=5), small, 6),
    ]
    return missed | report("Pods with many environment variables", rows)


def orjson_work(body: bytes, settings: Settings) -> Any:
    """What any webhook in Python does: read this review, write this patch and this answer."""
    answer = orjson.loads(review(body, settings))
    patch = orjson.loads(base64.b64decode(answer["response"]["patch"]))

    def work() -> None:
        orjson.loads(body)
        orjson.dumps(patch)
        orjson.dumps(answer)

    return work


def reviewed(*, label: str = "v1", env: int = 0, token: str = "kube-api-access-x") -> bytes:
    """A review as the API server sends it."""
    mount = {"name": token, "readOnly": True, "mountPath": "/var/run/secrets/kubernetes.io/serviceaccount"}
    variables = [{"name": f"SETTING_{i}", "value": f"value {i}"} for i in range(env)]
    container = CONTAINER | {"env": variables, "volumeMounts": [mount]}
    metadata = {
        "generateName": "httpbin-6f8b8d9c5-",
        "namespace": "default",
        "labels": {"app": "httpbin", "version": label, "pod-template-hash": "6f8b8d9c5"},
        "ownerReferences": [
            {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "httpbin-6f8b8d9c5", "uid": "u", "controller": True}
        ],
    }
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": _spec(container, token), "status": {}}
    request = {
        "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
        "kind": {"group": "", "version": "v1", "kind": "Pod"},
        "resource": {"group": "", "version": "v1", "resource": "pods"},
        "namespace": "default",
        "operation": "CREATE",
        "userInfo": {"username": "system:serviceaccount:kube-system:replicaset-controller"},
        "object": pod,
        "oldObject": None,
        "dryRun": False,
    }
    return orjson.dumps({"kind": "AdmissionReview", "apiVersion": "admission.k8s.io/v1", "request": request})


def _spec(container: dict[str, Any], token: str) -> dict[str, Any]:
    source = {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}}
    return {
        "volumes": [{"name": token, "projected": {"sources": [source], "defaultMode": 420}}],
        "containers": [container],
        "restartPolicy": "Always",
        "terminationGracePeriodSeconds": 30,
        "dnsPolicy": "ClusterFirst",
        "serviceAccountName": "httpbin",
        "serviceAccount": "httpbin",
        "securityContext": {},
        "schedulerName": "default-scheduler",
        "tolerations": [
            {
                "key": "node.kubernetes.io/not-ready",
                "operator": "Exists",
                "effect": "NoExecute",
                "tolerationSeconds": 300,
            }
        ],
        "priority": 0,
        "enableServiceLinks": True,
        "preemptionPolicy": "PreemptLowerPriority",
    }


if __name__ == "__main__":
    sys.exit(main())
