"""Hands tokens to the parser and makes its errors, with the line numbers of Go's parser (docs/istio/go-templates.md § 5.1)."""

from __future__ import annotations

from typing import NoReturn

from meshc.gotemplate.dialect import Dialect
from meshc.gotemplate.errors import GoTemplateError
from meshc.gotemplate.lexer import KEYWORDS, Lexer, Token
from meshc.gotemplate.printf import sprintf
from meshc.gotemplate.quoting import quote
from meshc.gotemplate.values import encoded


class TokenReader:
    """Three slots of tokens: an error is reported at the line of the first one, as Go does."""

    def __init__(self, text: str, name: str, dialect: Dialect) -> None:
        lexer = Lexer(text)
        self.text = text
        self.name = name
        self.dialect = dialect
        self.tokens = iter(lexer.tokens)
        self.comments = lexer.comments
        self.slots: list[Token] = [Token("EOF", 0, "")] * 3
        self.peeked = 0
        self.action_at: int | None = None
        self.last = Token("EOF", len(text), "")

    def next(self) -> Token:
        if self.peeked:
            self.peeked -= 1
        else:
            self.slots[0] = self.last = next(self.tokens, self.last)
        return self.slots[self.peeked]

    def peek(self) -> Token:
        if not self.peeked:
            self.peeked = 1
            self.slots[0] = self.last = next(self.tokens, self.last)
        return self.slots[self.peeked - 1]

    def back(self, *tokens: Token) -> None:
        """Puts the last token back, and before it the given ones (the first given is read first)."""
        for place, token in enumerate(reversed(tokens), 1):
            self.slots[place] = token
        self.peeked = len(tokens) + 1 if tokens else self.peeked + 1

    def next_token(self) -> Token:
        token = self.next()
        return self.next() if token[0] == "space" else token

    def peek_token(self) -> Token:
        token = self.next()
        if token[0] == "space":
            token = self.next()
        self.peeked += 1
        return token

    def line(self, position: int) -> int:
        line = self.text.count("\n", 0, position) + 1
        if not self.dialect.comment_lines:
            line -= sum(
                [self.text.count("\n", start, min(end, position)) for start, end in self.comments if start < position]
            )
        return line

    def fail(self, message: str, form: str = "", *operands: str) -> NoReturn:
        """Raises the error; `form` and `operands` are the message as Go formats it, where that can be told."""
        position = self.slots[0].position
        line = self.line(position)
        start = self.text.rfind("\n", 0, position) + 1
        source = self.text[start:].split("\n", 1)[0]
        text = f"template: {self.name}:{line}: {message}"
        if "%" in self.name:  # Go takes the name for a part of its format
            text = sprintf(f"template: {self.name}:{line}: {form or message.replace('%', '%%')}", list(operands))
        raise GoTemplateError(
            text,
            phase="parse",
            name=self.name,
            line=self.text.count("\n", 0, position) + 1,
            source=source,
            problem=message,
        )

    def unexpected(self, token: Token, context: str) -> NoReturn:
        if token.kind == "error":
            extra = ""
            if self.action_at is not None and self.line(self.action_at) != self.line(token.position):
                extra = f" in action started at {self.name}:{self.line(self.action_at)}"
                if token.text.endswith(" action"):
                    extra = extra.removeprefix(" in action")
            self.fail(token.text + extra)
        self.fail(f"unexpected {_shown(token)} in {context}")

    def expect(self, kind: str, context: str) -> Token:
        token = self.next_token()
        if token.kind != kind:
            self.unexpected(token, context)
        return token


def _shown(token: Token) -> str:
    if token.kind == "EOF":
        return "EOF"
    if token.kind in KEYWORDS or token.kind == "dot":
        return f"<{token.text}>"
    data = encoded(token.text)
    if len(data) > 10:
        return quote(token.text[:10]) + "..."
    return quote(token.text)
