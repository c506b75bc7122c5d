"""Formats that only comparisons have, one module each with `write_report(report, *, colour)`; see `meshc.reports.formats`."""
