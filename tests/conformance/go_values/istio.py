"""Istio's functions and data for rows that name them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from meshc.catalog import Release
from meshc.gotemplate.calls import Function
from meshc.gotemplate.functions.table import Facts, sprig_functions
from meshc.gotemplate.values import Value
from meshc.injection.go_templates.dialect import dialect_of
from tests.conformance.go_values.tags import Special


def functions(release: Release, facts: Facts) -> Mapping[str, Function]:
    return sprig_functions(dialect_of(release), facts)


def special(release: Release) -> Special:
    def read(tag: str, data: Any) -> Value:
        raise ValueError(tag)

    return read
