"""`meshc capture`: options."""

from __future__ import annotations

from typing import Annotated

import typer

from meshc.cli.border import verb
from meshc.cli.commands.common import Filenames, Files, Format, Output, named
from meshc.cli.options import SettingsOptions, with_settings


def register(app: typer.Typer) -> None:
    """Add the verb to the tree."""
    app.command("capture")(verb(with_settings(capture)))


def capture(
    *,
    options: SettingsOptions,
    files: Files = None,
    filename: Filenames = None,
    config: Annotated[
        str | None, typer.Option("--config", metavar="FILE", help="The tool's own settings instead of a pod.")
    ] = None,
    tool: Annotated[str, typer.Option("--tool", metavar="NAME", help="iptables or nftables.")] = "iptables",
    format: Format = None,
    cleanup: Annotated[bool, typer.Option("--cleanup", help="The rules that take everything away again.")] = False,
    trace: Annotated[
        list[str] | None,
        typer.Option("--trace", metavar="PACKET", help='Walk a packet: "10.0.0.5:8080 -> inbound"; repeatable.'),
    ] = None,
    compare: Annotated[
        str | None,
        typer.Option("--compare", metavar="FILE", help="An iptables-save to compare with; 1 when it differs."),
    ] = None,
    family: Annotated[
        str | None, typer.Option("--family", metavar="ipv4|ipv6", help="One address family only.")
    ] = None,
    address: Annotated[
        list[str] | None, typer.Option("--address", metavar="IP", help="An address of the pod; repeatable.")
    ] = None,
    dns_server: Annotated[
        list[str] | None, typer.Option("--dns-server", metavar="IP", help="A resolver of the pod; repeatable.")
    ] = None,
    output: Output = None,
) -> int:
    """Print the packet rules a pod's init container or the CNI installs; trace a packet; compare with a dump.

    Forms: text (default, each rule explained), iptables-save, iptables-restore, nft, json, commands.
    """
    from meshc.cli import traffic
    from meshc.cli.capture.capture_verb import CaptureOptions

    return traffic.capture(
        tuple(named(files, filename)),
        config,
        options,
        CaptureOptions(
            form=format,
            tool=tool,
            cleanup=cleanup,
            traces=tuple(trace or ()),
            compare=compare,
            family=family,
            addresses=tuple(address or ()),
            dns_servers=tuple(dns_server or ()),
            output=output,
        ),
    )
