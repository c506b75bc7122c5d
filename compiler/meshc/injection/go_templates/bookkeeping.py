"""Methods that generated Go code has on every type (docs/istio/go-templates.md § 13)."""

from __future__ import annotations

from meshc.gotemplate import types
from meshc.gotemplate.errors import CallError
from meshc.gotemplate.types import Method, Type, pointer_to
from meshc.gotemplate.values import Pointer, Struct, Value

_WITHOUT_RESULT = ("Reset", "ProtoMessage")


def _not_called(*values: Value) -> Value:
    raise CallError("meshc: bookkeeping methods are not available")


def add_bookkeeping(type_: Type) -> None:
    """`DeepCopy`, and methods that have no result, so that templates cannot call them."""
    pointer = pointer_to(type_)

    def copied(value: Value) -> Pointer:
        if value.target is None:
            return Pointer(pointer, None)
        inner = value.target
        return Pointer(pointer, Struct(type_, dict(inner.values), source=inner.source, addressable=True))

    type_.methods.setdefault("DeepCopy", Method("DeepCopy", copied, (), (pointer,), pointer=True))
    into = Method("DeepCopyInto", _not_called, (types.pointer_to(type_),), (), pointer=True)
    type_.methods.setdefault("DeepCopyInto", into)
    for name in _WITHOUT_RESULT:
        type_.methods.setdefault(name, Method(name, _not_called, (), (), pointer=True))
