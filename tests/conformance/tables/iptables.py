"""`iptables/cases.json`: settings of the packet-rule tool → its transcript, or the clean-up's."""

from __future__ import annotations

from types import SimpleNamespace

from meshc import catalog
from meshc.interception.packet_rules import capture
from tests.conformance.data import Row


def run(row: Row) -> None:
    """Equal text after trimming both ends."""
    settings = SimpleNamespace(release=catalog.release(row["tag"]))
    rules = capture(dict(row["config"]), settings, tool=row["tool"])
    assert rules.transcript.strip() == row.text(row["golden"]).strip()
