"""`meshc diff --live`: running pods, from a cluster or captured, against what the settings would give them now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from meshc import catalog, load
from meshc.bootstraps.recovery import bootstrap_reading
from meshc.catalog import Release
from meshc.cli.diff import DiffOptions
from meshc.cli.inputs import project_file, read_stdin, settings_keywords, warn
from meshc.cli.kubectl import Kubectl, is_forbidden
from meshc.cli.options import SettingsOptions
from meshc.cli.parallel import each
from meshc.comparison import sources
from meshc.comparison.drift import Judged, Wishes, judge
from meshc.comparison.running import Running, gather
from meshc.errors import MeshcError, ToolError, UsageError, raise_all
from meshc.rendering import tree
from meshc.reports.changes import Report
from meshc.settings import Settings
from meshc.yamlio import Document, Json

_BOOTSTRAP = "/etc/istio/proxy/envoy-rev.json"
_SUFFIXES = (".yaml", ".yml", ".json")
_CONTEXT = ("Namespace", "Node")
_OVER = ("Succeeded", "Failed")
# Options that also hold for a plain profile; all others describe the user's own installation.
_PLAIN = ("installer", "mode", "namespace", "kube_version", "network", "cluster", "lenient")


@dataclass
class SettingsFor:
    """The user's settings for any release, revision and profile, each resolved once in a run."""

    keywords: dict[str, Any]
    resources: list[Any]
    _known: dict[tuple[Any, ...], Settings] = field(default_factory=dict)

    def __call__(self, release: Release | None, revision: str | None, profile: str | None) -> Settings:
        key = (release, revision, profile)
        if key not in self._known:
            keywords = dict(self.keywords)
            if profile is not None:
                keywords = {k: v for k, v in keywords.items() if k in _PLAIN} | {"profile": profile}
            if release is not None:
                keywords["release"] = release
            if revision is not None and "revision" not in self.keywords:
                keywords["revision"] = revision
            self._known[key] = Settings.load(**keywords, resources=self.resources)
        return self._known[key]


def report(options: DiffOptions, settings_options: SettingsOptions) -> Report:
    """The verdicts on running pods.  Raises ToolError where kubectl or the cluster cannot be reached."""
    project = project_file(settings_options)
    declared_documents = _declared(options, project.workloads if project else ())
    keywords = settings_keywords(settings_options, project)
    keywords["mode"] = keywords.get("mode") or "webhook"
    running, context = _running(options, keywords, declared_documents)
    resources = [*context, *load.context(declared_documents)]
    settings_for = SettingsFor(keywords, resources)
    asked = catalog.release(str(keywords["release"])) if keywords.get("release") else None
    warn(settings_for(asked, None, None).warnings)
    declared = [v for d in declared_documents for v in load.opened(d.value) if isinstance(v, dict)]
    if _only_declared(options, keywords.get("namespace"), declared):
        settings = settings_for(asked, None, None)
        running = [r for r in running if any(sources.belongs(r, workload, settings) for workload in declared)]
    wanted = tree.shard_of([r.subject for r in running], options.shard)
    chosen = [r for r in running if r.subject in wanted]
    work = _Judging(chosen, Wishes(settings_for, asked), declared)
    judged = each(work, len(chosen), jobs=options.jobs, noun="pods")
    return _report(judged, show_noise=options.show_noise)


@dataclass(frozen=True)
class _Judging:
    running: Sequence[Running]
    wishes: Wishes
    declared: Sequence[Json]

    def __call__(self, number: int) -> Judged | MeshcError:
        one = self.running[number]
        try:
            return judge(one, self.wishes, self.declared)
        except MeshcError as error:
            return error.at(one.file or one.subject)


def _report(judged: Sequence[Judged | MeshcError], *, show_noise: bool) -> Report:
    errors = [j for j in judged if isinstance(j, MeshcError)]
    raise_all(errors)
    found = [j for j in judged if isinstance(j, Judged)]
    return Report(
        "wanted → running",
        len(found),
        tuple(change for j in found for change in j.changes),
        tuple(j.verdict for j in found),
        tuple(change for j in found for change in j.noise) if show_noise else (),
        noun="pod",
    )


def _only_declared(options: DiffOptions, namespace: str | None, declared: Sequence[Json]) -> bool:
    """Whether the files alone say which pods of a cluster are meant."""
    chosen = namespace or options.selector or options.all_namespaces or options.live_from
    return bool(declared) and not chosen


def _declared(options: DiffOptions, workloads: Sequence[str]) -> list[Document]:
    named = options.files or tuple(workloads)
    return load.documents(named, stdin=read_stdin) if named else []


def _running(
    options: DiffOptions, keywords: dict[str, Any], declared: Sequence[Document]
) -> tuple[list[Running], list[Json]]:
    """The running proxies, and the cluster's Namespaces and Nodes."""
    if options.live_from:
        if options.live or options.context:
            raise UsageError(
                "--live-from cannot be combined with --live or --context",
                path="--live-from",
                hint="leave out one of them",
            )
        return _captured(options, keywords.get("namespace"))
    return _from_cluster(options, keywords.get("namespace"), declared)


def _captured(options: DiffOptions, namespace: str | None) -> tuple[list[Running], list[Json]]:
    values = list(_files(Path(str(options.live_from))))
    found = [r for r in gather(values) if not namespace or r.namespace == namespace]
    if options.selector:
        found = [r for r in found if _selected(r, options.selector)]
    if not found:
        hint = (
            "captured pods are what `kubectl get pods -o yaml` prints; bootstraps are envoy-rev.json or a config_dump"
        )
        raise UsageError("no pod and no bootstrap in this directory", file=options.live_from, hint=hint)
    return found, [value for value, _ in values if isinstance(value, dict) and value.get("kind") in _CONTEXT]


def _files(directory: Path) -> Iterator[tuple[Json, str]]:
    if not directory.is_dir():
        raise UsageError(
            "no such directory", file=str(directory), hint="name a directory of captured files with --live-from DIR"
        )
    errors: list[MeshcError] = []
    for path in sorted(directory.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(directory).parts)
        if path.suffix not in _SUFFIXES or hidden or not path.is_file():
            continue
        try:
            yield from ((value, str(path)) for d in load.file(path) for value in load.opened(d.value))
        except MeshcError as error:
            errors.append(error)
    raise_all(errors)


def _from_cluster(
    options: DiffOptions, namespace: str | None, declared: Sequence[Document]
) -> tuple[list[Running], list[Json]]:
    kubectl = Kubectl(options.context)
    selector = ["-l", options.selector] if options.selector else []
    items = [p for place in _places(options, namespace, declared) for p in kubectl.get("pods", *place, *selector)]
    pods = [p for p in items if (p.get("status") or {}).get("phase") not in _OVER]
    running = [Running(pod={"apiVersion": "v1", "kind": "Pod", **p}) for p in pods]
    if options.bootstrap:
        running = [_with_bootstrap(one, kubectl) for one in running]
    context = [{"apiVersion": "v1", "kind": kind, **o} for kind in _CONTEXT for o in _permitted(kubectl, kind)]
    return sorted(running, key=lambda r: r.subject), context


def _places(options: DiffOptions, namespace: str | None, declared: Sequence[Document]) -> list[list[str]]:
    if options.all_namespaces:
        return [["-A"]]
    if namespace:
        return [["-n", namespace]]
    objects = [v for d in declared for v in load.opened(d.value) if isinstance(v, dict)]
    named = {str((o.get("metadata") or {}).get("namespace") or "") for o in objects} - {""}
    return [["-n", name] for name in sorted(named)] or [[]]


def _permitted(kubectl: Kubectl, kind: str) -> list[Any]:
    """Objects of the whole cluster; none, with a warning, where the user has no right to list them."""
    try:
        return kubectl.get(kind.lower() + "s")
    except ToolError as error:
        if not is_forbidden(error):
            raise
        meaning = "labels of namespaces" if kind == "Namespace" else "kubelet versions"
        warn([f"{error.message}: {meaning} are unknown"])
        return []


def _with_bootstrap(one: Running, kubectl: Kubectl) -> Running:
    if not one.has_proxy:
        return one
    data = kubectl.read(one.namespace, one.name, _BOOTSTRAP)
    bootstrap = bootstrap_reading.load(data, file=one.subject)
    return Running(one.pod, bootstrap, bootstrap_file=f"{one.subject}:{_BOOTSTRAP}")


def _selected(running: Running, selector: str) -> bool:
    """Whether a captured pod's labels fit `-l a=b,c!=d,e,!f`, as kubectl reads it."""
    labels = running.metadata.get("labels") or running.shown.get("LABELS") or {}
    for term in filter(None, (t.strip() for t in selector.split(","))):
        key, differs, value = term.partition("!=")
        if differs:
            if labels.get(key.strip()) == value.strip():
                return False
            continue
        key, equals, value = term.replace("==", "=").partition("=")
        wanted = (
            labels.get(key.strip()) == value.strip() if equals else (key.lstrip("!") in labels) != key.startswith("!")
        )
        if not wanted:
            return False
    return True
