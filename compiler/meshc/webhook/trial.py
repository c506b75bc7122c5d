"""Tries settings on a plain pod: what cannot inject that one is not put in force, and what can is warm afterwards."""

from __future__ import annotations

import orjson

from meshc.errors import SettingsError
from meshc.settings import Settings
from meshc.webhook.respond import answer

_POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"generateName": "trial-", "labels": {"app": "trial"}},
    "spec": {"containers": [{"name": "app", "image": "app", "ports": [{"containerPort": 8080}]}]},
}
_REVIEW = orjson.dumps(
    {
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {"uid": "trial", "namespace": "default", "operation": "CREATE", "object": _POD},
    }
)


def try_out(settings: Settings) -> None:
    """Review a plain pod; raises SettingsError with the reason when it could not be injected."""
    found = answer(_REVIEW, settings, path="/inject", content_type="application/json")
    if found.outcome == "failed":
        message = orjson.loads(found.body)["response"]["status"]["message"]
        raise SettingsError(
            f"no pod can be injected with these settings: {message}",
            path="revision",
            value=settings.revision or "default",
            hint="`meshc explain` with the same settings and a pod tells where a value comes from",
        )
