"""Semantic versions (docs/istio/go-templates.md § 11.11)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from meshc.gotemplate.calls import Function
from meshc.gotemplate.dialect import Dialect
from meshc.gotemplate.errors import CallError
from meshc.gotemplate.json_text import Encoder
from meshc.gotemplate.quoting import quote
from meshc.gotemplate.types import BOOL, INT, STRING, UINT64, Method, Type, pointer_to
from meshc.gotemplate.values import Pointer, Scalar, Struct, Value, encoded

_IDENTIFIERS: Final = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_VERSION: Final = re.compile(rf"v?([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-({_IDENTIFIERS}))?(?:\+({_IDENTIFIERS}))?")
_PARTIAL: Final = rf"v?([0-9xX*]+)(?:\.([0-9xX*]+))?(?:\.([0-9xX*]+))?(?:-({_IDENTIFIERS}))?(?:\+({_IDENTIFIERS}))?"
_OPERATORS: Final = r"=||!=|>|<|>=|=>|<=|=<|~|~>|\^"
_CONSTRAINT: Final = re.compile(rf"\s*({_OPERATORS})\s*({_PARTIAL})\s*")
_FIND: Final = re.compile(rf"({_OPERATORS})\s*({_PARTIAL})")
_VALID: Final = re.compile(
    rf"\s*((?:{_OPERATORS})\s*(?:{_PARTIAL}))((?:\s+|,\s*)(?:{_OPERATORS})\s*(?:{_PARTIAL}))*\s*"
)
_RANGE: Final = re.compile(rf"\s*({_PARTIAL})\s+-\s+({_PARTIAL})\s*")


@dataclass(frozen=True, slots=True)
class Version:
    major: int
    minor: int
    patch: int
    pre: str = ""
    metadata: str = ""
    original: str = ""

    def __str__(self) -> str:
        tail = (f"-{self.pre}" if self.pre else "") + (f"+{self.metadata}" if self.metadata else "")
        return f"{self.major}.{self.minor}.{self.patch}{tail}"

    def compared(self, other: Version) -> int:
        own, others = (self.major, self.minor, self.patch), (other.major, other.minor, other.patch)
        if own != others:
            return -1 if own < others else 1
        if self.pre == other.pre:
            return 0
        if not self.pre or not other.pre:
            return 1 if not self.pre else -1
        first, second = _ranks(self.pre), _ranks(other.pre)
        return (first > second) - (first < second)


def _ranks(pre: str) -> list[tuple[int, int, bytes]]:
    return [(0, int(one), b"") if one.isdigit() else (1, 0, encoded(one)) for one in pre.split(".")]


def parse(text: str, dialect: Dialect) -> Version:
    """A version; raises CallError in the library's words."""
    invalid = "invalid semantic version" if dialect.semver_3_5 else "Invalid Semantic Version"
    found = _VERSION.fullmatch(text)
    if found is None:
        raise CallError(invalid)
    numbers = [one or "0" for one in found.groups()[:3]]
    if dialect.semver_zeros == "refused" and any(len(one) > 1 and one[0] == "0" for one in numbers):
        raise CallError(invalid)
    for one in numbers:
        if int(one[:30]) >= 1 << 64:
            word = "error" if dialect.semver_3_5 else "Error"
            raise CallError(
                f"{word} parsing version segment: strconv.ParseUint: parsing {quote(one)}: value out of range"
            )
    pre = found.group(4) or ""
    if any(part.isdigit() and len(part) > 1 and part[0] == "0" for part in pre.split(".")):
        if dialect.semver_zeros == "refused":
            raise CallError(invalid)
        raise CallError("version segment starts with 0" if dialect.semver_3_5 else "Version segment starts with 0")
    major, minor, patch = map(int, numbers)
    return Version(major, minor, patch, pre, found.group(5) or "", text)


@dataclass(frozen=True, slots=True)
class _Constraint:
    operator: str
    version: Version
    minor_open: bool
    patch_open: bool
    any_major: bool = False

    @property
    def is_open(self) -> bool:
        return self.minor_open or self.patch_open or self.any_major


def _constraint(text: str, dialect: Dialect) -> _Constraint:
    found = _CONSTRAINT.fullmatch(text)
    if found is None:
        raise CallError(_improper(text, dialect))
    operator, _, major, minor, patch, pre, metadata = found.groups()
    any_major = _is_open(major)
    minor_open = not any_major and _is_open(minor)
    patch_open = not any_major and not minor_open and _is_open(patch)
    if any_major:
        major, minor, patch = "0", "0", "0"
    elif minor_open:
        minor, patch = "0", "0"
    elif patch_open:
        patch = "0"
    tail = (f"-{pre}" if pre else "") + (f"+{metadata}" if metadata else "")
    try:
        version = parse(f"{major}.{minor}.{patch}{tail}", dialect)
    except CallError:
        raise CallError("constraint parser error" if dialect.semver_3_5 else "constraint Parser Error") from None
    return _Constraint(operator, version, minor_open, patch_open, any_major)


def _is_open(part: str | None) -> bool:
    return part is None or part.lower() in ("x", "*")


def _improper(text: str, dialect: Dialect) -> str:
    return f"improper constraint: {quote(text) if dialect.semver_3_5 else text}"


def _groups(text: str, dialect: Dialect) -> list[list[_Constraint]]:
    space = " " if dialect.semver_range_space else ""
    text = _RANGE.sub(lambda found: f">= {found.group(1)}, <= {found.group(7)}{space}", text)
    groups = []
    for part in text.split("||"):
        if not _VALID.fullmatch(part):
            raise CallError(_improper(part, dialect))
        groups.append([_constraint(one.group(), dialect) for one in _FIND.finditer(part)])
    return groups


def compare(constraint: str, text: str, dialect: Dialect) -> bool:
    groups = _groups(constraint, dialect)
    version = parse(text, dialect)
    return any(_holds_all(group, version, dialect) for group in groups)


def _holds_all(group: list[_Constraint], version: Version, dialect: Dialect) -> bool:
    if dialect.semver_3_5:
        if version.pre and not any(one.version.pre for one in group):
            return False
        return all(_holds(one, version) for one in group)
    return all(
        (not version.pre or bool(one.version.pre) or (one.operator == "!=" and not one.is_open))
        and _holds(one, version)
        for one in group
    )


def _holds(one: _Constraint, version: Version) -> bool:
    order = version.compared(one.version)
    operator, base = one.operator, one.version
    if operator in ("", "="):
        return _tilde(one, version) if one.is_open else order == 0
    if operator == "!=":
        return not _tilde(one, version) if one.is_open else order != 0
    if operator == ">":
        if not one.is_open:
            return order > 0
        if one.any_major:
            return False
        return (
            version.major > base.major if one.minor_open else (version.major, version.minor) > (base.major, base.minor)
        )
    if operator == "<":
        return order < 0
    if operator in (">=", "=>"):
        return order >= 0
    if operator in ("<=", "=<"):
        return _at_most(one, version, order)
    return _tilde(one, version) if operator in ("~", "~>") else _caret(one, version, order)


def _at_most(one: _Constraint, version: Version, order: int) -> bool:
    if not one.is_open:
        return order <= 0
    if one.any_major:
        return True
    base = one.version
    if version.major > base.major:
        return False
    return version.major < base.major or one.minor_open or version.minor <= base.minor


def _tilde(one: _Constraint, version: Version) -> bool:
    base = one.version
    if version.compared(base) < 0:
        return False
    if one.any_major or (
        (base.major, base.minor, base.patch) == (0, 0, 0) and not one.minor_open and not one.patch_open
    ):
        return True
    return version.major == base.major and (one.minor_open or version.minor == base.minor)


def _caret(one: _Constraint, version: Version, order: int) -> bool:
    base = one.version
    if order < 0:
        return False
    if one.any_major:
        return True
    if base.major > 0 or one.minor_open:
        return version.major == base.major
    if version.major > 0:
        return False
    if base.minor > 0 or one.patch_open:
        return version.minor == base.minor
    return version.minor == 0 and version.patch == base.patch


# The value that templates see

SEMVER: Final = Type("struct", "semver.Version", named=True)
POINTER: Final = pointer_to(SEMVER)


def value_of(version: Version) -> Pointer:
    return Pointer(POINTER, Struct(SEMVER, addressable=True, source=version))


def _of(pointer: Value) -> Version:
    version = (pointer.target if type(pointer) is Pointer else pointer).source
    if not isinstance(version, Version):
        raise CallError("runtime error: invalid memory address or nil pointer dereference")
    return version


def _incremented(version: Version, part: str) -> Struct:
    if part == "patch" and version.pre:
        new = replace(version, pre="", metadata="")
    elif part == "patch":
        new = Version(version.major, version.minor, version.patch + 1)
    else:
        new = Version(version.major, version.minor + 1, 0) if part == "minor" else Version(version.major + 1, 0, 0)
    v = "v" if version.original.startswith("v") else ""
    return Struct(SEMVER, source=replace(new, original=v + str(new)))


def _add_methods() -> None:
    def own(name: str, call: object, result: Type, params: tuple[Type, ...] = (), pointer: bool = True) -> None:
        SEMVER.methods[name] = Method(name, call, params, (result,), pointer=pointer)  # type: ignore[arg-type]

    for part in ("Major", "Minor", "Patch"):
        own(part, lambda one, part=part: Scalar(UINT64, getattr(_of(one), part.lower())), UINT64, pointer=False)
        own(f"Inc{part}", lambda one, part=part: _incremented(_of(one), part.lower()), SEMVER, pointer=False)
    own("Prerelease", lambda one: _of(one).pre, STRING, pointer=False)
    own("Metadata", lambda one: _of(one).metadata, STRING, pointer=False)
    own("Original", lambda one: _of(one).original, STRING)
    own("String", lambda one: str(_of(one)), STRING, pointer=False)
    own("Compare", lambda one, other: _of(one).compared(_of(other)), INT, (POINTER,))
    own("Equal", lambda one, other: _of(one).compared(_of(other)) == 0, BOOL, (POINTER,))
    own("LessThan", lambda one, other: _of(one).compared(_of(other)) < 0, BOOL, (POINTER,))
    own("GreaterThan", lambda one, other: _of(one).compared(_of(other)) > 0, BOOL, (POINTER,))
    own("LessThanEqual", lambda one, other: _of(one).compared(_of(other)) <= 0, BOOL, (POINTER,))
    own("GreaterThanEqual", lambda one, other: _of(one).compared(_of(other)) >= 0, BOOL, (POINTER,))
    SEMVER.to_json = lambda one: Encoder().string(str(_of(one)))


_add_methods()


def versions(dialect: Dialect) -> list[Function]:
    return [
        Function("semver", lambda text: value_of(parse(text, dialect)), (STRING,)),
        Function("semverCompare", lambda constraint, text: compare(constraint, text, dialect), (STRING, STRING)),
    ]
