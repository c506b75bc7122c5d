"""One webhook process for all tests that only ask it things."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.webhook.running import Running, running


@pytest.fixture(scope="package")
def webhook(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A webhook with short time-outs and small limits."""
    limits = ("--header-timeout=1", "--body-timeout=1", "--max-concurrent=4", "--max-connections=64")
    with running(tmp_path_factory.mktemp("webhook"), *limits) as made:
        yield made


@pytest.fixture
def client(webhook: Running) -> Iterator[httpx.Client]:
    """An HTTP/1.1 client of it."""
    with webhook.client() as made:
        yield made
