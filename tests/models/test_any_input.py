"""Whatever is written as settings is either read or refused with a path: never anything else."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from meshc import catalog
from meshc.errors import ErrorGroup, MeshcError
from meshc.models import annotations as pod_annotations
from meshc.models import mesh, proxy
from meshc.models.mesh_config import MeshConfig
from meshc.models.message import Field, Message, fields

NEWEST = catalog.newest()
RELEASES = st.sampled_from(catalog.releases())
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5)
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=4,
)


def value_of(field: Field[Any], depth: int = 0) -> st.SearchStrategy[Any]:
    """Mostly what a field takes, now and then anything."""
    if depth > 3:
        return ANYTHING
    if field.element is not None:
        item = value_of(field.element, depth + 1)
        fitting: st.SearchStrategy[Any] = (
            st.lists(item, max_size=2)
            if field.kind == "list"
            else st.dictionaries(st.text(max_size=3), item, max_size=2)
        )
    elif field.message is not None:
        fitting = message(field.message, depth + 1)
    elif field.numbers:
        fitting = st.sampled_from([*field.numbers, *field.numbers.values()])
    else:
        fitting = st.sampled_from([0, 1, "1", "x", "", True, 0.5, "5s", "1m30s", "-1s", "a:80", {}])
    return st.one_of(fitting, fitting, fitting, ANYTHING)


def message(of: type[Message], depth: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    """A document of a message, with both spellings and a stranger among its keys."""
    members: dict[str, st.SearchStrategy[Any]] = {"stranger": ANYTHING}
    for field in fields(of, NEWEST).values():
        value = st.deferred(lambda field=field: value_of(field, depth))  # type: ignore[misc]
        members |= {field.json: value, field.name: value}
    keys = st.lists(st.sampled_from(sorted(members)), max_size=4, unique=True)
    return keys.flatmap(lambda chosen: st.fixed_dictionaries({key: members[key] for key in chosen}))


def apply(document: Any, release: catalog.Release, *, strict: bool) -> tuple[MeshConfig, MeshcError | None]:
    """The MeshConfig a document gives, or why it is refused."""
    try:
        return mesh.apply(mesh.defaults(release), document, release, strict=strict).value, None
    except MeshcError as error:
        return MeshConfig(), error


@settings(max_examples=150, deadline=None, derandomize=True)
@given(document=message(MeshConfig), release=RELEASES, strict=st.booleans())
def test_any_mesh_document_is_read_or_refused(document: dict[str, Any], release: catalog.Release, strict: bool) -> None:
    applied, refused = apply(document, release, strict=strict)
    if refused is not None:
        assert refused.path or isinstance(refused, ErrorGroup)
        return
    assert mesh.apply(applied, {}, release, strict=True).value == applied
    assert proxy.to_json_text(applied.default_config, release).startswith("{")


@settings(max_examples=150, deadline=None, derandomize=True)
@given(name=st.sampled_from(sorted(pod_annotations.table())), value=st.text(max_size=12), release=RELEASES)
def test_any_annotation_is_taken_or_refused(name: str, value: str, release: catalog.Release) -> None:
    problems = pod_annotations.validate({name: value}, release)
    assert all(problem.startswith(f"invalid value '{value}' for annotation '{name}': ") for problem in problems)
