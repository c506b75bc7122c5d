"""`python -m tests.conformance [DIR] [TABLE]`: passed / failed / left out per table, release and template."""

from __future__ import annotations

import argparse
import sys
from collections import Counter

from tests.conformance.data import ABSENT, FILES, Data, Row, find
from tests.conformance.run import run

Key = tuple[str, str, str]


def main(argv: list[str] | None = None) -> int:
    """Print the summary; 0 when nothing failed, 1 when something did, 2 without data."""
    parser = argparse.ArgumentParser(prog="python -m tests.conformance", description=__doc__)
    parser.add_argument("dir", nargs="?", help="directories in the conformance format, separated by :")
    parser.add_argument("table", nargs="?", help="one table, e.g. inject")
    parser.add_argument("--failures", action="store_true", help="print each failed row and why")
    args = parser.parse_args(argv)
    if args.dir and args.dir.replace("-", "_") in FILES and args.table is None:
        args.dir, args.table = None, args.dir
    data = find(args.dir)
    if data is None:
        print(ABSENT, file=sys.stderr)
        return 2
    tables = [args.table.replace("-", "_")] if args.table else list(data.tables)
    counts: dict[str, Counter[Key]] = {}
    for table in tables:
        counts[table] = _count(data, table, print_failures=args.failures)
    _print(counts)
    return 1 if any(key[2] == "failed" for c in counts.values() for key in c) else 0


def _count(data: Data, table: str, *, print_failures: bool) -> Counter[Key]:
    counter: Counter[Key] = Counter()
    for row in data.rows(table):
        outcome = _outcome(row, print_failures=print_failures)
        for name in _templates(row) if table.startswith("inject") else [""]:
            counter[(str(row["release"]), name, outcome)] += 1
    return counter


def _outcome(row: Row, *, print_failures: bool) -> str:
    if row.left_out:
        return "left out"
    try:
        run(row)
    except (Exception, AssertionError) as error:  # noqa: BLE001 - a runner reports whatever a row raises
        if print_failures:
            print(f"{row.table} {row.id}: {type(error).__name__}: {str(error)[:400]}")
        return "failed"
    return "passed"


def _templates(row: Row) -> list[str]:
    marker = "inject.istio.io/templates:"
    lines = [line.split(":", 1)[1] for line in row.text(row["input"]).splitlines() if marker in line]
    return sorted({t.strip(" \"'") for line in lines for t in line.split(",") if t.strip(" \"'")}) or ["sidecar"]


def _print(counts: dict[str, Counter[Key]]) -> None:
    outcomes = ("passed", "failed", "left out")
    print(f"{'table':<20}{'release':<9}{'template':<28}{'passed':>7}{'failed':>7}{'left out':>10}")
    for table, counter in counts.items():
        for release, template in sorted({k[:2] for k in counter}, key=_release_order):
            row = [counter[(release, template, o)] for o in outcomes]
            print(f"{table:<20}{release:<9}{template:<28}{row[0]:>7}{row[1]:>7}{row[2]:>10}")
    total = [sum(n for c in counts.values() for key, n in c.items() if key[2] == o) for o in outcomes]
    print(f"{'total':<57}{total[0]:>7}{total[1]:>7}{total[2]:>10}")


def _release_order(key: tuple[str, str]) -> tuple[list[int], str]:
    return [int(n) for n in key[0].split(".")], key[1]


if __name__ == "__main__":
    sys.exit(main())
