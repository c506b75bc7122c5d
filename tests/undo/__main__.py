"""`python -m tests.undo [NAME …]`: which changes of the catalogue nothing notices, or who notices the named ones."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tests.undo.changes import changes
from tests.undo.witnesses import Witnesses


def main(names: Sequence[str]) -> int:
    """Print the unnoticed changes, or with names (`sidecar`, `sidecar.startup_probe`) everyone who notices those."""
    witnesses = Witnesses()
    if not names:
        unnoticed = witnesses.unnoticed()
        print(f"{len(list(changes()))} changes, {len(unnoticed)} that nothing notices")
        print(*unnoticed, sep="\n", end="\n" if unnoticed else "")
        return 1 if unnoticed else 0
    for change in changes():
        if change.name in names or change.name.partition(".")[0] in names:
            print(change, *witnesses.of(change), sep="\n  ")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
