"""Settings and its parts as frozen values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Self, TypeVar

from meshc.catalog import Release
from meshc.errors import SettingsError
from meshc.late import late
from meshc.models.mesh_config import MeshConfig
from meshc.models.values import Values
from meshc.profiles import Gateway
from meshc.settings.trail import Origins
from meshc.yamlio import Document, Json

if TYPE_CHECKING:
    from meshc.settings import loading, request
else:
    loading, request = late("meshc.settings.loading"), late("meshc.settings.request")

T = TypeVar("T")

Source = str | Path | Json
"""A FILE option: a path, or the parsed document itself."""

EMPTY: Mapping[str, Json] = MappingProxyType({})


@dataclass(frozen=True)
class InjectionConfig:
    """The injector's `config`, docs/istio/injection.md § 2.3.

    `templates` maps a template's name to its text, `None` standing for meshc's own template of that name.
    `go_templates` names those of them that are in Go's template language and are run as they stand;
    `document` is what the texts were read from.
    """

    policy: str = "enabled"
    default_templates: tuple[str, ...] = ("sidecar",)
    aliases: Mapping[str, Sequence[str]] = field(default_factory=lambda: EMPTY)
    always_inject_selector: tuple[Json, ...] = ()
    never_inject_selector: tuple[Json, ...] = ()
    injected_annotations: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    templates: Mapping[str, str | None] = field(default_factory=lambda: EMPTY)
    go_templates: frozenset[str] = frozenset()
    document: Document | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Node:
    """A node of the cluster; the name is empty where only `--kube-version` is known."""

    name: str
    kubelet_version: str


@dataclass(frozen=True)
class FrontEnd:
    """Settings that depend on which front end of istiod sees them, the webhook or the offline command."""

    features: Mapping[str, str]
    revision: str
    kube_version: str | None
    nodes: tuple[Node, ...]


@dataclass(frozen=True)
class Settings:
    """Everything that compiling needs to know, prepared once; make one with `Settings.load`.

    `values` are the injector's final values, `chart_values` everything the istiod chart resolved (empty where only resolved
    halves were given), `mesh_document` the mesh key as written, `mesh` the effective MeshConfig of the release; their
    `document` is the dict.  `written` names the ConfigMaps the installation writes, `injector`
    and `mesh`; `installed` its Deployments and DaemonSets as `Kind/name`.  `features` is istiod's environment as far as
    it was given; `feature(name)` falls back to the release's default.  `kube_version` is the oldest kubelet's, None where
    it is not known; `chart_kube_version` the one that charts are rendered for, the release's minimum if none was given.
    """

    release: Release
    mode: str = "webhook"
    profile: str | None = None
    installer: str = "istioctl"
    values: Values = field(default_factory=lambda: Values({}))
    chart_values: Values = field(default_factory=lambda: Values({}))
    mesh: MeshConfig = field(default_factory=lambda: MeshConfig({}))
    mesh_document: Json = field(default_factory=dict)
    mesh_networks: Json = field(default_factory=dict)
    injection_config: InjectionConfig = field(default_factory=InjectionConfig)
    features: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    revision: str = ""
    namespace: str | None = None
    kube_version: str | None = None
    chart_kube_version: str | None = None
    nodes: tuple[Node, ...] = ()
    network: str | None = None
    cluster: str | None = None
    resources: tuple[Json, ...] = ()
    gateways: tuple[Gateway, ...] = ()
    written: frozenset[str] = frozenset({"injector", "mesh"})
    installed: tuple[str, ...] = ()
    origins: Origins = field(default_factory=Origins)
    warnings: tuple[str, ...] = ()
    by_mode: Mapping[str, FrontEnd] = field(default_factory=lambda: EMPTY, repr=False)
    _kept: dict[tuple[type, str], object] = field(default_factory=dict, init=False, repr=False, compare=False)

    def for_mode(self, mode: str) -> Self:
        """These settings as one of the two front ends sees them: its environment, nodes and revision."""
        if mode == self.mode or mode not in self.by_mode:
            return self
        seen = self.by_mode[mode]
        return replace(
            self,
            mode=mode,
            features=seen.features,
            revision=seen.revision,
            kube_version=seen.kube_version,
            nodes=seen.nodes,
        )

    def feature(self, name: str) -> str:
        """Value of a variable of istiod's environment, else its default in the release, else the empty string."""
        if name in self.features:
            return self.features[name]
        return str(self.release.fact("profiles.istiod_env_defaults").get(name, ""))

    def require_injector(self) -> None:
        """Raise SettingsError where the installation has no injector to inject with."""
        if "injector" not in self.written:
            raise SettingsError(
                f"the profile {self.profile} installs no injector in this cluster",
                path="profile",
                value=self.profile,
                hint="give the values of the control plane: --resolved-values FILE, or --cluster-config FILE",
            )

    @property
    def mesh_config(self) -> Mapping[str, Json]:
        """The document of `mesh`: the effective MeshConfig in protobuf-JSON form, set fields only."""
        return self.mesh.document

    def once(self, of: type[T], key: str, make: Callable[[], T]) -> T:
        """What `make` gives, made when it is first asked for and kept with these settings under its type and a key.

        So work that depends on the settings alone is done once, wherever it is needed.  `make` may run twice where two
        threads ask at the same time; both get the same value.
        """
        found = self._kept.get((of, key))
        if found is None:
            found = self._kept.setdefault((of, key), make())
        assert isinstance(found, of)
        return found

    def of_kind(self, kind: str) -> tuple[Json, ...]:
        """The `resources` of one kind, in the order they were given."""
        return tuple(document for document in self.resources if document.get("kind") == kind)

    @classmethod
    def load(
        cls,
        release: str | Release | None = None,
        profile: str | None = None,
        installer: str = "istioctl",
        set: Sequence[str] = (),
        values: Source | Sequence[Source] = (),
        resolved_values: Source | None = None,
        mesh_config: Source | Sequence[Source] = (),
        resolved_mesh_config: Source | None = None,
        iop: Source | Sequence[Source] = (),
        injector_config: Source | None = None,
        cluster_config: Source | Sequence[Source] = (),
        proxy_config: Source | Sequence[Source] = (),
        feature: Mapping[str, str] | Sequence[str] = (),
        mode: str = "webhook",
        namespace: str | None = None,
        revision: str | None = None,
        kube_version: str | None = None,
        network: str | None = None,
        cluster: str | None = None,
        lenient: bool = False,
        templates: str = "given",
        resources: Sequence[Json] = (),
    ) -> Self:
        """Put catalogue, profile and what the user has together.

        The keywords are the command line's options (docs/settings.md); one that names a file takes a path or the parsed
        document.  Raises MeshcError with file, line, path, value and hint for whatever Istio, or the strict reading of
        the user's own settings, refuses.
        """
        given = {name: value for name, value in locals().items() if name != "cls"}
        return loading.resolved(request.Request.of(**given), cls)
