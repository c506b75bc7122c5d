"""Dated facts of the bootstrap area: what an entry changes against the entries before it."""

from __future__ import annotations

import pytest

from meshc.catalog import release


@pytest.mark.parametrize(
    ("text", "kind"), [("1.19", None), ("1.20", "flag"), ("1.23.5", "flag"), ("1.23.6", "tristate"), ("1.24.2", "flag")]
)
def test_members_set_by_a_later_entry_start_at_its_release(text: str, kind: str | None) -> None:
    assert release(text).fact("bootstrap.metadata_keys").get("METADATA_DISCOVERY") == kind


@pytest.mark.parametrize(("text", "known"), [("1.22", False), ("1.23", True), ("1.25", True), ("1.26", False)])
def test_members_unset_by_a_later_entry_end_before_its_release(text: str, known: bool) -> None:
    assert ("ENABLE_DELIMITED_STATS_TAG_REGEX" in release(text).fact("bootstrap.env_flags")) is known


def test_an_entry_of_one_patch_leaves_the_next_patch_alone() -> None:
    key = "envoy.restart_features.use_eds_cache_for_ads"
    found = [key in release(text).fact("bootstrap.runtime_layer") for text in ("1.20", "1.21.0", "1.21.1", "1.22")]
    assert found == [False, True, False, False]


def test_members_come_sorted() -> None:
    names = list(release("1.30").fact("bootstrap.metadata_keys"))
    assert names == sorted(names)
