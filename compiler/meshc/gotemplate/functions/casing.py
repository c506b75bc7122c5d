"""`snakecase`, `kebabcase`, `camelcase`: cutting names into words (docs/istio/go-templates.md § 11.1)."""

from __future__ import annotations

from typing import Final

_CONNECTORS: Final = frozenset("-_ \t\n\v\f\r\x85\xa0")


def _kind(char: str) -> str:
    if char in _CONNECTORS or char.isspace():
        return "connector"
    if char.isupper() or char.istitle():
        return "upper"
    if char.isdigit():
        return "digit"
    return "other"


def snakecase(string: str) -> str:
    return _cased(string, "_")


def kebabcase(string: str) -> str:
    return _cased(string, "-")


def _cased(string: str, connector: str) -> str:
    """Words in lower case, joined by the connector; connectors at the ends are kept."""
    out: list[str] = []
    pending = 0
    started = False
    for word, is_word in _pieces(string):
        if not is_word:
            pending = len(word)
            continue
        if started:
            out.append(connector * max(1, pending))
        elif pending:
            out.append(connector * pending)
        out.append(word.lower())
        pending, started = 0, True
    return "".join(out) + connector * pending


def _pieces(string: str) -> list[tuple[str, bool]]:
    """Runs of connectors (False) and words (True): a word ends where capitals, digits and letters change."""
    pieces: list[tuple[str, bool]] = []
    position = 0
    while position < len(string):
        end = _word_end(string, position)
        pieces.append((string[position:end], _kind(string[position]) != "connector"))
        position = end
    return _numbers_joined(pieces)


def _run(string: str, start: int, kind: str) -> int:
    end = start
    while end < len(string) and _kind(string[end]) == kind:
        end += 1
    return end


def _word_end(string: str, start: int) -> int:
    kind = _kind(string[start])
    end = _run(string, start, kind)
    if kind == "upper":
        following = _kind(string[end]) if end < len(string) else "connector"
        if following == "other":
            # HTTPServer: the last capital belongs to the next word, unless it is the only one
            return end - 1 if end - start > 1 else _run(string, end, "other")
    return end


def _numbers_joined(pieces: list[tuple[str, bool]]) -> list[tuple[str, bool]]:
    """Digits belong to a word of capitals and small letters before them (`Bld4` stays one word)."""
    joined: list[tuple[str, bool]] = []
    for text, is_word in pieces:
        if joined and is_word and joined[-1][1] and _kind(text[0]) == "digit" and _kind(joined[-1][0][-1]) != "digit":
            joined[-1] = (joined[-1][0] + text, True)
        else:
            joined.append((text, is_word))
    return joined


def camelcase(string: str, *, lowers: bool) -> str:
    """Words with a capital first and no connectors between them; leading ones stay."""
    start = 0
    while start < len(string) and _kind(string[start]) == "connector":
        start += 1
    out = [string[:start]]
    position = start
    while position < len(string):
        if _kind(string[position]) == "connector":
            end = _run(string, position, "connector")
            out.append(string[position + 1 : end] if end < len(string) else string[position:end])
            position = end
            continue
        end = position
        while end < len(string) and _kind(string[end]) != "connector":
            end += 1
        word = string[position:end]
        rest = word[1:].lower() if lowers and not any(map(str.islower, word)) else word[1:]
        out.append(word[0].upper() + rest)
        position = end
    return "".join(out)
