"""The injector's `config`: what the chart makes of values, or what a cluster holds.

Source: docs/istio/profiles.md § 1.2, docs/istio/injection.md § 2.3.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from meshc.catalog import Release
from meshc.errors import format_path, nearest
from meshc.models.values import Values
from meshc.settings.model import InjectionConfig
from meshc.trees import get
from meshc.yamlio import Document, Json

_GO_TEXT = re.compile(
    r"\{\{-?\s*\(*\s*(?:[.$]|/\*|(?:if|else|end|range|with|define|template|block|include)\b|[A-Za-z]\w*\s+[.$(\"`])"
)

_KEYS = (
    "policy",
    "defaultTemplates",
    "aliases",
    "neverInjectSelector",
    "alwaysInjectSelector",
    "injectedAnnotations",
    "templates",
    "template",
)

OWN = "# meshc's own template of this name\n"
"""Stands for the source of meshc's own templates where a configuration is written out."""


def is_go_text(text: str) -> bool:
    """Whether a template is written in Go's template language (neither plain YAML nor Jinja2).

    A comment at the very start decides (`{{/* Go */}}`, `{# Jinja2 #}`); else `{%` and `{#` are Jinja2's, and actions that
    only Go can read (`{{ .x }}`, `{{ if x }}`, `{{ f "x" }}`) are Go's.
    """
    start = text.lstrip()
    if start.startswith(("{{/*", "{{- /*")):
        return True
    return "{%" not in text and not start.startswith("{#") and _GO_TEXT.search(text) is not None


def from_values(values: Values, release: Release) -> InjectionConfig:
    """What the istiod chart writes beside the values: policy, selectors, annotations, shipped and user's templates."""
    webhook = values.sidecar_injector_webhook
    own = dict.fromkeys(release.fact("profiles.shipped_templates"))
    templates, foreign = _templates({**own, **(webhook.templates or {})}, release)
    return InjectionConfig(
        policy=values.global_.proxy.auto_inject or "enabled",
        default_templates=tuple(webhook.default_templates or ("sidecar",)),
        always_inject_selector=tuple(webhook.always_inject_selector or ()),
        never_inject_selector=tuple(webhook.never_inject_selector or ()),
        injected_annotations=_as_strings(webhook.injected_annotations or {}),
        templates=templates,
        go_templates=foreign,
    )


def from_document(document: Document, values: Values, release: Release) -> InjectionConfig:
    """Read the injector's `config` as Istio does; without `templates` those of the values count.

    Raises InputError for a member of the wrong type; unknown keys are ignored.
    """
    config = _expect(document, (), dict, "a map")
    texts = _expect(document, ("templates",), dict, "a map of templates")
    if "templates" in config:
        templates, foreign = _templates(texts, release)
    else:
        beneath = from_values(values, release)
        templates, foreign = beneath.templates, beneath.go_templates
    return InjectionConfig(
        policy=_expect(document, ("policy",), str, "a string") or "enabled",
        default_templates=tuple(_expect(document, ("defaultTemplates",), list, "a list of names")) or ("sidecar",),
        aliases=MappingProxyType(_expect(document, ("aliases",), dict, "a map of lists")),
        always_inject_selector=tuple(_expect(document, ("alwaysInjectSelector",), list, "a list of selectors")),
        never_inject_selector=tuple(_expect(document, ("neverInjectSelector",), list, "a list of selectors")),
        injected_annotations=_as_strings(_expect(document, ("injectedAnnotations",), dict, "a map of strings")),
        templates=templates,
        go_templates=foreign,
        document=document if "templates" in config else None,
    )


def place_of(config: InjectionConfig, name: str) -> tuple[str | None, int]:
    """The file that a template's text stands in, and the lines above its first one there."""
    document = config.document
    place = document.position(("templates", name)) if document is not None else None
    if document is None or place is None:
        return None, 0
    lines = (document.text or "").splitlines()
    header = lines[place[0] - 1] if place[0] <= len(lines) else ""
    return document.file, place[0] if re.search(r"[|>][+-]?\d?\s*(#.*)?$", header) else place[0] - 1


def unknown(config: Document) -> tuple[str, ...]:
    """A warning for each key that Istio's injector does not know and ignores."""
    return tuple(
        f"injector config: {key}: unknown key, ignored" + (f"; did you mean {guess}?" if guess else "")
        for key in _map(config.value)
        if key not in _KEYS
        for guess in (nearest(str(key), _KEYS),)
    )


def with_shipped(config: InjectionConfig, release: Release) -> tuple[InjectionConfig, tuple[str, ...]]:
    """The config with meshc's own templates for Go text under shipped names, and those names."""
    shipped = release.fact("profiles.shipped_templates")
    names = tuple(name for name in config.templates if name in shipped and name in config.go_templates)
    templates = MappingProxyType({**config.templates, **dict.fromkeys(names)})
    return replace(config, templates=templates, go_templates=config.go_templates.difference(names)), names


def _templates(texts: Mapping[str, Json], release: Release) -> tuple[Mapping[str, str | None], frozenset[str]]:
    shipped = release.fact("profiles.shipped_templates")
    foreign = {name for name, text in texts.items() if isinstance(text, str) and is_go_text(text)}
    own = {name for name, text in texts.items() if name in shipped and text == OWN}
    kept = {name: None if name in own else text for name, text in texts.items()}
    return MappingProxyType(kept), frozenset(foreign)


def _expect(document: Document, path: tuple[str, ...], kind: type, wanted: str) -> Json:
    value = get(document.value, path)
    if value is None:
        return kind()
    if not isinstance(value, kind):
        raise document.error(f"{format_path(path) or 'the injector config'} must be {wanted}", path=path, value=value)
    return value


def _map(value: Json) -> dict[str, Json]:
    return value if isinstance(value, dict) else {}


def _as_strings(value: Mapping[str, Json]) -> Mapping[str, str]:
    return MappingProxyType({k: v if isinstance(v, str) else _scalar(v) for k, v in value.items()})


def _scalar(value: Json) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else "" if value is None else str(value)
