"""Strings (docs/istio/go-templates.md § 11.1)."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from meshc.gotemplate.calls import Function
from meshc.gotemplate.dialect import Dialect
from meshc.gotemplate.errors import CallError
from meshc.gotemplate.functions.casing import camelcase, kebabcase, snakecase
from meshc.gotemplate.functions.texts import check_items, check_string, string_list, text_of
from meshc.gotemplate.printing import shown
from meshc.gotemplate.quoting import quote
from meshc.gotemplate.types import ANY, INT, STRING
from meshc.gotemplate.values import NONE, Map, Slice, Value, decoded, encoded, normal, sequence, string_map

SPACE: Final = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
_SPACES: Final = frozenset(SPACE)
_WORDS: Final = re.compile(f"[^{SPACE}]+")


def upper(string: str) -> str:
    return "".join([_simple(char, char.upper()) for char in string]) if not string.isascii() else string.upper()


def lower(string: str) -> str:
    return "".join([_simple_lower(char) for char in string]) if not string.isascii() else string.lower()


def _simple(char: str, mapped: str) -> str:
    """The mapping of one character to one character."""
    return mapped if len(mapped) == 1 else char


def _simple_lower(char: str) -> str:
    return "i" if char == "\u0130" else _simple(char, char.lower())


def title_char(char: str) -> str:
    return _simple(char, char.title())


def _is_separator(char: str) -> bool:
    if char.isascii():
        return not (char.isalnum() or char == "_")
    return not (char.isalpha() or unicodedata.category(char) == "Nd") and char in _SPACES


def title(string: str) -> str:
    out, before = [], " "
    for char in string:
        out.append(title_char(char) if _is_separator(before) else char)
        before = char
    return "".join(out)


def untitle(string: str) -> str:
    out, before = [], " "
    for char in string:
        out.append(_simple_lower(char) if before in _SPACES else char)
        before = char
    return "".join(out)


def repeat(count: int, string: str) -> str:
    if count < 0:
        raise CallError("strings: negative Repeat count")
    check_string(count * len(string))
    return normal(string * count)


def substr(start: int, end: int, string: str) -> str:
    data = encoded(string)
    if start < 0:
        if end > len(data) or end < 0:
            raise CallError(f"runtime error: slice bounds out of range [:{end}] with length {len(data)}")
        return decoded(data[:end])
    if end < 0 or end > len(data):
        end = len(data)
    if start > end:
        raise CallError(f"runtime error: slice bounds out of range [{start}:{end}]")
    return decoded(data[start:end])


def trunc(count: int, string: str) -> str:
    if string.isascii():
        return string[:count] if count >= 0 else string[count:]
    data = encoded(string)
    return decoded(data[:count] if count >= 0 else data[count:])


def abbrev(width: int, string: str) -> str:
    data = encoded(string)
    return string if width < 4 or len(data) <= width else decoded(data[: width - 3]) + "..."


def abbrevboth(left: int, width: int, string: str) -> str:
    data = encoded(string)
    size = len(data)
    if width < 4 or (left > 0 and width < 7) or size <= width:
        return string
    left = min(left, size)
    if size - left < width - 3:
        left = size - (width - 3)
    if left <= 4:
        return decoded(data[: width - 3]) + "..."
    if left + width - 3 < size:
        return "..." + abbrev(width - 3, decoded(data[left:]))
    return "..." + decoded(data[size - (width - 3) :])


def initials(string: str) -> str:
    return "".join([chr(encoded(word)[0]) for word in _WORDS.findall(string)])


def nospace(string: str) -> str:
    """Without white space; text that is not ASCII is taken byte by byte, as the library does."""
    kept = "".join([char for char in string if char not in _SPACES])
    if string.isascii():
        return kept
    read = [chr(one) for one in encoded(string)]
    cleaned = "".join([char for char in read if char not in _SPACES])
    return cleaned if len(cleaned) < len(read) else string


def swapcase(string: str) -> str:
    out, after_space = [], True
    for char in string:
        if char.isupper() or char.istitle():
            out.append(_simple_lower(char))
        elif char.islower():
            out.append(title_char(char) if after_space else _simple(char, char.upper()))
        else:
            out.append(char)
        after_space = char in _SPACES
    return "".join(out)


def wrap(width: int, separator: str, cut: bool, string: str) -> str:
    """Greedy wrapping at spaces; `cut` breaks words that are longer than a line."""
    data, lines, offset = encoded(string), [], 0
    width = max(width, 1)
    while len(data) - offset > width:
        if data[offset : offset + 1] == b" ":
            offset += 1
            continue
        end = data.rfind(b" ", offset, offset + width + 1)
        if end < offset and cut:
            lines.append(data[offset : offset + width])
            offset += width
            continue
        if end < offset:
            end = data.find(b" ", offset + width)
            if end < 0:
                break
        lines.append(data[offset:end])
        offset = end + 1
    return decoded(encoded(separator or "\n").join([*lines, data[offset:]]))


def replace(old: str, new: str, string: str) -> str:
    found = string.count(old)
    check_string(len(string) + found * (len(new) - len(old)))
    return normal(string.replace(old, new))


def nindent(count: int, string: str) -> str:
    return "\n" + indented(count, string)


def indented(count: int, string: str) -> str:
    if count < 0:
        raise CallError("strings: negative Repeat count")
    check_string(len(string) + (string.count("\n") + 1) * count)
    pad = " " * count
    return pad + string.replace("\n", "\n" + pad)


def quoted(*values: Value) -> str:
    return " ".join([quote(text_of(one)) for one in values if one is not None and one is not NONE])


def single_quoted(*values: Value) -> str:
    return normal(" ".join([f"'{shown(one)}'" for one in values if one is not None and one is not NONE]))


def cat(*values: Value) -> str:
    """Values in default format, joined by spaces; only the ends of what the format adds are cut."""
    return normal(" ".join([shown(one) for one in values if one is not None and one is not NONE]))


def join(separator: str, value: Value) -> str:
    items = to_strings(value).items or []
    check_string(sum(map(len, items)) + len(separator) * len(items))
    return normal(separator.join(items))


def to_strings(value: Value) -> Slice:
    if value is None or value is NONE:
        return string_list([])
    items = sequence(value)
    if items is None:
        return string_list([text_of(value)])
    return string_list([text_of(one) for one in items if one is not None and one is not NONE])


def split_list(separator: str, string: str, count: int = -1) -> list[str]:
    """Go's `SplitN`: an empty separator cuts into characters."""
    if count == 0:
        return []
    if separator:
        check_items(string.count(separator) + 1)
        return string.split(separator, count - 1 if count > 0 else -1)
    check_items(len(string))
    if count < 0 or count >= len(string):
        return list(string)
    return [*string[: count - 1], string[count - 1 :]]


def _numbered(parts: list[str]) -> Map:
    return string_map({f"_{place}": part for place, part in enumerate(parts)})


def strings(dialect: Dialect) -> list[Function]:
    s, si = (STRING,), (INT, STRING)
    ss, sss = (STRING, STRING), (STRING, STRING, STRING)
    return [
        Function("trim", lambda string: string.strip(SPACE), s),
        Function("trimAll", lambda cut, string: string.strip(cut) if cut else string, ss),
        Function("trimall", lambda cut, string: string.strip(cut) if cut else string, ss),
        Function("trimPrefix", lambda prefix, string: string.removeprefix(prefix), ss),
        Function("trimSuffix", lambda suffix, string: string.removesuffix(suffix), ss),
        Function("upper", upper, s),
        Function("lower", lower, s),
        Function("title", title, s),
        Function("untitle", untitle, s),
        Function("repeat", repeat, si),
        Function("substr", substr, (INT, INT, STRING)),
        Function("trunc", trunc, si),
        Function("abbrev", abbrev, si),
        Function("abbrevboth", abbrevboth, (INT, INT, STRING)),
        Function("initials", initials, s),
        Function("nospace", nospace, s),
        Function("swapcase", swapcase, s),
        Function("snakecase", snakecase, s),
        Function("kebabcase", kebabcase, s),
        Function("camelcase", lambda string: camelcase(string, lowers=dialect.sprig_3_3), s),
        Function("wrap", lambda width, string: wrap(width, "", False, string), si),
        Function(
            "wrapWith", lambda width, separator, string: wrap(width, separator, True, string), (INT, STRING, STRING)
        ),
        Function("contains", lambda needle, string: needle in string, ss),
        Function("hasPrefix", lambda prefix, string: string.startswith(prefix), ss),
        Function("hasSuffix", lambda suffix, string: string.endswith(suffix), ss),
        Function("quote", quoted, (ANY,), True),
        Function("squote", single_quoted, (ANY,), True),
        Function("cat", cat, (ANY,), True),
        Function("indent", indented, si),
        Function("nindent", nindent, si),
        Function("replace", replace, sss),
        Function("plural", lambda one, many, count: one if count == 1 else many, (STRING, STRING, INT)),
        Function("hello", lambda: "Hello!"),
        Function("join", join, (STRING, ANY)),
        Function("split", lambda separator, string: _numbered(split_list(separator, string)), ss),
        Function(
            "splitn",
            lambda separator, count, string: _numbered(split_list(separator, string, count)),
            (STRING, INT, STRING),
        ),
        Function("splitList", lambda separator, string: string_list(split_list(separator, string)), ss),
        Function("toString", text_of, (ANY,)),
        Function("toStrings", to_strings, (ANY,)),
    ]
