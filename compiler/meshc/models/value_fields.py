"""The base of Helm values' messages, and the declarations of their fields: names as charts spell them, every field optional."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import NoReturn, Self, TypeVar

from meshc.errors import SettingsError
from meshc.models.message import ABSENT, AnyField, Field, Message, Place
from meshc.yamlio import Json

_ACRONYMS = {
    "ip": "IP",
    "id": "ID",
    "ca": "CA",
    "cni": "CNI",
    "url": "URL",
    "mcp": "MCP",
    "crds": "CRDs",
    "crd": "CRD",
    "http": "HTTP",
    "dns": "DNS",
    "v2api": "v2API",
}
_UNDERSCORED = ("istio_cni", "proxy_init")


class NotAMap(SettingsError):
    """A value was read below something other than a map: a null, a scalar, in charts also nothing.

    `path` is that of the map, `child` the key that was looked for.
    """

    def __init__(self, place: Place, child: str, value: Json) -> None:
        no_map = "a value below it is needed here, and this is no map"
        message = f"nil pointer evaluating interface {{}}.{child}" if value is None else no_map
        super().__init__(message, path=place, value=value, hint="write a map, or leave it out")
        self.child = child


class _NoMap(dict[str, Json]):
    """Stands for something other than a map: every reading of it raises NotAMap."""

    def __init__(self, place: Place, value: Json) -> None:
        super().__init__()
        self.place = place
        self.value = value

    def get(self, key: str, _: Json = None, /) -> NoReturn:
        raise NotAMap(self.place, key, self.value)

    __getitem__ = get


class Below(Enum):
    """How a value is read below something that is not a map."""

    TEMPLATE = "template"
    """As istiod's templates: nothing below an absent map, NotAMap below a null."""
    CHART = "chart"
    """As Helm's templates: NotAMap below an absent map too."""
    NOTHING = "nothing"
    """Nothing, whatever is there."""


class ValuesMessage(Message):
    """A closed map of Helm values; nothing has a zero value: what is absent is None.

    It counts as true where it has keys, as in templates (docs/istio/sidecar-template.md § 1.2).
    """

    __slots__ = ("rule",)

    def __init__(
        self, document: Mapping[str, Json] = ABSENT, place: Place = (), *, below: Below = Below.TEMPLATE
    ) -> None:
        super().__init__(document, place)
        self.rule = below

    def __bool__(self) -> bool:
        return bool(self.document)

    @classmethod
    def below(cls, holder: Message, json: str, value: Json) -> Self:
        """The view of a map inside another one."""
        place = (*holder.place, json)
        rule = holder.rule if isinstance(holder, ValuesMessage) else Below.NOTHING
        if not isinstance(value, dict):
            is_error = rule is Below.CHART or (rule is Below.TEMPLATE and json in holder.document)
            value = _NoMap(place, value) if is_error else ABSENT
        return cls(value, place, below=rule)

    @classmethod
    def spellings(cls, attribute: str) -> tuple[str, str]:
        """The key of an attribute: `include_ip_ranges` → `includeIPRanges`; two keys keep their underscore."""
        name = attribute.rstrip("_")
        if "_" not in name or name in _UNDERSCORED:
            return name, name
        head, *rest = name.split("_")
        key = head + "".join([_ACRONYMS.get(part, part[:1].upper() + part[1:]) for part in rest])
        return key, key


M = TypeVar("M", bound=ValuesMessage)


def string(*, json: str = "", since: str | None = None, until: str | None = None) -> Field[str | None]:
    """A string."""
    return Field("string", None, json=json, since=since, until=until)


def flag(*, json: str = "", since: str | None = None, until: str | None = None) -> Field[bool | None]:
    """A boolean."""
    return Field("bool_value", None, json=json, since=since, until=until)


def integer(*, json: str = "", since: str | None = None, until: str | None = None) -> Field[int | None]:
    """A whole number."""
    return Field("int32", None, json=json, since=since, until=until)


def count(*, json: str = "", since: str | None = None, until: str | None = None) -> Field[int | None]:
    """A whole number that is not negative."""
    return Field("uint32", None, json=json, since=since, until=until)


def number(*, json: str = "", since: str | None = None, until: str | None = None) -> Field[float | None]:
    """A number."""
    return Field("double", None, json=json, since=since, until=until)


def int_or_string(*, json: str = "", since: str | None = None, until: str | None = None) -> Field[int | str | None]:
    """A whole number or a string such as `25%`."""
    return Field("int_or_string", None, json=json, since=since, until=until)


def anything(*, json: str = "", since: str | None = None, until: str | None = None) -> AnyField:
    """Any value."""
    return Field("any", None, json=json, since=since, until=until)


def enum(*names: str, json: str = "", since: str | None = None, until: str | None = None) -> Field[str | None]:
    """One of some strings."""
    return Field(
        "enum", None, numbers={name: place for place, name in enumerate(names)}, json=json, since=since, until=until
    )


def struct(*, json: str = "", since: str | None = None, until: str | None = None) -> Field[Mapping[str, Json] | None]:
    """A map whose content is not checked here: a fragment of a Kubernetes object."""
    return Field("struct", None, view=_map_or_none, json=json, since=since, until=until)


def _map_or_none(value: Json, _: Place) -> Mapping[str, Json] | None:
    # A key that no type check saw, below an unknown one, may hold anything.
    return value if isinstance(value, dict) else None


def structs(
    *, json: str = "", since: str | None = None, until: str | None = None
) -> Field[Sequence[Mapping[str, Json]] | None]:
    """A list of such maps."""
    return Field("list", None, element=Field("struct", None), json=json, since=since, until=until)


def strings(*, json: str = "", since: str | None = None, until: str | None = None) -> Field[Sequence[str] | None]:
    """A list of strings."""
    return Field("list", None, element=Field("string", None), json=json, since=since, until=until)


def string_map(
    *, json: str = "", since: str | None = None, until: str | None = None
) -> Field[Mapping[str, str] | None]:
    """A map of strings."""
    return Field("map", None, element=Field("string", None), json=json, since=since, until=until)


def message(of: type[M], *, json: str = "", since: str | None = None, until: str | None = None) -> Field[M]:
    """A map with values of its own."""
    return Field("message", of(), message=of, view=of.at_place, json=json, since=since, until=until)


def messages(
    of: type[M], *, json: str = "", since: str | None = None, until: str | None = None
) -> Field[Sequence[M] | None]:
    """A list of maps with values of their own."""
    return Field(
        "list",
        None,
        element=Field("message", of(), message=of),
        view=lambda value, place: [of.at_place(item, (*place, index)) for index, item in enumerate(value)],
        json=json,
        since=since,
        until=until,
    )
