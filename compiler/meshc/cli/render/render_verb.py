"""`meshc render`: every workload's manifest and bootstraps, as a tree of files or a stream."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from meshc import yamlio
from meshc.cli import output
from meshc.cli.inputs import gather, pod_template_paths, read_facts
from meshc.cli.options import SettingsOptions
from meshc.cli.parallel import Compiling, compile_all
from meshc.cli.render import RenderOptions
from meshc.cli.workload_units import GatewayChart, units_of
from meshc.errors import UsageError
from meshc.rendering import tree
from meshc.rendering.compiling import compile_unit
from meshc.rendering.tree import Rendered
from meshc.rendering.units import Unit
from meshc.settings import Settings


def render(options: RenderOptions, settings_options: SettingsOptions) -> int:
    """Compile and write; returns 0. Raises MeshcError with nothing written."""
    to = output.destination(options.output)
    places = pod_template_paths(options.pod_template_paths)
    facts = read_facts(options.facts_file, options.facts)
    inputs = gather(options.files, settings_options, needed=False)
    directory = Path(to) if to not in (None, "-") else _default_directory(inputs.settings)
    if to != "-":
        output.refuse_foreign(directory)
    units = units_of(inputs, chart=_chart(options), places=places)
    tree.refuse_doubles((u.folder, u.source) for u in units)
    wanted = tree.shard_of([u.folder for u in units], options.shard)
    chosen = sorted((u for u in units if u.folder in wanted), key=lambda u: u.folder)
    rendered = compile_all(chosen, Compiling(inputs.settings, facts, places), compile_unit, jobs=options.jobs)
    if to == "-":
        output.write(_stream(rendered, chosen), "-")
    else:
        output.replace_directory(directory, tree.tree(rendered, inputs.settings))
        _say(rendered, directory, inputs.settings)
    return 0


def _chart(options: RenderOptions) -> GatewayChart | None:
    if options.gateway is not None:
        chart = options.gateway_chart or "gateway"
        return GatewayChart(options.gateway, chart, options.gateway_values, options.chart_version)
    if options.gateway_values or options.gateway_chart or options.chart_version:
        hint = "add --gateway NAME, the name of the Helm release"
        raise UsageError("a gateway's values, chart or version without a gateway", path="--gateway", hint=hint)
    return None


def _default_directory(settings: Settings) -> Path:
    return Path("rendered") / f"{settings.profile or 'default'}-{settings.release}"


def _stream(rendered: Sequence[Rendered], units: Sequence[Unit]) -> str:
    """Manifests (and what came with them) as one stream, each document ended by `---`."""
    documents = []
    for one, unit in zip(rendered, units, strict=True):
        documents += [yamlio.dump(r) for r in unit.resources] + [one.manifest.decode("utf-8", "surrogatepass")]
    return "".join(f"{d}---\n" for d in documents)


def _say(rendered: Sequence[Rendered], directory: Path, settings: Settings) -> None:
    """Print each written file on stdout, and the summary on stderr."""
    lines = [f"{directory / tree.INDEX}"]
    lines += [f"{directory / one.folder / name}" for one in rendered for name in one.files]
    output.write("".join(f"{line}\n" for line in lines), "-")
    counts = {d: sum(one.decision == d for one in rendered) for d in ("injected", "complete", "skipped")}
    summary = ", ".join(f"{n} {d}" for d, n in counts.items() if n)
    profile = f", profile {settings.profile}" if settings.profile else ""
    print(f"Istio {settings.release}{profile}: {_count(len(rendered))} ({summary or 'none'})", file=sys.stderr)


def _count(number: int) -> str:
    return "1 workload" if number == 1 else f"{number} workloads"
