"""`meshc ports`: the port map of a pod or component, a comparison with a listing, and recipes."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from meshc import load, yamlio
from meshc.catalog import Release
from meshc.cli.capture.capture_verb import read_text
from meshc.cli.injected_pods import bootstrap_of, injected
from meshc.cli.inputs import resolve, warn
from meshc.cli.options import SettingsOptions
from meshc.cli.output import destination, write
from meshc.cli.ports import PortsOptions
from meshc.errors import UsageError
from meshc.interception.ports.components import component
from meshc.interception.ports.pod_ports import pod_ports
from meshc.interception.ports.port_map import PortMap
from meshc.kubernetes.pods import pod_of
from meshc.late import late
from meshc.yamlio import Json

if TYPE_CHECKING:
    from meshc.interception.ports import pictures, port_comparison, recipes, sockets
else:
    recipes = late("meshc.interception.ports.recipes")
    pictures = late("meshc.interception.ports.pictures")
    port_comparison = late("meshc.interception.ports.port_comparison")
    sockets = late("meshc.interception.ports.sockets")


@dataclass(frozen=True)
class PodInput:
    """A pod (injected, or one that stays as it is) with what was compiled for it.

    `bootstrap` is its envoy-rev.json as a dict where there is one, `mesh_config` the mesh's settings, `services` the
    Services among the inputs.
    """

    document: Json
    release: Release
    bootstrap: Json = None
    mesh_config: Mapping[str, Json] | None = None
    services: Sequence[Json] = ()


def ports(options: PortsOptions, settings_options: SettingsOptions) -> int:
    """Print the port maps of the pods in files, or of one component; 1 when `--compare` found differences."""
    destination(options.output)
    if options.component and not options.files:
        settings = resolve(settings_options, (), mode="webhook")
        warn(settings.warnings)
        return print_maps([], settings.release, options)
    inputs, found = injected(options.files, settings_options)
    objects = [value for document in inputs.documents for value in load.opened(document.value)]
    services = tuple(value for value in objects if isinstance(value, dict) and value.get("kind") == "Service")
    pods = [
        PodInput(one.manifest, one.settings.release, bootstrap_of(one), one.settings.mesh.document, services)
        for one in found
    ]
    return print_maps(pods, found[0].settings.release, options)


def print_maps(pods: Sequence[PodInput], release: Release, options: PortsOptions) -> int:
    """Print the map of every pod, or of the component `options.component` in `release`.

    Returns 1 when `--compare` found differences, else 0.
    """
    _check(pods, options)
    maps = [_map(p) for p in pods] if pods else [component(str(options.component), release)]
    if options.port is not None:
        maps = [_only(m, options.port) for m in maps]
    code = 0
    if options.compare:
        text, code = _compare(maps[0], options.compare, as_json=options.format == "json")
    elif options.recipe:
        name = options.recipe
        text = "\n".join(recipes.recipe(name, pod_of(p.document), m) for p, m in zip(pods, maps, strict=True)) + "\n"
    else:
        text = _draw(maps, options.format)
    write(text, options.output)
    return code


def _draw(maps: Sequence[PortMap], format: str) -> str:
    if format == "json" and len(maps) > 1:
        return yamlio.dump_json([dataclasses.asdict(m) for m in maps]) + "\n"
    if format in ("svg", "html") and len(maps) > 1:
        raise UsageError(
            f"one {format} shows one pod, not {len(maps)}",
            path="--format",
            value=format,
            hint="name a file with one workload",
        )
    return "\n".join(pictures.draw(m, format) for m in maps)


def _check(pods: Sequence[PodInput], options: PortsOptions) -> None:
    if bool(pods) == bool(options.component):
        raise UsageError(
            "give a FILE with a pod or --component NAME, not both or neither",
            path="--component",
            hint="e.g. meshc ports pod.yaml, or meshc ports --component istiod",
        )
    if options.compare and options.recipe:
        raise UsageError(
            "--compare and --recipe are mutually exclusive", path="--compare", hint="run them one after the other"
        )
    if options.compare and len(pods) > 1:
        raise UsageError(
            f"a listing belongs to one pod, not {len(pods)}", path="--compare", hint="name a file with one workload"
        )
    if options.recipe and not pods:
        raise UsageError("a recipe needs a pod's names", path="--recipe", hint="give the pod's FILE")


def _map(pod: PodInput) -> PortMap:
    return pod_ports(
        pod.document, pod.release, bootstrap=pod.bootstrap, mesh_config=pod.mesh_config, services=pod.services
    )


def _only(made: PortMap, number: int) -> PortMap:
    found = tuple(p for p in made.ports if p.number == number and p.transport != "unix")
    if not found:
        known = ", ".join(p.label for p in made.ports if p.transport != "unix")
        raise UsageError(
            f"{made.title} has no port {number}", path="--port", value=number, hint=f"its ports are {known}"
        )
    return dataclasses.replace(made, ports=found)


def _compare(expected: PortMap, file: str, *, as_json: bool) -> tuple[str, int]:
    found, unread = sockets.read(read_text(file), file=file)
    differences, notes = port_comparison.compare(expected, found)
    for note in (*unread, *notes):
        print(f"note: {note}", file=sys.stderr)
    if as_json:
        text = yamlio.dump_json([dataclasses.asdict(d) for d in differences])
    else:
        text = "\n".join(map(str, differences)) or "no difference"
    return f"{text}\n", int(bool(differences))
