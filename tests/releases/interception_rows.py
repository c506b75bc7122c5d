"""Packet rules and ports (docs/istio/traffic-capture.md, docs/istio/ports.md)."""

from __future__ import annotations

from functools import partial
from typing import Any

from meshc.catalog import Release
from meshc.interception import flags
from meshc.interception.packet_rules import Rules, capture
from meshc.interception.ports.components import COMPONENTS, holds
from meshc.interception.ports.pod_ports import pod_ports
from meshc.yamlio import Json
from tests.interception.samples import pod
from tests.releases.rows import At, Row, refusal

ALL: dict[str, Any] = {"OUTBOUND_IPRANGES_INCLUDE": "*", "INBOUND_PORTS_INCLUDE": "*"}
DNS: dict[str, Any] = {"REDIRECT_DNS": True, "CAPTURE_ALL_DNS": True}
ONE_SERVER: dict[str, Any] = {"REDIRECT_DNS": True, "DNS_SERVERS_V4": ["10.96.0.10"]}


def rules(release: Release, tool: str = "iptables", **keys: Any) -> Rules:
    return capture(ALL | keys, At(release), tool)


def restores(line: str, **keys: Any) -> Any:
    """Whether the restore text holds a line that ends so."""
    return lambda r: any(one.endswith(line) for one in rules(r, **keys).restore.splitlines())


def cleans(line: str, **keys: Any) -> Any:
    return lambda r: line in rules(r, "clean-iptables", **keys).commands


def cni(release: Release, **changes: Any) -> Rules:
    """The rules of a pod captured by the CNI plugin."""
    return capture(pod(cni=True, **changes), At(release))


def cni_config(name: str, **changes: Any) -> Any:
    return lambda r: getattr(cni(r, **changes).config, name)


def variable(release: Release, key: str, **variables: str) -> Json:
    return flags.settings([], variables, release).get(key)


def refused(release: Release, tool: str = "iptables", **keys: Any) -> bool:
    return bool(refusal(lambda: rules(release, tool, **keys)))


def has_port(release: Release, name: str, **changes: Any) -> bool:
    return pod_ports(pod(**changes), release).find(name) is not None


def gateway_dns(release: Release) -> bool:
    document = pod(proxy_env={"ISTIO_META_ENABLE_DNS_SERVER": "true"})
    document["spec"]["containers"][1]["args"] = ["proxy", "router"]
    return pod_ports(document, release).find("agent-dns") is not None


def inbound_port(release: Release) -> int:
    document = pod(init_args=["istio-iptables"], proxy_env={"PROXY_CONFIG": "{}"})
    made = pod_ports(document, release, mesh_config={"proxyInboundListenPort": 16006}).find("envoy-inbound")
    return made.number if made else 0


def metrics_bind(release: Release) -> str:
    made = pod_ports(pod(proxy_env={"METRICS_LOCALHOST_ACCESS_ONLY": "true"}), release).find("envoy-prometheus")
    return str(made.bind) if made else ""


def ztunnel_has(release: Release, name: str) -> bool:
    return name in COMPONENTS["ztunnel"] and holds(name, release)


def runs_checks_first(release: Release) -> bool:
    return "iptables-save" in rules(release).transcript.splitlines()[0]


def without_proxy(release: Release) -> bool:
    """Whether the plugin captures a pod of two containers without a proxy."""
    document = pod(cni=True)
    document["spec"]["containers"][1]["name"] = "other"
    return bool(capture(document, At(release)).ipv4)


TRACED = "-j NFLOG --nflog-prefix {} --nflog-group 1337 --nflog-size 20"
ROWS = [
    Row(
        "interception.tunnel_port_left_alone",
        lambda r: "-p tcp ! --dport 15008 -m owner" in rules(r).restore,
        {"1.17": False, "1.18": True},
    ),
    Row(
        "interception.return_after_ranges",
        restores("-A ISTIO_OUTPUT -j RETURN", OUTBOUND_IPRANGES_INCLUDE="10.0.0.0/8"),
        {"1.22": True, "1.23": False},
    ),
    Row(
        "interception.dns_udp_in_output_chain",
        restores("-A OUTPUT -p udp -j ISTIO_OUTPUT", **DNS),
        {"1.22": False, "1.23": True, "1.24": True, "1.25": False},
    ),
    Row("interception.dns_chain", restores("-N ISTIO_OUTPUT_DNS", **DNS), {"1.24": False, "1.25": True}),
    Row(
        "interception.dns_needs_servers",
        lambda r: getattr(rules(r, REDIRECT_DNS=True).config, "dns", None),
        {"1.24": True, "1.25": False},
    ),
    Row(
        "interception.dns_reply_zone_by_source",
        restores("-p udp --sport 53 -s 10.96.0.10/32 -j CT --zone 1", **ONE_SERVER),
        {"1.19": False, "1.20": True},
    ),
    Row("interception.output_jump_all_protocols", restores("-A OUTPUT -j ISTIO_OUTPUT"), {"1.24": False, "1.25": True}),
    Row(
        "interception.excluded_outbound_ports_udp",
        restores("-p udp --dport 3306 -j RETURN", OUTBOUND_PORTS_EXCLUDE="3306"),
        {"1.24": False, "1.25": True},
    ),
    Row("interception.drop_chain", restores("-j ISTIO_DROP", DROP_INVALID=True), {"1.23": False, "1.24": True}),
    Row(
        "interception.trace_logging",
        lambda r: "NFLOG" in rules(r, IPTABLES_TRACE_LOGGING=True).restore,
        {"1.24": True, "1.25": False},
    ),
    Row(
        "interception.trace_logging_quoted",
        restores(TRACED.format('"JumpInbound"'), IPTABLES_TRACE_LOGGING=True),
        {"1.23": True, "1.24": False},
    ),
    Row(
        "interception.loopback_cidr_setting",
        lambda r: "! -d 127.0.0.0/8" in rules(r, HOST_IPV4_LOOPBACK_CIDR="127.0.0.0/8").restore,
        {"1.20": False, "1.21": True},
    ),
    Row(
        "interception.invalid_range_is_error",
        partial(refused, OUTBOUND_IPRANGES_INCLUDE="10.0.0.0/8,nowhere"),
        {"1.26": False, "1.27": True},
    ),
    Row(
        "interception.forced_binary",
        partial(refused, FORCE_IPTABLES_BINARY="neither"),
        {"1.27": False, "1.28": True},
    ),
    Row(
        "interception.restore_tables_sorted",
        lambda r: rules(r, INBOUND_INTERCEPTION_MODE="TPROXY", **DNS).restore.splitlines()[0],
        {"1.22": "* nat", "1.23": "* mangle"},
    ),
    Row("interception.always_restore", runs_checks_first, {"1.23": False, "1.24": True}),
    Row(
        "interception.log_after_apply",
        lambda r: rules(r).transcript.splitlines()[-1] == "iptables-save",
        {"1.21": False, "1.22": True},
    ),
    Row("interception.clean_command", partial(refused, tool="clean-iptables"), {"1.24": False, "1.25": True}),
    Row(
        "interception.clean_per_family",
        lambda r: sum("--dport 53" in line for line in rules(r, "clean-iptables", **DNS).commands),
        {"1.21": 24, "1.22": 12},
    ),
    Row(
        "interception.clean_virtual_interfaces",
        cleans("iptables -t PREROUTING -D nat -i net1 -j RETURN", KUBE_VIRT_INTERFACES="net1"),
        {"1.22.5": False, "1.22.6": True, "1.23.2": False, "1.23.3": True, "1.24.0": True},
    ),
    Row(
        "interception.clean_udp_jumps",
        cleans("iptables -t nat -D OUTPUT -p udp -j ISTIO_OUTPUT"),
        {"1.22": False, "1.23": True, "1.24": True},
    ),
    Row(
        "interception.clean_raw_chain",
        cleans("iptables -t raw -F ISTIO_OUTPUT"),
        {"1.23.0": False, "1.23.1": True, "1.24": True},
    ),
    Row(
        "interception.cleanup_only",
        lambda r: rules(r).cleanup[-1].split()[0],
        {"1.23": "ip6tables-save", "1.24": "iptables"},
    ),
    Row("interception.nftables", partial(refused, tool="nftables"), {"1.26": True, "1.27": False}),
    Row("interception.nft_counters", lambda r: "counter" in rules(r, "nftables").nft, {"1.27": False, "1.28": True}),
    Row(
        "interception.nft_insert_checks_length",
        lambda r: any(
            line.startswith("add") and "istio-inbound" in line and "saddr 127.0.0.6" in line
            for line in rules(
                r, "nftables", INBOUND_INTERCEPTION_MODE="TPROXY", INBOUND_PORTS_INCLUDE=""
            ).nft.splitlines()
        ),
        {"1.27.3": False, "1.27.4": True, "1.28.0": False, "1.28.1": True, "1.29.0": True},
    ),
    Row(
        "interception.flags_before_environment",
        partial(variable, key="DROP_INVALID", INVALID_DROP="true"),
        {"1.18": None, "1.19": True},
    ),
    Row(
        "interception.dual_stack_flag",
        partial(variable, key="DUAL_STACK", DUAL_STACK="true"),
        {"1.17": None, "1.18": True},
    ),
    Row(
        "interception.cni_identity_from_container",
        lambda r: getattr(capture(_user_2000(), At(r)).config, "uids", None),
        {"1.18": ("1337",), "1.19": ("2000",)},
    ),
    Row(
        "interception.cni_bad_annotation_fails",
        lambda r: bool(refusal(lambda: cni(r, annotations={"traffic.sidecar.istio.io/includeInboundPorts": "x"}))),
        {"1.18": False, "1.19": True},
    ),
    Row(
        "interception.cni_dual_stack",
        lambda r: bool(
            getattr(
                capture(
                    pod(cni=True, proxy_env={"ISTIO_DUAL_STACK": "true"}),
                    At(r),
                    addresses=["10.0.0.5", "fd00::5"],
                ).config,
                "ipv6",
                None,
            )
        ),
        {"1.18.4": False, "1.18.5": True, "1.19.0": False, "1.19.1": True},
    ),
    Row("interception.cni_needs_proxy_container", without_proxy, {"1.18": True, "1.19": False}),
    Row(
        "interception.reroute_annotation",
        cni_config("virtual_interfaces", annotations={"istio.io/reroute-virtual-interfaces": "net2"}),
        {"1.24": (), "1.25": ("net2",)},
    ),
    Row("ports.agent_debug", partial(has_port, name="agent-debug"), {"1.24": True, "1.25": False}),
    Row("ports.inbound_port_setting", inbound_port, {"1.17": 15006, "1.18": 16006}),
    Row("ports.metrics_localhost_only", metrics_bind, {"1.21": "0.0.0.0", "1.22": "127.0.0.1"}),
    Row("ports.gateway_dns_server", gateway_dns, {"1.23": False, "1.24": True}),
    Row("ports.ztunnel", partial(ztunnel_has, name="ztunnel-admin"), {"1.17": False, "1.18": True}),
    Row("ports.ztunnel_dns", partial(ztunnel_has, name="ztunnel-dns"), {"1.20": False, "1.21": True}),
    Row(
        "ports.secure_metrics",
        partial(has_port, name="envoy-secure-metrics", proxy_env={"ENVOY_SECURE_METRICS_PORT": "15091"}),
        {"1.30": False, "1.31": True},
    ),
]


def _user_2000() -> Json:
    document = pod(cni=True)
    document["spec"]["containers"][1]["securityContext"] = {"runAsUser": 2000, "runAsGroup": 2000}
    return document
