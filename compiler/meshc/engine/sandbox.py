"""Users' own templates: Jinja2's sandbox, with only harmless functions and with limits on time and memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import wraps
from threading import local
from typing import Any, NoReturn

from jinja2 import nodes
from jinja2.compiler import Frame
from jinja2.environment import Template as JinjaTemplate
from jinja2.exceptions import SecurityError
from jinja2.sandbox import SandboxedEnvironment

from meshc.catalog import Release
from meshc.engine.environment import SlotCodeGenerator, SlotEnvironment

STEPS = 50_000
"""Loop turns, calls and items handled by filters in one rendering."""
SIZE = 2_000_000
"""Characters or items one value may have."""
LARGEST = 1 << 64
RANGE = 10_000

_TEXT_METHODS = """
count endswith find index isalnum isalpha isdigit lower lstrip partition removeprefix removesuffix rpartition rsplit
rstrip split splitlines startswith strip title upper
"""
_FILTER_NAMES = """
abs attr batch capitalize count d default dictsort first float int items last length list lower map max min or_absent
reject rejectattr reverse round select selectattr slice sort spread string title tojson trim unique upper
"""
_METHODS: dict[type, frozenset[str]] = {
    str: frozenset(_TEXT_METHODS.split()),
    dict: frozenset(("get", "items", "keys", "values")),
    list: frozenset(("index", "count")),
}
_FILTERS = frozenset(_FILTER_NAMES.split())
_GLOBALS = frozenset(("dict", "namespace", "absent"))
_state = local()


class UserCodeGenerator(SlotCodeGenerator):
    """Counts loop turns and measures joined texts."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:
        self.write("environment.joined((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")


class UserEnvironment(SlotEnvironment, SandboxedEnvironment):
    """The environment of one user's template."""

    code_generator_class = UserCodeGenerator
    intercepted_binops = frozenset(SandboxedEnvironment.default_binop_table)

    def __init__(self, release: Release | None) -> None:
        super().__init__(release)
        self.loader = None
        self.filters = {name: _measured(self.filters[name]) for name in self.filters if name in _FILTERS}
        self.filters |= {"replace": _replace, "join": _join, "counted": counted}
        self.globals = {name: self.globals[name] for name in self.globals if name in _GLOBALS}
        self.globals["range"] = _range

    def events(self, template: JinjaTemplate, context: Mapping[str, Any]) -> Iterator[Any]:
        """Run the template within its limits."""
        _state.left = STEPS
        for event in super().events(template, context):
            spend(1)
            yield event

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:  # noqa: ARG002
        """Only harmless methods of texts, maps and lists; everything else is data reached by key."""
        known = next((names for kind, names in _METHODS.items() if isinstance(obj, kind)), ())
        return attr in known or type(obj).__module__.startswith("jinja2.")

    def call(self, *args: Any, **kwargs: Any) -> Any:
        """Call a function or macro and measure what it gives."""
        spend(1)
        return measure(super().call(*args, **kwargs))

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        """Calculate, refusing what grows out of bounds."""
        if operator == "%" and isinstance(left, str):
            _refuse("% on a text", "use ~ to join texts")
        if operator == "**" and abs(right) > 64:
            _refuse("a power beyond 64")
        if operator == "*":
            _check_repetition(left, right)
        return measure(super().call_binop(context, operator, left, right))

    def joined(self, parts: Iterable[Any]) -> str:
        """`a ~ b`, measured."""
        return str(measure("".join(map(str, parts))))

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        tree = super()._parse(source, name, filename)
        for loop in tree.find_all(nodes.For):
            loop.iter = nodes.Filter(loop.iter, "counted", [], [], None, None, lineno=loop.lineno)
        return tree


def spend(steps: int) -> None:
    """Count steps of the running template; raises when it has no more."""
    _state.left -= steps
    if _state.left < 0:
        _refuse(f"more than {STEPS} steps")


def measure(value: Any) -> Any:
    """The value itself, unless it is too large."""
    if isinstance(value, str | list | tuple | dict):
        if len(value) > SIZE:
            _refuse(f"a value of more than {SIZE} characters or items")
    elif type(value) is int and abs(value) > LARGEST:
        _refuse("a number beyond 64 bits")
    return value


def counted(items: Iterable[Any]) -> Iterator[Any]:
    """The items of a loop, each a step."""
    for item in items:
        spend(1)
        yield item


def _measured(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def measured(*args: Any, **kwargs: Any) -> Any:
        for value in args:
            if isinstance(value, list | tuple | dict):
                spend(len(value))
            elif isinstance(value, str):
                spend(1 + len(value) // 1000)
        return measure(function(*args, **kwargs))

    return measured


def _replace(text: str, old: str, new: str, count: int = -1) -> str:
    spend(1 + len(text) // 1000)
    if len(text) + text.count(old) * len(new) > SIZE:
        _refuse(f"a text of more than {SIZE} characters")
    return text.replace(old, new, count)


def _join(items: Iterable[Any], separator: str = "") -> str:
    size, parts = 0, []
    for item in counted(items):
        parts.append(str(item))
        size += len(parts[-1]) + len(separator)
        if size > SIZE:
            _refuse(f"a text of more than {SIZE} characters")
    return separator.join(parts)


def _range(*args: int) -> range:
    found = range(*args)
    if len(found) > RANGE:
        _refuse(f"a range of more than {RANGE} numbers")
    return found


def _check_repetition(left: Any, right: Any) -> None:
    for value, times in ((left, right), (right, left)):
        if isinstance(value, str | list | tuple) and isinstance(times, int) and len(value) * times > SIZE:
            _refuse(f"a repetition to more than {SIZE} characters or items")


def _refuse(what: str, hint: str | None = None) -> NoReturn:
    raise SecurityError(f"{what} is not allowed in a template" + (f": {hint}" if hint else ""))
