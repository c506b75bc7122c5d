"""What each switch and dated fact changes, seen from outside: one row a change, with releases on both sides of it.

The golden cases show what reaches a rendered workload; the rows show the rest (packet rules, charts, ports, refusals).
`tests/undo` proves that every change of the catalogue is noticed by a case or a row.
"""
