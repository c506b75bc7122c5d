"""`injected-gateways/cases.json`: gateway Deployments → injected ones, offline with revision `default`."""

from __future__ import annotations

from typing import Any

from meshc import yamlio
from meshc.injection.api import inject_stream
from tests.conformance.data import Row
from tests.conformance.tables.inject import HEX_VERSION, settings


def run(row: Row) -> None:
    """Equal parsed documents, list order included; rows with `injected: false` are only normalised."""
    stream = inject_stream(row.text(row["input"]), settings(row, "kube-inject"))
    assert [result.decision.inject for result in stream.results] == [row["injected"]] * len(stream.results)
    got, want = _documents(stream.text), _documents(row.text(row["golden"]))
    assert got == want, "\n".join(_differences(got, want))


def _documents(text: str) -> list[Any]:
    blanked = HEX_VERSION.sub(r"\1\3", text)
    return [_without_null_times(document.value) for document in yamlio.load_all(blanked)]


def _without_null_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_null_times(v) for k, v in value.items() if not (k == "creationTimestamp" and v is None)}
    return [_without_null_times(v) for v in value] if isinstance(value, list) else value


def _differences(got: list[Any], want: list[Any]) -> list[str]:
    lines = [(yamlio.dump(g).splitlines(), yamlio.dump(w).splitlines()) for g, w in zip(got, want, strict=False)]
    return [f"got {g!r}, want {w!r}" for a, b in lines for g, w in zip(a, b, strict=False) if g != w][:5]
