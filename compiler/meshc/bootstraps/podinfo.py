"""The downward-API files with a pod's labels and annotations."""

from __future__ import annotations

from meshc.gotext.strings import unquote


def parse(text: str) -> dict[str, str] | None:
    """Read `key="value"` lines (docs/istio/bootstrap.md § 1.6); None when one value is no Go string literal."""
    entries: dict[str, str] = {}
    for line in text.split("\n"):
        key, found, literal = line.removesuffix("\r").partition("=")
        if not found:
            continue
        value = unquote(literal)
        if value is None:
            return None
        entries[key] = value
    return entries
