"""Tracing tells the template line of every field, through macros, includes and spliced lists."""

from __future__ import annotations

import pytest

from meshc import catalog, resources
from meshc.engine import Engine
from meshc.engine.line_tracing import Places, TracingEngine, nearest

TEXT = """\
{% macro port(number) %}
containerPort: {{ number }}
protocol: TCP
{% endmacro %}
{% macro ports() %}
- {{ port(1) }}
- {{ port(2) }}
{% endmacro %}
kind: Pod
labels:
  {{ key }}: {{ value }}
  gone: {{ absent }}
{% if more %}
  more: here
{% endif %}
ports:
- {{ absent }}
- {{ ports() | spread }}
- {{ port(3) }}
args: [a, {{ value }}]
"""


def test_each_field_has_its_line() -> None:
    engine = TracingEngine(catalog.newest())
    context = {"key": "k", "value": "v", "more": True}
    data = engine.user("mine", TEXT).render(context)
    assert data == Engine.of(catalog.newest()).user("mine", TEXT).render(context)
    rendered, places = engine.rendered["mine"]
    assert rendered == data
    lines = {path: place[1] for path, place in places.items()}
    assert lines["kind",] == 9
    assert lines["labels", "k"] == 11
    assert ("labels", "gone") not in lines
    assert lines["labels", "more"] == 14
    assert lines["ports", 0, "containerPort"] == 2
    assert lines["ports", 1, "protocol"] == 3
    assert lines["ports", 2, "containerPort"] == 2
    assert ("ports", 3) not in lines
    assert lines["args", 1] == 20


def test_a_field_without_a_line_has_that_of_the_field_above() -> None:
    places: Places = {(): ("f", 1), ("a",): ("f", 2)}
    assert nearest(places, ("a", "b", 0)) == ("f", 2)
    assert nearest(places, ("x",)) == ("f", 1)
    assert nearest({}, ("x",)) == (None, None)


@pytest.mark.parametrize("minor", ["1.17", "1.30"])
def test_lines_of_a_real_overlay_hold_their_keys(minor: str) -> None:
    from meshc import Settings, inject
    from meshc.injection.injector import injector_of
    from tests.injection.pods import pod

    settings = Settings.load(release=minor, profile="demo", mode="kube-inject")
    injector, engine = injector_of(settings, "kube-inject"), TracingEngine(settings.release)
    object.__setattr__(injector.templates, "engine", engine)
    inject(pod(), settings)
    _, places = engine.rendered["sidecar"]
    checked = 0
    for path, (file, line) in places.items():
        key = path[-1] if path else None
        if isinstance(key, str) and file and line and len(path) > 2:
            source = resources.text("templates", file.removeprefix("templates/")).splitlines()[line - 1]
            checked += f"{key}:" in source
    assert checked > 120
