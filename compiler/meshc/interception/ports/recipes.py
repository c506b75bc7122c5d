"""Commands to look at a pod's ports from outside, with its real ports and names: tcpdump, curl, port-forward."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from meshc.errors import UsageError, nearest
from meshc.interception.ports.port_map import PortMap
from meshc.istio_names import PROXY
from meshc.kubernetes.pods import Pod

# the kernel's usual range starts later; the wider range catches clusters that widened it
_EPHEMERAL = "20000-65535"


def recipe(name: str, pod: Pod, ports: PortMap) -> str:
    """The commands of a recipe as a shell text; raises UsageError for an unknown name or a pod without such ports."""
    if name not in _RECIPES:
        close = nearest(name, _RECIPES)
        raise UsageError("unknown recipe", path="--recipe", value=name, hint=f"write {close or ', '.join(_RECIPES)}")
    lines = list(_RECIPES[name](pod, ports))
    if not lines:
        raise UsageError(
            f"the pod has no port for the recipe {name}",
            path="--recipe",
            value=name,
            hint="`meshc ports FILE` lists its ports",
        )
    return "\n".join(lines)


def _tcpdump(pod: Pod, ports: PortMap) -> Iterator[str]:
    applications = [p for p in ports.ports if p.id in ("application", "gateway-traffic") and p.transport == "tcp"]
    outbound = ports.find("envoy-outbound")
    container = f"$(crictl ps -q --label io.kubernetes.pod.name={pod.name} --name {PROXY})"
    yield f"# on the pod's node; the container is {PROXY}"
    yield f"PID_OF_SIDECAR_ENVOY=$(crictl inspect --output go-template --template '{{{{.info.pid}}}}' {container})"
    yield "sudo nsenter -t $PID_OF_SIDECAR_ENVOY -n -u"
    yield ""
    yield _address("ETH0_IP", "eth0")
    yield _address("LOCAL_IP", "lo")
    for port in applications:
        there = f"(dst port {port.number} and dst $ETH0_IP) or (src port {port.number} and src $ETH0_IP)"
        yield ""
        yield f"# inbound to {port.number}, mutual TLS, before the packet rules"
        yield f'sudo tcpdump -i eth0 -n -vvvv "{there}"'
        if outbound:
            yield f"# inbound to {port.number}, plain text, between the proxy and {port.process}"
            yield f'sudo tcpdump -i lo -n -vvvv -A "{there}"'
    if outbound:
        yield ""
        yield f"# outbound, plain text, between the application and the proxy ({outbound.number})"
        way = f"(dst port {outbound.number} and dst 127.0.0.1) or (dst portrange {_EPHEMERAL} and dst $ETH0_IP)"
        yield f'sudo tcpdump -i lo -n -vvvv -A "({way})"'
    yield "# outbound, mutual TLS, after the packet rules"
    way = f"(src portrange {_EPHEMERAL} and src $ETH0_IP) or (dst portrange {_EPHEMERAL} and dst $ETH0_IP)"
    yield f'sudo tcpdump -i eth0 -n -vvvv -A "({way})"'


def _address(variable: str, interface: str) -> str:
    return f"export {variable}=$(ip addr show {interface} | grep \"inet\\b\" | awk '{{print $2}}' | cut -d/ -f1)"


_PATHS: dict[str, tuple[str, ...]] = {
    "envoy-admin": ("config_dump", "clusters", "listeners", "stats/prometheus"),
    "agent-status": ("healthz/ready", "stats/prometheus", "debug/ndsz"),
    "envoy-health": ("healthz/ready",),
    "envoy-prometheus": ("stats/prometheus",),
    "agent-debug": ("debug/syncz",),
    "istiod-http": ("ready", "debug/syncz"),
    "istiod-monitoring": ("metrics", "version"),
    "cni-monitoring": ("metrics",),
    "cni-ready": ("readyz",),
    "ztunnel-admin": ("config_dump",),
    "ztunnel-stats": ("metrics",),
    "ztunnel-ready": ("healthz/ready",),
}


def _curl(pod: Pod, ports: PortMap) -> Iterator[str]:
    where = f"kubectl{_namespace(pod)} exec {_target(pod)} -c {_container(pod)} --"
    for port in ports.ports:
        for path in _PATHS.get(port.id, ()):
            yield f"{where} curl -sS http://localhost:{port.number}/{path}"
    for port in ports.ports:
        if port.id == "application" and port.transport == "tcp":
            yield f"# {port.process}, past the proxy: calls on loop-back are left alone"
            yield f"{where} curl -sS http://localhost:{port.number}/"


def _port_forward(pod: Pod, ports: PortMap) -> Iterator[str]:
    for port in ports.ports:
        if (
            port.transport != "tcp"
            or port.process == "none"
            or port.id in ("envoy-outbound", "envoy-inbound", "envoy-hbone")
        ):
            continue
        yield f"# {port.purpose}"
        # a user may not listen below 1024: 80 becomes 8080
        local = port.number if port.number >= 1024 else port.number + 8000
        yield f"kubectl{_namespace(pod)} port-forward {_target(pod)} {local}:{port.number}"


def _namespace(pod: Pod) -> str:
    return f" -n {pod.namespace}" if pod.namespace else ""


def _target(pod: Pod) -> str:
    found = str(pod.document.get("kind") or "Pod").lower()
    return pod.name if found == "pod" else f"{found}/{pod.name}"


def _container(pod: Pod) -> str:
    known = [str(c.get("name")) for c, _ in pod.containers("containers", "initContainers")]
    return PROXY if PROXY in known or not known else known[0]


_RECIPES: dict[str, Callable[[Pod, PortMap], Iterator[str]]] = {
    "tcpdump": _tcpdump,
    "curl": _curl,
    "port-forward": _port_forward,
}
