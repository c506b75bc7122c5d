"""Existing objects of the cluster: which ones the controller may change, and which fields it keeps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from meshc.catalog import Release
from meshc.gateways.controller.gateway_classes import metadata
from meshc.gateways.controller.infrastructure import NAME, OLD_NAME
from meshc.yamlio import Json

_MANAGED = "gateway.istio.io/managed"


@dataclass(frozen=True)
class Existing:
    """The objects of one namespace by kind and name."""

    objects: Mapping[tuple[str, str], Json]

    @classmethod
    def among(cls, resources: Iterable[Json], namespace: str) -> Existing:
        """Those of the documents that are in the namespace."""
        found = {}
        for document in resources:
            meta = metadata(document)
            if meta.get("namespace") == namespace:
                found[str(document.get("kind")), str(meta.get("name"))] = document
        return cls(found)

    def may_write(self, document: Json, release: Release) -> bool:
        """Whether an object of that name is the controller's own, or not there.

        Its own carries the managed label; so does a Deployment that selects pods by a Gateway's name.
        """
        kind, name = document["kind"], str(metadata(document).get("name"))
        if kind == "ServiceAccount" and not release.has("gateways.existing_accounts_kept"):
            return True
        found = self.objects.get((kind, name))
        if found is None or _MANAGED in (metadata(found).get("labels") or {}):
            return True
        return kind == "Deployment" and not {NAME, OLD_NAME}.isdisjoint(self._selector(name))

    def name_label(self, deployment: str, release: Release) -> str:
        """The label that selects a Gateway's pods: the old one as long as a Deployment selects by it (until 1.23)."""
        if not release.has("gateways.gateway_name_label"):
            return OLD_NAME
        if release.has("gateways.old_gateway_name_label") and OLD_NAME in self._selector(deployment):
            return OLD_NAME
        return NAME

    def upgrade(self, document: Json, release: Release) -> Json:
        """Keep the selector of a Deployment that selects by the old label, and that label on its pods (since 1.24.3)."""
        name = str(document["metadata"].get("name"))
        selector = self._selector(name)
        if (
            document["kind"] != "Deployment"
            or OLD_NAME not in selector
            or not release.has("gateways.keeps_old_selector")
        ):
            return document
        # A Deployment's selector cannot be changed, so the old one is kept with the label it needs.
        old = self.objects["Deployment", name]["spec"]
        labels = ((old.get("template") or {}).get("metadata") or {}).get("labels") or {}
        document["spec"]["selector"] = old["selector"]
        if OLD_NAME in labels:
            document["spec"]["template"]["metadata"]["labels"][OLD_NAME] = labels[OLD_NAME]
        return document

    def _selector(self, deployment: str) -> Mapping[str, str]:
        spec = self.objects.get(("Deployment", deployment), {}).get("spec") or {}
        return (spec.get("selector") or {}).get("matchLabels") or {}
