"""Takes injection out of one pod, from its own records alone."""

from __future__ import annotations

from meshc.catalog import Release
from meshc.errors import InjectionError
from meshc.injection.containers import named
from meshc.injection.edits import Map
from meshc.injection.identity import Identity
from meshc.injection.uninject.doubts import Doubts, Question
from meshc.injection.uninject.injection_records import Records, read
from meshc.injection.uninject.restored_containers import doubt_images, restore_containers, restore_list
from meshc.injection.uninject.restored_metadata import drop_empty, is_custom, restore_metadata, restore_scrape
from meshc.injection.uninject.restored_probes import restore_probes
from meshc.models.annotation_names import INJECT_TEMPLATES


def take_out(pod: Map, who: Identity, release: Release, *, is_pod: bool) -> tuple[Records, Doubts, list[Question]]:
    """Undo injection on a pod opened for editing; returns its records, what is in doubt, and what settings can tell.

    Raises InjectionError for a pod without a readable record.
    """
    records, doubts = read(pod, release), Doubts()
    _refuse_missing(pod, records)
    restored = restore_containers(pod, records, release, doubts)
    doubt_images(pod, doubts, is_pod=is_pod, restored=restored)
    restore_probes(pod, records, doubts, restored=restored)
    for field in ("volumes", "imagePullSecrets"):
        restore_list(pod, field, records)
    restore_scrape(pod, records, doubts)
    questions = restore_metadata(pod, records, who, release)
    drop_empty(pod)
    if is_custom(records):
        reason = f"templates {', '.join(records.templates)} may have set anything besides what the status record lists"
        doubts.doubt(("metadata", "annotations", INJECT_TEMPLATES), reason, ",".join(records.templates))
    return records, doubts, questions


def _refuse_missing(pod: Map, records: Records) -> None:
    """A recorded container that is gone was removed by someone: the records no longer describe this pod."""
    there = {name for field in ("containers", "initContainers") for name in named(pod["spec"].get(field))}
    for field in ("containers", "initContainers"):
        for name in records.status[field]:
            if name not in there:
                raise InjectionError(
                    f"the status record lists {name}, which is not there",
                    path=["spec", field],
                    hint="someone changed the pod after injection; put the container back, or edit the pod by hand",
                )
