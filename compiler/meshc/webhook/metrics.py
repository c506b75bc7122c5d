"""Prometheus metrics of the webhook: Istio's names, and a latency histogram fine enough for a p99 of 1 ms.

Workers and the main process each write their own files below PROMETHEUS_MULTIPROC_DIR; `exposition` adds them up.  Import
this module only after that variable is set (`prepare`).
"""

from __future__ import annotations

from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest, multiprocess

ISTIO_BUCKETS = (0.1, 1, 3, 5, 10, 20, 30, 60)
FINE_BUCKETS = (
    *(0.0001 * n for n in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30, 40, 50, 75)),
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
certificate_end = Gauge(
    "meshc_certificate_expiry_timestamp_seconds", "When the certificate in force ends.", multiprocess_mode="mostrecent"
)


def exposition(folder: Path) -> bytes:
    """All processes' metrics in Prometheus' text form."""
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry, path=str(folder))  # type: ignore[no-untyped-call]
    return generate_latest(registry)
