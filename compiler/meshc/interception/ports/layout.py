"""Places a port map on a page: groups by process, callers on the left, forwards in lanes on the right."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from meshc.interception.ports.port_map import Port, PortMap

_TOP, _ROW_X, _ROW_WIDTH, _GAP, _PAD = 84, 300, 430, 8, 10
_HEAD, _LINE, _LANE, _OUTSIDE = 28, 16, 18, 46
_COLOURS = {
    "envoy": "envoy",
    "ztunnel": "envoy",
    "pilot-agent": "agent",
    "pilot-discovery": "agent",
    "install-cni": "agent",
    "none": "other",
}


@dataclass(frozen=True)
class Text:
    """A line of text at a height."""

    text: str
    y: int


@dataclass(frozen=True, kw_only=True)
class Row:
    """The box of one port."""

    id: str
    x: int
    y: int
    width: int
    height: int
    colour: str
    label: str
    detail: str
    lines: tuple[str, ...]
    callers: tuple[Text, ...]

    @property
    def middle(self) -> int:
        """Height of the box's middle."""
        return self.y + self.height // 2


@dataclass(frozen=True, kw_only=True)
class Group:
    """The frame around the ports of one process."""

    name: str
    colour: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class Picture:
    """Everything a drawing needs, in pixels."""

    title: str
    subtitle: str
    width: int
    height: int
    groups: tuple[Group, ...]
    rows: tuple[Row, ...]
    edges: tuple[dict[str, int | str], ...]
    outside: tuple[dict[str, int | str], ...]


def arrange(ports: PortMap) -> Picture:
    """Place everything; the same map gives the same picture."""
    groups, rows, bottom = _rows(ports)
    right = _ROW_X + _ROW_WIDTH
    edges = _edges(ports, rows)
    outer = right + _PAD + max((int(e["lane"]) - right for e in edges), default=0) + _OUTSIDE
    outside = _outside(ports, rows, outer)
    width = outer + 8 + max([8 * max(len(str(o["text"])), len(str(o["what"]))) for o in outside], default=0) + 24
    return Picture(
        title=f"Ports of {ports.title}",
        subtitle=f"{ports.kind}, Istio {ports.release}",
        width=max(width, 800),
        height=bottom + 16,
        groups=groups,
        rows=rows,
        edges=edges,
        outside=outside,
    )


def _rows(ports: PortMap) -> tuple[tuple[Group, ...], tuple[Row, ...], int]:
    order = list(dict.fromkeys(p.process for p in sorted(ports.ports, key=_rank)))
    groups, rows, y = [], [], _TOP
    for process in order:
        start = y
        y += _HEAD
        colour = _COLOURS.get(process, "app")
        for port in (p for p in ports.ports if p.process == process):
            row = _row(port, y, colour)
            rows.append(row)
            y += row.height + _GAP
        name = "Service" if process == "none" else process
        box = _ROW_X - _PAD, _ROW_WIDTH + 2 * _PAD
        groups.append(Group(name=name, colour=colour, x=box[0], y=start, width=box[1], height=y - start + 2))
        y += 18
    return tuple(groups), tuple(rows), y


def _rank(port: Port) -> int:
    """Services first, then Envoy, the agent, and what they serve."""
    ranks = {"none": 0, "envoy": 1, "ztunnel": 1, "pilot-discovery": 1, "install-cni": 1, "pilot-agent": 2}
    return ranks.get(port.process, 3)


def _row(port: Port, y: int, colour: str) -> Row:
    text = port.purpose if port.transport != "unix" else f"{port.purpose}: {port.bind}"
    lines = tuple(textwrap.wrap(text, 62, break_long_words=True))
    callers = tuple(textwrap.wrap(", ".join(port.callers), 38))
    height = max(30 + _LINE * len(lines), 14 + 14 * len(callers))
    middle = y + height // 2
    first = middle + 4 - 7 * (len(callers) - 1)
    detail = port.protocol if port.transport == "unix" else f"{port.protocol} on {port.bind}"
    return Row(
        id=port.id,
        x=_ROW_X,
        y=y,
        width=_ROW_WIDTH,
        height=height,
        colour=colour,
        label=_label(port),
        detail=detail,
        lines=lines,
        callers=tuple(Text(c, first + 14 * i) for i, c in enumerate(callers)),
    )


def _edges(ports: PortMap, rows: tuple[Row, ...]) -> tuple[dict[str, int | str], ...]:
    """Forwards inside the picture, short ones in inner lanes so that lines cross little."""
    places = _places(rows)
    pairs = [
        (places[(p.id, _label(p))], places[target], f, p)
        for p in ports.ports
        for f in p.forwards
        for target in [k for k in places if k[0] == f.to][:1]
    ]
    pairs.sort(key=lambda e: (abs(e[0].middle - e[1].middle), e[0].y, e[1].y))
    offsets = _spread(pairs_rows=[(a, b) for a, b, _, _ in pairs])
    made: list[dict[str, int | str]] = []
    for lane, ((a, b, forward, port), (start, end)) in enumerate(zip(pairs, offsets, strict=True)):
        down = 1 if end > start else -1
        edge: dict[str, int | str] = {"x": a.x + a.width, "from": start, "to": end, "turn": 8 * down}
        made.append(
            edge
            | {"lane": a.x + a.width + _PAD + 14 + _LANE * lane, "title": f"{port.label} to {b.label}: {forward.what}"}
        )
    return tuple(made)


def _spread(pairs_rows: list[tuple[Row, Row]]) -> list[tuple[int, int]]:
    """Heights of both ends: several lines at one box stand apart, arriving ones above leaving ones."""
    ends: dict[tuple[str, int], list[tuple[int, int]]] = {}
    for index, (a, b) in enumerate(pairs_rows):
        ends.setdefault((a.id, a.y), []).append((1, index))
        ends.setdefault((b.id, b.y), []).append((0, index))
    heights: dict[tuple[int, int], int] = {}
    boxes = {(r.id, r.y): r for pair in pairs_rows for r in pair}
    for place, listed in ends.items():
        box = boxes[place]
        for position, key in enumerate(sorted(listed), 1):
            heights[key] = box.y + box.height * position // (len(listed) + 1)
    return [(heights[(1, i)], heights[(0, i)]) for i in range(len(pairs_rows))]


def _outside(ports: PortMap, rows: tuple[Row, ...], end: int) -> tuple[dict[str, int | str], ...]:
    places = _places(rows)
    known = {name for name, _ in places}
    made: list[dict[str, int | str]] = []
    for port in ports.ports:
        row = places[(port.id, _label(port))]
        for position, forward in enumerate(f for f in port.forwards if f.to not in known):
            name = {"istiod-secure-grpc": "istiod", "services": "services", "dns": "cluster DNS"}.get(
                forward.to, forward.to
            )
            text = f"{name} {forward.number}" if forward.number else name
            y = row.y + row.height - 12 - 30 * position
            made.append({"x": row.x + row.width, "y": y, "end": end, "text": text, "what": forward.what})
    return tuple(made)


def _places(rows: tuple[Row, ...]) -> dict[tuple[str, str], Row]:
    return {(r.id, r.label): r for r in rows}


def _label(port: Port) -> str:
    return "socket" if port.transport == "unix" else port.label
