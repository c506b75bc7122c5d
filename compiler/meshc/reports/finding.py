"""One finding: what rule, how bad, where, what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "note"]


@dataclass(frozen=True)
class Finding:
    """What a check has to say of one place.

    `rule` is a stable kebab-case id, `where` the document (`default/deployment.httpbin`), `path` the place inside it,
    `hint` what to write instead; `file` and `line` are the user's source where it is known.
    """

    rule: str
    severity: Severity
    message: str
    where: str = ""
    path: str = ""
    hint: str | None = None
    file: str | None = None
    line: int | None = None

    @property
    def sort_key(self) -> tuple[str, int, str, str, str]:
        """Files, lines, documents, paths in order."""
        return (self.file or "", self.line or 0, self.where, self.path, self.rule)
