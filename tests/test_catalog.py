"""The catalogue's own rules: releases by name, patches and minors beyond it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from meshc import catalog
from meshc.errors import SettingsError

NEWEST = catalog.newest()


@pytest.mark.parametrize("known", catalog.releases(), ids=lambda release: release.minor)
def test_a_later_patch_is_taken_as_the_newest_known_one_and_says_so(known: catalog.Release) -> None:
    later = f"{known.minor}.{known.version.patch + 1}"
    found = catalog.release(later)
    assert found == known
    assert found.warning is not None
    assert later in found.warning
    assert str(known) in found.warning
    assert "assumes that no later patch" in found.warning


def test_a_known_patch_has_no_warning() -> None:
    assert catalog.release(str(NEWEST)).warning is None


def test_a_candidate_counts_as_its_release() -> None:
    assert catalog.release("1.31.0-rc.0") == catalog.release("1.31.0")


@pytest.mark.parametrize("text", [f"1.{NEWEST.version.minor + 1}", f"1.{NEWEST.version.minor + 3}.2", "2.0"])
def test_a_minor_beyond_the_catalogue_names_the_ways_out(text: str) -> None:
    with pytest.raises(SettingsError) as raised:
        catalog.release(text)
    assert f"--release {NEWEST.minor}" in str(raised.value)
    assert "--cluster-config" in str(raised.value)


def test_a_minor_before_the_catalogue_names_what_there_is() -> None:
    with pytest.raises(SettingsError, match=f"write one of 1.17 … {NEWEST.minor}"):
        catalog.release("1.16")


def test_a_change_brought_back_to_one_branch_stays_there() -> None:
    """Replica counts of `k8s` became values in a patch of 1.28, then again only with 1.31."""
    switch = "profiles.autoscaling_values_from_k8s"
    holds = {
        text: catalog.release(text).has(switch) for text in ("1.28.7", "1.28.8", "1.28.10", "1.29.6", "1.30.3", "1.31")
    }
    assert holds == {"1.28.7": False, "1.28.8": True, "1.28.10": True, "1.29.6": False, "1.30.3": False, "1.31": True}


def test_what_differs_between_two_releases() -> None:
    old, new = catalog.release("1.26"), catalog.release("1.27")
    changed = {name: after for name, _, after in catalog.changes(old, new)}
    assert changed["injection.native_sidecars_auto"] is True
    assert {name: after for name, _, after in catalog.changes(new, old)} == {
        n: not after for n, after in changed.items()
    }
    assert "profiles.istiod_env" in {name for name, _ in catalog.changed_facts(old, new)}
    assert not catalog.changes(new, new)
    assert not catalog.changed_facts(new, new)


@pytest.mark.parametrize(
    ("entry", "inside", "outside"),
    [
        ({"since": "1.27"}, ["1.27.0", "1.28.3"], ["1.26.8"]),
        ({"since": ["1.27.6", "1.28.4"]}, ["1.27.6", "1.28.4", "1.29.0"], ["1.27.5", "1.28.3", "1.26.9"]),
        ({"until": "1.24"}, ["1.24.99", "1.17.0"], ["1.25.0"]),
        ({"until": ["1.20.8", "1.21"]}, ["1.20.8", "1.21.5", "1.19.0"], ["1.20.9", "1.22.0"]),
        (
            {"windows": [{"since": "1.19", "until": "1.20"}, {"since": "1.25"}]},
            ["1.19.0", "1.25.1"],
            ["1.18.7", "1.21.0"],
        ),
        ({}, ["1.17.0"], []),
    ],
)
def test_spans_of_releases(entry: Mapping[str, Any], inside: list[str], outside: list[str]) -> None:
    def held(text: str) -> bool:
        major, minor, patch = (int(part) for part in text.split("."))
        return catalog.holds(entry, catalog.Version(major, minor, patch))

    assert [text for text in [*inside, *outside] if held(text)] == inside


def test_a_switch_is_named_with_its_area() -> None:
    release = catalog.newest()
    with pytest.raises(KeyError, match=r"area\.name"):
        release.has("nftables")
    with pytest.raises(KeyError, match="has no value"):
        catalog.release("1.17").fact("bootstrap.tags_before_undelimited")
