"""What the user asked for, with every FILE option read and every repeatable one a tuple."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from meshc import load
from meshc.catalog import Release
from meshc.errors import ErrorGroup, MeshcError, UsageError, nearest, raise_all
from meshc.yamlio import Document, Json

MODES = ("webhook", "kube-inject")
INSTALLERS = ("istioctl", "helm")
TEMPLATES = ("given", "shipped")
_TEXTS = ("release", "profile", "namespace", "revision", "kube_version", "network", "cluster")
_HALVES = {
    "values": "Helm values",
    "mesh-config": "a MeshConfig",
    "resolved-values": "the key `values` of the injector's ConfigMap",
    "resolved-mesh-config": "the key `mesh` of the ConfigMap istio",
    "injector-config": "the key `config` of the injector's ConfigMap",
}
_KUBERNETES = re.compile(r"v?\d+\.\d+(\.\d+)?([-+].*)?\Z", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Request:
    """The keywords of `Settings.load`, unresolved: FILE options are Documents.

    `environment` is istiod's environment as far as a captured ConfigMap holds it.
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
    templates: str
    resources: tuple[Json, ...]
    environment: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, **given: Any) -> Request:
        """Read the files of a call of `Settings.load`; raises UsageError for words outside an enumeration.

        What is wrong with several sources comes as one ErrorGroup.
        """
        for option in _TEXTS:
            _check_text(option, given[option])
        _one_of("mode", given["mode"], MODES)
        _one_of("installer", given["installer"], INSTALLERS)
        _one_of("templates", given["templates"], TEMPLATES)
        return cls(**given | _sources(given, strict=not given["lenient"]))


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


def _sources(given: Mapping[str, Any], *, strict: bool) -> dict[str, Any]:
    """The options that are more than a word, read."""
    readers: dict[str, Callable[[Any], Any]] = {
        "set": _flags,
        "values": partial(_documents, "values", strict=strict),
        "mesh_config": partial(_documents, "mesh-config", strict=strict),
        "iop": partial(_documents, "iop", strict=strict),
        "cluster_config": partial(_documents, "cluster-config"),
        "proxy_config": partial(_documents, "proxy-config"),
        "resolved_values": partial(_document, "resolved-values"),
        "resolved_mesh_config": partial(_document, "resolved-mesh-config"),
        "injector_config": partial(_document, "injector-config"),
        "feature": features,
        "resources": lambda items: tuple(_objects(items)),
    }
    found: dict[str, Any] = {}
    errors: list[MeshcError] = []
    for name, read in readers.items():
        try:
            found[name] = read(given[name])
        except MeshcError as error:
            errors += error.errors if isinstance(error, ErrorGroup) else [error]
    raise_all(errors)
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
    raise UsageError("a feature is a string", path=f"feature.{name}", value=value, hint=f'{name}: "true"')


def _check_text(option: str, value: object) -> None:
    flag = "--" + option.replace("_", "-")
    if value is not None and not isinstance(value, str | Release):
        raise UsageError("must be a string", path=flag, value=value, hint=f'quote it: "{value}"')
    if option == "kube_version" and isinstance(value, str) and not _KUBERNETES.match(value):
        raise UsageError("not a Kubernetes version", path=flag, value=value, hint="write 1.34 or 1.34.2")


def _one_of(option: str, word: str, known: tuple[str, ...]) -> None:
    if word not in known:
        guess = nearest(str(word), known) or known[0]
        raise UsageError(f"unknown {option}; known are {', '.join(known)}", path=f"--{option}", value=word, hint=guess)


def _documents(option: str, given: Any, *, strict: bool = False) -> tuple[Document, ...]:
    found: list[Document] = []
    errors: list[MeshcError] = []
    for source in given if isinstance(given, list | tuple) else [given]:
        try:
            found += _read(option, source, strict=strict)
        except MeshcError as error:
            errors.append(error)
    raise_all(errors)
    return tuple(found)


def _document(option: str, given: Any) -> Document | None:
    if given is None:
        return None
    found = _read(option, given)
    if len(found) > 1:
        raise found[1].error(f"--{option} takes a file with one document, this is a second one", hint="split the file")
    return found[0] if found else Document({}, str(given))


def _read(option: str, source: Any, *, strict: bool = False) -> list[Document]:
    if isinstance(source, Document):
        found = [source]
    elif isinstance(source, str | Path):
        found = load.file(source, strict=strict)
    elif isinstance(source, dict):
        found = [Document(source, f"<{option}>")]
    else:
        hint = "a map or a file name"
        raise UsageError("takes a path or a parsed document", path=f"--{option}", value=source, hint=hint)
    for document in found:
        if option in _HALVES and load.is_kubernetes(document.value):
            raise _an_object(option, document)
    return found


def _an_object(option: str, document: Document) -> MeshcError:
    """A ConfigMap where its content belongs would be a map of unknown keys, and with it every setting lost."""
    kind = document.value["kind"]
    takes = {"ConfigMap": "cluster-config", "List": "cluster-config", "IstioOperator": "iop"}.get(kind)
    hint = (
        f"--{takes} takes {'an' if kind[0] == 'I' else 'a'} {kind}" if takes else f"--{option} takes {_HALVES[option]}"
    )
    return document.error(
        f"--{option} takes {_HALVES[option]}, not a Kubernetes object", path=("kind",), value=kind, hint=hint
    )
