"""One annotation or label of Istio's: what it is for, what it holds, how the injector checks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from meshc.catalog import Release, holds
from meshc.models.values import Values
from meshc.yamlio import Json


@dataclass(frozen=True, slots=True)
class Entry:
    """A registered name.

    `value` is what it holds: string, bool, number, port, ports, cidrs, quantity, duration, interfaces, list, json, yaml,
    or a tuple of the allowed words.  `kinds` are the kinds of objects it is for.  `check` names the injector's check of
    the value (`annotation_checks.CHECKS`), `when` the switch of area `annotations` under which it checks.  `since` and
    `until` name the releases that know it.  `written` marks what Istio itself sets.  `default` is the value that an
    absent annotation stands for.
    """

    name: str
    doc: str
    value: str | tuple[str, ...] = "string"
    kinds: tuple[str, ...] = ("Pod",)
    check: str | None = None
    when: str | None = None
    since: str | None = None
    until: str | None = None
    deprecated: bool = False
    written: bool = False
    default: Callable[[Values], Json] | None = None

    def known_in(self, release: Release) -> bool:
        """Whether a release knows the name."""
        return holds({"since": self.since, "until": self.until}, release.dated("annotations.known"))

    def checked_in(self, release: Release) -> bool:
        """Whether the injector of a release checks the value."""
        return self.check is not None and (self.when is None or release.has(f"annotations.{self.when}"))


class Register(dict[str, Entry]):
    """Every name of one place (annotations or labels), in the order of declaration."""

    def add(
        self,
        name: str,
        doc: str,
        *,
        value: str | tuple[str, ...] = "string",
        kinds: tuple[str, ...] = ("Pod",),
        check: str | None = None,
        when: str | None = None,
        since: str | None = None,
        until: str | None = None,
        deprecated: bool = False,
        written: bool = False,
        default: Callable[[Values], Json] | None = None,
    ) -> str:
        """Register a name and return it, so that the declaration is also the constant."""
        self[name] = Entry(name, doc, value, kinds, check, when, since, until, deprecated, written, default)
        return name
