"""`meshc profiles`: lists install profiles, prints what one resolves to, compares two."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from meshc import catalog, yamlio
from meshc import profiles as catalogue
from meshc.cli import inputs, output
from meshc.cli.options import SettingsOptions
from meshc.cli.profiles import ProfilesOptions
from meshc.errors import UsageError, format_path, require_known, show_value
from meshc.late import late
from meshc.settings import Settings, captured
from meshc.trees import ABSENT, changes, get
from meshc.yamlio import Json

if TYPE_CHECKING:
    from meshc.gateways import gateway_objects
else:
    gateway_objects = late("meshc.gateways.gateway_objects")

Path = tuple[str, ...]


def profiles(options: ProfilesOptions, settings_options: SettingsOptions) -> int:
    """List the profiles, print one, or compare two; 1 when two differ.  Raises UsageError for any other number of names."""
    names = options.names
    wanted = names[1:] if names[:1] == ("diff",) else names
    if len(wanted) > 2 or (wanted != names and len(wanted) != 2):
        raise UsageError("compares two profiles", value=" ".join(names), hint="meshc profiles demo minimal")
    if len(wanted) == 2:
        return diff(wanted, settings_options, to=options.output)
    if wanted:
        return show(wanted[0], settings_options, format=options.format, to=options.output)
    return list_profiles(settings_options, to=options.output)


def list_profiles(options: SettingsOptions, *, to: str | None = None) -> int:
    """Print the names of the profiles that the release's installer knows, with what each installs."""
    release = catalog.release(options.release) if options.release else catalog.newest()
    installer = options.installer or "istioctl"
    lines = [f"profiles of Istio {release} ({installer}):"]
    names = catalogue.names(release, installer)
    width = max(len(name) for name in names) if names else 0
    for name in names:
        settings = Settings.load(release=release, profile=name, installer=installer)
        lines.append(f"  {name.ljust(width)}  {', '.join(settings.installed) or 'nothing in this cluster'}")
    if not names:
        lines.append("  none: the chart of this release has no profiles")
    output.write("\n".join(lines) + "\n", output.destination(to))
    return 0


def show(name: str, options: SettingsOptions, *, format: str = "text", to: str | None = None) -> int:
    """Print what a profile resolves to with the options' settings laid over it.

    Formats: text (differences from `default` with their layers), values, mesh, injector, workloads, configmaps.

    Raises UsageError for another format.
    """
    require_known("format", format, _FORMATS, path="--format")
    settings = resolved(name, options)
    output.write(_FORMATS[format](settings), output.destination(to))
    return 0


def diff(names: Sequence[str], options: SettingsOptions, *, to: str | None = None) -> int:
    """Print the differences between two profiles; returns 1 when there are any."""
    first, second = (resolved(name, options) for name in names)
    lines = [f"--- {names[0]}", f"+++ {names[1]}"]
    for part, old, new in _parts(first, second):
        if part == "installs":
            lines += [f"{part} {'-' if name in old else '+'} {name}" for name in sorted(set(old) ^ set(new))]
            continue
        lines += [f"{part} {_line(path, before, after)}" for path, before, after in changes(old, new)]
    different = len(lines) > 2
    if different:
        output.write("\n".join(lines) + "\n", output.destination(to))
    else:
        print(f"{names[0]} and {names[1]} resolve to the same settings", file=sys.stderr)
    return 1 if different else 0


def resolved(name: str, options: SettingsOptions) -> Settings:
    """The settings of a profile with the options laid over it."""
    project = inputs.project_file(options)
    keywords = inputs.settings_keywords(dataclasses.replace(options, profile=name), project)
    settings = Settings.load(**keywords)
    inputs.warn(settings.warnings)
    return settings


def _parts(first: Settings, second: Settings) -> Iterator[tuple[str, Json, Json]]:
    yield "values", first.values.document, second.values.document
    yield "mesh", first.mesh_document, second.mesh_document
    yield "istiod", dict(first.features), dict(second.features)
    yield "installs", dict.fromkeys(first.installed, True), dict.fromkeys(second.installed, True)


def _line(path: Path, before: Json, after: Json) -> str:
    return f"{format_path(path)}: {_shown(before)} → {_shown(after)}"


def _shown(value: Json) -> str:
    if value is ABSENT:
        return "(absent)"
    return yamlio.dump_json(value).strip() if isinstance(value, dict | list) else show_value(value)


def _text(settings: Settings) -> str:
    plain = Settings.load(release=settings.release, installer=settings.installer)
    lines = [f"profile {settings.profile} of Istio {settings.release} ({settings.installer})"]
    lines += ["installs:", *(f"  {name}" for name in settings.installed or ("nothing in this cluster",))]
    for part, old, new in _parts(plain, settings):
        if part == "installs":
            continue
        found = list(changes(old, new))
        lines.append(f"{part}: " + ("as the default profile" if not found else "differs from the default profile in"))
        for path, before, after in found:
            lines.append(f"  {_line(path, before, after)}{_source(settings, part, path)}")
    return "\n".join(lines) + "\n"


def _source(settings: Settings, part: str, path: Path) -> str:
    trail = settings.origins.values(path) if part == "values" else ()
    if part == "mesh":
        trail = settings.origins.mesh(path)
    wanted = get(settings.values.document if part == "values" else settings.mesh_document, path)
    found = [origin.layer for origin in trail if origin.value == wanted]
    return f"  [{found[-1]}]" if found else ""


def _workloads(settings: Settings) -> str:
    return yamlio.dump_all(
        document for _, objects in gateway_objects.profile_gateways(settings) for document in objects
    )


def _config_maps(settings: Settings) -> str:
    namespace = settings.values.global_.istio_namespace or "istio-system"
    return yamlio.dump_all(captured.config_maps(settings, namespace=namespace))


_FORMATS: dict[str, Callable[[Settings], str]] = {
    "text": _text,
    "values": lambda settings: yamlio.dump(settings.values.document),
    "mesh": lambda settings: yamlio.dump(settings.mesh_document),
    "injector": lambda settings: yamlio.dump(captured.config_document(settings.injection_config)),
    "workloads": _workloads,
    "configmaps": _config_maps,
}
