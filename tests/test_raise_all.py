"""One error is raised as itself, several as a group."""

from __future__ import annotations

import pytest

from meshc.errors import ErrorGroup, InputError, MeshcError, raise_all


def test_nothing_is_raised_without_errors() -> None:
    raise_all([])


def test_one_error_is_raised_as_itself() -> None:
    error = InputError("bad")
    with pytest.raises(InputError) as found:
        raise_all([error])
    assert found.value is error


def test_several_errors_are_raised_in_order() -> None:
    errors: list[MeshcError] = [InputError("first"), InputError("second")]
    with pytest.raises(ErrorGroup) as found:
        raise_all(errors)
    assert found.value.errors == tuple(errors)
