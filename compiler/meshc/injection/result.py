"""What injecting one workload gives."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

from meshc.errors import format_path
from meshc.injection.decision import Decision
from meshc.injection.edits import Edit, Map, origins, plain
from meshc.injection.patch import Operation, patch_of
from meshc.yamlio import Json


class Result:
    """One workload after injection, or left as it is.

    `decision` says whether and why, `warnings` what Istio would have logged.  The workload given must not be changed
    while its `patch` has not been asked for.
    """

    def __init__(self, document: Json, edited: Map, *, decision: Decision, warnings: tuple[str, ...]) -> None:
        self._document = document
        self._edited = edited
        self.decision = decision
        self.warnings = warnings

    @property
    def edited(self) -> Map:
        """The workload under edit, with the record of every change."""
        return self._edited

    @cached_property
    def manifest(self) -> Json:
        """The whole workload in typed form (docs/istio/injection.md § 11.5), skipped ones too."""
        return plain(self._edited)

    @cached_property
    def patch(self) -> list[Operation]:
        """RFC 6902 operations that do to the workload as it was given what the mesh did to it; none when skipped."""
        return patch_of(self._edited, self._document)

    @cached_property
    def origins(self) -> Mapping[str, tuple[Edit, ...]]:
        """Each field the mesh set, changed or removed (`spec.containers[0].image`) → the edits, oldest first.

        A field below one that was set as a whole has the origin of its nearest parent here.
        """
        return {format_path(path): edits for path, edits in origins(self._edited).items()}
