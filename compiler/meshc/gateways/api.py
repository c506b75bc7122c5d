"""The doors of this package: charts, Gateway API objects, and the gateways a profile installs."""

from __future__ import annotations

from meshc.engine import Engine
from meshc.errors import UsageError, nearest
from meshc.gateways import classic, gateway_chart
from meshc.gateways.chart_values import effective
from meshc.gateways.defaults import CHARTS, SIDES
from meshc.gateways.helm import Helm, kubernetes_minor
from meshc.settings import Settings
from meshc.yamlio import Json


def chart(
    chart: str, values: Json, settings: Settings, *, name: str, namespace: str | None = None, version: str | None = None
) -> list[Json]:
    """Render a gateway chart as `helm install NAME` does: its objects in the order Helm installs them.

    `chart` is `gateway`, `istio-ingress` or `istio-egress`, `name` Helm's release name, `version` the chart's own
    (default: that of the release; `1.0.0` means the charts of the source tree with their testing images).
    Raises SettingsError for values the chart does not know or refuses (spec other-templates §§ 11, 12).
    """
    if chart not in CHARTS:
        guess = nearest(chart, CHARTS) or "gateway"
        raise UsageError(f"unknown chart; known are {', '.join(CHARTS)}", path="chart", value=chart, hint=guess)
    helm = Helm(
        release=settings.release,
        name=name,
        namespace=namespace or settings.namespace or "default",
        version=version if version is not None else str(settings.release),
        kubernetes=kubernetes_minor(settings.kube_version),
    )
    resolved = effective(chart, values, release=settings.release, version=helm.version)
    context = classic.context(chart, resolved, helm) if chart in SIDES else gateway_chart.context(resolved, helm)
    template = "charts/classic" if chart in SIDES else "charts/gateway"
    return Engine.of(settings.release).template(template).render_all(context)
