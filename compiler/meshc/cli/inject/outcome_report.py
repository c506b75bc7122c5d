"""Says per workload whether it was injected, and why."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

from meshc.injection.api import Result
from meshc.yamlio import Json

REPORTS = ("text", "json")


def report(results: Sequence[Result], format: str) -> str:
    """One line a workload, or a JSON list."""
    rows = [_row(result) for result in results]
    if format == "json":
        return orjson.dumps(rows, option=orjson.OPT_INDENT_2).decode() + "\n"
    return "".join(
        f"{row['workload']}: {'injected' if row['injected'] else 'skipped'} ({row['reason']}: {row['decided_by']})\n"
        for row in rows
    )


def _row(result: Result) -> dict[str, Json]:
    return {
        "workload": workload_name(result.manifest),
        "injected": result.decision.inject,
        "reason": result.decision.reason,
        "decided_by": result.decision.decided_by,
    }


def workload_name(manifest: Json) -> str:
    """`namespace/kind.name` as far as the manifest says."""
    metadata = manifest.get("metadata") or {}
    name = metadata.get("name") or f"{metadata.get('generateName', '')}…"
    own = f"{str(manifest.get('kind')).lower()}.{name}"
    return f"{metadata['namespace']}/{own}" if metadata.get("namespace") else own
