"""Reads what the command line names: files, meshc.yaml, standard input; resolves the Settings."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meshc import load, yamlio
from meshc.cli.options import SettingsOptions
from meshc.errors import UsageError
from meshc.load import Project
from meshc.settings import Settings
from meshc.yamlio import Document, Json


@dataclass(frozen=True)
class Inputs:
    """Input of a verb: the named files, their documents, the settings."""

    named: tuple[str, ...]
    documents: tuple[Document, ...]
    settings: Settings


def gather(
    files: Sequence[str], options: SettingsOptions, *, needed: bool = True, mode: str = "webhook", quiet: bool = False
) -> Inputs:
    """Read the files and resolve the settings; warnings go to stderr.

    Without files the `workloads` of meshc.yaml are read.  Raises UsageError when there are neither and `needed`.
    """
    project = project_file(options)
    named = tuple(files) or tuple(project.workloads if project else ())
    if needed and not named:
        raise UsageError(
            "no files named", hint="name files or directories, - for standard input, or `workloads` in meshc.yaml"
        )
    documents = tuple(load.documents(named, stdin=read_stdin)) if named else ()
    settings = resolve(options, documents, mode=mode, project=project)
    if not quiet:
        warn(settings.warnings)
    return Inputs(named, documents, settings)


def resolve(
    options: SettingsOptions, documents: Sequence[Document], *, mode: str, project: Project | None = None
) -> Settings:
    """Resolve the settings: the options, beneath them meshc.yaml, and Namespaces, ProxyConfigs, … among the inputs."""
    keywords = settings_keywords(options, project)
    keywords["mode"] = keywords.get("mode") or mode
    return Settings.load(**keywords, resources=load.context(documents))


def settings_keywords(options: SettingsOptions, project: Project | None = None) -> dict[str, Any]:
    """Keywords of `Settings.load` for the options given on the command line and, beneath them, in meshc.yaml."""
    said = {f.name: getattr(options, f.name) for f in dataclasses.fields(options)}
    for name in ("settings", "no_settings", "debug"):
        said.pop(name)
    said["feature"] = features(options.feature)
    keywords = {name: value for name, value in said.items() if value not in (None, [], {}, False)}
    return project.under(keywords) if project else keywords


def project_file(options: SettingsOptions, *, quiet: bool = False) -> Project | None:
    """The project file in use, named on stderr; None without one or with `--no-settings`."""
    if options.no_settings:
        if options.settings:
            raise UsageError("--settings and --no-settings contradict each other", hint="keep one of them")
        return None
    project = load.project(Path(options.settings) if options.settings else None)
    if project is not None and not quiet:
        print(f"settings: {project.file}", file=sys.stderr)
    return project


def features(given: Sequence[str]) -> dict[str, str]:
    """`NAME=VALUE` arguments as a mapping; raises UsageError for one without `=`."""
    found = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(
                "not a feature", path="--feature", value=text, hint="write NAME=VALUE, e.g. PLATFORM=openshift"
            )
        found[name] = value
    return found


def pod_template_paths(given: Sequence[str]) -> dict[str, str]:
    """`KIND=PATH` arguments as a mapping; raises UsageError for one without `=`."""
    found = {}
    for text in given:
        kind, equals, path = text.partition("=")
        if not equals or not kind or not path:
            hint = "write KIND=PATH, e.g. Rollout=spec.template"
            raise UsageError("not a pod template path", path="--pod-template-path", value=text, hint=hint)
        found[kind] = path.removeprefix(".")
    return found


# A name or an address is a string even where YAML would read a number.
_STRING_FACTS = frozenset(
    {"pod_name", "namespace", "pod_uid", "pod_ip", "host_ip", "node_name", "service_account", "proxy_sha"}
)


def read_facts(file: str | None, given: Sequence[str]) -> dict[str, Json]:
    """The facts of `--facts FILE`, and over them those of `--fact NAME=VALUE`.

    Values are read as YAML, so `pod_ips=[a, b]` is a list.  Raises UsageError for a file that holds anything but one map
    and for an argument without `=`.
    """
    facts: dict[str, Json] = {}
    if file:
        documents = load.file(file)
        if len(documents) != 1 or not isinstance(documents[0].value, dict):
            hint = "write `pod_ip: 10.0.0.1`"
            raise UsageError("a facts file holds one map of names and values", file=file, hint=hint)
        facts.update(documents[0].value)
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError("not a fact", path="--fact", value=text, hint="write NAME=VALUE, e.g. pod_ip=10.0.0.1")
        facts[name.strip()] = value if name.strip() in _STRING_FACTS else yamlio.load(value, file="--fact")
    return facts


def read_stdin() -> bytes:
    """All of standard input; raises UsageError when it is empty or closed."""
    if sys.stdin is None:
        raise UsageError("standard input is closed", file="-", hint="pipe a manifest into it, or name a file")
    data = sys.stdin.buffer.read()
    if not data.strip():
        raise UsageError("standard input is empty", file="-", hint="pipe a manifest into it, or name a file")
    return data


def warn(warnings: Sequence[str]) -> None:
    """Print each different warning once, on stderr."""
    for text in dict.fromkeys(warnings):
        print(f"warning: {text}", file=sys.stderr)
