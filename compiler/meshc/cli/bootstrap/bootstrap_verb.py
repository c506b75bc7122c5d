"""`meshc bootstrap`: one bootstrap of a pod or of facts alone, and facts read back out of a bootstrap."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meshc import catalog, load, yamlio
from meshc.bootstraps.compiler import Bootstraps
from meshc.bootstraps.compiler import bootstrap as compile_bootstrap
from meshc.bootstraps.envoy import envoy_bootstrap
from meshc.catalog import Release
from meshc.cli.bootstrap import BootstrapOptions
from meshc.cli.inputs import project_file, read_facts, read_stdin, resolve, settings_keywords, warn
from meshc.cli.options import SettingsOptions
from meshc.cli.output import destination, write
from meshc.errors import InputError, MeshcError, UsageError, require_known
from meshc.kubernetes.pods import Pod, find_pod, pod_of
from meshc.late import late
from meshc.settings import Settings
from meshc.yamlio import Document

if TYPE_CHECKING:
    from meshc.bootstraps.envoy import custom_bootstrap
    from meshc.bootstraps.recovery import bootstrap_reading, recovered_facts
    from meshc.cli import real_envoy
    from meshc.injection import api as injection
else:
    injection = late("meshc.injection.api")
    recovered_facts = late("meshc.bootstraps.recovery.recovered_facts")
    bootstrap_reading = late("meshc.bootstraps.recovery.bootstrap_reading")
    custom_bootstrap = late("meshc.bootstraps.envoy.custom_bootstrap")
    real_envoy = late("meshc.cli.real_envoy")

Json = Any
_KINDS = ("envoy", "grpc", "facts")


def bootstrap(options: BootstrapOptions, settings_options: SettingsOptions) -> int:
    """Print one bootstrap; 1 when `--check` was asked for and Envoy refuses it, else 0.  Raises MeshcError."""
    require_known("kind of bootstrap", options.kind, _KINDS, path="bootstrap")
    if options.kind == "facts":
        return _print_facts(options, settings_options)
    _refuse_for_grpc(options)
    to = destination(options.output)
    facts = read_facts(options.facts_file, options.facts)
    pod, settings = _inputs(options, settings_options, facts)
    made = compile_bootstrap(pod, settings, facts)
    warn(made.warnings)
    data = _wanted(made, options.kind)
    if options.override:
        data = _overridden(made, options.override, settings.release)
    code = _checked(data, options) if options.check or options.envoy else 0
    write(data, to)
    return code


def _print_facts(options: BootstrapOptions, settings_options: SettingsOptions) -> int:
    """Print the facts of a bootstrap as YAML; places that they do not reproduce are named on stderr."""
    if len(options.files) != 1:
        hint = "name one envoy-rev.json, grpc-bootstrap.json or config_dump"
        raise UsageError("one bootstrap is read at a time", hint=hint)
    file = options.files[0]
    found = bootstrap_reading.bootstrap_of(bootstrap_reading.load(_read(file), file=file), file=file)
    named = settings_options.release or recovered_facts.release_of(found)
    if named is None:
        hint = "name the release it was made by with --release"
        raise UsageError("the bootstrap does not name its release", file=file, hint=hint)
    release = catalog.release(named)
    known = recovered_facts.facts(found, release)
    warn(_not_given_again(found, known, release))
    write(yamlio.dump(known), destination(options.output))
    return 0


def _inputs(
    options: BootstrapOptions, settings_options: SettingsOptions, facts: Mapping[str, Json]
) -> tuple[Json | None, Settings]:
    if not options.files and not facts:
        hint = "name the file of a pod, or give everything with --facts FILE"
        raise UsageError("no pod and no facts given", path="POD FILE", hint=hint)
    project = project_file(settings_options)
    documents = tuple(load.documents(options.files, stdin=read_stdin)) if options.files else ()
    found = _only(documents, options.files) if options.files else None
    named = found[1].image_release if found else facts.get("release")
    if named and "release" not in settings_keywords(settings_options, project):
        settings_options = replace(settings_options, release=named)
    settings = resolve(settings_options, documents, mode="webhook", project=project)
    warn(settings.warnings)
    return (_injected(*found, settings) if found else None), settings


def _only(documents: Sequence[Document], files: Sequence[str]) -> tuple[Document, Pod]:
    found = [(d, pod) for d in documents if (pod := find_pod(d.value))]
    if len(found) == 1:
        return found[0]
    if not found:
        hint = "give a Pod, or a workload such as a Deployment"
        raise InputError("no pod among the documents", file=files[0], hint=hint)
    hint = "give them one at a time, or use `meshc render` for all"
    raise found[1][0].error(f"{len(found)} pods where one is expected", path=("kind",), hint=hint)


def _injected(document: Document, pod: Pod, settings: Settings) -> Json:
    if pod.carries_bootstrap:
        return document.value
    result = injection.inject(document.value, settings, mode="webhook")
    if not pod_of(result.manifest).carries_bootstrap:
        hint = "`meshc explain FILE` explains why it is not injected"
        raise document.error("the pod gets no proxy", path=("metadata",), hint=hint)
    return result.manifest


def _wanted(made: Bootstraps, kind: str) -> bytes:
    data = made.data(kind)
    if data is None:
        other = "grpc" if kind == "envoy" else "envoy"
        hint = f"its agent writes the other one: `meshc bootstrap {other}`"
        raise UsageError(f"this proxy has no {kind} bootstrap", path="POD FILE", hint=hint)
    return data


def _overridden(made: Bootstraps, file: str, release: Release) -> bytes:
    text = _read(file).decode("utf-8", "replace")
    document = custom_bootstrap.read(text, release, host_ip=made.host_ip, file=file)
    return envoy_bootstrap.dump(custom_bootstrap.merge(made.envoy_document, document))


def _checked(data: bytes, options: BootstrapOptions) -> int:
    program = real_envoy.find(options.envoy)
    verdict = real_envoy.validate(data, program)
    warn(verdict.deprecated)
    name = f"Envoy {real_envoy.version(program)}"
    print(f"{name}: {'accepted' if verdict.accepted else f'refused: {verdict.reason}'}", file=sys.stderr)
    return 0 if verdict.accepted else 1


def _refuse_for_grpc(options: BootstrapOptions) -> None:
    if options.kind == "grpc" and (options.override or options.check or options.envoy):
        hint = "leave out --override, --check and --envoy: they are about Envoy's bootstrap"
        raise UsageError("Envoy does not read a gRPC bootstrap", path="bootstrap grpc", hint=hint)


def _not_given_again(found: Json, known: Mapping[str, Json], release: Release) -> list[str]:
    try:
        made = compile_bootstrap(None, Settings.load(release=str(release)), known)
    except MeshcError as error:
        return [f"these facts do not compile: {error}"]
    again = made.document("grpc" if bootstrap_reading.is_grpc(found) else "envoy")
    return [f"{place}: not reproduced by these facts" for place in _differences(found, again or {})]


def _differences(old: Json, new: Json, path: str = "") -> list[str]:
    if isinstance(old, dict) and isinstance(new, dict):
        return [p for key in {**old, **new} for p in _differences(old.get(key), new.get(key), f"{path}/{key}")]
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [p for i, (a, b) in enumerate(zip(old, new, strict=True)) for p in _differences(a, b, f"{path}/{i}")]
    return [] if old == new else [path or "/"]


def _read(file: str) -> bytes:
    if file == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", file=file, hint="check the path") from error
