"""What validation finds: errors and warnings, each with its path inside the message."""

from __future__ import annotations

from dataclasses import dataclass, field

from meshc.errors import PathPart, format_path

Path = tuple[PathPart, ...]


@dataclass(frozen=True)
class Findings:
    """Errors reject a document, warnings are logged; every entry is (path, text)."""

    errors: list[tuple[Path, str]] = field(default_factory=list)
    warnings: list[tuple[Path, str]] = field(default_factory=list)

    def error(self, text: str, *path: PathPart) -> None:
        """Add an error."""
        self.errors.append((path, text))

    def warn(self, text: str, *path: PathPart) -> None:
        """Add a warning."""
        self.warnings.append((path, text))

    def include(self, other: Findings, *path: PathPart) -> None:
        """Add everything another check found below a path."""
        self.errors.extend(((*path, *place), text) for place, text in other.errors)
        self.warnings.extend(((*path, *place), text) for place, text in other.warnings)

    def error_texts(self, path: Path = ()) -> tuple[str, ...]:
        """Errors as `path: text`."""
        return tuple(f"{format_path((*path, *place))}: {text}" for place, text in self.errors)

    def warning_texts(self, path: Path = ()) -> tuple[str, ...]:
        """Warnings as `path: text`."""
        return tuple(f"{format_path((*path, *place))}: {text}" for place, text in self.warnings)
