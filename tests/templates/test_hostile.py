"""Nothing a pod says can be more than the value it is."""

from __future__ import annotations

from typing import Any

import pytest

from meshc.injection.identity import Identity
from tests.templates.samples import container, env, render

HOSTILE = [
    "a\nspec: {hostNetwork: true}",
    'x"\n- name: y',
    "yes",
    "010",
    "{{ 1 }}",
    "- a",
    "a: b # c",
    "*x",
    "\ue0000\ue001",
]


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
@pytest.mark.parametrize("name", ["sidecar", "gateway", "grpc-agent"])
def test_values_stay_values(name: str, text: str) -> None:
    plain = render(name, "1.30", workload=Identity("v1", "Pod", "x", "ns"))
    annotations = {
        "sidecar.istio.io/logLevel": text,
        "sidecar.istio.io/bootstrapOverride": text,
        "traffic.sidecar.istio.io/excludeInterfaces": text,
        "sidecar.istio.io/proxyImage": f"r/{text}",
    }
    found: Any = render(
        name,
        "1.30",
        annotations=annotations,
        labels={"app": text, "version": text},
        workload=Identity("v1", "Pod", text, "ns"),
        proxy_config={"proxyMetadata": {text: text}},
    )
    assert found.keys() == plain.keys()
    assert found["spec"].keys() == plain["spec"].keys()
    assert found["metadata"]["labels"]["service.istio.io/canonical-revision"] == text
    assert container(found)["image"] == f"r/{text}"
    assert f"--proxyLogLevel={text}" in container(found)["args"]
    assert env(found)[text] == env(found)["ISTIO_META_WORKLOAD_NAME"] == text
    volume = next(v for v in found["spec"]["volumes"] if v["name"] == "custom-bootstrap-volume")
    assert volume["configMap"] == {"name": text}
