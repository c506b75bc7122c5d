"""Workloads that cannot be rendered: each is told with its place, also inside a List."""

from __future__ import annotations

import pytest

from meshc import Settings, yamlio
from meshc.errors import MeshcError
from meshc.rendering.units import plan

LIST = """\
apiVersion: v1
kind: List
items:
- apiVersion: v1
  kind: Pod
  metadata: {name: a}
  spec: {}
- apiVersion: v1
  kind: Pod
  metadata: {name: a/b}
  spec: {containers: [{name: x}]}
- apiVersion: v1
  kind: Pod
  metadata: nothing
  spec: {containers: [{name: x}]}
"""


def _refused(text: str) -> str:
    with pytest.raises(MeshcError) as raised:
        plan(yamlio.load_all(text, file="x.yaml"), Settings.load())
    return str(raised.value)


def test_every_workload_of_a_list_is_told_with_its_place() -> None:
    said = _refused(LIST)
    assert "x.yaml:7:3: items[0].spec.containers: a workload without containers" in said
    assert 'x.yaml:10:14: metadata.name: not a Kubernetes name (got "a/b")' in said
    assert "x.yaml:14:3: metadata.name: a workload without a name" in said


def test_every_document_of_a_stream_is_told_with_its_place() -> None:
    items = LIST.split("- apiVersion")[1:]
    said = _refused("---\n".join("apiVersion" + item.replace("\n  ", "\n") for item in items))
    assert "x.yaml:4:1: spec.containers: a workload without containers" in said
    assert "x.yaml:8:12: metadata.name: not a Kubernetes name" in said
    assert "x.yaml:13:1: metadata.name: a workload without a name" in said


@pytest.mark.parametrize(("name", "namespace", "path"), [("n" * 254, "a", "name"), ("n", "../..", "namespace")])
def test_names_that_are_no_file_names_are_refused(name: str, namespace: str, path: str) -> None:
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": namespace}}
    text = yamlio.dump({**pod, "spec": {"containers": [{"name": "x"}]}})
    assert f"metadata.{path}: not a Kubernetes name" in _refused(text)
