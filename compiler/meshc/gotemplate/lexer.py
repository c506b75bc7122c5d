"""From template text to tokens (docs/istio/go-templates.md § 3).

An error is a token too, the last one: the parser reports it when it comes to it, and earlier errors first.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final, NamedTuple

from meshc.gotemplate.quoting import quote


class Token(NamedTuple):
    kind: str
    position: int
    """Index in the text, in characters."""
    text: str


KEYWORDS: Final = frozenset(
    {"block", "break", "continue", "define", "else", "end", "if", "nil", "range", "template", "with"}
)
OPERANDS: Final = frozenset(
    {
        "bool",
        "character",
        "complex",
        "dot",
        "field",
        "identifier",
        "number",
        "nil",
        "raw string",
        "string",
        "variable",
        "(",
    }
)
_SPACE: Final = " \t\r\n"
_TERMINATORS: Final = frozenset(" \t\r\n.,|:()")
_SPACES: Final = re.compile(r"[ \t\r\n]+")
_NAME: Final = re.compile(r"\w+")
_QUOTED: Final = re.compile(r'"(?:[^"\\\n]|\\[^\n])*"')
_CHARACTER: Final = re.compile(r"'(?:[^'\\\n]|\\[^\n])*'")
_NUMBER: Final = re.compile(
    r"[+-]?(?:0[xX][0-9a-fA-F_]*\.?[0-9a-fA-F_]*(?:[pP][+-]?[0-9_]*)?"
    r"|0[oO][0-7_]*\.?[0-7_]*|0[bB][01_]*\.?[01_]*"
    r"|[0-9_]*\.?[0-9_]*(?:[eE][+-]?[0-9_]*)?)i?"
)
_END: Final = r"(?=[ \t\r\n.,|:()]|\}\})"
_USUAL: Final = re.compile(
    r"([ \t\r\n]++)(?!-\}\})|(\.[A-Za-z_][A-Za-z0-9_]*)"
    + _END
    + r"|([A-Za-z_][A-Za-z0-9_]*)"
    + _END
    + r"|(\$[A-Za-z0-9_]*)"
    + _END
    + r'|("(?:[^"\\\n]|\\[^\n])*")|(`[^`]*`)|(\|)|(:=)'
)
"""Tokens as they usually are; whatever else there is, errors too, is read character by character."""
_USUAL_KINDS: Final = ("", "space", "field", "identifier", "variable", "string", "raw string", "|", ":=")
_WORD_KINDS: Final = dict.fromkeys(("true", "false"), "bool") | {word: word for word in KEYWORDS}
_SIMPLE: Final = {"=": "=", "|": "|", ")": ")", "(": "("}


class Lexer:
    """Reads one text; `tokens` is the result, `comments` the comments' extents for counting lines."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[Token] = []
        self.comments: list[tuple[int, int]] = []
        self.depth = 0
        if self._outside():
            self.add("EOF", len(text), "")

    def add(self, kind: str, position: int, text: str) -> None:
        self.tokens.append(Token(kind, position, text))

    def fail(self, position: int, message: str) -> bool:
        self.add("error", position, message)
        return False

    def _outside(self) -> bool:
        """Text and actions in turn, until the end (True) or an error."""
        text, position, trim = self.text, 0, False
        while True:
            start = text.find("{{", position)
            end = len(text) if start < 0 else start
            if trim:
                while position < end and text[position] in _SPACE:
                    position += 1
            marked = start >= 0 and text[start + 2 : start + 3] == "-" and text[start + 3 : start + 4] in (*_SPACE,)
            piece = text[position:end].rstrip(_SPACE) if marked else text[position:end]
            if piece:
                self.add("text", position, piece)
            if start < 0:
                return True
            inside = start + (4 if marked else 2)
            after = self._comment(inside) if text.startswith("/*", inside) else self._action(start, inside)
            if after is None:
                return False
            position, trim = after

    def _comment(self, start: int) -> tuple[int, bool] | None:
        text = self.text
        end = text.find("*/", start + 2)
        if end < 0:
            self.fail(start, "unclosed comment")
            return None
        end += 2
        self.comments.append((start, end))
        if text.startswith("}}", end):
            return end + 2, False
        if text[end : end + 1] in (*_SPACE,) and text.startswith("-}}", end + 1):
            return end + 4, True
        self.fail(start, "comment ends before closing delimiter")
        return None

    def _action(self, start: int, position: int) -> tuple[int, bool] | None:
        """The tokens of one action; where its closing delimiter ends and whether that trims."""
        text = self.text
        self.add("{{", start, "{{")
        self.depth = 0
        tokens = self.tokens
        while True:
            usual = _USUAL.match(text, position)
            if usual is not None:
                group, word = usual.lastindex or 0, usual.group()
                kind = _WORD_KINDS.get(word, "identifier") if group == 3 else _USUAL_KINDS[group]
                tokens.append(Token(kind, position, word))
                position = usual.end()
                continue
            if text.startswith("}}", position):
                return self._close(position, position, 2)
            char = text[position : position + 1]
            if not char:
                self.fail(position, "unclosed action")
                return None
            if char in _SPACE:
                found = _SPACES.match(text, position)
                end = found.end() if found else position
                if text.startswith("-}}", end):
                    if end - position > 1:
                        self.add("space", position, text[position : end - 1])
                    return self._close(end - 1, end, 3)
                self.add("space", position, text[position:end])
                position = end
                continue
            after = self._token(char, position)
            if after is None:
                return None
            position = after

    def _close(self, start: int, position: int, length: int) -> tuple[int, bool] | None:
        if self.depth:
            self.fail(start, "unclosed left paren")
            return None
        self.add("}}", position + length - 2, "}}")
        return position + length, length == 3

    def _token(self, char: str, position: int) -> int | None:
        text = self.text
        following = text[position + 1 : position + 2]
        if char == "." and following and not "0" <= following <= "9":
            return self._name(position, "field", "dot")
        if char == "$":
            return self._name(position, "variable", "variable")
        if char in '"`':
            return self._string(char, position)
        if char == "'":
            return self._matched(_CHARACTER, "character", position, "unterminated character constant")
        if char in "+-." or "0" <= char <= "9":
            return self._number(position)
        if char == "_" or char.isalpha() or unicodedata.category(char) == "Nd":
            return self._name(position, "identifier", "identifier")
        if char in _SIMPLE:
            return self._parenthesis(char, position)
        if char == ":":
            if text[position + 1 : position + 2] != "=":
                return self._failed(position, "expected :=")
            self.add(":=", position, ":=")
            return position + 2
        if " " < char <= "~":
            self.add("char", position, char)
            return position + 1
        shown = f" {char!r}" if char.isprintable() else ""
        return self._failed(position, f"unrecognized character in action: U+{_code(char):04X}{shown}")

    def _failed(self, position: int, message: str) -> int | None:
        self.add("error", position, message)
        return None

    def _parenthesis(self, char: str, position: int) -> int | None:
        if char == "(":
            self.depth += 1
        elif char == ")":
            self.depth -= 1
            if self.depth < 0:
                return self._failed(position, "unexpected right paren")
        self.add(_SIMPLE[char], position, char)
        return position + 1

    def _matched(self, pattern: re.Pattern[str], kind: str, position: int, problem: str) -> int | None:
        found = pattern.match(self.text, position)
        if found is None:
            return self._failed(position, problem)
        self.add(kind, position, found.group())
        return found.end()

    def _string(self, char: str, position: int) -> int | None:
        if char == '"':
            return self._matched(_QUOTED, "string", position, "unterminated quoted string")
        end = self.text.find("`", position + 1)
        if end < 0:
            return self._failed(position, "unterminated raw quoted string")
        self.add("raw string", position, self.text[position : end + 1])
        return end + 1

    def _number(self, start: int) -> int | None:
        text = self.text
        end = self._scanned(start)
        if end is None:
            return None
        if text[end : end + 1] in ("+", "-"):
            after = self._scanned(end, start)
            if after is None:
                return None
            if text[after - 1] != "i":
                return self._failed(start, f"bad number syntax: {quote(text[start:after])}")
            self.add("complex", start, text[start:after])
            return after
        self.add("number", start, text[start:end])
        return end

    def _scanned(self, position: int, start: int | None = None) -> int | None:
        found = _NUMBER.match(self.text, position)
        end = found.end() if found else position
        following = self.text[end : end + 1]
        if following and _is_alphanumeric(following):
            begin = position if start is None else start
            return self._failed(begin, f"bad number syntax: {quote(self.text[begin : end + 1])}")
        return end

    def _name(self, start: int, kind: str, alone: str) -> int | None:
        """An identifier, a field or a variable; something that ends a name must follow."""
        text = self.text
        position = start + (kind != "identifier")
        found = _NAME.match(text, position)
        end = found.end() if found else position
        name = text[start:end]
        if not name.isascii():  # \w knows more digits and marks than Go's letters and digits
            end = next((at for at in range(position, end) if not _is_alphanumeric(text[at])), end)
            name = text[start:end]
        following = text[end : end + 1]
        if following and following not in _TERMINATORS and not text.startswith("}}", end):
            shown = f" {_char_quoted(following)}" if following.isprintable() else ""
            return self._failed(start, f"bad character U+{_code(following):04X}{shown}")
        if end == start + 1 and kind == "field":
            kind = alone
        elif kind == "identifier":
            kind = name if name in KEYWORDS else "bool" if name in ("true", "false") else kind
        self.add(kind, start, name)
        return end


def _is_alphanumeric(char: str) -> bool:
    return char == "_" or char.isalpha() or unicodedata.category(char) == "Nd"


def _code(char: str) -> int:
    return 0xFFFD if "\ud800" <= char <= "\udfff" else ord(char)


def _char_quoted(char: str) -> str:
    return f"'{char}'"
