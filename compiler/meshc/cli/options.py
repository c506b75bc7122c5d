"""The options every compiling verb shares, as one frozen value."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, get_type_hints

import typer

_PANEL = "Settings"


def _option(*names: str, text: str, metavar: str | None = None) -> Any:
    return typer.Option(*names, help=text, metavar=metavar, rich_help_panel=_PANEL)


@dataclass(frozen=True, kw_only=True)
class SettingsOptions:
    """What the command line says about settings, unread; None and () mean "not said"."""

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
    ] = dataclasses.field(default_factory=list)
    values: Annotated[
        list[str], _option("--values", text="Helm values, merged over the profile; repeatable.", metavar="FILE")
    ] = dataclasses.field(default_factory=list)
    resolved_values: Annotated[
        str | None, _option("--resolved-values", text="The injector's final values, taken as they are.", metavar="FILE")
    ] = None
    mesh_config: Annotated[
        list[str], _option("--mesh-config", text="MeshConfig, merged over the profile's; repeatable.", metavar="FILE")
    ] = dataclasses.field(default_factory=list)
    resolved_mesh_config: Annotated[
        str | None,
        _option(
            "--resolved-mesh-config",
            text="A cluster's effective `mesh` key, over built-in defaults only.",
            metavar="FILE",
        ),
    ] = None
    iop: Annotated[list[str], _option("--iop", text="IstioOperator resource; repeatable.", metavar="FILE")] = (
        dataclasses.field(default_factory=list)
    )
    injector_config: Annotated[
        str | None, _option("--injector-config", text="Key `config` of the injector's ConfigMap.", metavar="FILE")
    ] = None
    cluster_config: Annotated[
        list[str],
        _option(
            "--cluster-config", text="Captured ConfigMaps istio and istio-sidecar-injector; repeatable.", metavar="FILE"
        ),
    ] = dataclasses.field(default_factory=list)
    proxy_config: Annotated[
        list[str], _option("--proxy-config", text="ProxyConfig resources; repeatable.", metavar="FILE")
    ] = dataclasses.field(default_factory=list)
    feature: Annotated[
        list[str],
        _option("--feature", text="istiod environment that changes output; repeatable.", metavar="NAME=VALUE"),
    ] = dataclasses.field(default_factory=list)
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
    lenient: Annotated[
        bool, _option("--lenient", text="Unknown keys in your own settings are warnings, as Istio takes them.")
    ] = False
    settings: Annotated[
        str | None, _option("--settings", text="Project file (default: the nearest meshc.yaml).", metavar="FILE")
    ] = None
    no_settings: Annotated[bool, _option("--no-settings", text="Ignore any meshc.yaml.")] = False
    debug: Annotated[bool, _option("--debug", text="Show tracebacks.")] = False


def with_settings(function: Callable[..., int]) -> Callable[..., int]:
    """Let a command that takes `options: SettingsOptions` be called with each option by its own name."""
    names = [f.name for f in dataclasses.fields(SettingsOptions)]
    hints = get_type_hints(SettingsOptions, include_extras=True)

    @functools.wraps(function)
    def flat(**given: Any) -> int:
        options = SettingsOptions(**{n: given.pop(n) for n in names})
        return function(options=options, **given)

    own = [p for p in inspect.signature(function, eval_str=True).parameters.values() if p.name != "options"]
    shared = [
        inspect.Parameter(f.name, inspect.Parameter.KEYWORD_ONLY, default=_default(f), annotation=hints[f.name])
        for f in dataclasses.fields(SettingsOptions)
    ]
    keyword_only = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in own]
    signature = inspect.Signature([*keyword_only, *shared])
    flat.__signature__ = signature  # type: ignore[attr-defined]
    flat.__annotations__ = {p.name: p.annotation for p in signature.parameters.values()}
    del flat.__wrapped__
    return flat


def _default(field: dataclasses.Field[Any]) -> Any:
    return field.default_factory() if field.default_factory is not dataclasses.MISSING else field.default
