"""Settings written as the pair of ConfigMaps that a cluster would hold, which `--cluster-config` reads back."""

from __future__ import annotations

import json
from typing import Any

from meshc import yamlio
from meshc.models.label_names import IO_ISTIO_REV
from meshc.settings import injector
from meshc.settings.model import InjectionConfig, Settings
from meshc.yamlio import Json

FEATURES = "meshc.io/istiod-environment"
"""Annotation with istiod's environment, which a cluster keeps in the Deployment and not in the ConfigMaps."""


def config_maps(settings: Settings, *, namespace: str = "istio-system") -> list[Json]:
    """The ConfigMaps `istio` and `istio-sidecar-injector` of the settings' revision.

    Raises SettingsError where the installation writes no injector.
    """
    settings.require_injector()
    networks = settings.mesh_networks or {"networks": {}}
    mesh = {"mesh": yamlio.dump(settings.mesh_document), "meshNetworks": yamlio.dump(networks)}
    config = {
        "config": yamlio.dump(config_document(settings.injection_config)),
        "values": json.dumps(settings.values.document, indent=2, sort_keys=True, ensure_ascii=False),
    }
    environment = json.dumps(dict(settings.for_mode("webhook").features), sort_keys=True)
    return [
        _config_map("istio", mesh, settings.revision, namespace),
        _config_map("istio-sidecar-injector", config, settings.revision, namespace, {FEATURES: environment}),
    ]


def config_document(config: InjectionConfig) -> Json:
    """The injector's `config`; a marker stands for the source of meshc's own templates."""
    found: dict[str, Any] = {
        "defaultTemplates": list(config.default_templates),
        "policy": config.policy,
        "alwaysInjectSelector": list(config.always_inject_selector),
        "neverInjectSelector": list(config.never_inject_selector),
        "injectedAnnotations": dict(config.injected_annotations),
        "templates": {name: injector.OWN if text is None else text for name, text in config.templates.items()},
    }
    if config.aliases:
        found["aliases"] = {name: list(names) for name, names in config.aliases.items()}
    return found


def _config_map(name: str, data: Json, revision: str, namespace: str, annotations: Json | None = None) -> Json:
    metadata: dict[str, Any] = {
        "name": f"{name}-{revision}" if revision else name,
        "namespace": namespace,
        "labels": {IO_ISTIO_REV: revision or "default"},
    }
    if annotations:
        metadata["annotations"] = annotations
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}
