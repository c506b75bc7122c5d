"""`meshc capture`: the packet rules of a pod, a packet's way through them, and a comparison with a dump."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from meshc import load, yamlio
from meshc.cli.capture import CaptureOptions
from meshc.cli.injected_pods import injected
from meshc.cli.inputs import resolve
from meshc.cli.options import SettingsOptions
from meshc.cli.output import destination, write
from meshc.errors import UsageError, require_known
from meshc.interception import rules_text
from meshc.interception.packet_rules import HasRelease, Rules
from meshc.interception.packet_rules import capture as compute
from meshc.kubernetes.pods import pod_of
from meshc.late import late
from meshc.models.error_positions import pointed
from meshc.yamlio import Json

if TYPE_CHECKING:
    from meshc.interception.dumps import listing, rule_comparison
    from meshc.interception.tracing import packets, trace
else:
    packets = late("meshc.interception.tracing.packets")
    trace = late("meshc.interception.tracing.trace")
    listing = late("meshc.interception.dumps.listing")
    rule_comparison = late("meshc.interception.dumps.rule_comparison")

FORMATS = ("text", "iptables-save", "iptables-restore", "nft", "json", "commands")


def capture(options: CaptureOptions, settings_options: SettingsOptions) -> int:
    """Print the rules of the pods in files, or of the tool's own settings in `--config`; 1 when `--compare` differs."""
    destination(options.output)
    if options.config is None:
        _, found = injected(options.files, settings_options)
        settings_of = {id(one.manifest): one.settings for one in found}
        return print_rules([one.manifest for one in found], lambda document: settings_of[id(document)], options)
    if options.files:
        raise UsageError("both a pod and the tool's settings", path="--config", hint="give FILES or --config, not both")
    settings = resolve(settings_options, (), mode="webhook")
    documents = load.file(options.config)
    if not documents:
        raise UsageError("no settings of the tool in it", file=options.config, hint="write {} for its defaults")
    with pointed(documents[0]):
        return print_rules([d.value for d in documents], settings, options)


def print_rules(
    documents: Sequence[Json], settings: HasRelease | Callable[[Json], HasRelease], options: CaptureOptions
) -> int:
    """Print rules, traces or a comparison for each document: injected pods, or the tool's own settings.

    `settings` may be a function of the document where each pod's own release counts.  Returns 1 when `--compare` found
    differences, else 0.
    """
    _check(options)
    format = options.format
    texts, code = [], 0
    for document in documents:
        chosen = settings(document) if callable(settings) else settings
        tool = "nftables" if format == "nft" else options.tool
        made = compute(document, chosen, tool, addresses=options.addresses, dns_servers=options.dns_servers)
        for warning in made.warnings:
            print(f"warning: {warning}", file=sys.stderr)
        if options.compare:
            text, found = _compare(made, options.compare, as_json=format == "json")
            code = max(code, found)
        elif options.traces:
            text = _traces(made, document, options, as_json=format == "json")
        else:
            text = _print(made, format, options)
        texts.append(text)
    write("".join(t if t.endswith("\n") or not t else f"{t}\n" for t in texts), options.output)
    return code


def _check(options: CaptureOptions) -> None:
    require_known("format", options.format, FORMATS, path="--format")
    if options.family is not None:
        require_known("address family", options.family, ("ipv4", "ipv6"), path="--family")
    if options.compare and (options.traces or options.cleanup):
        raise UsageError(
            "--compare cannot be combined with --trace or --cleanup",
            path="--compare",
            hint="run them one after the other",
        )


def _print(made: Rules, format: str, options: CaptureOptions) -> str:
    if options.cleanup and format != "json":
        return "\n".join(made.cleanup)
    if format == "json":
        return yamlio.dump_json(rules_text.as_json(made))
    if format == "text":
        return rules_text.text(made)
    if format in ("nft", "commands") or made.tool != "iptables":
        if format in ("iptables-save", "iptables-restore"):
            raise UsageError(
                f"{made.tool} rules have no {format} format",
                path="--format",
                value=format,
                hint="write nft, commands, text or json",
            )
        return "\n".join(made.commands)
    both = (made.restore, made.restore6) if format == "iptables-restore" else (made.saved, made.saved6)
    return _families(both, format, options.family)


def _families(both: tuple[str, str], format: str, family: str | None) -> str:
    """One family's text as it is; both with a comment line each that says which program reads it."""
    if family or not both[1]:
        return both[family == "ipv6"]
    names = ("iptables", "ip6tables")
    return "\n".join(f"# {format.replace('iptables', name, 1)}\n{text}" for name, text in zip(names, both, strict=True))


def _traces(made: Rules, document: Json, options: CaptureOptions, *, as_json: bool) -> str:
    if made.config is None:
        raise UsageError("there are no rules to trace", path="--trace", hint="; ".join(made.warnings))
    own = options.addresses or (pod_of(document).addresses if "spec" in document else ())
    results = []
    for text in options.traces:
        packet = packets.read(text, made.config, own=own)
        results.append((packet, trace.walk(made, packet)))
    if as_json:
        return yamlio.dump_json([rules_text.trace_json(p, o, made.config) for p, o in results])
    return "\n".join(rules_text.trace_text(p, o, made.config) for p, o in results)


def _compare(made: Rules, file: str, *, as_json: bool) -> tuple[str, int]:
    differences, notes = rule_comparison.compare(made, listing.read(read_text(file), file=file))
    if as_json:
        data = {"differences": [dataclasses.asdict(d) for d in differences], "notes": notes}
        return yamlio.dump_json(data), int(bool(differences))
    return rules_text.report(differences, notes), int(bool(differences))


def read_text(file: str) -> str:
    """A listing from a file or, for `-`, standard input; raises UsageError where it cannot be read."""
    if file == "-":
        return sys.stdin.read()
    try:
        return Path(file).read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", file=file, hint="check the path") from error
