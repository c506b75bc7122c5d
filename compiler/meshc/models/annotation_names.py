"""Every annotation of Istio's that people or Istio put on objects: the declaration is the constant, named as in Istio's API.

`ANNOTATIONS[SIDECAR_INJECT]` is the entry: what it is for, what it holds, which releases know it.
"""

from __future__ import annotations

from meshc.models.annotation_entry import Register

ANNOTATIONS = Register()
_add = ANNOTATIONS.add

# --- injection ---
SIDECAR_INJECT = _add(
    "sidecar.istio.io/inject", "inject a sidecar or not; the label of the same name wins", value="bool"
)
INJECT_TEMPLATES = _add("inject.istio.io/templates", "templates to inject instead of the default ones", value="list")
SIDECAR_STATUS = _add("sidecar.istio.io/status", "record of what was injected", value="json", written=True)
PROXY_OVERRIDES = _add(
    "proxy.istio.io/overrides", "the user's own settings of injected containers", value="json", written=True
)
PROXY_CONFIG = _add(
    "proxy.istio.io/config", "ProxyConfig laid over the mesh default", value="yaml", check="proxy_config"
)
SIDECAR_NATIVE_SIDECAR = _add(
    "sidecar.istio.io/nativeSidecar", "run the proxy as a native sidecar or not", value="bool", since="1.24"
)
SIDECAR_REWRITE_APP_HTTP_PROBERS = _add(
    "sidecar.istio.io/rewriteAppHTTPProbers", "send the application's probes through the agent", value="bool"
)
PROMETHEUS_MERGE_METRICS = _add(
    "prometheus.istio.io/merge-metrics",
    "serve the application's metrics together with the proxy's",
    value="bool",
    check="bool",
)
PROMETHEUS_SCRAPE_TARGETS = _add(
    "prometheus.istio.io/scrape-targets",
    "metrics endpoints of the application that the agent merges: port or port:path, separated by commas",
    value="list",
    since="1.31",
)
PROMETHEUS_SECURE_PORT = _add(
    "prometheus.istio.io/secure-port",
    "port of merged metrics over mutual TLS; injection fills it in from ENVOY_SECURE_MERGED_METRICS_PORT",
    since="1.31",
)

# --- the proxy container ---
SIDECAR_PROXY_IMAGE = _add("sidecar.istio.io/proxyImage", "image of the proxy")
SIDECAR_PROXY_IMAGE_TYPE = _add("sidecar.istio.io/proxyImageType", "variant of the proxy image")
SIDECAR_PROXY_CPU = _add(
    "sidecar.istio.io/proxyCPU",
    "CPU request of the proxy",
    value="quantity",
    check="quantity",
    when="resources_checked",
)
SIDECAR_PROXY_CPU_LIMIT = _add(
    "sidecar.istio.io/proxyCPULimit",
    "CPU limit of the proxy",
    value="quantity",
    check="quantity",
    when="resources_checked",
)
SIDECAR_PROXY_MEMORY = _add(
    "sidecar.istio.io/proxyMemory",
    "memory request of the proxy",
    value="quantity",
    check="quantity",
    when="resources_checked",
)
SIDECAR_PROXY_MEMORY_LIMIT = _add(
    "sidecar.istio.io/proxyMemoryLimit",
    "memory limit of the proxy",
    value="quantity",
    check="quantity",
    when="resources_checked",
)
SIDECAR_LOG_LEVEL = _add(
    "sidecar.istio.io/logLevel", "log level of Envoy", default=lambda values: values.global_.proxy.log_level
)
SIDECAR_COMPONENT_LOG_LEVEL = _add(
    "sidecar.istio.io/componentLogLevel",
    "log levels of Envoy's components",
    default=lambda values: values.global_.proxy.component_log_level,
)
SIDECAR_AGENT_LOG_LEVEL = _add(
    "sidecar.istio.io/agentLogLevel", "log level of the agent", default=lambda values: values.global_.logging.level
)
SIDECAR_USER_VOLUME = _add("sidecar.istio.io/userVolume", "further volumes of the pod", value="json")
SIDECAR_USER_VOLUME_MOUNT = _add("sidecar.istio.io/userVolumeMount", "further volume mounts of the proxy", value="json")
SIDECAR_CAP_NET_BIND_SERVICE = _add(
    "sidecar.istio.io/capNetBindService",
    "let the proxy listen on ports below 1024",
    value="bool",
    default=lambda values: values.global_.proxy.cap_net_bind_service,
)
SIDECAR_ENABLE_CORE_DUMP = _add(
    "sidecar.istio.io/enableCoreDump",
    "write core dumps of Envoy",
    value="bool",
    check="bool",
    when="core_dump_checked",
    until="1.24",
    default=lambda values: values.global_.proxy.enable_core_dump,
)
SIDECAR_CONTROL_PLANE_AUTH_POLICY = _add(
    "sidecar.istio.io/controlPlaneAuthPolicy", "without effect: use proxy.istio.io/config", deprecated=True
)
SIDECAR_STATUS_READINESS_INITIAL_DELAY_SECONDS = _add(
    "readiness.status.sidecar.istio.io/initialDelaySeconds",
    "initial delay of the proxy's readiness probe",
    value="number",
    check="uint32",
    default=lambda values: values.global_.proxy.readiness_initial_delay_seconds,
)
SIDECAR_STATUS_READINESS_PERIOD_SECONDS = _add(
    "readiness.status.sidecar.istio.io/periodSeconds",
    "period of the proxy's readiness probe",
    value="number",
    check="uint32",
    default=lambda values: values.global_.proxy.readiness_period_seconds,
)
SIDECAR_STATUS_READINESS_FAILURE_THRESHOLD = _add(
    "readiness.status.sidecar.istio.io/failureThreshold",
    "failure threshold of the proxy's readiness probe",
    value="number",
    check="uint32",
    default=lambda values: values.global_.proxy.readiness_failure_threshold,
)
SIDECAR_STATUS_READINESS_APPLICATION_PORTS = _add(
    "readiness.status.sidecar.istio.io/applicationPorts",
    "application ports the proxy's readiness waited for",
    value="ports",
    deprecated=True,
)
SIDECAR_STATUS_PORT = _add(
    "status.sidecar.istio.io/port",
    "port of the agent's status endpoint",
    value="port",
    check="status_port",
    default=lambda values: values.global_.proxy.status_port,
)

# --- the bootstrap ---
SIDECAR_BOOTSTRAP_OVERRIDE = _add("sidecar.istio.io/bootstrapOverride", "ConfigMap with a custom bootstrap")
SIDECAR_DISCOVERY_ADDRESS = _add("sidecar.istio.io/discoveryAddress", "address of the control plane")
SIDECAR_EXTRA_STAT_TAGS = _add(
    "sidecar.istio.io/extraStatTags", "further tags taken out of statistic names", value="list"
)
SIDECAR_STATS_INCLUSION_PREFIXES = _add(
    "sidecar.istio.io/statsInclusionPrefixes",
    "further statistics, by prefix; proxyStatsMatcher is the newer way",
    value="list",
    deprecated=True,
)
SIDECAR_STATS_INCLUSION_SUFFIXES = _add(
    "sidecar.istio.io/statsInclusionSuffixes",
    "further statistics, by suffix; proxyStatsMatcher is the newer way",
    value="list",
    deprecated=True,
)
SIDECAR_STATS_INCLUSION_REGEXPS = _add(
    "sidecar.istio.io/statsInclusionRegexps",
    "further statistics, by pattern; proxyStatsMatcher is the newer way",
    value="list",
    deprecated=True,
)
SIDECAR_STATS_HISTOGRAM_BUCKETS = _add(
    "sidecar.istio.io/statsHistogramBuckets",
    "buckets of histograms by prefix of their names",
    value="json",
    since="1.19",
)
SIDECAR_STATS_COMPRESSION = _add(
    "sidecar.istio.io/statsCompression",
    "compression of the metrics endpoint",
    value=("gzip", "zstd", "brotli"),
    since="1.21",
    until="1.28",
)
SIDECAR_STATS_FLUSH_INTERVAL = _add(
    "sidecar.istio.io/statsFlushInterval", "how often statistics are flushed", value="duration", since="1.28"
)
SIDECAR_STATS_EVICTION_INTERVAL = _add(
    "sidecar.istio.io/statsEvictionInterval", "how often unused statistics are dropped", value="duration", since="1.28"
)

# --- traffic capture ---
SIDECAR_INTERCEPTION_MODE = _add(
    "sidecar.istio.io/interceptionMode",
    "how inbound traffic is redirected",
    value=("REDIRECT", "TPROXY", "NONE"),
    check="interception_mode",
)
SIDECAR_TRAFFIC_INCLUDE_OUTBOUND_IP_RANGES = _add(
    "traffic.sidecar.istio.io/includeOutboundIPRanges",
    "outbound destinations that go through the proxy",
    value="cidrs",
    check="include_cidrs",
    default=lambda values: values.global_.proxy.include_ip_ranges,
)
SIDECAR_TRAFFIC_EXCLUDE_OUTBOUND_IP_RANGES = _add(
    "traffic.sidecar.istio.io/excludeOutboundIPRanges",
    "outbound destinations that bypass the proxy",
    value="cidrs",
    check="exclude_cidrs",
    default=lambda values: values.global_.proxy.exclude_ip_ranges,
)
SIDECAR_TRAFFIC_INCLUDE_INBOUND_PORTS = _add(
    "traffic.sidecar.istio.io/includeInboundPorts",
    "inbound ports that go through the proxy",
    value="ports",
    check="include_inbound_ports",
    default=lambda values: values.global_.proxy.include_inbound_ports,
)
SIDECAR_TRAFFIC_EXCLUDE_INBOUND_PORTS = _add(
    "traffic.sidecar.istio.io/excludeInboundPorts",
    "inbound ports that bypass the proxy",
    value="ports",
    check="exclude_inbound_ports",
    default=lambda values: values.global_.proxy.exclude_inbound_ports,
)
SIDECAR_TRAFFIC_INCLUDE_OUTBOUND_PORTS = _add(
    "traffic.sidecar.istio.io/includeOutboundPorts",
    "outbound ports that go through the proxy",
    value="ports",
    default=lambda values: values.global_.proxy.include_outbound_ports,
)
SIDECAR_TRAFFIC_EXCLUDE_OUTBOUND_PORTS = _add(
    "traffic.sidecar.istio.io/excludeOutboundPorts",
    "outbound ports that bypass the proxy",
    value="ports",
    check="exclude_outbound_ports",
    default=lambda values: values.global_.proxy.exclude_outbound_ports,
)
SIDECAR_TRAFFIC_EXCLUDE_INTERFACES = _add(
    "traffic.sidecar.istio.io/excludeInterfaces",
    "interfaces that are not captured",
    value="interfaces",
    check="interfaces",
    when="interfaces_checked",
)
SIDECAR_TRAFFIC_KUBEVIRT_INTERFACES = _add(
    "traffic.sidecar.istio.io/kubevirtInterfaces",
    "interfaces of virtual machines; istio.io/reroute-virtual-interfaces is the newer name",
    value="interfaces",
    check="interfaces",
    when="interfaces_checked",
    deprecated=True,
)
IO_ISTIO_REROUTE_VIRTUAL_INTERFACES = _add(
    "istio.io/reroute-virtual-interfaces",
    "interfaces whose inbound traffic counts as outbound",
    value="interfaces",
    check="interfaces",
    when="interfaces_checked",
    since="1.25",
)

# --- ambient ---
AMBIENT_REDIRECTION = _add(
    "ambient.istio.io/redirection", "the pod's traffic goes through the ambient mesh", since="1.18", written=True
)
AMBIENT_BYPASS_INBOUND_CAPTURE = _add(
    "ambient.istio.io/bypass-inbound-capture",
    "take outbound traffic alone into the ambient mesh",
    value="bool",
    since="1.22",
)
AMBIENT_DNS_CAPTURE = _add("ambient.istio.io/dns-capture", "capture DNS of an ambient pod", value="bool", since="1.25")
AMBIENT_WAYPOINT_INBOUND_BINDING = _add(
    "ambient.istio.io/waypoint-inbound-binding", "how traffic reaches a waypoint", kinds=("GatewayClass",), since="1.23"
)

# --- gateways ---
GATEWAY_CONTROLLER_VERSION = _add(
    "gateway.istio.io/controller-version",
    "version of the controller that manages the gateway",
    value="number",
    kinds=("Gateway",),
    written=True,
)
GATEWAY_NAME_OVERRIDE = _add("gateway.istio.io/name-override", "name of the generated objects", kinds=("Gateway",))
GATEWAY_SERVICE_ACCOUNT = _add(
    "gateway.istio.io/service-account", "service account of the generated objects", kinds=("Gateway",)
)
NETWORKING_SERVICE_TYPE = _add(
    "networking.istio.io/service-type",
    "type of the gateway's Service",
    value=("ClusterIP", "NodePort", "LoadBalancer"),
    kinds=("Gateway",),
)
NETWORKING_ADDRESS_TYPE = _add(
    "networking.istio.io/address-type", "how the address of a gateway is given", kinds=("Gateway",)
)

# --- services, configuration ---
NETWORKING_EXPORT_TO = _add(
    "networking.istio.io/exportTo", "namespaces that see the service", value="list", kinds=("Service",)
)
NETWORKING_TRAFFIC_DISTRIBUTION = _add(
    "networking.istio.io/traffic-distribution",
    "which endpoints are preferred",
    kinds=("Service", "Namespace", "ServiceEntry"),
    since="1.24",
)
TRAFFIC_NODE_SELECTOR = _add(
    "traffic.istio.io/nodeSelector", "nodes whose addresses a NodePort gateway has", value="json", kinds=("Service",)
)
ALPHA_KUBERNETES_SERVICEACCOUNTS = _add(
    "alpha.istio.io/kubernetes-serviceaccounts",
    "service accounts that run the service",
    value="list",
    kinds=("Service",),
)
ALPHA_CANONICAL_SERVICEACCOUNTS = _add(
    "alpha.istio.io/canonical-serviceaccounts",
    "service accounts outside Kubernetes that run the service",
    value="list",
    kinds=("Service",),
)
ALPHA_IDENTITY = _add(
    "alpha.istio.io/identity", "identity of a service account", kinds=("ServiceAccount",), deprecated=True
)
GALLEY_ANALYZE_SUPPRESS = _add(
    "galley.istio.io/analyze-suppress", "messages of the analyzer that are left out", value="list", kinds=("Any",)
)
IO_ISTIO_DRY_RUN = _add(
    "istio.io/dry-run", "evaluate the policy without enforcing it", value="bool", kinds=("AuthorizationPolicy",)
)
IO_ISTIO_AUTO_REGISTRATION_GROUP = _add(
    "istio.io/autoRegistrationGroup", "WorkloadGroup of a registered workload", kinds=("WorkloadEntry",), written=True
)
IO_ISTIO_WORKLOAD_CONTROLLER = _add(
    "istio.io/workloadController", "instance that a workload is connected to", kinds=("WorkloadEntry",), written=True
)
IO_ISTIO_CONNECTED_AT = _add(
    "istio.io/connectedAt", "when a workload connected", kinds=("WorkloadEntry",), written=True
)
IO_ISTIO_DISCONNECTED_AT = _add(
    "istio.io/disconnectedAt", "when a workload disconnected", kinds=("WorkloadEntry",), written=True
)
IO_ISTIO_USE_WAYPOINT_CANARY_WEIGHT = _add(
    "istio.io/use-waypoint-canary-weight",
    "percentage of traffic that goes to the waypoint of istio.io/use-waypoint-canary",
    value="number",
    kinds=("Service", "ServiceEntry", "Namespace"),
    since="1.31",
)
IO_ISTIO_REV = _add("istio.io/rev", "revision that injected the pod", since="1.18", written=True)
IO_ISTIO_DEBUG = _add("istio.io/debug", "name of an xDS debug request", kinds=("Any",))
TOPOLOGY_CONTROL_PLANE_CLUSTERS = _add(
    "topology.istio.io/controlPlaneClusters",
    "clusters whose control planes may take the namespace's leadership",
    value="list",
    kinds=("Namespace",),
)
OPERATOR_INSTALL_CHART_OWNER = _add(
    "install.operator.istio.io/chart-owner", "chart that made an object", kinds=("Any",), written=True
)
OPERATOR_INSTALL_OWNER_GENERATION = _add(
    "install.operator.istio.io/owner-generation", "generation of the owning IstioOperator", kinds=("Any",), written=True
)
OPERATOR_INSTALL_VERSION = _add(
    "install.operator.istio.io/version", "version of the owning operator", kinds=("Any",), written=True
)
OPERATOR_COMPONENT = _add(
    "operator.istio.io/component", "component that an object belongs to", kinds=("Any",), written=True
)
