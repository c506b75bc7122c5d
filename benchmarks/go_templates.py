"""What a cluster's own Go template costs, against meshc's own template within the same run.

`python benchmarks/go_templates.py` measures reading and compiling a text of 500 lines, and a review with it, for workloads
not seen before and for pods of a known one; it ends with 1 when a review costs more than 3 times, or 1.2 times, as much.
"""

from __future__ import annotations

import sys
from itertools import count

import orjson
from measuring import Row, best, report

from meshc import catalog
from meshc.gotemplate.functions.table import Facts
from meshc.gotemplate.template import GoTemplate
from meshc.injection.go_templates.dialect import dialect_of
from meshc.injection.go_templates.istio_functions import istio_functions
from meshc.settings import Settings
from meshc.webhook import review

HEAD = """\
metadata:
  labels:
    security.istio.io/tlsMode: {{ index .ObjectMeta.Labels `security.istio.io/tlsMode` | default "istio" | quote }}
spec:
  containers:
  - name: istio-proxy
    image: "{{ .ProxyImage }}"
    args: [proxy, sidecar, --domain, "$(POD_NAMESPACE).svc.{{ .Values.global.proxy.clusterDomain }}"]
    env:
    - name: PROXY_CONFIG
      value: |
             {{ protoToJSON .ProxyConfig }}
"""
VARIABLE = """\
    {{- if or (eq .Values.global.proxy.logLevel "warning") (isset .ObjectMeta.Annotations `a%(n)d`) }}
    - name: VARIABLE_%(n)d
      value: "{{ annotation .ObjectMeta `example.com/a%(n)d` .Values.global.proxy.logLevel }}"
    {{- end }}
    {{- range $key, $value := .ProxyConfig.ProxyMetadata }}
    - name: "{{ $key }}"
      value: {{ $value | quote }}
    {{- end }}
"""
TEXT = HEAD + "".join([VARIABLE % {"n": n} for n in range(60)])
PLAIN = {"containers": [{"name": "web", "image": "example/web:1", "ports": [{"containerPort": 8080}]}]}


def main() -> int:
    """Print the table; 1 when a target is missed."""
    release = catalog.newest()
    functions, dialect = istio_functions(release, Facts()), dialect_of(release)
    compiling = best(lambda: GoTemplate(TEXT, functions, dialect=dialect).program, rounds=1, repeats=20)
    config = {"templates": {"sidecar": TEXT}, "defaultTemplates": ["sidecar"]}
    own, cluster = Settings.load(), Settings.load(injector_config=config)
    new = [_review(one, new=True) for one in (own, cluster)]
    known = [_review(one, new=False) for one in (own, cluster)]
    rows = [
        Row(f"reading and compiling {TEXT.count(chr(10))} lines", compiling, 0.015, 1),
        Row("review of a new workload, meshc's own template", new[0]),
        Row("the same with the cluster's text", new[1], new[0], 3),
        Row("review of a pod of a known workload, meshc's own template", known[0]),
        Row("the same with the cluster's text", known[1], known[0], 1.2),
    ]
    return report("Go templates (reading: against 15 ms)", rows)


def _review(settings: Settings, *, new: bool) -> float:
    numbers = count()

    def step() -> None:
        name = f"web{next(numbers)}" if new else "web"
        metadata = {"generateName": f"{name}-", "namespace": "shop", "labels": {"app": name}}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": PLAIN}
        request = {"uid": "u", "namespace": "shop", "operation": "CREATE", "object": pod}
        review(
            orjson.dumps({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}),
            settings,
            "/inject",
        )

    return best(step, repeats=30)


if __name__ == "__main__":
    sys.exit(main())
