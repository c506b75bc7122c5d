"""Metrics of several processes: each writes its own files, which are added up for every scrape.

prometheus_client names these files after process ids.  Workers come and go with certificates, so they are named after the
place a worker takes instead: its successor goes on counting in the same files, and their number stays bounded.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest, multiprocess, values

_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


class Exposition:
    """The directory of the metrics' files; make it before `meshc.webhook.metrics` is imported anywhere."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="meshc-metrics-"))
        os.environ[_VARIABLE] = str(self._folder)
        use_identity("main")

    def text(self) -> bytes:
        """The metrics of all processes in Prometheus' text format."""
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry, path=str(self._folder))  # type: ignore[no-untyped-call]
        return generate_latest(registry)

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self._folder, ignore_errors=True)


def use_identity(name: str) -> None:
    """Let this process write its metrics as `name` (no underscore in it)."""
    values.ValueClass = values.MultiProcessValue(process_identifier=lambda: name)  # type: ignore[no-untyped-call]
