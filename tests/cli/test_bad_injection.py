"""Pods, annotations and templates an injector refuses: every error names the pod, the template's line and the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import Outcome, Run

POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: {name}
  annotations:
    {key}: "{value}"
spec:
  containers:
  - name: app
    image: example/app:1
"""
CONFIG = """\
aliases: {a: [b], b: [a]}
templates:
  sidecar: "spec: {}"
  twice: |
    spec:
      containers:
      - name: x
        image: one
      - name: x
        image: two
  number: |
    spec:
      containers:
      - name: x
        image: 5
  nolist: |
    spec:
      containers: 5
  computed: |
    spec:
      {% if Values %}
      containers:
      - name: {{ "x" }}
        image: 5
      {% endif %}
  undefined: |
    spec:
      nodeName: {{ nosuch.thing }}
  go: |
    spec:
      nodeName: {{ .Values.global.hub | int | upper }}
"""
ASKED = "inject.istio.io/templates"


def _pod(name: str, key: str, value: str) -> str:
    return POD.format(name=name, key=key, value=value)


def _inject(meshc: Run, *pods: str) -> Outcome:
    Path("pods.yaml").write_text("---\n".join(pods))
    Path("config.yaml").write_text(CONFIG)
    return meshc("inject", "pods.yaml", "--injector-config", "config.yaml", "--mode", "webhook")


TEMPLATES: dict[str, list[str]] = {
    "nosuch": ["pods.yaml:1", '"nosuch" not found', "write one of"],
    "a": ["pods.yaml:1", '"b" not found', "b is an alias itself", "list templates"],
    "twice": ["template twice:5", "(pods.yaml:1)", "spec.containers[1].name", "'x' twice", "its own name"],
    "number": ["template number:4", "(pods.yaml:1)", "spec.containers[0].image", "(got 5)", "between quotes"],
    "nolist": ["template nolist:2", "(pods.yaml:1)", "spec.containers", "(got 5)", "write a list of containers"],
    "computed": ["template computed:5", "(pods.yaml:1)", "spec.containers[0].image", "(got 5)", "between quotes"],
    "undefined": ["template undefined:2", "(pods.yaml:1)", "'nosuch' is undefined", "hint: "],
    "go": [
        ":43: Pod web",
        "(pods.yaml:1)",
        'executing "inject" at <upper>: wrong type for value',
        "first: toString",
        "hint: ",
    ],
}


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_bad_template_is_refused_with_the_pod_and_its_line(meshc: Run, template: str) -> None:
    _refused(_inject(meshc, _pod("web", ASKED, template)), ["Pod web", *TEMPLATES[template]])


def test_a_bad_annotation_is_refused_with_the_pod_and_its_line(meshc: Run) -> None:
    outcome = _inject(meshc, _pod("web", "sidecar.istio.io/proxyCPU", "abc"))
    _refused(outcome, ["pods.yaml:6", "Pod web", "sidecar.istio.io/proxyCPU", "'abc'", "hint: "])


def test_the_other_documents_are_still_reported(meshc: Run) -> None:
    pods = [_pod(name, ASKED, name) for name in ("nosuch", "number", "undefined")]
    outcome = _inject(
        meshc, pods[0], _pod("fine", "x", "y"), pods[1], _pod("cpu", "sidecar.istio.io/proxyCPU", "z"), pods[2]
    )
    _refused(outcome, ["Pod nosuch", "Pod number (pods.yaml:23)", "pods.yaml:39", "Pod cpu", "Pod undefined"])
    assert outcome.err.count("error: ") == 4
    assert "Pod fine" not in outcome.err


def _refused(outcome: Outcome, parts: list[str]) -> None:
    assert (outcome.code, outcome.out) == (2, ""), outcome.err
    for part in parts:
        assert part in outcome.err, outcome.err
    assert "Traceback" not in outcome.err
