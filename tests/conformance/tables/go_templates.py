"""Table `go-templates`: one template, one result, once per runtime (README-go-templates.md)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from meshc import catalog
from meshc.gotemplate.calls import Function
from meshc.gotemplate.errors import GoTemplateError
from meshc.gotemplate.functions.table import Facts, go_functions, sprig_functions
from meshc.gotemplate.template import GoTemplate
from meshc.gotemplate.values import NONE, Value, encoded
from meshc.injection.go_templates.dialect import dialect_of
from tests.conformance.data import Row
from tests.conformance.go_values import istio, tags

CLOCK = 1_700_000_000


def run(row: Row) -> None:
    """Every profile of the row gives what Go gave."""
    for profile in row.get("profiles") or list(row.header["profiles"]):
        differing = [one for one in row.get("differs", ()) if profile in one["profiles"]]
        expected = differing[0] if differing else row.fields
        _check(row, release_of(row, profile), expected)


_READ_FROM = {"istio-1.26": "1.27"}
"""Profiles whose data was read from another release than their first one."""


def release_of(row: Row, profile: str) -> catalog.Release:
    """The release whose data and functions a profile has."""
    return catalog.release(_READ_FROM.get(profile) or row.header["profiles"][profile]["releases"][0])


def _check(row: Row, release: catalog.Release, expected: Mapping[str, Any]) -> None:
    error, output = _result(row, release)
    if row.get("panic") or expected.get("panic"):
        assert error is not None
    elif "error" in expected:
        assert error is not None, f"{release}: {output!r} instead of {expected['error']}"
        if row.get("note") == "depth":
            return
        prefix = expected.get("error_prefix")
        assert str(error).startswith(prefix) if prefix else str(error) == expected["error"], (
            f"{release}: {error}\n!= {expected['error']}"
        )
        assert error.phase == expected["phase"]
    else:
        assert error is None, f"{release}: {error}"
        wanted = bytes.fromhex(expected["output_hex"]) if "output_hex" in expected else expected["output"].encode()
        assert encoded(output) == wanted, f"{release}: {output!r}"


def _result(row: Row, release: catalog.Release) -> tuple[GoTemplateError | None, str]:
    try:
        template = GoTemplate(
            row["template"],
            functions(row.get("functions", "sprig"), release, tuple(sorted((row.get("env") or {}).items()))),
            dialect=dialect_of(release),
            name=row.get("name") or "inject",
            missing=(row.get("missingkey") or "").removeprefix("default"),
        )
        return None, template.run(data_of(row, release))
    except GoTemplateError as error:
        return error, ""


@cache
def functions(kind: str, release: catalog.Release, variables: tuple[tuple[str, str], ...]) -> Mapping[str, Function]:
    """The functions that a row names."""
    if kind == "go":
        return go_functions(dialect_of(release))
    facts = Facts(variables, CLOCK)
    return istio.functions(release, facts) if kind == "istio" else sprig_functions(dialect_of(release), facts)


def data_of(row: Row, release: catalog.Release) -> Callable[[], Value]:
    """Makes the row's data."""
    data = row.header["data"][row["data_ref"]] if row.get("data_ref") else row.get("data")
    if data is None:
        return lambda: NONE
    return lambda: tags.read(data, istio.special(release))
