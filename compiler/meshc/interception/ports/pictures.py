"""A port map for people and machines: table, json, mermaid, svg, html."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING

from meshc import resources, yamlio
from meshc.errors import UsageError, nearest
from meshc.interception.ports import layout
from meshc.interception.ports.port_map import Port, PortMap
from meshc.late import late

if TYPE_CHECKING:
    import jinja2
    import markupsafe
else:
    jinja2 = late("jinja2")
    markupsafe = late("markupsafe")

_HEADINGS = ("PORT", "ADDRESS", "PROCESS", "PROTOCOL", "NUMBER FROM", "FORWARDS TO", "PURPOSE")


def draw(ports: PortMap, form: str) -> str:
    """The map in one of FORMATS, with a final newline; raises UsageError for an unknown format."""
    if form not in _FORMS:
        close = nearest(form, FORMATS)
        raise UsageError("unknown form", path="--format", value=form, hint=f"write {close or ', '.join(FORMATS)}")
    return _FORMS[form](ports)


def table(ports: PortMap) -> str:
    """Aligned columns under a headline."""
    rows = [_HEADINGS, *(_cells(p) for p in ports.ports)]
    widths = [max(len(r[i]) for r in rows) for i in range(len(_HEADINGS) - 1)]
    lines = [f"{ports.title} ({ports.kind}, Istio {ports.release})"]
    lines += ["  ".join([*(c.ljust(w) for c, w in zip(r, widths, strict=False)), r[-1]]).rstrip() for r in rows]
    return "\n".join([*lines, *(f"note: {n}" for n in ports.notes)]) + "\n"


def as_json(ports: PortMap) -> str:
    """All fields."""
    return yamlio.dump_json(dataclasses.asdict(ports)) + "\n"


def mermaid(ports: PortMap) -> str:
    """A flow chart: one box a process, an arrow per forward."""
    lines = ["flowchart LR"]
    for process in dict.fromkeys(p.process for p in ports.ports):
        lines.append(f'  subgraph {_key(process)}["{"Service" if process == "none" else process}"]')
        lines += [
            f'    {_node(p)}["{p.label} {p.protocol}<br/>{p.purpose}"]' for p in ports.ports if p.process == process
        ]
        lines.append("  end")
    nodes = {p.id: _node(p) for p in reversed(ports.ports)}
    for port in ports.ports:
        for forward in port.forwards:
            target = nodes.get(forward.to)
            name = f"{forward.to} {forward.number}" if forward.number else forward.to
            lines.append(f'  {_node(port)} -->|"{forward.what}"| {target or f"""{_key(forward.to)}(["{name}"])"""}')
        lines += [f'  {_key("from " + c)}(["{c}"]) -.-> {_node(port)}' for c in port.callers]
    return "\n".join(lines) + "\n"


def svg(ports: PortMap) -> str:
    """A drawing that stands on its own, for light and dark."""
    return _template("picture.svg.j2", p=layout.arrange(ports), style=_style())


def html(ports: PortMap) -> str:
    """A page with the drawing and all fields as a table; no other file is needed."""
    placed = layout.arrange(ports)
    picture = _template("picture.svg.j2", p=placed, style="")
    return _template(
        "page.html.j2",
        p=placed,
        style=_style(),
        picture=markupsafe.Markup(picture),
        ports=ports.ports,
        notes=ports.notes,
    )


def _cells(port: Port) -> tuple[str, ...]:
    onward = ", ".join(str(f.number or f.to) for f in port.forwards)
    address = port.bind
    number = "socket" if port.transport == "unix" else port.label
    return number, address, port.process.replace("none", "-"), port.protocol, port.source, onward or "-", port.purpose


def _style() -> str:
    return markupsafe.Markup(resources.text("templates", "ports", "style.css"))


def _template(name: str, **values: object) -> str:
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
    return environment.from_string(resources.text("templates", "ports", name)).render(**values)


def _node(port: Port) -> str:
    return _key(f"{port.id} {port.number or ''}")


def _key(text: str) -> str:
    return "".join(c if c.isalnum() else "_" for c in text).strip("_")


_FORMS: dict[str, Callable[[PortMap], str]] = {
    "table": table,
    "json": as_json,
    "mermaid": mermaid,
    "svg": svg,
    "html": html,
}
FORMATS = tuple(_FORMS)
