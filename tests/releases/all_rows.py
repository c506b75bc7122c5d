"""The rows of all areas."""

from __future__ import annotations

from tests.releases import bootstrap_rows, gateway_rows, go_rows, injection_rows, installation_rows, interception_rows

ROWS = [
    *bootstrap_rows.ROWS,
    *gateway_rows.ROWS,
    *go_rows.ROWS,
    *injection_rows.ROWS,
    *installation_rows.ROWS,
    *interception_rows.ROWS,
]
