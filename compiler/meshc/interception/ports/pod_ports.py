"""The ports of a pod: proxy, agent and application, each number from where the pod decides it (docs/istio/ports.md §§ 2, 3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from meshc.catalog import Release
from meshc.interception.ports.components import COMPONENTS, component, holds
from meshc.interception.ports.port_facts import Facts, Value, argument
from meshc.interception.ports.port_map import Forward, Port, PortMap, port, resolve
from meshc.istio_names import PROXY
from meshc.kubernetes.containers import arguments, environment
from meshc.kubernetes.pods import Pod, pod_of
from meshc.yamlio import Json

_SECURE_METRICS = {
    "envoy-secure-metrics": ("ENVOY_SECURE_METRICS_PORT", "secure_stats"),
    "envoy-secure-merged-metrics": ("ENVOY_SECURE_MERGED_METRICS_PORT", "secure_merged_stats"),
}
_ISTIOD_ARGUMENTS = {
    "istiod-http": "httpAddr",
    "istiod-grpc": "grpcAddr",
    "istiod-secure-grpc": "secureGRPCAddr",
    "istiod-webhook": "httpsAddr",
    "istiod-monitoring": "monitoringAddr",
    "istiod-ctrlz": "ctrlz_port",
}


def kind(pod: Pod) -> str:
    """What runs in the pod: sidecar, gateway, waypoint, proxyless, istiod, ztunnel, cni or application."""
    if pod.container("discovery"):
        return "istiod"
    if pod.container("install-cni"):
        return "cni"
    if pod.proxy is None:
        return "application"
    words = arguments(pod.proxy)
    role = words[words.index("proxy") + 1] if "proxy" in words[:-1] else "sidecar"
    if environment(pod.proxy).get("DISABLE_ENVOY") == "true":
        return "proxyless"
    return {"router": "gateway", "waypoint": "waypoint", "ztunnel": "ztunnel"}.get(role, "sidecar")


def pod_ports(
    document: Json,
    release: Release,
    *,
    bootstrap: Json = None,
    mesh_config: Mapping[str, Json] | None = None,
    services: Sequence[Json] = (),
) -> PortMap:
    """The port map of a pod or workload.

    `bootstrap` is the compiled (or captured) envoy-rev.json as a dict, `mesh_config` the mesh's settings where the pod does
    not say; Services that select the pod add the way in. Raises InputError for a document without containers.
    """
    pod = pod_of(document)
    found = kind(pod)
    facts = Facts(pod, bootstrap, mesh_config or {})
    ports: list[Port] = []
    if found == "istiod":
        ports += _istiod(pod)
    elif found in ("cni", "ztunnel"):
        ports += component(found, release).ports
    elif found != "application":
        ports += _proxy(facts, release, found)
    ports += _declared(pod, found, {p.number for p in ports})
    named = pod.name if pod.namespace is None else f"{pod.namespace}/{pod.name}"
    ways = tuple(_services(pod, services, ports))
    order = sorted(ports, key=lambda p: (p.transport == "unix", p.number, p.id))
    return PortMap(
        title=named, kind=found, release=str(release), ports=resolve((*ways, *order)), notes=_notes(found, bootstrap)
    )


def _proxy(facts: Facts, release: Release, kind_: str) -> Iterator[Port]:
    names = [n for n in COMPONENTS[kind_] if holds(n, release)]
    captured = facts.pod.init is not None and facts.environment.get("ISTIO_META_INTERCEPTION_MODE") != "NONE"
    for name in names:
        made = _known(name, facts, release)
        if name in ("envoy-outbound", "envoy-inbound") and not captured:
            continue
        if made is not None:
            yield made
    yield from _optional(facts, release, kind_)


def _known(name: str, facts: Facts, release: Release) -> Port | None:
    match name:
        case "envoy-admin":
            return _addressed(name, facts.admin(), facts.proxy_config("proxyAdminPort"))
        case "envoy-health":
            return _addressed(name, facts.listener("agent"), facts.variable("ENVOY_STATUS_PORT"))
        case "envoy-prometheus":
            made = _addressed(name, facts.listener("stats"), facts.variable("ENVOY_PROMETHEUS_PORT"))
            local = release.has("ports.metrics_localhost_only") and facts.flag("METRICS_LOCALHOST_ACCESS_ONLY", False)
            return port(name, number=made.number, source=made.source, bind="127.0.0.1") if local else made
        case "envoy-outbound":
            return _numbered(name, facts.rule_setting("PROXY_PORT") or _mesh(facts, "proxyListenPort"))
        case "envoy-inbound":
            setting = _mesh(facts, "proxyInboundListenPort") if release.has("ports.inbound_port_setting") else None
            return _numbered(name, facts.rule_setting("INBOUND_CAPTURE_PORT") or setting)
        case "agent-status":
            made = _numbered(name, facts.status_port() or facts.upstream("agent"))
            return made if made.number else None
        case "agent-debug":
            on = facts.flag("PROXY_XDS_DEBUG_VIA_AGENT", True)
            return _numbered(name, facts.variable("PROXY_XDS_DEBUG_VIA_AGENT_PORT")) if on else None
        case "agent-xds-socket":
            path = facts.proxy_config("configPath")
            return port(name, bind=f"{path.value}/XDS", source=path.source) if path else port(name)
    return port(name)


def _optional(facts: Facts, release: Release, kind_: str) -> Iterator[Port]:
    dns = facts.flag("ISTIO_META_DNS_CAPTURE", False)
    if kind_ == "gateway":
        dns = release.has("ports.gateway_dns_server") and facts.flag("ISTIO_META_ENABLE_DNS_SERVER", False)
    if dns and kind_ != "waypoint":
        yield _numbered("agent-dns", facts.variable("DNS_PROXY_ADDR"))
    yield from _secure_metrics(facts, release)
    if kind_ == "sidecar" and facts.flag("ISTIO_META_ENABLE_HBONE", False):
        yield port("envoy-hbone", source="environment ISTIO_META_ENABLE_HBONE", certain=False)
    sts = argument(facts.words, "stsPort") or "0"
    if sts.isdigit() and int(sts):
        yield port("agent-sts", number=int(sts), source="argument --stsPort")


def _secure_metrics(facts: Facts, release: Release) -> Iterator[Port]:
    for name, (variable, stat_prefix) in _SECURE_METRICS.items():
        address, found = facts.listener(stat_prefix), facts.variable(variable)
        if holds(name, release) and (address is not None or (found is not None and found.value)):
            yield _addressed(name, address, found)


def _addressed(name: str, address: Value | None, setting: Value | None) -> Port:
    if address is None:
        return _numbered(name, setting)
    host, number = address.value
    return port(name, number=number, source=address.source, bind=host)


def _numbered(name: str, found: Value | None) -> Port:
    if found is None or not str(found.value).isdigit():
        return port(name)
    return port(name, number=int(found.value), source=found.source)


def _mesh(facts: Facts, key: str) -> Value | None:
    return Value(facts.mesh_config[key], f"MeshConfig.{key}") if key in facts.mesh_config else None


def _istiod(pod: Pod) -> Iterator[Port]:
    words = arguments(pod.container("discovery") or {})
    for name in COMPONENTS["istiod"]:
        if name == "istiod-service":
            continue
        given = argument(words, _ISTIOD_ARGUMENTS[name])
        number = (given or "").rpartition(":")[2]
        if given is not None and not number.isdigit():
            continue
        source = f"argument --{_ISTIOD_ARGUMENTS[name]}" if given else "default"
        yield port(name, number=int(number) if number else None, source=source)


def _declared(pod: Pod, kind_: str, taken: set[int]) -> Iterator[Port]:
    """Ports of the pod spec that nothing of the mesh listens on: the application's, or a gateway's traffic."""
    for container, _ in pod.containers():
        own = container.get("name") in (PROXY, "discovery", "install-cni")
        for entry in container.get("ports") or []:
            number = entry.get("containerPort")
            if not isinstance(number, int) or (own and number in taken):
                continue
            name = "gateway-traffic" if own and kind_ in ("gateway", "waypoint") else "application"
            text = f"containerPort of {container.get('name')}" + (f" ({entry['name']})" if entry.get("name") else "")
            transport = str(entry.get("protocol") or "TCP").lower()
            process = "envoy" if name == "gateway-traffic" else str(container.get("name"))
            yield port(
                name, number=number, source=text, transport=transport, process=process, declared=True, certain=False
            )


def _services(pod: Pod, services: Sequence[Json], ports: Sequence[Port]) -> Iterator[Port]:
    for service in services:
        spec = service.get("spec") or {}
        selector = spec.get("selector") or {}
        if not selector or any(pod.labels.get(k) != v for k, v in selector.items()):
            continue
        name = (service.get("metadata") or {}).get("name", "service")
        for entry in spec.get("ports") or []:
            target = _target(pod, entry)
            to = next((p.id for p in ports if p.number == target), "application")
            node = f"node port {entry['nodePort']}" if entry.get("nodePort") else None
            yield Port(
                id=f"service-{name}-{entry.get('port')}",
                number=int(entry.get("port") or 0),
                transport=str(entry.get("protocol") or "TCP").lower(),
                protocol=str(entry.get("appProtocol") or entry.get("name") or "any"),
                bind="cluster IP",
                process="none",
                purpose=f"Service {name}" + (f", {node}" if node else ""),
                setting=f"Service {name}",
                source=f"Service {name} ports",
                callers=(node,) if node else ("clients",),
                forwards=(Forward(to, "target port", target),),
            )


def _target(pod: Pod, entry: Mapping[str, Json]) -> int:
    target = entry.get("targetPort") or entry.get("port") or 0
    if isinstance(target, int) or str(target).isdigit():
        return int(target)
    for container, _ in pod.containers():
        for declared in container.get("ports") or []:
            if declared.get("name") == target:
                return int(declared.get("containerPort") or 0)
    return 0


def _notes(kind_: str, bootstrap: Json) -> tuple[str, ...]:
    if bootstrap is None and kind_ in ("sidecar", "gateway", "waypoint"):
        return ("no bootstrap given: Envoy's addresses are defaults where the pod does not say otherwise",)
    return ()
