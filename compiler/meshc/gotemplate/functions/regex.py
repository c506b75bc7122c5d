"""Regular expressions (docs/istio/go-templates.md § 15)."""

from __future__ import annotations

from collections.abc import Callable

from meshc.gotemplate.calls import Function
from meshc.gotemplate.dialect import Dialect
from meshc.gotemplate.errors import CallError
from meshc.gotemplate.functions.texts import check_string, string_list
from meshc.gotemplate.patterns import PatternError, compiled, expanded, matches, quoted
from meshc.gotemplate.quoting import can_backquote, quote
from meshc.gotemplate.types import INT, STRING, STRINGS, Type
from meshc.gotemplate.values import Slice, Value, is_valid, normal


class Regex:
    def __init__(self, dialect: Dialect) -> None:
        self.short = dialect.short_group_names

    def _checked(self, text: str) -> None:
        if not is_valid(text):
            raise CallError("meshc: cannot match text that is not UTF-8")

    def match(self, pattern: str, text: str) -> bool:
        self._checked(text)
        return compiled(pattern, self.short).expression.search(text) is not None

    def find(self, pattern: str, text: str) -> str:
        self._checked(text)
        found = compiled(pattern, self.short).expression.search(text)
        return found.group() if found is not None else ""

    def find_all(self, pattern: str, text: str, limit: int) -> Value:
        self._checked(text)
        found = matches(pattern, text, limit, self.short)
        return string_list([text[one[0][0] : one[0][1]] for one in found]) if found else Slice(STRINGS, None)

    def replace(self, pattern: str, text: str, replacement: str) -> str:
        self._checked(text)
        names = compiled(pattern, self.short).names
        return self._replaced(pattern, text, lambda match: expanded(replacement, text, match, names))

    def replace_literal(self, pattern: str, text: str, replacement: str) -> str:
        self._checked(text)
        return self._replaced(pattern, text, lambda match: replacement)

    def _replaced(self, pattern: str, text: str, new: Callable[[tuple[tuple[int, int], ...]], str]) -> str:
        out, position, size = [], 0, len(text)
        for match in matches(pattern, text, -1, self.short):
            piece = new(match)
            size += len(piece)
            check_string(size)
            out += [text[position : match[0][0]], piece]
            position = match[0][1]
        return normal("".join([*out, text[position:]]))

    def split(self, pattern: str, text: str, limit: int) -> Value:
        self._checked(text)
        compiled(pattern, self.short)
        if limit == 0:
            return Slice(STRINGS, None)
        if pattern and not text:
            return string_list([""])
        parts: list[str] = []
        begin = end = 0
        for match in matches(pattern, text, limit, self.short):
            if limit > 0 and len(parts) == limit - 1:
                break
            end = match[0][0]
            if match[0][1]:
                parts.append(text[begin:end])
            begin = match[0][1]
        if end != len(text):
            parts.append(text[begin:])
        return string_list(parts)


def _both(name: str, call: Callable[..., Value], params: tuple[Type, ...]) -> list[Function]:
    """The plain function, which panics at a wrong pattern, and its `must…` twin, which returns the error."""

    def plain(pattern: str, *rest: Value) -> Value:
        try:
            return call(pattern, *rest)
        except PatternError as error:
            if name == "regexMatch":
                return False
            raise CallError(f"regexp: Compile({_shown(pattern)}): error parsing regexp: {error}") from None

    def must(pattern: str, *rest: Value) -> Value:
        try:
            return call(pattern, *rest)
        except PatternError as error:
            raise CallError(f"error parsing regexp: {error}") from None

    twin = "must" + name[0].upper() + name[1:]
    return [Function(name, plain, params), Function(twin, must, params)]


def _shown(pattern: str) -> str:
    return f"`{pattern}`" if can_backquote(pattern) else quote(pattern)


def regex(dialect: Dialect) -> list[Function]:
    own = Regex(dialect)
    two, three, counted = (STRING, STRING), (STRING, STRING, STRING), (STRING, STRING, INT)
    return [
        *_both("regexMatch", own.match, two),
        *_both("regexFind", own.find, two),
        *_both("regexFindAll", own.find_all, counted),
        *_both("regexReplaceAll", own.replace, three),
        *_both("regexReplaceAllLiteral", own.replace_literal, three),
        *_both("regexSplit", own.split, counted),
        Function("regexQuoteMeta", quoted, (STRING,)),
    ]
