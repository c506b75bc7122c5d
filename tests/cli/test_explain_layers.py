"""The winning layer of every field of an injected workload holds the field's value."""

from __future__ import annotations

import pytest

from meshc import Settings, inject
from meshc.cli.explain.dependencies import leaves
from meshc.cli.explain.field_layers import layers
from meshc.cli.explain.field_paths import find
from meshc.errors import format_path
from meshc.yamlio import Document
from tests.injection.pods import deployment

OWN = [
    {
        "name": "app",
        "image": "a",
        "ports": [{"containerPort": 80, "name": "http"}],
        "livenessProbe": {"tcpSocket": {"port": 80}},
        "readinessProbe": {"httpGet": {"path": "/", "port": "http"}},
    },
    {"name": "istio-proxy", "image": "auto", "env": [{"name": "MINE", "value": "1"}], "args": ["own"]},
]


@pytest.mark.parametrize("release", ["1.17", "1.30"])
@pytest.mark.parametrize("mode", ["kube-inject", "webhook"])
def test_the_winner_holds_the_value(release: str, mode: str) -> None:
    settings = Settings.load(release=release, profile="demo", mode=mode, network="n1", cluster="c1")
    document = Document(deployment(containers=OWN, annotations={"prometheus.io/port": "80"}))
    result = inject(document, settings, mode=mode)
    seen = set()
    for path, value in leaves(result.manifest):
        assert find(result.manifest, format_path(path)) == path
        found = layers(result, path, document)
        assert found, path
        assert found[-1].value == value, path
        seen.add(found[-1].name)
    assert {"the workload as written", "template sidecar", "probe rewriting", "metrics merging"} <= seen
    assert {"cluster environment", "network label", "injection status", "user container istio-proxy"} <= seen
