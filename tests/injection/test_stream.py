"""A stream of documents in, the same stream out."""

from __future__ import annotations

import pytest

from meshc.errors import ErrorGroup, InputError, MeshcError
from meshc.injection.api import inject_stream
from tests.injection.pods import with_templates

SERVICE = "# a service\nkind: Service\nmetadata: {name:   s}\n"
POD = "kind: Pod\nmetadata:\n  name: p\nspec:\n  containers:\n  - name: a\n    env:\n    - name: P\n      value: 8080\n"


def test_foreign_documents_are_copied_and_every_document_ends_in_a_separator() -> None:
    stream = inject_stream(f"---\n{SERVICE}---\n{POD}---\n# only a comment\n", with_templates())
    assert stream.text.startswith(f"---\n{SERVICE}---\n")
    assert stream.text.endswith("---\n# only a comment\n---\n")
    assert 'value: "8080"' in stream.text
    assert [result.decision.inject for result in stream.results] == [True]


def test_line_ends_become_those_of_unix() -> None:
    assert inject_stream(SERVICE.replace("\n", "\r\n"), with_templates()).text == f"{SERVICE}---\n"


def test_a_skipped_workload_is_normalised_and_told() -> None:
    text = POD.replace("spec:", "  namespace: ns\n  labels: {}\nspec:\n  hostNetwork: true")
    stream = inject_stream(text, with_templates())
    assert stream.warnings == ('===> Skipping injection because Pod "ns/p" has host networking enabled',)
    assert "labels" not in stream.text
    assert "istio-proxy" not in stream.text


def test_the_items_of_a_list_are_injected_where_they_can_be() -> None:
    item = POD.replace("\n", "\n  ").rstrip()
    stream = inject_stream(f"kind: List\nitems:\n- {item}\n- kind: Service\n  b: 1\n  a: 2\n", with_templates())
    assert len(stream.results) == 1
    assert "istio-proxy" in stream.text
    assert "metadata: {}\n" in stream.text
    assert "- a: 2\n  b: 1\n  kind: Service\n" in stream.text


def test_all_errors_are_told_with_file_and_line() -> None:
    bad = POD.replace("metadata:\n", "metadata:\n  annotations:\n    sidecar.istio.io/interceptionMode: none\n")
    worse = "kind: Deployment\nspec:\n  replicas: many\n"
    with pytest.raises(ErrorGroup) as caught:
        inject_stream(f"{POD}---\n{bad}---\n{worse}", with_templates(), file="all.yaml")
    first, second = caught.value.errors
    assert str(first).startswith("all.yaml:14:")
    assert "interceptionMode invalid" in str(first)
    assert str(second).startswith("all.yaml:25:")
    assert "spec.replicas" in str(second)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kind: ReplicationController\nspec: {}\n", "spec.template is required value"),
        ("kind: Pod\nspec: {containers: [}\n", "line"),
        ("--- text\n", "separator"),
        ("- a\n- b\n", "cannot unmarshal array"),
        ("text\n", "cannot unmarshal string"),
        ("kind: [Pod]\n", "kind: cannot unmarshal array"),
        ("apiVersion: {}\nkind: Service\n", "apiVersion: cannot unmarshal object"),
        ("kind: List\nitems: [1]\n", "cannot unmarshal number"),
    ],
)
def test_what_does_not_read_aborts_the_run(text: str, said: str) -> None:
    with pytest.raises((InputError, MeshcError), match=said):
        inject_stream(text, with_templates())
