"""What differs between the Go programs that run templates: a set of named switches, chosen by the caller."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Dialect:
    """One Go runtime with its libraries (docs/istio/go-templates.md § 1.3). The defaults are the newest known one."""

    else_with: bool = True
    """`{{else with}}`, and assignments written back as such in messages."""
    callable_messages: bool = True
    """Messages about callables name them (docs/istio/go-templates.md §§ 7.1, 8.4)."""
    range_integers: bool = True
    """`range` takes integers and functions."""
    comment_lines: bool = True
    """Line breaks in comments count for the line of a parse error."""
    comparison_types: bool = True
    """Messages about comparison name the types."""
    short_json_escapes: bool = True
    """JSON writes `\\b` and `\\f` short."""
    short_group_names: bool = True
    """Regular expressions take `(?<name>…)` beside `(?P<name>…)`."""
    slice_follows_pointers: bool = True
    """The builtin `slice` follows pointers."""
    sprig_3_3: bool = True
    """`sha512sum`, and `camelcase` lowers the rest of words in capitals."""
    merge_takes_nil: bool = True
    """`mergeOverwrite` takes nil, and a map over a value that is no map."""
    semver_zeros: str = "accepted"
    """Leading zeros of versions: `accepted` or `refused`."""
    semver_range_space: bool = True
    """Ranges of versions are rewritten with a space at the end, which messages show."""
    semver_3_5: bool = True
    """Lower-case messages, and one prerelease in a group of constraints is enough for the group."""
    number_conversion: bool = True
    """Named numbers convert as their kind, strings are cut at the decimal point (docs/istio/go-templates.md § 11.3)."""
