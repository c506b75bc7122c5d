"""Injected workloads in, the workloads as they were out (spec injection § 14)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from meshc.catalog import Release
from meshc.injection import identity
from meshc.injection.edits import Map, plain
from meshc.injection.reverse_doubts import Doubt
from meshc.injection.reverse_records import is_injected
from meshc.injection.reverse_steps import take_out
from meshc.injection.workloads import POD, open_pod, place_of
from meshc.yamlio import Json

__all__ = ["Doubt", "Original", "is_injected", "original"]


class Original(NamedTuple):
    """A pod as it was before injection, as far as its records tell.

    `uncertain` lists the fields that had to be guessed, `assumed` those put back by the records' usual meaning.
    """

    pod: Json
    uncertain: tuple[Doubt, ...]
    assumed: tuple[Doubt, ...]


def original(pod: Mapping[str, Json], release: Release, *, namespace: str = "") -> Original:
    """Take injection out of a running pod, from the pod's own records; never refuses for a doubt.

    `release` is the one that injected it; the pod is not changed and keeps what an API server added.
    Raises InjectionError for a pod without a readable status record, or with recorded containers gone.
    """
    place = place_of(POD, "webhook")
    edited = Map(dict(pod))
    assert place is not None
    opened = open_pod(edited, place)
    who = identity.of_pod(opened["metadata"], release, namespace=namespace)
    _, doubts, questions = take_out(opened, who, release, is_pod=True)
    uncertain = [*doubts.open, *(Doubt(q.path, q.reason) for q in questions)]
    return Original(plain(edited), tuple(uncertain), tuple(doubts.assumed))
