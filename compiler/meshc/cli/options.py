"""The options that verbs share: files, outputs, settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

import typer

Output = Annotated[
    str | None, typer.Option("--output", "-o", metavar="PATH", help="Where the result goes; - is standard output.")
]
Format = Annotated[str | None, typer.Option("--format", metavar="NAME", help="Format of the output.")]
PodTemplatePaths = Annotated[
    tuple[str, ...],
    typer.Option(
        "--pod-template-path",
        metavar="KIND=PATH",
        help="Where another kind keeps its pod template, e.g. Rollout=spec.template; repeatable.",
        show_default=False,
    ),
]
Jobs = Annotated[
    int, typer.Option("--jobs", "-j", min=1, metavar="N", help="Processes to use; the output is the same.")
]
Shard = Annotated[
    str | None, typer.Option("--shard", metavar="I/N", help="Only the I-th of N fixed parts of the workloads.")
]
Debug = Annotated[bool, typer.Option("--debug", help="Show tracebacks.")]


@dataclass(frozen=True, kw_only=True)
class FileOptions:
    """FILES, which `-f FILE` may name too."""

    arguments: Annotated[
        tuple[str, ...],
        typer.Argument(metavar="[FILES]...", help="Files, directories, or - for standard input.", show_default=False),
    ] = ()
    filenames: Annotated[
        tuple[str, ...],
        typer.Option("--filename", "-f", metavar="FILE", help="The same as FILES; repeatable.", show_default=False),
    ] = ()

    @property
    def files(self) -> tuple[str, ...]:
        """Both in one sequence."""
        return (*self.arguments, *self.filenames)


_PANEL = "Settings"


def _option(*names: str, text: str, metavar: str | None = None) -> Any:
    return typer.Option(*names, help=text, metavar=metavar, rich_help_panel=_PANEL)


@dataclass(frozen=True, kw_only=True)
class SettingsOptions:
    """What the command line says about settings, not yet read; None and [] mean "not given"."""

    release: Annotated[
        str | None,
        _option("--release", text="Istio release: 1.27 or 1.27.3 (default: the newest).", metavar="RELEASE"),
    ] = None
    profile: Annotated[str | None, _option("--profile", text="Install profile (default: default).", metavar="NAME")] = (
        None
    )
    installer: Annotated[
        str | None,
        _option("--installer", text="How settings become values: istioctl (default) or helm.", metavar="NAME"),
    ] = None
    set: Annotated[
        list[str], _option("--set", text="One setting, in istioctl's grammar; repeatable.", metavar="PATH=VALUE")
    ] = field(default_factory=list)
    values: Annotated[
        list[str], _option("--values", text="Helm values, merged over the profile; repeatable.", metavar="FILE")
    ] = field(default_factory=list)
    resolved_values: Annotated[
        str | None, _option("--resolved-values", text="The injector's final values, taken as they are.", metavar="FILE")
    ] = None
    mesh_config: Annotated[
        list[str], _option("--mesh-config", text="MeshConfig, merged over the profile's; repeatable.", metavar="FILE")
    ] = field(default_factory=list)
    resolved_mesh_config: Annotated[
        str | None,
        _option(
            "--resolved-mesh-config",
            text="A cluster's effective `mesh` key, over built-in defaults only.",
            metavar="FILE",
        ),
    ] = None
    iop: Annotated[list[str], _option("--iop", text="IstioOperator resource; repeatable.", metavar="FILE")] = field(
        default_factory=list
    )
    injector_config: Annotated[
        str | None, _option("--injector-config", text="Key `config` of the injector's ConfigMap.", metavar="FILE")
    ] = None
    cluster_config: Annotated[
        list[str],
        _option(
            "--cluster-config", text="Captured ConfigMaps istio and istio-sidecar-injector; repeatable.", metavar="FILE"
        ),
    ] = field(default_factory=list)
    proxy_config: Annotated[
        list[str], _option("--proxy-config", text="ProxyConfig resources; repeatable.", metavar="FILE")
    ] = field(default_factory=list)
    feature: Annotated[
        list[str],
        _option("--feature", text="istiod environment that changes output; repeatable.", metavar="NAME=VALUE"),
    ] = field(default_factory=list)
    mode: Annotated[
        str | None,
        _option("--mode", text="Which of Istio's front ends is meant: kube-inject or webhook.", metavar="MODE"),
    ] = None
    namespace: Annotated[
        str | None, _option("--namespace", "-n", text="Namespace of documents that carry none.", metavar="NS")
    ] = None
    revision: Annotated[str | None, _option("--revision", "-r", text="Control-plane revision.", metavar="REV")] = None
    kube_version: Annotated[
        str | None, _option("--kube-version", text="Oldest kubelet of the cluster, e.g. 1.34.", metavar="VERSION")
    ] = None
    network: Annotated[str | None, _option("--network", text="Network of the workloads.", metavar="NAME")] = None
    cluster: Annotated[str | None, _option("--cluster", text="Cluster of the workloads.", metavar="NAME")] = None
    templates: Annotated[
        str | None,
        _option(
            "--templates",
            text="Go text of the injector's templates: run it as given (default), or shipped ones by meshc's own.",
            metavar="WHICH",
        ),
    ] = None
    lenient: Annotated[
        bool, _option("--lenient", text="Unknown keys in your own settings are warnings, as Istio takes them.")
    ] = False
    settings: Annotated[
        str | None, _option("--settings", text="Project file (default: the nearest meshc.yaml).", metavar="FILE")
    ] = None
    no_settings: Annotated[bool, _option("--no-settings", text="Ignore any meshc.yaml.")] = False
    debug: Annotated[bool, _option("--debug", text="Show tracebacks.")] = False
