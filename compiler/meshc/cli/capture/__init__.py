"""`meshc capture`: options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from meshc.cli.options import FileOptions, Output
from meshc.cli.verbs import Verb
from meshc.late import late

if TYPE_CHECKING:
    from meshc.cli.capture import capture_verb
else:
    capture_verb = late("meshc.cli.capture.capture_verb")


@dataclass(frozen=True, kw_only=True)
class CaptureOptions(FileOptions):
    """What `meshc capture` is asked for, apart from settings."""

    config: Annotated[
        str | None, typer.Option("--config", metavar="FILE", help="The tool's own settings instead of a pod.")
    ] = None
    tool: Annotated[str, typer.Option("--tool", metavar="NAME", help="iptables or nftables.")] = "iptables"
    format: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="NAME",
            help="text (each rule explained), iptables-save, iptables-restore, nft, json or commands.",
        ),
    ] = "text"
    cleanup: Annotated[bool, typer.Option("--cleanup", help="The rules that remove everything again.")] = False
    traces: Annotated[
        tuple[str, ...],
        typer.Option("--trace", metavar="PACKET", help='Walk a packet: "10.0.0.5:8080 -> inbound"; repeatable.'),
    ] = ()
    compare: Annotated[
        str | None,
        typer.Option("--compare", metavar="FILE", help="An iptables-save to compare with; 1 when it differs."),
    ] = None
    family: Annotated[str | None, typer.Option("--family", metavar="ipv4|ipv6", help="One address family only.")] = None
    addresses: Annotated[
        tuple[str, ...], typer.Option("--address", metavar="IP", help="An address of the pod; repeatable.")
    ] = ()
    dns_servers: Annotated[
        tuple[str, ...], typer.Option("--dns-server", metavar="IP", help="A resolver of the pod; repeatable.")
    ] = ()
    output: Output = None


VERB = Verb(
    CaptureOptions,
    lambda *options: capture_verb.capture(*options),
    "Print the packet rules a pod's init container or the CNI installs; trace a packet; compare with a dump.",
)
