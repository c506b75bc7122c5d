"""The API server of an end-to-end session."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.cluster import Cluster
from tests.e2e.tools import build, find, may_build


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A Kubernetes API server on loopback."""
    if may_build():
        build()
    made = Cluster(find(), tmp_path_factory.mktemp("cluster"))
    yield made
    made.stop()
