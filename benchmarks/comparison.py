"""How long comparing two renderings of a pod and its bootstrap takes, beside deepdiff."""

from __future__ import annotations

import timeit
from typing import Any

import orjson
from deepdiff import DeepDiff

from meshc import Settings, resources, yamlio
from meshc.comparison.compare import compare
from meshc.rendering.compiling import compile_parts
from meshc.rendering.units import plan


def main() -> None:
    """Print milliseconds for one comparison of each kind."""
    documents = yamlio.load_all(resources.text("schemas", "samples", "httpbin.yaml"), file="httpbin.yaml")
    parts = []
    for release in ("1.27", "1.30"):
        settings = Settings.load(release=release, profile="demo")
        parts.append(compile_parts(plan(documents, settings)[0], settings))
    old, new = parts
    envoy = [p.bootstraps.envoy_document for p in parts]
    cases: dict[str, tuple[Any, Any]] = {
        "manifest": (old.manifest, new.manifest),
        "manifest, equal": (old.manifest, orjson.loads(orjson.dumps(old.manifest))),
        "bootstrap": (envoy[0], envoy[1]),
    }
    for name, (a, b) in cases.items():
        mine = _milliseconds(lambda a=a, b=b: compare(a, b))  # type: ignore[misc]
        theirs = _milliseconds(lambda a=a, b=b: DeepDiff(a, b, ignore_order=False), number=3)  # type: ignore[misc]
        print(f"{name:16} {mine:8.3f} ms   deepdiff {theirs:8.3f} ms   {theirs / mine:6.0f} ×")


def _milliseconds(work: Any, *, number: int = 100) -> float:
    return min(timeit.repeat(work, number=number, repeat=3)) / number * 1000


if __name__ == "__main__":
    main()
