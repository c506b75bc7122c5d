"""What `meshc capture` and `meshc ports` look at: pods compiled with their own settings."""

from __future__ import annotations

from collections.abc import Sequence

from meshc import load
from meshc.cli.capture import capture_verb
from meshc.cli.injected_pods import Injected, bootstrap_of, injected
from meshc.cli.inputs import resolve, warn
from meshc.cli.options import SettingsOptions
from meshc.cli.output import destination
from meshc.cli.ports import ports_verb
from meshc.errors import UsageError
from meshc.models.pointing import pointed
from meshc.settings import Settings
from meshc.yamlio import Json


def capture(
    files: Sequence[str], config: str | None, settings_options: SettingsOptions, options: capture_verb.CaptureOptions
) -> int:
    """Capture rules of the pods in files, or of the tool's own settings in `config`."""
    destination(options.output)
    if config and files:
        raise UsageError("both a pod and the tool's settings", path="--config", hint="give FILES or --config, not both")
    if config:
        settings = resolve(settings_options, (), mode="webhook")
        documents = load.file(config)
        if not documents:
            raise UsageError("holds no settings of the tool", file=config, hint="write {} for its defaults")
        with pointed(documents[0]):
            return capture_verb.capture([d.value for d in documents], settings, options)
    _, found = injected(files, settings_options)
    settings_of = {id(one.manifest): one.settings for one in found}

    def of(document: Json) -> Settings:
        return settings_of[id(document)]

    return capture_verb.capture([one.manifest for one in found], of, options)


def ports(files: Sequence[str], settings_options: SettingsOptions, options: ports_verb.PortsOptions) -> int:
    """Port maps of the pods in files, or of one component."""
    destination(options.output)
    if options.component and not files:
        settings = resolve(settings_options, (), mode="webhook")
        warn(settings.warnings)
        return ports_verb.ports([], settings.release, options)
    inputs, found = injected(files, settings_options)
    objects = [value for document in inputs.documents for value in load.opened(document.value)]
    services = [value for value in objects if isinstance(value, dict) and value.get("kind") == "Service"]
    return ports_verb.ports([_input(one, services) for one in found], found[0].settings.release, options)


def _input(one: Injected, services: Sequence[Json]) -> ports_verb.PodInput:
    return ports_verb.PodInput(
        one.manifest, one.settings.release, bootstrap_of(one), one.settings.mesh_config, tuple(services)
    )
