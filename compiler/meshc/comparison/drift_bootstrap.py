"""Compares the bootstrap a proxy runs with the one its wanted pod would write."""

from __future__ import annotations

from meshc.bootstraps.compiler import bootstrap
from meshc.bootstraps.recovery import bootstrap_reading, recovered_facts
from meshc.comparison.compare import compare
from meshc.comparison.differences import Difference
from meshc.comparison.noise import Noise, sift
from meshc.comparison.running import Running, partial
from meshc.settings import Settings
from meshc.trees import Object
from meshc.yamlio import Json

# Facts only the running proxy knows: the cloud it found itself in, sockets that answered.
_FOUND = ("platform", "credential_socket", "workload_socket", "log_as_json")


def bootstrap_of(running: Running, wanted: Json, settings: Settings) -> tuple[list[Difference], list[Noise]]:
    """What differs between the wanted bootstrap and the running one, and noise.

    Without a wanted pod the facts in the running bootstrap itself are compiled again: what does not come out of them
    did not come from Istio.  Raises InputError for a file that is no bootstrap.
    """
    known = recovered_facts.facts(bootstrap_reading.bootstrap_of(running.bootstrap), settings.release)
    if wanted is None:
        made = bootstrap(None, settings, known).envoy_document
    else:
        made = bootstrap(wanted, settings, _facts(running, known)).envoy_document
    if made is None:
        return [Difference((), "added", None, running.bootstrap)], []
    if running.part == "config_dump":
        made = partial(made)
    return sift(compare(made, running.bootstrap, domain="bootstrap"), domain="bootstrap")


def _facts(running: Running, known: Object) -> Object:
    facts = {name: known[name] for name in _FOUND if name in known}
    shown = running.shown
    facts["pod_name"] = running.name
    facts["namespace"] = running.namespace
    if known.get("instance_ips"):
        facts["pod_ips"] = known["instance_ips"]
    if isinstance(shown.get("NODE_NAME"), str):
        facts["node_name"] = shown["NODE_NAME"]
    if "ISTIO_PROXY_SHA" in shown:
        facts["proxy_sha"] = str(shown["ISTIO_PROXY_SHA"])
    return facts
