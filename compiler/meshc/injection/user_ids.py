"""The init container follows the user ids a user set on the proxy (docs/istio/injection.md § 9.1)."""

from __future__ import annotations

from meshc.catalog import Release
from meshc.injection.containers import find, find_proxy, open_container, open_proxy
from meshc.injection.edits import Layer, Map
from meshc.istio_names import INIT, VALIDATION
from meshc.models.annotation_names import SIDECAR_INTERCEPTION_MODE
from meshc.models.proxy_config import ProxyConfig
from meshc.yamlio import Json

LAYER = Layer("user ids", f"{__name__}.adjust")


def adjust(pod: Map, incoming: Json, release: Release, *, proxy_config: ProxyConfig) -> list[str]:
    """Carry `runAsUser` and `runAsGroup` of the incoming pod's proxy into the result; returns warnings."""
    if not release.has("injection.user_ids_adjusted"):
        return []
    user = (find_proxy(incoming.get("spec") or {}, release) or {}).get("securityContext") or {}
    uid, gid = user.get("runAsUser"), user.get("runAsGroup")
    if uid is None and gid is None:
        return []
    name = next((n for n in (INIT, VALIDATION) if find(pod["spec"], n, "initContainers")), None)
    if name is None:
        return [f"a proxy with its own user ids, but no {INIT} or {VALIDATION} to follow them"]
    tproxy = _is_tproxy(pod, proxy_config)
    if tproxy and uid is not None:
        proxy = open_proxy(pod.open("spec"), release)
        if proxy is not None:
            proxy.open("securityContext").put("runAsUser", 0, layer=LAYER)
    init = open_container(pod.open("spec"), name, "initContainers")
    if init is not None:
        _follow(init, uid=uid, gid=gid, validation=name == VALIDATION and not tproxy)
    return []


def drops_ids(template_container: Json, release: Release) -> bool:
    """Whether a user's ids are dropped because the template's user is not 1337 (some patches only)."""
    uid = (template_container.get("securityContext") or {}).get("runAsUser")
    return release.has("injection.user_ids_dropped") and uid is not None and uid != 1337


def _is_tproxy(pod: Map, proxy_config: ProxyConfig) -> bool:
    annotations = (pod.get("metadata") or {}).get("annotations") or {}
    return proxy_config.interception_mode == "TPROXY" or annotations.get(SIDECAR_INTERCEPTION_MODE) == "TPROXY"


def _follow(init: Map, *, uid: int | None, gid: int | None, validation: bool) -> None:
    if validation:
        for field, value in (("runAsUser", uid), ("runAsGroup", gid)):
            if value is not None:
                init.open("securityContext").put(field, value, layer=LAYER)
    args = list(init.get("args") or ())
    if uid and "-u" in args[:-1]:
        args[args.index("-u") + 1] = str(uid)
        init.put("args", args, layer=LAYER)
