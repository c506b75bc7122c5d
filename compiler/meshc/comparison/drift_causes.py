"""The causes of a stale pod: switches and facts that changed between its release and the wanted one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from meshc.catalog import Release
from meshc.comparison.causes import Causes
from meshc.comparison.running import Running
from meshc.comparison.trials import Found, Workload
from meshc.injection.uninject.injection_records import is_injected
from meshc.rendering.units import Unit
from meshc.reports.changes import Change
from meshc.settings import Settings
from meshc.yamlio import Json


@dataclass
class StaleCauses:
    """Finds causes for pods; what it found for one pod serves the next."""

    at: Callable[[Release | None, str | None, str | None], Settings]
    _known: dict[tuple[Release, Release, str | None], Causes] = field(default_factory=dict)

    def explained(
        self,
        running: Running,
        made: Callable[[Settings], Json],
        way: tuple[Release, Release, str | None],
        found: Sequence[tuple[Found, Change]],
    ) -> Iterator[Change]:
        """The changes with their causes; `made` gives the pod before injection, `way` leads from the wanted release."""
        wanted, old, revision = way
        if way not in self._known:
            self._known[way] = Causes(wanted, old, lambda release: self.at(release, revision, None), {})
        workload = _workload(running, made, self.at(wanted, revision, None))
        for one, change in found:
            yield replace(change, causes=self._known[way].of(workload, one))


def _workload(running: Running, made: Callable[[Settings], Json], wanted: Settings) -> Workload:
    def unit(settings: Settings) -> Unit:
        return Unit(made(settings), running.subject, running.namespace, running.file or running.subject)

    # What an injected pod was made of does not depend on a release; a gateway's chart does.
    own = is_injected(running.metadata)
    return Workload(running.subject, unit(wanted), None if own else lambda settings: [unit(settings)])
