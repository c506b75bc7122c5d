"""Running proxies as a cluster shows them: a pod, its Envoy bootstrap, or one of both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from meshc.comparison.documents import is_bootstrap
from meshc.errors import InputError
from meshc.kubernetes.pods import pod_of
from meshc.trees import section
from meshc.yamlio import Json

_PARTIAL = ("node", "layered_runtime")
_NODE = ("id", "cluster", "metadata", "locality")


@dataclass(frozen=True)
class Running:
    """One running proxy.

    `part` names where the bootstrap comes from; a `config_dump` is compared in its node and runtime only, since Envoy
    prints the rest in a form of its own.
    """

    pod: Json = None
    bootstrap: Json = None
    part: str = "envoy-rev.json"
    file: str = ""
    bootstrap_file: str = ""

    @property
    def metadata(self) -> Mapping[str, Json]:
        """The pod's metadata; empty without a pod."""
        return section(self.pod, "metadata")

    @property
    def shown(self) -> Mapping[str, Json]:
        """The node metadata of the bootstrap; empty without one."""
        return section(self.bootstrap, "node.metadata")

    @property
    def namespace(self) -> str:
        """The pod's namespace."""
        return str(self.metadata.get("namespace") or self.shown.get("NAMESPACE") or "default")

    @property
    def name(self) -> str:
        """The pod's name."""
        name = self.metadata.get("name") or self.shown.get("NAME") or self.metadata.get("generateName") or "unknown"
        return str(name).rstrip("-")

    @property
    def subject(self) -> str:
        """`namespace/pod.name`."""
        return f"{self.namespace}/pod.{self.name}"

    @property
    def has_proxy(self) -> bool:
        """Whether a proxy runs in it."""
        return self.pod is None or pod_of(self.pod).carries_bootstrap

    def releases(self) -> list[str]:
        """The Istio releases that image tags (or the bootstrap) name, the proxy's first."""
        if self.pod is None:
            version = self.shown.get("ISTIO_VERSION")
            return [version] if isinstance(version, str) else []
        pod = pod_of(self.pod)
        alone = (
            replace(pod, spec={field: [container]})
            for field in ("containers", "initContainers")
            for container, _ in pod.containers(field)
        )
        named = (one.image_release for one in alone)
        return list(dict.fromkeys(r for r in (pod.image_release, *named) if r))


def gather(documents: Iterable[tuple[Json, str]]) -> list[Running]:
    """Pods and bootstraps among captured documents (value, file) as running proxies, bootstraps with their pods.

    Raises InputError for an invalid Pod.
    """
    listed = list(documents)
    found = [Running(pod=value, file=file) for value, file in listed if _is_pod(value, file)]
    for value, file in listed:
        read = _bootstrap(value, file)
        if read is None:
            continue
        place = _owner(read, found)
        if place is None:
            found.append(read)
        else:
            mine = found[place]
            found[place] = replace(mine, bootstrap=read.bootstrap, part=read.part, bootstrap_file=file)
    return sorted(found, key=lambda r: r.subject)


def config_dump(value: Json) -> Json:
    """The bootstrap's node and runtime in an Envoy admin `config_dump`; None for anything else."""
    configs = value.get("configs") if isinstance(value, dict) else None
    for config in configs if isinstance(configs, list) else ():
        inner = config.get("bootstrap") if isinstance(config, dict) else None
        if isinstance(inner, dict) and str(config.get("@type", "")).endswith("BootstrapConfigDump"):
            return partial(inner)
    return None


def partial(bootstrap: Json) -> Json:
    """The parts of a bootstrap that a config_dump shows as they were written."""
    found = {key: bootstrap[key] for key in _PARTIAL if key in bootstrap}
    found["node"] = {key: value for key, value in section(found, "node").items() if key in _NODE}
    return found


def _bootstrap(value: Json, file: str) -> Running | None:
    if is_bootstrap(value) and "xds_servers" not in value:
        return Running(bootstrap=value, file=file, bootstrap_file=file)
    dumped = config_dump(value)
    return None if dumped is None else Running(bootstrap=dumped, part="config_dump", file=file, bootstrap_file=file)


def _owner(read: Running, found: list[Running]) -> int | None:
    """Which of the running pods a bootstrap belongs to: by name, else the only pod of its directory."""
    for number, one in enumerate(found):
        if one.pod is not None and (one.namespace, one.name) == (read.namespace, read.name):
            return number
    near = [n for n, one in enumerate(found) if one.pod is not None and _folder(one.file) == _folder(read.file)]
    return near[0] if len(near) == 1 and not read.shown.get("NAME") else None


def _folder(file: str) -> str:
    return file.rpartition("/")[0]


def _is_pod(value: Json, file: str) -> bool:
    if not isinstance(value, dict) or value.get("kind") != "Pod":
        return False
    try:
        pod_of(value)
    except InputError as error:
        raise error.at(file) from None
    return True
