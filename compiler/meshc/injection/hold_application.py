"""`holdApplicationUntilProxyStarts`: everything that follows from it is decided here.

Istio asks the question twice, of different settings: its sidecar template asks the pod's effective ProxyConfig and adds the
postStart hook that waits; `pkg/kube/inject: reorderPod` asks the mesh's default and the pod's annotation, never ProxyConfig
resources, and puts the proxy first.  So a pod can have one without the other.
"""

from __future__ import annotations

from meshc.models.proxy_config import ProxyConfig


def adds_hook(proxy_config: ProxyConfig, value: object) -> bool:
    """Whether the template adds the hook that waits (docs/istio/sidecar-template.md § 3).

    `proxy_config` is the pod's effective ProxyConfig, `value` is
    `values.global.proxy.holdApplicationUntilProxyStarts`, which counts unless Go takes it for false.
    """
    return bool(value or proxy_config.hold_application_until_proxy_starts)


def puts_proxy_first(proxy_config: ProxyConfig, value: object) -> bool:
    """Whether the proxy stands before the application's containers (docs/istio/injection.md § 10.5).

    `proxy_config` is the mesh's default with the pod's annotation merged in; the same value
    counts here as the boolean true alone.
    """
    return value is True or bool(proxy_config.hold_application_until_proxy_starts)
