"""What the user asked for, with every FILE option read and every repeatable one a tuple."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from meshc import load
from meshc.catalog import Release
from meshc.errors import UsageError, nearest
from meshc.yamlio import Document, Json

MODES = ("webhook", "kube-inject")
INSTALLERS = ("istioctl", "helm")
_TEXTS = ("release", "profile", "namespace", "revision", "kube_version", "network", "cluster")
_KUBERNETES = re.compile(r"v?\d+\.\d+(\.\d+)?([-+].*)?\Z", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Request:
    """The keywords of `Settings.load`, unresolved: FILE options are Documents.

    `environment` is what a captured ConfigMap tells of istiod's environment.
    """

    release: str | Release | None
    profile: str | None
    installer: str
    set: tuple[str, ...]
    values: tuple[Document, ...]
    resolved_values: Document | None
    mesh_config: tuple[Document, ...]
    resolved_mesh_config: Document | None
    iop: tuple[Document, ...]
    injector_config: Document | None
    cluster_config: tuple[Document, ...]
    proxy_config: tuple[Document, ...]
    feature: Mapping[str, str]
    mode: str
    namespace: str | None
    revision: str | None
    kube_version: str | None
    network: str | None
    cluster: str | None
    lenient: bool
    resources: tuple[Json, ...]
    environment: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, **given: Any) -> Request:
        """Read the files of a call of `Settings.load`; raises UsageError for words outside an enumeration."""
        for option in _TEXTS:
            _check_text(option, given[option])
        _one_of("mode", given["mode"], MODES)
        _one_of("installer", given["installer"], INSTALLERS)
        strict = not given["lenient"]
        return cls(
            **given
            | {
                "set": _flags(given["set"]),
                "values": _documents("values", given["values"], strict=strict),
                "mesh_config": _documents("mesh-config", given["mesh_config"], strict=strict),
                "iop": _documents("iop", given["iop"], strict=strict),
                "cluster_config": _documents("cluster-config", given["cluster_config"]),
                "proxy_config": _documents("proxy-config", given["proxy_config"]),
                "resolved_values": _document("resolved-values", given["resolved_values"]),
                "resolved_mesh_config": _document("resolved-mesh-config", given["resolved_mesh_config"]),
                "injector_config": _document("injector-config", given["injector_config"]),
                "feature": features(given["feature"]),
                "resources": tuple(_objects(given["resources"])),
            }
        )


def features(given: Mapping[str, str] | Iterable[str]) -> dict[str, str]:
    """Read `NAME=VALUE` items, or take a mapping, as variables of an environment."""
    if isinstance(given, Mapping):
        return {str(name): _text(name, value) for name, value in given.items()}
    found = {}
    for item in given if isinstance(given, list | tuple) else [given]:
        name, equals, value = item.partition("=") if isinstance(item, str) else ("", "", "")
        if not equals or not name:
            raise UsageError("a feature is NAME=VALUE", path="--feature", value=item, hint="PLATFORM=openshift")
        found[name] = value
    return found


def _flags(given: Any) -> tuple[str, ...]:
    flags = tuple(given) if isinstance(given, list | tuple) else (given,)
    for flag in flags:
        if not isinstance(flag, str):
            raise UsageError("a setting is PATH=VALUE", path="--set", value=flag, hint="values.global.network=network1")
    return flags


def _objects(given: Iterable[Any]) -> Iterator[Json]:
    for item in given:
        yield from load.opened(item.value if isinstance(item, Document) else item)


def _text(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise UsageError("a feature is a text", path=f"feature.{name}", value=value, hint=f'{name}: "true"')


def _check_text(option: str, value: object) -> None:
    flag = "--" + option.replace("_", "-")
    if value is not None and not isinstance(value, str | Release):
        raise UsageError("must be text", path=flag, value=value, hint=f'quote it: "{value}"')
    if option == "kube_version" and isinstance(value, str) and not _KUBERNETES.match(value):
        raise UsageError("not a Kubernetes version", path=flag, value=value, hint="write 1.34 or 1.34.2")


def _one_of(option: str, word: str, known: tuple[str, ...]) -> None:
    if word not in known:
        guess = nearest(str(word), known) or known[0]
        raise UsageError(f"unknown {option}; known are {', '.join(known)}", path=f"--{option}", value=word, hint=guess)


def _documents(option: str, given: Any, *, strict: bool = False) -> tuple[Document, ...]:
    sources = given if isinstance(given, list | tuple) else [given]
    return tuple(d for source in sources for d in _read(option, source, strict=strict))


def _document(option: str, given: Any) -> Document | None:
    if given is None:
        return None
    found = _read(option, given)
    if len(found) > 1:
        raise found[1].error(f"--{option} takes a file with one document, this is a second one", hint="split the file")
    return found[0] if found else Document({}, str(given))


def _read(option: str, source: Any, *, strict: bool = False) -> list[Document]:
    if isinstance(source, Document):
        return [source]
    if isinstance(source, str | Path):
        return load.file(source, strict=strict)
    if isinstance(source, dict):
        return [Document(source, f"<{option}>")]
    raise UsageError("takes a path or a parsed document", path=f"--{option}", value=source, hint="a map or a file name")
