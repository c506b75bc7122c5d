"""Values as Go's text/template and fmt print and compare them (docs/istio/sidecar-template.md § 10.2, docs/istio/other-templates.md § 3.1).

JSON numbers are doubles to Go, whole numbers too.
"""

from __future__ import annotations

from meshc.gotext import numbers
from meshc.trees import Json

NO_VALUE = "<no value>"
NIL = "<nil>"


class IncompatibleTypes(TypeError):
    """A comparison that Go's templates refuse."""


def printed(value: Json) -> str:
    """`{{ value }}` in a Go template: null and absent values print as `<no value>`."""
    return NO_VALUE if value is None else sprint(value)


def sprint(value: Json) -> str:
    """`fmt.Sprint(value)` (`%v`): `<nil>`, `true`, `1e+06`, `[a b]`, `map[k:v]`."""
    match value:
        case str():
            return value
        case None:
            return NIL
        case bool():
            return "true" if value else "false"
        case int() | float():
            return numbers.general(float(value))
        case dict():
            return f"map[{' '.join(f'{key}:{sprint(value[key])}' for key in sorted(value))}]"
        case list():
            return f"[{' '.join(map(sprint, value))}]"
    return str(value)


def equal(value: Json, other: str | bool) -> bool:
    """`eq value other`: null equals nothing; raises IncompatibleTypes for values of different kinds."""
    if value is None:
        return False
    if type(value) is not type(other):
        raise IncompatibleTypes("incompatible types for comparison")
    return bool(value == other)
