"""The workloads to render: those of files, of a gateway chart, or the profile's own."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING

from meshc import load, resources, yamlio
from meshc.cli.inputs import Inputs
from meshc.errors import InputError
from meshc.late import late
from meshc.models.error_positions import pointed
from meshc.rendering.units import Unit, plan, unit_of
from meshc.settings import Settings
from meshc.trees import merge
from meshc.yamlio import Document, Json

if TYPE_CHECKING:
    from meshc.gateways import gateway_objects
    from meshc.gateways.charts import accepted
else:
    gateway_objects = late("meshc.gateways.gateway_objects")
    accepted = late("meshc.gateways.charts.accepted")

_DEPLOYMENTS = ("Deployment", "DaemonSet")


@dataclass(frozen=True)
class GatewayChart:
    """A gateway chart to render beside the workloads: Helm release name, chart, values files, chart version."""

    name: str
    chart: str = "gateway"
    values: tuple[str, ...] = ()
    version: str | None = None


def units_of(inputs: Inputs, *, chart: GatewayChart | None = None, places: dict[str, str] | None = None) -> list[Unit]:
    """The units of named files (and a chart); without either the profile's gateways and the bundled sample.

    Raises InputError when files were named and hold no workload.
    """
    settings = inputs.settings
    if inputs.named or chart:
        units = plan(inputs.documents, settings, places=places)
        units += _of_chart(chart, settings) if chart else []
        if inputs.named and not units:
            raise InputError(
                "no workload among the documents",
                file=inputs.named[0],
                hint="name files that hold a Deployment, StatefulSet, …, Pod or Gateway; "
                "--pod-template-path KIND=PATH adds another kind",
            )
        return units
    return [*_of_profile(settings), *plan(_sample(), settings)]


def _of_profile(settings: Settings) -> list[Unit]:
    source = f"profile {settings.profile}"
    found = gateway_objects.profile_gateways(settings)
    return [unit for _, objects in found for unit in _gateway(objects, settings, source=source)]


def _of_chart(chart: GatewayChart, settings: Settings) -> list[Unit]:
    documents = [d for file in chart.values for d in load.file(file, strict=True)]
    values: Json = {}
    accepted.check(chart.chart, values)
    for document in documents:
        with pointed(document):
            accepted.check(chart.chart, document.value)
        values = merge(values, document.value)
    with pointed(documents[-1]) if documents else nullcontext():
        objects = gateway_objects.chart(
            chart.chart, values, settings, name=chart.name, namespace=settings.namespace, version=chart.version
        )
    return _gateway(objects, settings, source=f"chart {chart.chart}")


def _gateway(objects: Sequence[Json], settings: Settings, *, source: str) -> list[Unit]:
    workloads = [o for o in objects if o["kind"] in _DEPLOYMENTS]
    others = [o for o in objects if o["kind"] not in _DEPLOYMENTS]
    return [unit_of(w, settings, source=source, resources=others) for w in workloads]


def _sample() -> list[Document]:
    return yamlio.load_all(resources.text("schemas", "samples", "httpbin.yaml"), file="the bundled httpbin sample")
