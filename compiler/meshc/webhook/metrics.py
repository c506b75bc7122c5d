"""Prometheus metrics of the webhook: Istio's names, and a latency histogram fine enough for a p99 of 1 ms.

Import this module only once `multiprocess.use_identity` has said where they are written.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

from meshc.catalog import Release
from meshc.webhook.respond import Answer

ISTIO_BUCKETS = (0.1, 1, 3, 5, 10, 20, 30, 60)
FINE_BUCKETS = (
    *(n / 10_000 for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30, 40, 50, 75)),
    *(0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
)

requests = Counter("sidecar_injection_requests_total", "Requests for sidecar injection.")
successes = Counter("sidecar_injection_success_total", "Successful sidecar injections.")
failures = Counter("sidecar_injection_failure_total", "Failed sidecar injections.")
skips = Counter("sidecar_injection_skip_total", "Pods left without a sidecar.")
seconds = Histogram("sidecar_injection_time_seconds", "Time of an injection, Istio's buckets.", buckets=ISTIO_BUCKETS)
latency = Histogram("meshc_injection_latency_seconds", "Time of an injection.", buckets=FINE_BUCKETS)
reloads = Counter("meshc_settings_reloads_total", "Attempts to load changed settings.", ["result"])
certificate_loads = Counter("meshc_certificate_loads_total", "Attempts to load a changed certificate.", ["result"])
settings_good = Gauge(
    "meshc_settings_good", "1 while the newest settings are in force.", multiprocess_mode="mostrecent"
)
certificate_good = Gauge(
    "meshc_certificate_good", "1 while the newest certificate is in force.", multiprocess_mode="mostrecent"
)
certificate_end = Gauge(
    "meshc_certificate_expiry_timestamp_seconds", "When the certificate in force ends.", multiprocess_mode="mostrecent"
)


def count(result: Answer, release: Release, taken: float) -> None:
    """Count an answer as the settings' release does (docs/istio/injection.md § 12.5); `taken` is in seconds."""
    requests.inc()
    latency.observe(taken)
    if release.has("webhook.time_histogram"):
        seconds.observe(taken)
    if result.outcome == "failed" and (result.counted or release.has("injection.body_failures_counted")):
        failures.inc()
    if result.outcome == "skipped":
        skips.inc()
    written = release.has("injection.success_per_response") and result.status == 200
    if written or result.outcome == "injected":
        successes.inc()
