"""Writing and reading undo each other."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from meshc import yamlio
from meshc.errors import InputError
from meshc.yamlio import Json
from meshc.yamlio.keys import compare

# NEL turns into a blank; the rest cannot be carried
_TEXT = st.text(
    st.one_of(
        st.sampled_from(" \n\t:#-?'\"\\,[]{}&*!|>%@`=<~.0123456789eExoyn_+T"),
        st.characters(exclude_categories=["Cs", "Cc", "Cn"], exclude_characters="\ufeff"),
    ),
    max_size=120,
)
_KEYS = _TEXT.filter(lambda key: key != "<<")  # written plain, it would be a merge key
_SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(1 << 63), (1 << 64) - 1),
    # Beyond, integers lose digits as they do in Go; a negative zero reads back as the integer 0.
    st.floats(-1e15, 1e15).map(lambda number: number + 0.0),
    _TEXT,
)
_VALUES: st.SearchStrategy[Json] = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4), max_leaves=12
)


@settings(derandomize=True, max_examples=300, deadline=None)
@given(_VALUES)
def test_what_is_written_reads_back(value: Json) -> None:
    text = yamlio.dump(value)
    again = yamlio.load(text, strict=True)
    assert again == value
    assert yamlio.dump(again) == text


@settings(derandomize=True, max_examples=300, deadline=None)
@given(_VALUES)
def test_an_arranged_value_is_what_its_yaml_reads_as(value: Json) -> None:
    assert yamlio.dump_json(yamlio.arranged(value)) == yamlio.dump_json(yamlio.load(yamlio.dump(value)))


@settings(derandomize=True, max_examples=150, deadline=None)
@given(_VALUES)
def test_json_reads_back(value: Json) -> None:
    text = yamlio.dump_json(value)
    assert yamlio.dump_json(yamlio.load_json(text)) == text


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["a", "b", "A", "1", "2", "10", "0", "-", ".", "_", "/"]), max_size=8).map("".join))
def test_key_order_is_the_same_on_both_ways(key: str) -> None:
    other = key[::-1]
    assert (compare(key, other) < 0) == (compare(other, key) > 0)


@settings(derandomize=True, max_examples=200, deadline=None)
@given(st.text("ab: -#'\"[]{}&*|>\n\t,?!%@`", max_size=40))
def test_any_text_reads_or_is_refused_with_a_place_and_a_remedy(text: str) -> None:
    error = _refusal(text)
    assert error is None or (error.line is not None and (error.hint is not None or error.has_value))


def _refusal(text: str) -> InputError | None:
    try:
        yamlio.load_all(text)
    except InputError as error:
        return error
    return None
