"""The base of every message: a class declares its fields once, an instance reads them from a protobuf-JSON document.

    class Zipkin(Message):
        address = string("host:port of the collector.")

    zipkin = Zipkin({"address": "zipkin:9411"})
    zipkin.address               # "zipkin:9411", a str for mypy; a misspelt attribute is a type error
    zipkin.has(Zipkin.address)   # True: "absent" and "explicit zero" stay different
    zipkin.document              # the dict itself, set fields only

Reading, writing, validation and the JSON Schemas work by the same declarations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Generic, Self, TypeVar, cast, overload

from meshc.catalog import Release, holds
from meshc.errors import PathPart
from meshc.yamlio import Json

T = TypeVar("T")
Place = tuple[PathPart, ...]

WRAPPERS: Final = frozenset({"bool_value", "int32_value", "int64_value", "uint32_value"})


class Absent(dict[str, Json]):
    """The document of a message that is not set: empty, and its view counts as false."""

    def __reduce__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()


class Field(Generic[T]):
    """One field: on a message class the declaration itself, on an instance the value.

    `json` and `name` are its two spellings, `kind` is its protobuf type, with `message` for messages, `numbers` for
    enumerations and `element` for lists and maps; `since` and `until` name the releases that know it.
    """

    __slots__ = (
        "default",
        "doc",
        "element",
        "json",
        "kind",
        "message",
        "name",
        "numbers",
        "oneof",
        "since",
        "until",
        "view",
    )

    def __init__(
        self,
        kind: str,
        default: T,
        doc: str = "",
        *,
        message: type[Message] | None = None,
        numbers: Mapping[str, int] | None = None,
        element: Field[Json] | None = None,
        view: Callable[[Json, Place], T] | None = None,
        oneof: str | None = None,
        json: str = "",
        since: str | None = None,
        until: str | None = None,
    ) -> None:
        self.kind = kind
        self.default = default
        self.doc = doc
        self.message = message
        self.numbers = numbers or {}
        self.element = element
        self.view = view
        self.oneof = oneof
        self.json = self.name = json
        self.since = since
        self.until = until

    def __set_name__(self, owner: type[Message], name: str) -> None:
        if not self.json:
            self.json, self.name = owner.spellings(name)

    @overload
    def __get__(self, holder: None, owner: type[Message]) -> Self: ...
    @overload
    def __get__(self, holder: Message, owner: type[Message]) -> T: ...
    def __get__(self, holder: Message | None, owner: type[Message]) -> Self | T:
        if holder is None:
            return self
        value = holder.document.get(self.json)
        # A message is never None: `config.tracing.tls_settings.mode` needs no check on the way.
        if self.message is not None:
            return cast(T, self.message.below(holder, self.json, value))
        if value is None:
            return self.default
        return cast(T, value) if self.view is None else self.view(value, holder.at(self))

    def __repr__(self) -> str:
        return f"<field {self.json}: {self.kind}>"

    @property
    def tracks_presence(self) -> bool:
        """Whether a zero value differs from an absent one (wrappers, messages, members of a one-of)."""
        return self.oneof is not None or self.kind in WRAPPERS or self.kind in ("message", "duration", "struct")


AnyField = Field[Json]
"""A field whose type does not matter here: code that treats all fields alike."""


class Message:
    """A view of one document of this type: attributes read it, nothing is copied or changed.

    An absent scalar reads as protobuf's zero value, or as None where the field's type says so; an absent message reads as
    a view that is false and all of whose fields are absent.  `place` is the path of the document, for errors.
    """

    __slots__ = ("document", "place")

    def __init__(self, document: Mapping[str, Json] = ABSENT, place: Place = ()) -> None:
        self.document = document
        self.place = place

    def __bool__(self) -> bool:
        """Whether the message is set; an empty one is."""
        return self.document is not ABSENT

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and type(self) is type(other) and self.document == other.document

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.document!r})"

    def has(self, field: AnyField) -> bool:
        """Whether a field is set, be it to its zero value."""
        return self.document.get(field.json) is not None

    def value_of(self, field: Field[T]) -> T:
        """The value of a field that is chosen at run time: `m.value_of(C.name)` is `m.name`."""
        return field.__get__(self, type(self))

    def at(self, field: AnyField) -> Place:
        """The path of a field, for errors about its value."""
        return (*self.place, field.json)

    def changed(self, field: Field[T], value: T) -> Self:
        """A copy in which one field has another value; None, or a message that is absent, takes the field out."""
        document = value.document if isinstance(value, Message) else value
        kept = {key: known for key, known in self.document.items() if key != field.json}
        return type(self)(
            kept if document is None or document is ABSENT else {**kept, field.json: document}, self.place
        )

    @classmethod
    def below(cls, holder: Message, json: str, value: Json) -> Self:
        """The view of a member of another message."""
        return cls(value if isinstance(value, dict) else ABSENT, (*holder.place, json))

    @classmethod
    def at_place(cls, value: Json, place: Place) -> Self:
        """The view of an element of a list or map; a null is an absent message."""
        return cls(value if isinstance(value, dict) else ABSENT, place)

    @classmethod
    def spellings(cls, attribute: str) -> tuple[str, str]:
        """Protobuf-JSON's name of an attribute and its original one: `k8s_sa_jwt_path` → `k8sSaJwtPath`."""
        name = attribute.rstrip("_")
        if "_" not in name:
            return name, name
        head, *rest = name.split("_")
        return head + "".join([part[:1].upper() + part[1:] for part in rest]), name


def declared(message: type[Message]) -> Mapping[str, AnyField]:
    """Every field of any release by JSON name, in declaration order, those of base classes first."""
    found = _DECLARED.get(message)
    if found is None:
        found = _DECLARED[message] = {
            field.json: field
            for base in reversed(message.__mro__)
            for field in vars(base).values()
            if isinstance(field, Field)
        }
    return found


def fields(message: type[Message], release: Release) -> Mapping[str, AnyField]:
    """The fields a release knows by JSON name, in declaration order."""
    found = _FIELDS.get((message, release))
    if found is None:
        # An imagined release may know the messages of another version (`Release.imagined`).
        version = release.dated("mesh.messages")
        found = _FIELDS[message, release] = {
            json: field
            for json, field in declared(message).items()
            if holds({"since": field.since, "until": field.until}, version)
        }
    return found


def ever(message: type[Message], spelling: str) -> AnyField | None:
    """The field of any release that is spelled like this."""
    return next((field for field in declared(message).values() if spelling in (field.json, field.name)), None)


def same_choice(message: type[Message], field: AnyField) -> tuple[str, ...]:
    """JSON names of the other members of the field's one-of."""
    others = declared(message).values()
    return tuple(f.json for f in others if f.oneof and f.oneof == field.oneof and f.json != field.json)


# Not functools.cache: mypy does not take a class for a hashable argument.
_DECLARED: dict[type[Message], Mapping[str, AnyField]] = {}
_FIELDS: dict[tuple[type[Message], Release], Mapping[str, AnyField]] = {}
