"""Service ports of a Gateway: its listeners and those of the ListenerSets attached to it (docs/istio/other-templates.md § 7.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from meshc.gateways.controller.gateway_classes import GatewayClass, flag, metadata
from meshc.kubernetes import selectors
from meshc.settings import Settings
from meshc.yamlio import Json

STATUS_PORT = {"name": "status-port", "port": 15021, "protocol": "TCP", "appProtocol": "tcp"}
_LONGEST = 63


def ports(gateway: Json, chosen: GatewayClass, settings: Settings) -> list[Json]:
    """The status port, then the ports of each listener; a number that an earlier listener has is skipped."""
    listeners = [*((gateway.get("spec") or {}).get("listeners") or ())]
    if chosen.listener_sets:
        listeners += _attached(gateway, settings)
    found = [STATUS_PORT]
    seen = set()
    quic = settings.release.has("gateways.quic_ports") and flag(settings, "PILOT_ENABLE_QUIC_LISTENERS")
    for index, listener in enumerate(listeners):
        number, protocol = listener.get("port"), str(listener.get("protocol") or "").lower()
        if number is None or number in seen:
            continue
        seen.add(number)
        wanted = _name(str(listener.get("name") or ""), settings) or f"{protocol}-{index}"
        name = _unused(wanted, number, found, settings)
        found.append({"name": name, "port": number, "protocol": "TCP", "appProtocol": protocol})
        if quic and protocol == "https":
            name = _unused(f"{name}-quic", number, found, settings)
            found.append({"name": name, "port": number, "protocol": "UDP", "appProtocol": protocol})
    return found


def _name(name: str, settings: Settings) -> str:
    return name.replace(".", "-")[:_LONGEST] if settings.release.has("gateways.listener_names_cleaned") else name


def _unused(name: str, number: int, others: Sequence[Json], settings: Settings) -> str:
    """The name, since 1.31 with the port's number behind it where an earlier port has it."""
    taken = {port["name"] for port in others}
    if name not in taken or not settings.release.has("gateways.unique_port_names"):
        return name
    suffix = f"-{number}"
    while (unused := name[: _LONGEST - len(suffix)] + suffix) in taken:
        suffix += "x"
    return unused


def _attached(gateway: Json, settings: Settings) -> list[Json]:
    kind = _set_kind(settings)
    if kind is None:
        return []
    sets = [
        s for s in settings.of_kind(kind) if _names(s, gateway) and _allowed(s, gateway, settings) and not _refused(s)
    ]
    return [listener for s in sets for listener in (s.get("spec") or {}).get("listeners") or ()]


def _set_kind(settings: Settings) -> str | None:
    if settings.release.has("gateways.stable_listener_sets"):
        return "ListenerSet"
    if settings.release.has("gateways.listener_sets") and flag(settings, "PILOT_ENABLE_ALPHA_GATEWAY_API"):
        return "XListenerSet"
    return None


def _names(listener_set: Json, gateway: Json) -> bool:
    parent = (listener_set.get("spec") or {}).get("parentRef") or {}
    namespace = parent.get("namespace") or _namespace(listener_set)
    return (
        parent.get("kind", "Gateway") == "Gateway"
        and parent.get("name") == metadata(gateway).get("name")
        and namespace == _namespace(gateway)
    )


def _allowed(listener_set: Json, gateway: Json, settings: Settings) -> bool:
    """Whether the Gateway lets ListenerSets of that namespace attach; it lets none by default."""
    allowed = ((gateway.get("spec") or {}).get("allowedListeners") or {}).get("namespaces") or {}
    match allowed.get("from", "None"):
        case "All":
            return True
        case "Same":
            return _namespace(listener_set) == _namespace(gateway)
        case "Selector":
            return selectors.matches(
                allowed.get("selector"), _labels_of(_namespace(listener_set), settings.of_kind("Namespace"))
            )
        case _:
            return False


def _refused(listener_set: Json) -> bool:
    conditions = (listener_set.get("status") or {}).get("conditions") or ()
    return any(c.get("type") == "Accepted" and c.get("status") == "False" for c in conditions)


def _labels_of(name: str, namespaces: Sequence[Json]) -> Mapping[str, str]:
    found = [n for n in namespaces if metadata(n).get("name") == name]
    return (metadata(found[0]).get("labels") or {}) if found else {}


def _namespace(document: Json) -> str:
    return str(metadata(document).get("namespace"))
