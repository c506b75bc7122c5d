"""Compiles gateways: charts, Gateway API objects, and the gateways a profile installs. The public door of this package."""

from __future__ import annotations

from collections.abc import Collection

from meshc.engine import Engine
from meshc.gateways.charts import classic, gateway_chart
from meshc.gateways.charts.accepted import check
from meshc.gateways.charts.chart_defaults import SIDES
from meshc.gateways.charts.chart_values import effective
from meshc.gateways.charts.helm import Helm, kubernetes_minor
from meshc.gateways.charts.k8s_patches import patched
from meshc.gateways.controller.deployment import deploy
from meshc.settings import Gateway, Settings
from meshc.yamlio import Json


def chart(
    chart: str, values: Json, settings: Settings, *, name: str, namespace: str | None = None, version: str | None = None
) -> list[Json]:
    """Render a gateway chart as `helm install NAME` does: its objects in the order Helm installs them.

    `chart` is `gateway`, `istio-ingress` or `istio-egress`, `name` Helm's release name, `version` the chart's own
    (default: that of the release).
    Raises SettingsError for values the chart does not know or refuses (docs/istio/other-templates.md §§ 11, 12).
    """
    check(chart, values)
    namespace = namespace or settings.namespace or "default"
    return _render(chart, values, settings, name=name, namespace=namespace, version=version)


def gateway(
    gateway: Json,
    settings: Settings,
    watched_namespaces: Collection[str] | None = None,
    *,
    transition_time: str | None = None,
) -> list[Json]:
    """Objects that the Gateway API deployment controller writes for a Gateway, in order (docs/istio/other-templates.md §§ 7 to 10).

    GatewayClasses, ConfigMaps, ProxyConfigs, Namespaces, ListenerSets and existing objects are taken from
    `settings.resources`.  A Gateway of an unknown class, another revision or a namespace outside `watched_namespaces`
    gives nothing; one whose patches change an object's identity gives only the controller's version.
    `transition_time` is written to the conditions of the status that 1.17 sets (null: not known).
    Raises InputError for a document of another kind, SettingsError for values and references the templates fail on.
    """
    return deploy(gateway, settings, watched_namespaces, transition_time=transition_time).documents


def profile_gateways(settings: Settings) -> list[tuple[Gateway, list[Json]]]:
    """The classic gateways the installation brings, each with its objects in Helm's order (docs/istio/profiles.md §§ 5.6, 6.1).

    What `helm template` gives for the gateway's chart under release name `istio`, the component's `k8s` block laid over
    it.  The Deployments are complete pods, not to be injected, unless `injectionTemplate` says so.
    """
    return [(gateway, _installed(gateway, settings)) for gateway in settings.gateways]


def _installed(gateway: Gateway, settings: Settings) -> list[Json]:
    values = dict(gateway.values)
    documents = _render(gateway.chart, values, settings, name="istio", namespace=gateway.namespace)
    return patched(documents, gateway, settings.release)


def _render(
    chart: str, values: Json, settings: Settings, *, name: str, namespace: str, version: str | None = None
) -> list[Json]:
    helm = Helm(
        release=settings.release,
        name=name,
        namespace=namespace,
        version=version if version is not None else str(settings.release),
        kubernetes=kubernetes_minor(settings.chart_kube_version),
    )
    resolved = effective(chart, values, release=settings.release)
    context = classic.context(chart, resolved, helm) if chart in SIDES else gateway_chart.context(resolved, helm)
    template = "charts/classic" if chart in SIDES else "charts/gateway"
    return Engine.of(settings.release).template(template).render_all(context)
