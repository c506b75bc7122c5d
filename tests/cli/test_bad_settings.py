"""Settings nobody can have meant: exit 2, the path, the value and the remedy, and nothing written."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.running import Run

OPERATOR = "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\n"
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\ndata: {%s}\n"

# option, text of its file, what the error says
FILES: dict[str, tuple[str, str, list[str]]] = {
    "values-top": ("--values", "globall: {hub: x}\n", ["bad.yaml:1", "globall", "global?"]),
    "values-deep": ("--values", "global:\n  proxy:\n    imagee: x\n", ["bad.yaml:3", "global.proxy.imagee", "image?"]),
    "values-list": ("--values", "- a\n", ["bad.yaml:1", "list of 1 item", "keys and values"]),
    "values-boolean-as-text": (
        "--values",
        'pilot:\n  env:\n    ENABLE_CLUSTER_TRUST_BUNDLE_API: "true"\n',
        ["pilot.env.ENABLE_CLUSTER_TRUST_BUNDLE_API", '"true"', "without quotes"],
    ),
    "values-text-as-boolean": ("--values", "global: {hub: true}\n", ["bad.yaml:1", "global.hub", "true", "quote"]),
    "tracer": ("--values", "global: {proxy: {tracer: foo}}\n", ["global.proxy.tracer", '"foo"', "zipkin"]),
    "mesh-top": ("--mesh-config", "accessLogFil: x\n", ["bad.yaml:1", "accessLogFil", "accessLogFile?"]),
    "mesh-deep": ("--mesh-config", "defaultConfig:\n  tracing: {zipkn: {}}\n", ["bad.yaml:2", "zipkn", "zipkin?"]),
    "mesh-boolean": (
        "--mesh-config",
        "defaultConfig:\n  proxyMetadata: {X: true}\n",
        ["bad.yaml:2", "proxyMetadata.X", "true", "quote it"],
    ),
    "mesh-list": ("--mesh-config", "- a\n", ["bad.yaml:1", "list of 1 item", "keys and values"]),
    "operator-version": (
        "--iop",
        OPERATOR.replace("v1alpha1", "v1beta2"),
        ["bad.yaml:1", "apiVersion", "v1beta2", "v1alpha1"],
    ),
    "operator-top": ("--iop", OPERATOR + "spec:\n  meshConfigg: {}\n", ["bad.yaml:4", "meshConfigg", "meshConfig?"]),
    "operator-deep": (
        "--iop",
        OPERATOR + "spec:\n  components:\n    ingressGateways:\n    - name: a\n      k8s: {resourcs: {}}\n",
        ["bad.yaml:7", "ingressGateways[0].k8s.resourcs", "resources?"],
    ),
    "operator-values": (
        "--iop",
        OPERATOR + "spec:\n  values:\n    global: {proxy: {tracr: x}}\n",
        ["bad.yaml:5", "spec.values.global.proxy.tracr", "tracer?"],
    ),
    "no-config-key": (
        "--cluster-config",
        CONFIG_MAP % ("istio-sidecar-injector", 'values: "{}"'),
        ["bad.yaml:4", "data.config", "null", "kubectl get cm"],
    ),
    "no-mesh-key": (
        "--cluster-config",
        CONFIG_MAP % ("istio", 'meshh: "{}"'),
        ["bad.yaml:4", "data.mesh", "null", "kubectl get cm"],
    ),
    "no-config-map": ("--cluster-config", "- a\n", ["bad.yaml:1", "kind", "kubectl get cm"]),
    "no-proxy-config": ("--proxy-config", "kind: Pod\n", ["bad.yaml:1", "ProxyConfig", '"Pod"', "--mesh-config"]),
}


@pytest.mark.parametrize("case", FILES)
def test_a_bad_file_is_refused(meshc: Run, case: str) -> None:
    option, text, parts = FILES[case]
    Path("bad.yaml").write_text(text)
    _refused(meshc, [option, "bad.yaml"], parts)


FLAGS: dict[str, tuple[list[str], list[str]]] = {
    "misspelt": (["values.global.proxyy.image=x"], ["values.global.proxyy", "proxy?"]),
    "misspelt-mesh": (["meshConfig.defaultConfig.tracing.zipkin.addres=x"], ["zipkin.addres", "address?"]),
    "misspelt-component": (["components.ingressGatewayz[0].enabled=true"], ["ingressGatewayz", "ingressGateways?"]),
    "tracer": (["values.global.proxy.tracer=foo"], ["values.global.proxy.tracer", '"foo"', "zipkin"]),
    "two-profiles": (["profile=demo", "profile=minimal"], ["profile", "demo, minimal", "keep one"]),
    "text-and-map": (["values.global.hub=a", "values.global.hub.b=c"], ["values.global.hub", "1 key", "keep one"]),
    "no-value": (["hub"], ['"hub"', "PATH=VALUE"]),
}


@pytest.mark.parametrize("case", FLAGS)
def test_a_bad_flag_is_refused(meshc: Run, case: str) -> None:
    flags, parts = FLAGS[case]
    _refused(meshc, [arg for flag in flags for arg in ("--set", flag)], parts)


def test_another_profile_than_set_names_is_refused(meshc: Run) -> None:
    _refused(meshc, ["--profile", "demo", "--set", "profile=default"], ["demo", "default", "keep one"])


def test_set_types_what_it_sets(meshc: Run) -> None:
    flag = "values.pilot.env.ENABLE_CLUSTER_TRUST_BUNDLE_API=true"
    assert meshc("render", "-o", "-", "--set", flag).code == 0
    assert meshc("render", "-o", "-", "--set", "meshConfig.defaultConfig.proxyMetadata.X=true").code == 0


def _refused(meshc: Run, args: list[str], parts: list[str]) -> None:
    outcome = meshc("render", "-o", "out", *args)
    assert (outcome.code, outcome.out) == (2, ""), outcome.err
    for part in [*parts, "hint: "]:
        assert part in outcome.err
    assert "Traceback" not in outcome.err
    assert not Path("out").exists()
