"""What `meshc diff` was asked for."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class DiffOptions:
    """What `meshc diff` was asked for, apart from settings."""

    files: tuple[str, ...] = ()
    form: str = "text"
    output: str | None = None
    goldens: tuple[str, ...] = ()
    update: bool = False
    old_release: str | None = None
    new_release: str | None = None
    live: bool = False
    live_from: str | None = None
    context: str | None = None
    selector: str | None = None
    all_namespaces: bool = False
    bootstrap: bool = False
    show_noise: bool = False
    pod_template_paths: tuple[str, ...] = ()
    jobs: int = 1
    shard: str | None = None
