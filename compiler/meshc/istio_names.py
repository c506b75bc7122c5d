"""Containers, ports and hosts that Istio names; annotations and labels are in `models.annotation_names` and `label_names`."""

from __future__ import annotations

PROXY = "istio-proxy"
"""Container of Envoy and its agent; also the user it runs as and the default cluster of its service."""
INIT = "istio-init"
"""Init container that writes the packet rules."""
VALIDATION = "istio-validation"
"""Init container that checks the packet rules of the CNI plugin."""

OUTBOUND_PORT = 15001
INBOUND_PORT = 15006
TUNNEL_PORT = 15008
"""HBONE; never captured."""
PLAIN_XDS_PORT = 15010
XDS_PORT = 15012
"""istiod's discovery and certificates over TLS."""
ISTIOD_MONITORING_PORT = 15014
WEBHOOK_PORT = 15017
AGENT_PORT = 15020
"""Merged metrics and rewritten probes."""
HEALTH_PORT = 15021
DNS_PORT = 15053
ENVOY_METRICS_PORT = 15090
