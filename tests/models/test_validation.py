"""Validation of ProxyConfig and MeshConfig (docs/istio/injection.md § 5.6)."""

from __future__ import annotations

from typing import Any

import pytest

from meshc import catalog
from meshc.models import mesh, proxy
from meshc.models.mesh_config import MeshConfig
from meshc.models.proxy_config import ProxyConfig
from tests.newest import NEWEST


def proxy_errors(document: dict[str, Any], release: str = NEWEST) -> list[str]:
    """Paths and texts of what is wrong with a document laid over the defaults."""
    found = catalog.release(release)
    return list(proxy.validate(proxy.merge(proxy.defaults(found), document, found), found).error_texts())


def mesh_findings(document: dict[str, Any], release: str = NEWEST) -> tuple[list[str], list[str]]:
    """The same for a mesh document: errors and warnings."""
    found = catalog.release(release)
    findings = mesh.validate(mesh.merge(mesh.defaults(found), document, found).value, found)
    return list(findings.error_texts()), list(findings.warning_texts())


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"tracingServiceName": "APP_LABEL_AND_NAMESPACE"},
        {"drainDuration": "1s"},
        {"drainDuration": "2h"},
        {"tracing": {"zipkin": {"address": "$(HOST_IP):9411"}}},
        {"tracing": {"datadog": {"address": "$(HOST_IP):8126"}}},
        {"tracing": {"lightstep": {"address": "a:1", "accessToken": "t"}}},
        {"tracing": {"tlsSettings": {"mode": "MUTUAL", "clientCertificate": "c", "privateKey": "k"}}},
        {"tracing": {"tlsSettings": {"mode": "SIMPLE", "credentialName": "c"}}},
        {"tracing": {"tlsSettings": {"mode": "SIMPLE", "caCertificates": "c"}}},
        {"tracing": {"customTags": {"a": {"literal": {"value": "v"}}}}},
        {"privateKeyProvider": {"qat": {"pollDelay": "1ms"}}},
        {"controlPlaneAuthPolicy": "NONE"},
        {"controlPlaneAuthPolicy": 0},
        {"envoyMetricsService": {}},
        {"statsdUdpAddress": ""},
    ],
)
def test_valid_proxy_configs(document: dict[str, Any]) -> None:
    assert proxy_errors(document) == []


@pytest.mark.parametrize(
    ("document", "error"),
    [
        ({"configPath": ""}, "configPath: must be set"),
        ({"binaryPath": ""}, "binaryPath: must be set"),
        ({"serviceCluster": ""}, "serviceCluster: must be set"),
        ({"drainDuration": "0s"}, "drainDuration: 0s is shorter than 1ms"),
        ({"drainDuration": "1500ms"}, "drainDuration: 1.500s must be whole seconds"),
        ({"discoveryAddress": ""}, "discoveryAddress: must be set"),
        ({"discoveryAddress": "istiod"}, 'discoveryAddress: "istiod" is not host:port'),
        ({"statsdUdpAddress": "x"}, "statsdUdpAddress: "),
        ({"envoyMetricsServiceAddress": "x:0"}, "envoyMetricsServiceAddress: "),
        ({"envoyMetricsService": {"address": "x"}}, "envoyMetricsService.address: "),
        ({"envoyAccessLogService": {"address": "x"}}, "envoyAccessLogService.address: "),
        ({"proxyAdminPort": 0}, "proxyAdminPort: port 0 must be"),
        ({"statusPort": 70000}, "statusPort: port 70000 must be"),
        ({"controlPlaneAuthPolicy": "INHERIT"}, "controlPlaneAuthPolicy: must be NONE or MUTUAL_TLS"),
        ({"tracing": {"zipkin": {}}}, "tracing.zipkin.address: "),
        ({"tracing": {"datadog": {"address": "x"}}}, "tracing.datadog.address: "),
        ({"tracing": {"lightstep": {"address": "a:1"}}}, "tracing.lightstep.accessToken: must be set"),
        ({"tracing": {"lightstep": {"address": "$(HOST_IP):1", "accessToken": "t"}}}, "tracing.lightstep.address: "),
        ({"tracing": {"customTags": {"a": None}}}, "tracing.customTags.a: must not be null"),
        ({"privateKeyProvider": {}}, "privateKeyProvider: needs cryptomb or qat"),
        ({"privateKeyProvider": {"cryptomb": {}}}, "privateKeyProvider.cryptomb.pollDelay: must be set"),
        ({"privateKeyProvider": {"qat": {"pollDelay": "0s"}}}, "privateKeyProvider.qat.pollDelay: must be set"),
    ],
)
def test_invalid_proxy_configs(document: dict[str, Any], error: str) -> None:
    (found,) = proxy_errors(document)
    assert found.startswith(error)


def test_nothing_is_valid_in_an_empty_proxy_config() -> None:
    release = catalog.newest()
    paths = [path for path, _ in proxy.validate(ProxyConfig({}), release).errors]
    assert paths == [
        ("configPath",),
        ("binaryPath",),
        ("serviceCluster",),
        ("drainDuration",),
        ("discoveryAddress",),
        ("proxyAdminPort",),
        ("statusPort",),
    ]


@pytest.mark.parametrize(
    ("settings", "error"),
    [
        ({"mode": "MUTUAL", "privateKey": "k"}, "clientCertificate: must be set for mode MUTUAL"),
        ({"mode": "MUTUAL", "clientCertificate": "c"}, "privateKey: must be set for mode MUTUAL"),
        ({"mode": "SIMPLE", "credentialName": "c", "privateKey": "k"}, "privateKey: must not be set together with"),
        ({"insecureSkipVerify": True, "caCertificates": "c"}, "caCertificates: must not be set together with insecure"),
        ({"insecureSkipVerify": True, "caCrl": "c"}, "caCrl: must not be set together with insecure"),
        ({"credentialName": "configmap://c"}, "credentialName: must not name a configmap:// source"),
    ],
)
def test_tls_settings_of_a_tracer(settings: dict[str, Any], error: str) -> None:
    (found,) = proxy_errors({"tracing": {"tlsSettings": settings}})
    assert found.startswith(f"tracing.tlsSettings.{error}")


@pytest.mark.parametrize(
    ("document", "last_fine", "first_wrong"),
    [
        ({"drainDuration": "2h"}, "1.22", "1.21"),
        ({"tracing": {"tlsSettings": {"insecureSkipVerify": True, "caCertificates": "c"}}}, "1.18", "1.19"),
        ({"tracing": {"tlsSettings": {"credentialName": "configmap://c"}}}, "1.25", "1.26"),
    ],
)
def test_rules_that_came_or_went(document: dict[str, Any], last_fine: str, first_wrong: str) -> None:
    assert proxy_errors(document, last_fine) == []
    assert len(proxy_errors(document, first_wrong)) == 1


def test_automatic_addresses_are_deprecated_since_1_25() -> None:
    document = {"defaultConfig": {"proxyMetadata": {"ISTIO_META_DNS_AUTO_ALLOCATE": "true"}}}
    assert mesh_findings(document, "1.24") == ([], [])
    errors, (warning,) = mesh_findings(document, "1.25")
    assert errors == []
    assert warning.startswith("defaultConfig.proxyMetadata.ISTIO_META_DNS_AUTO_ALLOCATE: is deprecated")


@pytest.mark.parametrize(
    ("document", "error"),
    [
        ({"proxyListenPort": 0}, "proxyListenPort: port 0 must be"),
        ({"connectTimeout": "1500us"}, "connectTimeout: must be whole milliseconds"),
        ({"connectTimeout": "61m"}, "connectTimeout: must be whole milliseconds"),
        ({"protocolDetectionTimeout": "1us"}, "protocolDetectionTimeout: must be 0s or whole"),
        ({"defaultConfig": {"statusPort": 0}}, "defaultConfig.statusPort: port 0 must be"),
        ({"trustDomain": ""}, "trustDomain: must not be empty"),
        ({"trustDomainAliases": ["a", "b_c"]}, "trustDomainAliases[1]: "),
        ({"serviceSettings": [{"hosts": ["*", "a*"]}]}, "serviceSettings[0].hosts[1]: "),
        (
            {"localityLbSetting": {"distribute": [{"from": "a", "to": {"b": 99}}]}},
            "localityLbSetting.distribute[0].to: weights add",
        ),
        (
            {"localityLbSetting": {"distribute": [{"from": "a", "to": {"b": 100, "c": 0}}]}},
            "localityLbSetting.distribute[0].to.c: weight 0",
        ),
        (
            {"localityLbSetting": {"distribute": [{"from": "a*b", "to": {"b": 100}}]}},
            'localityLbSetting.distribute: "a*b": a wildcard',
        ),
        (
            {"localityLbSetting": {"distribute": [{"from": "a//b", "to": {"b": 100}}]}},
            'localityLbSetting.distribute: "a//b" must be',
        ),
        (
            {"localityLbSetting": {"distribute": [{"from": "a", "to": {"b/*": 50, "b/c": 50}}]}},
            'localityLbSetting.distribute[0].to: "b/c" overlaps',
        ),
        (
            {
                "localityLbSetting": {
                    "distribute": [{"from": "a", "to": {"b": 100}}],
                    "failover": [{"from": "a", "to": "b"}],
                }
            },
            "localityLbSetting.failover: must not be set together with distribute",
        ),
        (
            {"localityLbSetting": {"failover": [{"from": "a", "to": "a"}]}},
            "localityLbSetting.failover[0].to: must differ",
        ),
        (
            {"localityLbSetting": {"failover": [{"from": "a", "to": "b*"}]}},
            "localityLbSetting.failover[0].to: must not hold",
        ),
        ({"meshMTLS": {"ecdhCurves": ["P-256"]}}, "meshMTLS.ecdhCurves: is for tlsDefaults only"),
    ],
)
def test_invalid_mesh_configs(document: dict[str, Any], error: str) -> None:
    (found,), warnings = mesh_findings(document)
    assert found.startswith(error)
    assert warnings == []


def test_a_mesh_needs_a_default_config() -> None:
    release = catalog.newest()
    config = mesh.defaults(release).changed(MeshConfig.default_config, ProxyConfig())
    assert mesh.validate(config, release).errors == [(("defaultConfig",), "must be set")]


@pytest.mark.parametrize(
    ("provider", "warning"),
    [
        ({"prometheus": {}}, "extensionProviders[3]: has no name"),
        ({"name": "x"}, "extensionProviders[3]: names no provider"),
        ({"name": "x", "zipkin": {"service": "a_b", "port": 1}}, "extensionProviders[3].zipkin.service: "),
        ({"name": "x", "zipkin": {"service": "ns/a.b"}}, "extensionProviders[3].zipkin.port: port 0 must be"),
    ],
)
def test_extension_providers_only_warn(provider: dict[str, Any], warning: str) -> None:
    errors, (found,) = mesh_findings({"extensionProviders": [provider]})
    assert errors == []
    assert found.startswith(warning)


def test_a_name_used_twice_warns() -> None:
    release = catalog.newest()
    providers = [{"name": "x", "prometheus": {}}] * 2
    config = MeshConfig({**mesh.defaults(release).document, "extensionProviders": providers})
    assert len(mesh.validate(config, release).warnings) == 2


def test_curves_are_looked_at_since_1_18() -> None:
    document = {"tlsDefaults": {"ecdhCurves": ["P-256", "P-999", "P-256"]}}
    assert mesh_findings(document, "1.17") == ([], [])
    errors, warnings = mesh_findings(document, "1.18")
    assert errors == []
    assert [w.partition(":")[0] for w in warnings] == ["tlsDefaults.ecdhCurves[1]", "tlsDefaults.ecdhCurves[2]"]
