"""Builds a node's metadata step by step as the agent does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from meshc.bootstraps.agent.agent_inputs import Agent
from meshc.bootstraps.node import metadata_keys, node_labels
from meshc.errors import InputError
from meshc.gotext.parsing import parse_bool
from meshc.models.proxy_config import ProxyConfig
from meshc.yamlio import Json

META = "ISTIO_META_"
METAJSON = "ISTIO_METAJSON_"
_FROM_ENV = {"NAME": "POD_NAME", "NAMESPACE": "POD_NAMESPACE", "SERVICE_ACCOUNT": "SERVICE_ACCOUNT"}
_SAFE_INTEGER = 1 << 53


@dataclass(frozen=True)
class Metadata:
    """A node's metadata: `typed` values by key, `raw` values from the environment, and the locality they give."""

    typed: Mapping[str, Json]
    raw: Mapping[str, Json]
    locality: Mapping[str, str]

    @property
    def labels(self) -> Mapping[str, str]:
        """The pod's labels as the metadata has them."""
        found: Mapping[str, str] = self.typed.get("LABELS", {})
        return found

    @property
    def annotations(self) -> Mapping[str, str]:
        """The pod's annotations as the metadata has them."""
        found: Mapping[str, str] = self.typed.get("ANNOTATIONS", {})
        return found

    @property
    def instance_ips(self) -> Sequence[str]:
        """The node's addresses."""
        found: Sequence[str] = self.typed["INSTANCE_IPS"]
        return found

    @property
    def workload_name(self) -> str:
        """The workload's name, or empty."""
        return self.string("WORKLOAD_NAME")

    @property
    def namespace(self) -> str:
        """The pod's namespace, or empty."""
        return self.string("NAMESPACE")

    @property
    def metrics_port(self) -> int:
        """Port of Envoy's metrics listener."""
        return int(self.typed["ENVOY_PROMETHEUS_PORT"])

    @property
    def status_port(self) -> int:
        """Port of Envoy's status listener."""
        return int(self.typed["ENVOY_STATUS_PORT"])

    def port(self, key: str) -> int:
        """Port of a listener that is there on request; 0 when it is not."""
        return int(self.typed.get(key, 0))

    def flag(self, key: str) -> bool:
        """A boolean key; false when absent."""
        return bool(self.typed.get(key))

    def string(self, key: str) -> str:
        """A string key; empty when absent."""
        return str(self.typed.get(key, ""))


def build(agent: Agent, shown_config: Mapping[str, Json]) -> Metadata:
    """Compute the metadata (docs/istio/bootstrap.md § 2.3.1); `shown_config` is the ProxyConfig as it is written there.

    Raises InputError for an `ISTIO_METAJSON_*` that is not a JSON object and for values of the wrong kind.
    """
    raw = _raw(agent)
    typed = metadata_keys.decode(raw, agent.release.fact("bootstrap.metadata_keys"))
    _set_agent_values(typed, agent)
    typed["PROXY_CONFIG"] = shown_config
    _set_pod_values(typed, agent)
    place = _set_locality(typed, agent)
    typed["PILOT_SAN"] = list(agent.pilot_san) if agent.pilot_san is not None else pilot_san(agent.config)
    typed["OUTLIER_LOG_PATH"] = agent.flags.outlier_log_path
    if agent.release.has("bootstrap.metadata_discovery_always_shown") and typed["METADATA_DISCOVERY"] is None:
        typed["METADATA_DISCOVERY"] = typed.get("ENABLE_HBONE", False)
    return Metadata(typed, raw, place)


def pilot_san(config: ProxyConfig) -> list[str]:
    """Names the control plane must prove: the discovery host, only with mutual TLS (docs/istio/bootstrap.md § 2.3.3)."""
    if config.control_plane_auth_policy != "MUTUAL_TLS":
        return []
    host = config.discovery_address.partition(":")[0]
    return ["istiod.istio-system.svc" if host == "localhost" else host]


def istio_version(version: str, agent: Agent) -> str:
    """ISTIO_VERSION: what the metadata says, else since 1.19 the agent's own version."""
    if version or not agent.release.has("bootstrap.version_from_binary"):
        return version
    return agent.binary_version


def json_object(name: str, content: str) -> dict[str, Json]:
    """Read the JSON object of an `ISTIO_METAJSON_*` variable; raises InputError for anything else."""
    try:
        value = orjson.loads(content)
    except ValueError as error:
        raise _not_an_object(name, content) from error
    if not isinstance(value, dict):
        raise _not_an_object(name, content)
    return {key: go_number(member) for key, member in value.items()}


def _raw(agent: Agent) -> dict[str, Json]:
    configured = agent.config.proxy_metadata.items()
    raw: dict[str, Json] = {k[len(META) :]: v for k, v in configured if k.startswith(META)}
    # The ProxyConfig comes first: the injector writes the same variables into the environment, where users may change them.
    raw.update((k[len(META) :], v) for k, v in agent.env.items() if k.startswith(META))
    for name, content in agent.env.items():
        if name.startswith(METAJSON):
            raw.update(json_object(name, content))
    from_env: Mapping[str, str] = agent.release.fact("bootstrap.metadata_from_env")
    raw.update((key, agent.env[name]) for key, name in from_env.items() if agent.env.get(name))
    if agent.credential_socket:
        raw["credential"] = "true"
    if agent.workload_socket and agent.release.has("bootstrap.sds_files_cluster"):
        raw["file-credential"] = "true"
    return raw


def _set_agent_values(typed: dict[str, Json], agent: Agent) -> None:
    release = agent.release
    typed["ISTIO_VERSION"] = istio_version(typed.get("ISTIO_VERSION", ""), agent)
    typed["INSTANCE_IPS"] = list(dict.fromkeys(agent.addresses))
    if agent.flags.sts_port:
        typed["STS_PORT"] = str(agent.flags.sts_port)
    for name, default in release.fact("bootstrap.port_variables").items():
        typed[name] = agent.number(name, default)
    typed["EXIT_ON_ZERO_ACTIVE_CONNECTIONS"] = agent.flag("EXIT_ON_ZERO_ACTIVE_CONNECTIONS")
    if release.has("bootstrap.peer_metadata_discovery"):
        typed["METADATA_DISCOVERY"] = _peer_discovery(agent)
    if release.has("bootstrap.skip_deprecated_logs"):
        typed["ENVOY_SKIP_DEPRECATED_LOGS"] = agent.flag("ENVOY_SKIP_DEPRECATED_LOGS")
    if release.has("bootstrap.workload_socket_name"):
        typed["WORKLOAD_IDENTITY_SOCKET_FILE"] = agent.env.get("WORKLOAD_IDENTITY_SOCKET_FILE", "socket")


def _peer_discovery(agent: Agent) -> bool | None:
    word = agent.env.get("PEER_METADATA_DISCOVERY")
    if word is None and agent.release.has("bootstrap.metadata_discovery_always_shown"):
        return None
    return bool(parse_bool(word or ""))


def _set_pod_values(typed: dict[str, Json], agent: Agent) -> None:
    static = _static_labels(agent.env)
    if static:
        # One shared object, as in Istio: without a labels file the locality written back later shows in both.
        typed["LABELS"] = typed["STATIC_LABELS"] = static
    typed.update((key, agent.env[name]) for key, name in _FROM_ENV.items() if name in agent.env)
    if agent.platform.metadata:
        typed["PLATFORM_METADATA"] = dict(agent.platform.metadata)
    if agent.platform.labels and not agent.platform.kubernetes:
        typed.setdefault("STATIC_LABELS", {}).update(agent.platform.labels)
    if agent.labels is not None:
        # A label of Kubernetes' own, which the agent leaves out.
        from_file = {k: v for k, v in agent.labels.items() if k != "pod-template-hash"}
        typed["LABELS"] = {**typed.get("STATIC_LABELS", {}), **from_file}
    if agent.annotations is not None:
        typed["ANNOTATIONS"] = {**typed.get("ANNOTATIONS", {}), **agent.annotations}


def _static_labels(env: Mapping[str, str]) -> dict[str, str]:
    name = f"{METAJSON}LABELS"
    labels = json_object(name, env[name]) if name in env else {}
    if not all(v is None or isinstance(v, str) for v in labels.values()):
        return {}
    return {key: value or "" for key, value in labels.items()}


def _set_locality(typed: dict[str, Json], agent: Agent) -> Mapping[str, str]:
    label = node_labels.locality_label(typed.get("LABELS", {}), agent.release.fact("bootstrap.locality_labels"))
    if not label:
        return agent.platform.locality
    typed["LABELS"][node_labels.LOCALITY] = node_labels.sanitized_locality(label)
    return node_labels.parse_locality(typed["LABELS"][node_labels.LOCALITY])


def go_number(value: Json) -> Json:
    """Numbers as Go's decoder keeps them (64-bit floats, whole ones written without a fraction)."""
    match value:
        case bool():
            return value
        case float() if value.is_integer() and abs(value) < 1e21:
            return int(value)
        case int() if abs(value) > _SAFE_INTEGER:
            return int(float(value))
        case dict():
            return {k: go_number(v) for k, v in value.items()}
        case list():
            return [go_number(v) for v in value]
    return value


def _not_an_object(name: str, content: str) -> InputError:
    hint = 'write a JSON object, for example {"team": "payments"}'
    return InputError("the value is not a JSON object", path=["env", name], value=content, hint=hint)
