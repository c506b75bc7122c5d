"""Regular expressions of Go: RE2's syntax, checked in Go's words, matched in linear time (docs/istio/go-templates.md § 15)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, NoReturn

import re2

from meshc.gotemplate.errors import Refused, exceeded

MAX_PATTERN: Final = 10_000
_MAX_REPEAT: Final = 1000
_MAX_NESTING: Final = 200
_REPEAT: Final = re.compile(r"\{(0|[1-9][0-9]*)(,(0|[1-9][0-9]*)?)?\}")
_CLASSES: Final = frozenset(
    [
        "alnum",
        "alpha",
        "ascii",
        "blank",
        "cntrl",
        "digit",
        "graph",
        "lower",
        "print",
        "punct",
        "space",
        "upper",
        "word",
        "xdigit",
    ]
)


class PatternError(Exception):
    """A pattern that Go refuses; `str()` is Go's message without `error parsing regexp:`."""


@dataclass(slots=True)
class _Atom:
    """What a repetition applies to: the repetitions inside, and its own count."""

    count: int = 0
    inner: list[_Atom] = field(default_factory=list)

    def fits(self, room: int) -> bool:
        if self.count > room:
            return False
        room = room // self.count if self.count > 0 else room
        return all(one.fits(room) for one in self.inner)


class _Checker:
    """Walks a pattern as Go's parser does and stops at the first fault."""

    def __init__(self, pattern: str, short_names: bool) -> None:
        self.pattern = pattern
        self.short_names = short_names
        self.position = 0
        self.names: list[tuple[str, int, int, int]] = []
        self.captures = 0
        self.groups: list[list[_Atom]] = [[]]
        self.last_repeat = -1
        self.repeatable = False

    def fail(self, what: str, expression: str) -> NoReturn:
        raise PatternError(f"{what}: `{expression}`")

    def check(self) -> None:
        text = self.pattern
        while self.position < len(text):
            char = text[self.position]
            if char in "*+?" or (char == "{" and self._counted()):
                self._repetition()
                continue
            self.last_repeat = -1
            self._step(char)
        if len(self.groups) > 1:
            self.fail("missing closing )", text)

    def _counted(self) -> bool:
        return _REPEAT.match(self.pattern, self.position) is not None

    def _step(self, char: str) -> None:
        if char == "(":
            self._group()
        elif char == "|":
            self.position += 1
            self.repeatable = False
        elif char == ")":
            if len(self.groups) == 1:
                self.fail("unexpected )", self.pattern)
            inner = self.groups.pop()
            self.position += 1
            self._atom(_Atom(inner=inner))
        elif char == "[":
            self._class()
            self._atom(_Atom())
        elif char == "\\":
            self._escape()
        else:
            self.position += 1
            self._atom(_Atom())

    def _atom(self, atom: _Atom) -> None:
        self.groups[-1].append(atom)
        self.repeatable = True

    def _repetition(self) -> None:
        text, start = self.pattern, self.position
        found = _REPEAT.match(text, start) if text[start] == "{" else None
        end = found.end() if found else start + 1
        if text[end : end + 1] == "?":
            end += 1
        shown = text[start:end]
        count = 0
        if found:
            least = int(found.group(1)[:9])
            most = int(found.group(3)[:9]) if found.group(3) else (-1 if found.group(2) else least)
            if least > _MAX_REPEAT or most > _MAX_REPEAT or 0 <= most < least:
                self.fail("invalid repeat count", shown)
            count = most if most >= 0 else least
        if not self.repeatable:
            self.fail("missing argument to repetition operator", shown)
        if self.last_repeat >= 0:
            self.fail("invalid nested repetition operator", text[self.last_repeat : end])
        atom = self.groups[-1].pop()
        self.groups[-1].append(_Atom(count, [atom]))
        if count >= 2 and not self.groups[-1][-1].fits(_MAX_REPEAT):
            self.fail("invalid repeat count", shown)
        self.last_repeat, self.position = start, end

    def _group(self) -> None:
        text, start = self.pattern, self.position
        if len(self.groups) > _MAX_NESTING:
            raise exceeded("nesting of groups", _MAX_NESTING)
        if not text.startswith("(?", start):
            self.position += 1
        elif text.startswith("(?P<", start) or (self.short_names and text.startswith("(?<", start)):
            self._named(start, start + (4 if text[start + 2] == "P" else 3))
        else:
            self._flags(start)
            return
        self.captures += 1
        self.groups.append([])
        self.repeatable = False

    def _named(self, start: int, begin: int) -> None:
        text = self.pattern
        end = text.find(">", start)
        if end < 0:
            self.fail("invalid named capture", text[start:])
        name = text[begin:end]
        if not re.fullmatch(r"[0-9A-Za-z_]+", name):
            self.fail("invalid named capture", text[start : end + 1])
        self.names.append((name, start, end + 1, self.captures + 1))
        self.position = end + 1

    def _flags(self, start: int) -> None:
        text, position = self.pattern, start + 2
        negative = seen = False
        while position < len(text):
            char = text[position]
            position += 1
            if char in "imsU":
                seen = True
            elif char == "-" and not negative:
                negative, seen = True, False
            elif char in ":)" and not (negative and not seen):
                self.position = position
                if char == ":":
                    self.groups.append([])
                    self.repeatable = False
                return
            else:
                break
        if position >= len(text) and text[-1] in "imsU-?":
            self.fail("missing closing )", text)
        self.fail("invalid or unsupported Perl syntax", text[start:position])

    def _escape(self) -> None:
        text, start = self.pattern, self.position
        char = text[start + 1 : start + 2]
        if char and char in "AbBz":
            self.position += 2
        elif char == "Q":
            end = text.find("\\E", start)
            self.position = len(text) if end < 0 else end + 2
            if end == start + 2 or start + 2 == len(text):
                return
        elif char and char in "pP":
            self._unicode()
        elif char and char in "dDsSwW":
            self.position += 2
        else:
            self._character()
        self._atom(_Atom())

    def _unicode(self) -> None:
        found = re.compile(r"\\[pP](?:\{[^}]*\}|[^{])").match(self.pattern, self.position)
        if found is None:
            self.fail("invalid character class range", self.pattern[self.position :])
        if not _known(found.group()):
            self.fail("invalid character class range", found.group())
        self.position = found.end()

    def _character(self) -> str:
        """An escaped character; returns it."""
        text, start = self.pattern, self.position
        char = text[start + 1 : start + 2]
        if not char:
            self.fail("trailing backslash at end of expression", "")
        found = re.compile(r"\\(?:0[0-7]{0,2}|[1-7][0-7]{1,2}|x[0-9A-Fa-f]{2}|x\{[0-9A-Fa-f]{1,8}\})").match(
            text, start
        )
        if found is not None:
            digits = found.group()[1:]
            code = int(digits.strip("x{}"), 16) if digits[0] == "x" else int(digits, 8)
            if code > 0x10FFFF:
                self.fail("invalid escape sequence", found.group())
            self.position = found.end()
            return chr(code)
        if char in "afnrtv":
            self.position += 2
            return {"a": "\a", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}[char]
        if char.isascii() and not char.isalnum():
            self.position += 2
            return char
        end = start + 2
        if char == "x" and text[end : end + 1]:
            tail = re.compile(r"\{?[0-9A-Fa-f]*[^0-9A-Fa-f]?").match(text, end)
            end = (
                min(tail.end() if tail else end + 1, len(text))
                if text[end] == "{"
                else min(end + 1 + (text[end] in "0123456789abcdefABCDEF"), len(text))
            )
        return self.fail("invalid escape sequence", text[start:end])

    def _class(self) -> None:
        text, start = self.pattern, self.position
        self.position += 1
        if text.startswith("^", self.position):
            self.position += 1
        first = True
        while first or not text.startswith("]", self.position):
            if self.position >= len(text):
                self.fail("missing closing ]", text[start:])
            if not self._class_name(text) and not self._class_set(text):
                self._class_range(text, start)
            first = False
        self.position += 1

    def _class_name(self, text: str) -> bool:
        if not text.startswith("[:", self.position):
            return False
        end = text.find(":]", self.position + 2)
        if end < 0:
            return False
        shown = text[self.position : end + 2]
        if shown[2:-2].removeprefix("^") not in _CLASSES:
            self.fail("invalid character class range", shown)
        self.position = end + 2
        return True

    def _class_set(self, text: str) -> bool:
        following = text[self.position + 1 : self.position + 2]
        if text[self.position] != "\\" or not following or following not in "pPdDsSwW":
            return False
        if following in "pP":
            self._unicode()
        else:
            self.position += 2
        return True

    def _class_range(self, text: str, start: int) -> None:
        begin = self.position
        low = self._class_char(text, start)
        if text.startswith("-", self.position) and text[self.position + 1 : self.position + 2] not in ("", "]"):
            self.position += 1
            if self._class_char(text, start) < low:
                self.fail("invalid character class range", text[begin : self.position])

    def _class_char(self, text: str, start: int) -> str:
        if self.position >= len(text):
            self.fail("missing closing ]", text[start:])
        if text[self.position] == "\\":
            return self._character()
        self.position += 1
        return text[self.position - 1]


@lru_cache(maxsize=256)
def _known(group: str) -> bool:
    try:
        _compiled_raw(group)
    except re2.error:
        return False
    return True


def _options() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 64 << 20
    return options


def _compiled_raw(pattern: str) -> re2._Regexp[str]:
    return re2.compile(pattern, _options())


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled pattern; `names` are its groups' names (one may stand twice) with their numbers."""

    expression: re2._Regexp[str]
    names: tuple[tuple[str, int], ...]


@lru_cache(maxsize=256)
def compiled(pattern: str, short_names: bool) -> Pattern:
    """The compiled pattern; raises PatternError in Go's words."""
    if len(pattern) > MAX_PATTERN:
        raise exceeded("length of a pattern", MAX_PATTERN)
    checker = _Checker(pattern, short_names)
    checker.check()
    plain, position = [], 0
    for _, start, end, _ in checker.names:  # RE2 takes a name once only, Go more often
        plain += [pattern[position:start], "("]
        position = end
    try:
        expression = _compiled_raw("".join([*plain, pattern[position:]]))
        return Pattern(expression, tuple([(name, number) for name, _, _, number in checker.names]))
    except re2.error as error:
        raise Refused(f"meshc: cannot take the pattern: {error}") from None


Match = tuple[tuple[int, int], ...]
"""Start and end of the match and of its groups; (-1, -1) for a group that took no part."""


def matches(pattern: str, text: str, limit: int, short_names: bool) -> list[Match]:
    """The successive matches, at most `limit` (all when it is negative); an empty match next to one is not taken."""
    expression = compiled(pattern, short_names).expression
    found: list[Match] = []
    position, previous = 0, -1
    while position <= len(text) and (limit < 0 or len(found) < limit):
        match = expression.search(text, position)
        if match is None:
            break
        start, end = match.span()
        if end == start:
            accepted = start != previous
            position = end + 1
        else:
            accepted, position = True, end
        previous = end
        if accepted:
            found.append(tuple([match.span(group) for group in range(expression.groups + 1)]))
    return found


def expanded(template: str, text: str, match: Match, names: tuple[tuple[str, int], ...]) -> str:
    """A replacement: `$1`, `${name}`, `$$`; the longest name is taken."""
    out: list[str] = []
    position = 0
    for found in _REFERENCE.finditer(template):
        out.append(template[position : found.start()])
        position = found.end()
        name = found.group(2) if found.group(2) is not None else found.group(3)
        if name is None:
            out.append("$")
            continue
        groups = (
            [int(name[:9])] if name.isdigit() and name.isascii() else [number for one, number in names if one == name]
        )
        taken = next((match[one] for one in groups if one < len(match) and match[one][0] >= 0), None)
        if taken is not None:
            out.append(text[taken[0] : taken[1]])
    return "".join([*out, template[position:]])


_REFERENCE: Final = re.compile(r"\$(?:(\$)|\{(\w+)\}|(\w+))")


_SPECIAL: Final = frozenset(r"\.+*?()|[]{}^$")


def quoted(text: str) -> str:
    """The text as a pattern that matches it literally."""
    return "".join([f"\\{char}" if char in _SPECIAL else char for char in text])
