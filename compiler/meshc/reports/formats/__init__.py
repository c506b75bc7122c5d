"""Report formats, one module each, named as `--format` names it.

A module has `write_findings(findings, run)` for the findings of `meshc check`.  It may have `write_report(report, *, colour)`
for the comparisons of `meshc diff`; without it a comparison is written as one finding for each subject of a change.  Every
module of this package is found by itself: a new format is one file here (or in `meshc.reports.comparison_formats`) and its
test.
"""
