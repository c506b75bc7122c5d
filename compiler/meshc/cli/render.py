"""`meshc render`: every workload's manifest and bootstraps, as a tree of files or a stream."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from meshc import load, resources, yamlio
from meshc.cli import facts as facts_file
from meshc.cli import output
from meshc.cli.inputs import Inputs, gather, pod_template_paths
from meshc.cli.options import SettingsOptions
from meshc.cli.parallel import Compiling, compile_all
from meshc.errors import InputError
from meshc.rendering import tree
from meshc.rendering.tree import Rendered
from meshc.rendering.units import Unit, plan, unit_of
from meshc.settings import Settings
from meshc.yamlio import Document, Json

_DEPLOYMENTS = ("Deployment", "DaemonSet")


@dataclass(frozen=True)
class GatewayChart:
    """A gateway chart to render beside the workloads: Helm release name, chart, values files, chart version."""

    name: str
    chart: str = "gateway"
    values: tuple[str, ...] = ()
    version: str | None = None


@dataclass(frozen=True)
class RenderOptions:
    """What `meshc render` was asked for, apart from settings."""

    files: tuple[str, ...] = ()
    output: str | None = None
    chart: GatewayChart | None = None
    pod_template_paths: tuple[str, ...] = ()
    facts_file: str | None = None
    facts: tuple[str, ...] = ()
    jobs: int = 1
    shard: str | None = None


def render(options: RenderOptions, settings_options: SettingsOptions) -> int:
    """Compile and write; returns 0. Raises MeshcError with nothing written."""
    to = output.destination(options.output)
    places = pod_template_paths(options.pod_template_paths)
    facts = facts_file.read(options.facts_file, options.facts)
    inputs = gather(options.files, settings_options, needed=False)
    folder = Path(to) if to not in (None, "-") else _default_folder(inputs.settings)
    if to != "-":
        output.refuse_foreign(folder)
    units = _units(inputs, options.chart, places)
    tree.refuse_doubles((u.folder, u.source) for u in units)
    wanted = tree.shard_of([u.folder for u in units], options.shard)
    chosen = sorted((u for u in units if u.folder in wanted), key=lambda u: u.folder)
    rendered = compile_all(chosen, Compiling(inputs.settings, facts, places), jobs=options.jobs)
    if to == "-":
        output.write(_stream(rendered, chosen), "-")
    else:
        output.replace_folder(folder, tree.tree(rendered, inputs.settings))
        _say(rendered, folder, inputs.settings)
    return 0


def _units(inputs: Inputs, chart: GatewayChart | None, places: dict[str, str]) -> list[Unit]:
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
    from meshc.gateways.api import profile_gateways

    source = f"profile {settings.profile}"
    found = profile_gateways(settings)
    return [unit for _, objects in found for unit in _gateway(objects, settings, source=source)]


def _of_chart(chart: GatewayChart, settings: Settings) -> list[Unit]:
    from meshc.gateways import api
    from meshc.merge import deep

    values: Json = {}
    for file in chart.values:
        for document in load.file(file, strict=True):
            if not isinstance(document.value, dict):
                raise document.error(
                    "chart values are a map", value=document.value, hint="write `service: {type: ClusterIP}`"
                )
            values = deep(values, document.value)
    objects = api.chart(
        chart.chart, values, settings, name=chart.name, namespace=settings.namespace, version=chart.version
    )
    return _gateway(objects, settings, source=f"chart {chart.chart}")


def _gateway(objects: Sequence[Json], settings: Settings, *, source: str) -> list[Unit]:
    workloads = [o for o in objects if o["kind"] in _DEPLOYMENTS]
    others = [o for o in objects if o["kind"] not in _DEPLOYMENTS]
    return [unit_of(w, settings, source=source, resources=others) for w in workloads]


def _sample() -> list[Document]:
    return yamlio.load_all(resources.text("schemas", "samples", "httpbin.yaml"), file="the bundled httpbin sample")


def _default_folder(settings: Settings) -> Path:
    return Path("rendered") / f"{settings.profile or 'default'}-{settings.release}"


def _stream(rendered: Sequence[Rendered], units: Sequence[Unit]) -> str:
    """Manifests (and what came with them) as one stream, each document ended by `---`."""
    documents = []
    for one, unit in zip(rendered, units, strict=True):
        documents += [yamlio.dump(r) for r in unit.resources] + [one.manifest.decode("utf-8", "surrogatepass")]
    return "".join(f"{d}---\n" for d in documents)


def _say(rendered: Sequence[Rendered], folder: Path, settings: Settings) -> None:
    """What was written where: one line a file on stdout, the summary on stderr."""
    lines = [f"{folder / tree.INDEX}"]
    lines += [f"{folder / one.folder / name}" for one in rendered for name in one.files]
    output.write("".join(f"{line}\n" for line in lines), "-")
    counts = {d: sum(one.decision == d for one in rendered) for d in ("injected", "complete", "skipped")}
    summary = ", ".join(f"{n} {d}" for d, n in counts.items() if n)
    profile = f", profile {settings.profile}" if settings.profile else ""
    print(f"Istio {settings.release}{profile}: {len(rendered)} workloads ({summary or 'none'})", file=sys.stderr)
