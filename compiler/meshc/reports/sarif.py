"""Findings as SARIF 2.1.0, which code-scanning pages read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

import orjson

from meshc import __version__
from meshc.reports.finding import Finding

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def write(findings: Sequence[Finding], checked: int) -> str:
    """One run with the rules that were met and a result a finding."""
    del checked  # SARIF has no place for it
    ordered = sorted(findings, key=lambda f: f.sort_key)
    rules = sorted({f.rule for f in ordered})
    driver = {
        "name": "meshc",
        "version": __version__,
        "rules": [{"id": r, "shortDescription": {"text": r.replace("-", " ")}} for r in rules],
    }
    run = {"tool": {"driver": driver}, "results": [_result(f, rules.index(f.rule)) for f in ordered]}
    log = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return orjson.dumps(log, option=orjson.OPT_INDENT_2).decode() + "\n"


def _result(finding: Finding, index: int) -> dict[str, Any]:
    text = finding.message + (f"\n{finding.hint}" if finding.hint else "")
    logical = ".".join(p for p in (finding.where, finding.path) if p)
    location: dict[str, Any] = {}
    if finding.file:
        location["physicalLocation"] = {"artifactLocation": {"uri": PurePath(finding.file).as_posix()}}
        if finding.line:
            location["physicalLocation"]["region"] = {"startLine": finding.line}
    if logical:
        location["logicalLocations"] = [{"fullyQualifiedName": logical}]
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": finding.severity,
        "message": {"text": text},
        **({"locations": [location]} if location else {}),
    }
