"""`snakecase`, `kebabcase`, `camelcase`: cutting names into words (docs/istio/go-templates.md § 11.1)."""

from __future__ import annotations

from typing import Final
from unicodedata import category

_CONNECTORS: Final = frozenset("-_ \t\n\v\f\r\x85\xa0")


def _kind(char: str) -> str:
    if char in _CONNECTORS or char.isspace():
        return "connector"
    if char.isupper() or char.istitle():
        return "upper"
    if char.isdigit():
        return "digit"
    return "letter" if char.isalpha() else "other"


def snakecase(string: str) -> str:
    return _cased(string, "_")


def kebabcase(string: str) -> str:
    return _cased(string, "-")


def _cased(string: str, connector: str) -> str:
    """Words in lower case, joined by the connector, which also stands for each connector of the string.

    A run of marks keeps the `-` and `_` in it, and a word that begins with a digit goes on over later digits.
    """
    kinds = [_kind(char) for char in string]
    out: list[str] = []
    in_marks = False
    first = "connector"
    for place, char in enumerate(string):
        kind = kinds[place]
        in_marks = (kind == "other" and category(char)[0] == "P") or (in_marks and char in "-_")
        if kind == "connector":
            out.append(char if in_marks else connector)
            first = "connector"
            continue
        begins = place > 0 and _begins_word(kinds, place, first)
        if begins:
            out.append(connector)
        if begins or first == "connector" or kind == "other":
            first = kind
        out.append(char.lower())
    return "".join(out)


def _begins_word(kinds: list[str], place: int, first: str) -> bool:
    """Whether a word begins at a place in the middle of letters, digits and marks; `first` begins the present one."""
    kind, before = kinds[place], kinds[place - 1]
    if before in ("connector", "other"):
        return False
    if kind == "upper":
        return before != "upper" or (place + 1 < len(kinds) and kinds[place + 1] == "letter")
    if kind == "digit" and before != "digit" and first != "digit":
        end = place
        while end < len(kinds) and kinds[end] == "digit":
            end += 1
        return end < len(kinds) and kinds[end] == "letter"
    return False


def camelcase(string: str, *, lowers: bool) -> str:
    """Words with a capital first and no connectors between them; leading ones stay.

    `lowers`: capitals that follow the first letter of a word directly become small.
    """
    kinds = [_kind(char) for char in string]
    start = next((place for place, kind in enumerate(kinds) if kind != "connector"), len(string))
    if start == len(string):
        return string + string[-1:] if lowers else string
    out = [string[:start]]
    position = start
    while position < len(string):
        end = position
        while end < len(string) and (kinds[end] == "connector") == (kinds[position] == "connector"):
            end += 1
        run = string[position:end]
        if kinds[position] != "connector":
            out.append(_capitalized(run, kinds[position:end], lowers))
        else:
            out.append(run[:-1] if end < len(string) else run)
        position = end
    return "".join(out)


def _capitalized(word: str, kinds: list[str], lowers: bool) -> str:
    end = 1
    while lowers and kinds[0] == "upper" and end < len(word) and kinds[end] == "upper":
        end += 1
    return word[0].upper() + word[1:end].lower() + word[end:]
