"""How often each verb reads a document: once, and once more where it proves an edit of the user's own text."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import Run

_MARK = "read-me-once"
_MANIFEST = f"""\
apiVersion: v1
kind: Namespace
metadata: {{name: shop, labels: {{istio-injection: enabled}}}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {_MARK}, namespace: shop}}
spec:
  selector: {{matchLabels: {{app: web}}}}
  template:
    metadata: {{labels: {{app: web}}}}
    spec:
      containers:
      - {{name: app, image: "nginx:1", ports: [{{containerPort: 8080}}]}}
"""


_CONFIGURED = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
  annotations:
    proxy.istio.io/config: "{concurrency: 3, statusPort: 15999} # %s"
spec:
  containers: [{name: app, image: "nginx:1"}]
"""


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Everything that was read since and holds the marked document, by what read it."""
    found: list[str] = []

    def count(place: str, name: str) -> None:
        module = import_module(place)
        original: Callable[..., Any] = getattr(module, name)

        def counted(text: str | bytes, *args: Any, **options: Any) -> Any:
            if _MARK in (text.decode() if isinstance(text, bytes) else text):
                found.append(f"{place}.{name}")
            return original(text, *args, **options)

        monkeypatch.setattr(module, name, counted)

    count("meshc.yamlio.reader", "read")
    count("meshc.yamlio.jsonio", "load_json")
    count("meshc.yamlio", "load_json")
    count("orjson", "loads")
    return found


@pytest.mark.parametrize(
    ("words", "times"),
    [
        ("inject web.yaml", 1),
        ("inject .", 1),
        ("inject . --format json", 1),
        ("inject . --format json-patch", 1),
        ("inject . --format strategic-patch", 1),
        ("inject . --format kustomize", 1),
        ("inject . --in-place", 2),
        ("render web.yaml -o out", 1),
        ("check web.yaml", 1),
        ("explain web.yaml --field spec.template.spec.initContainers[istio-proxy].image", 1),
        ("bootstrap envoy web.yaml", 1),
        ("diff web.yaml web.yaml", 2),
        ("diff web.yaml --from 1.29 --to 1.30", 1),
        ("capture web.yaml", 1),
        ("ports web.yaml", 1),
    ],
)
def test_a_document_is_read_once(words: str, times: int, meshc: Run, tmp_path: Path, reads: list[str]) -> None:
    (tmp_path / "web.yaml").write_text(_MANIFEST)
    outcome = meshc(*words.split())
    assert outcome.code in (0, 1), outcome.err
    assert len(reads) == times, reads


@pytest.mark.parametrize(("words", "times"), [("uninject .", 1), ("uninject . --in-place", 2)])
def test_an_injected_document_is_read_once(
    words: str, times: int, meshc: Run, tmp_path: Path, reads: list[str]
) -> None:
    (tmp_path / "web.yaml").write_text(_MANIFEST)
    assert meshc("inject", ".", "--in-place").code == 0
    reads.clear()
    assert meshc(*words.split()).code == 0
    assert len(reads) == times, reads


@pytest.mark.parametrize(
    "words",
    [
        "inject web.yaml",
        "inject . --in-place",
        "render web.yaml -o out",
        "check web.yaml",
        "bootstrap envoy web.yaml",
        "diff web.yaml --from 1.29 --to 1.30",
        "ports web.yaml",
        "capture web.yaml",
    ],
)
def test_a_proxy_config_is_read_once(words: str, meshc: Run, tmp_path: Path, annotation_reads: list[str]) -> None:
    (tmp_path / "web.yaml").write_text(_CONFIGURED % f"{_MARK} by {words}")
    assert meshc(*words.split()).code in (0, 1)
    assert len(annotation_reads) == 1, annotation_reads


@pytest.fixture
def annotation_reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every reading of the annotation alone."""
    found: list[str] = []
    original = import_module("meshc.yamlio.reader").read

    def counted(text: str, **options: Any) -> Any:
        if text.startswith("{concurrency") and _MARK in text:
            found.append(text)
        return original(text, **options)

    monkeypatch.setattr("meshc.yamlio.reader.read", counted)
    return found
