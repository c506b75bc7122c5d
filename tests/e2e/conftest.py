"""The API server of an end-to-end session; without the programs the tests are skipped with one line that says why."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.cluster import Cluster
from tests.e2e.tools import Missing, find


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A Kubernetes API server on loopback."""
    try:
        tools = find()
    except Missing as missing:
        pytest.skip(str(missing))
    made = Cluster(tools, tmp_path_factory.mktemp("cluster"))
    yield made
    made.stop()
