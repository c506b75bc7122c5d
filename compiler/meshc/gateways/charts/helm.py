"""One Helm installation, and the rules by which its charts print values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from meshc import yamlio
from meshc.catalog import Release
from meshc.errors import PathPart, SettingsError, UsageError
from meshc.yamlio import Json

_MINOR = re.compile(r"v?(\d+)\.(\d+)")
_NEWEST = 1 << 30


@dataclass(frozen=True)
class Helm:
    """One installation: the release of Istio, Helm's release name and namespace, chart version, Kubernetes minor."""

    release: Release
    name: str
    namespace: str
    version: str
    kubernetes: int

    def has(self, switch: str) -> bool:
        """Whether a switch of the gateways area holds."""
        return self.release.has(f"gateways.{switch}")

    def common_labels(self, *, chart: str, name: str) -> dict[str, str]:
        """The labels that charts share since 1.24: `app.kubernetes.io/…` and `helm.sh/chart`."""
        labels = {
            "app.kubernetes.io/name": name,
            "app.kubernetes.io/managed-by": "Helm",
            "app.kubernetes.io/instance": self.name,
            "app.kubernetes.io/part-of": "istio",
        }
        if self.version:
            labels["app.kubernetes.io/version"] = self.version
        return labels | {"helm.sh/chart": self.chart_label(chart)}

    def chart_label(self, chart: str) -> str:
        """Value of `helm.sh/chart`: a label, so at most 63 characters and no `+`."""
        # SemVer build metadata begins with a plus sign, which Kubernetes does not allow in labels.
        return f"{chart}-{self.version}".replace("+", "_")[:63].removesuffix("-")

    def revision_label(self, revision: Json) -> Json:
        """A revision as the charts write it in a label: quoted, in older releases retyped when it looks like a number."""
        text = as_text(revision)
        return text if self.has("quoted_revision") else retyped(text)

    @property
    def object_namespace(self) -> Json:
        """The namespace as the charts write it on objects: quoted since 1.31, before retyped when it looks like a number."""
        return self.namespace if self.has("quoted_namespace") else retyped(self.namespace)


def kubernetes_minor(version: str | None) -> int:
    """The minor of a Kubernetes version such as `v1.28.0`; None counts as newer than any rule asks for."""
    if version is None:
        return _NEWEST
    found = _MINOR.match(version)
    if found is None:
        raise UsageError("not a Kubernetes version", path="kube_version", value=version, hint="write e.g. 1.34")
    return int(found[2]) if found[1] == "1" else _NEWEST


def as_text(value: object, path: Sequence[PathPart] | str | None = None) -> str:
    """A scalar as Helm prints it; null prints as nothing. Raises SettingsError for maps and lists."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case dict() | list():
            raise SettingsError("must be a string or a number", path=path, value=value, hint="write a string")
    return str(value)


def retyped(text: str) -> Json:
    """An unquoted string read as YAML: `123` is a number, `true` a boolean, other words stay."""
    if not text or not re.fullmatch(r"[\w.+-]+", text):
        return text
    return yamlio.load(text)


def environment(values: Mapping[str, Json] | None, path: str = "env") -> list[dict[str, str]]:
    """Environment entries of a map, sorted by name, values as strings; SettingsError for maps and lists."""
    if not isinstance(values or {}, Mapping):
        raise SettingsError("must be a map of strings", path=path, value=values, hint="write NAME: value")
    return [{"name": name, "value": as_text(value, (path, name))} for name, value in sorted((values or {}).items())]


def kept_resources(resources: Mapping[str, Json]) -> dict[str, object] | None:
    """Limits and requests without entries that are null, empty or 0, as YAML reads them unquoted; None when none is left."""
    sections = {
        name: {k: retyped(as_text(v, ("resources", name, k))) for k, v in (resources.get(name) or {}).items() if v}
        for name in ("limits", "requests")
    }
    return {name: section for name, section in sections.items() if section} or None


def first(candidates: Iterable[Json]) -> Json:
    """The first candidate that Helm counts as true (not null, false, 0 or empty), else the empty string."""
    return next((c for c in candidates if c), "")


def root_container_security() -> dict[str, object]:
    """`securityContext` of a gateway's proxy that binds ports below 1024 as root, where no sysctl opens them."""
    return {
        "capabilities": {"drop": ["ALL"], "add": ["NET_BIND_SERVICE"]},
        "runAsUser": 0,
        "runAsGroup": 1337,
        "runAsNonRoot": False,
        "allowPrivilegeEscalation": True,
        "readOnlyRootFilesystem": True,
    }
