"""Files, folders and standard input."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from meshc import load
from meshc.errors import ErrorGroup, MeshcError, UsageError
from meshc.load import manifest_files
from meshc.yamlio import Document

POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: %s}\n"


def _names(documents: list[Document]) -> list[str]:
    return [document.value["metadata"]["name"] for document in documents]


def test_a_folder_is_walked_in_sorted_order_without_hidden_names(tmp_path: Path) -> None:
    for name in ("b.yaml", "a/z.yml", "a/c.json", ".hidden.yaml", ".git/x.yaml", "meshc.yaml", "notes.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(
            POD % path.stem
            if path.suffix != ".json"
            else '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "c"}}'
        )
    assert _names(load.documents([tmp_path])) == ["b", "c", "z"]


def test_a_file_without_an_object_is_passed_over_in_a_folder_and_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(POD % "a")
    (tmp_path / "values.yaml").write_text("a: 1\n")
    assert _names(load.documents([tmp_path])) == ["a"]
    with pytest.raises(UsageError, match="no Kubernetes document"):
        load.documents([tmp_path / "values.yaml"])
    assert len(load.documents([tmp_path / "values.yaml"], foreign=True)) == 1


def test_standard_input_is_read_for_a_dash_and_once() -> None:
    assert _names(load.documents(["-"], stdin=lambda: (POD % "a").encode())) == ["a"]
    with pytest.raises(UsageError, match="read once"):
        load.documents(["-", "-"], stdin=lambda: (POD % "a").encode())
    with pytest.raises(UsageError, match="empty"):
        load.documents(["-"], stdin=lambda: b" \n")
    with pytest.raises(UsageError, match="not read here"):
        load.documents(["-"])


def test_all_errors_of_a_run_are_reported(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("a: [\n")
    (tmp_path / "worse.yaml").write_text("\tb\n")
    with pytest.raises(ErrorGroup) as raised:
        load.documents([tmp_path, "missing.yaml"])
    assert [Path(e.file or "").name for e in raised.value.errors] == ["bad.yaml", "worse.yaml", "missing.yaml"]


@pytest.mark.parametrize(
    ("name", "message"), [("missing", "no such file"), ("", "no such file"), ("a\0b", "not a file name")]
)
def test_what_cannot_be_read_says_why(name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        load.file(name)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is a directory"):
        load.file(tmp_path)
    with pytest.raises(UsageError, match="no manifest"):
        load.documents([tmp_path])


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(POD % "a")
    (tmp_path / "a.yaml").chmod(0)
    with pytest.raises(UsageError, match="cannot be read"):
        load.file(tmp_path / "a.yaml")


def test_a_file_beyond_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifest_files, "MOST", 8)
    (tmp_path / "a.yaml").write_text(POD % "a")
    with pytest.raises(MeshcError, match="larger than"):
        load.file(tmp_path / "a.yaml")


def test_context_is_found_among_documents_and_in_lists(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Namespace, metadata: {name: n}}\n"
        "- {apiVersion: v1, kind: Pod, metadata: {name: p}}\n---\n" + POD % "q"
    )
    assert [item["kind"] for item in load.context(load.documents([tmp_path]))] == ["Namespace"]
