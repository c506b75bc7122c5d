"""Findings as SARIF 2.1.0, which code-scanning pages read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

import orjson

from meshc import __version__
from meshc.reports.finding import Checked, Finding
from meshc.yamlio import Json

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def write_findings(findings: Sequence[Finding], run: Checked) -> str:
    """One run with the rules that were violated and a result for each finding."""
    rules = sorted({f.rule for f in findings})
    driver = {"name": "meshc", "version": __version__, "rules": [_rule(id, run) for id in rules]}
    log = {"tool": {"driver": driver}, "results": [_result(f, rules.index(f.rule)) for f in findings]}
    return (
        orjson.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [log]}, option=orjson.OPT_INDENT_2).decode()
        + "\n"
    )


def _rule(id: str, run: Checked) -> dict[str, Json]:
    rule = run.rules.get(id)
    if rule is None:
        return {"id": id, "shortDescription": {"text": id.replace("-", " ")}}
    return {
        "id": id,
        "shortDescription": {"text": rule.doc},
        "help": {"text": rule.hint},
        "defaultConfiguration": {"level": rule.severity},
    }


def _result(finding: Finding, index: int) -> dict[str, Json]:
    text = finding.message + (f"\n{finding.hint}" if finding.hint else "")
    logical = ".".join(p for p in (finding.where, finding.path) if p)
    location: dict[str, Json] = {}
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
