"""What validation finds: errors and warnings, each with its path."""

from __future__ import annotations

from dataclasses import dataclass, field

from meshc.errors import format_path
from meshc.models.message import Place


@dataclass(frozen=True)
class Findings:
    """Errors reject a document, warnings are logged; every entry is (path, message)."""

    errors: list[tuple[Place, str]] = field(default_factory=list)
    warnings: list[tuple[Place, str]] = field(default_factory=list)

    def error(self, message: str, path: Place) -> None:
        """Add an error."""
        self.errors.append((path, message))

    def warn(self, message: str, path: Place) -> None:
        """Add a warning."""
        self.warnings.append((path, message))

    def include(self, other: Findings) -> None:
        """Add everything another check found."""
        self.errors.extend(other.errors)
        self.warnings.extend(other.warnings)

    def error_texts(self, path: Place = ()) -> tuple[str, ...]:
        """Errors as `path: message`."""
        return tuple(f"{format_path((*path, *place))}: {text}" for place, text in self.errors)

    def warning_texts(self, path: Place = ()) -> tuple[str, ...]:
        """Warnings as `path: message`."""
        return tuple(f"{format_path((*path, *place))}: {text}" for place, text in self.warnings)
