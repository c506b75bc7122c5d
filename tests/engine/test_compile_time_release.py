"""Questions to the release catalogue are settled when a template is compiled; own templates may include."""

from __future__ import annotations

from pathlib import Path

import pytest

from meshc import resources
from meshc.catalog import release
from meshc.engine import Engine
from meshc.errors import TemplateError


@pytest.mark.parametrize(("number", "expected"), [("1.27", {"b": 2}), ("1.28", {"a": 1})])
def test_a_switch_decides_by_release(number: str, expected: dict[str, int]) -> None:
    text = "{% if has('sidecar.seccomp_profile') %}\na: 1\n{% else %}\nb: 2\n{% endif %}"
    assert Engine(release(number)).user("t", text).render({}) == expected


def test_a_switch_is_no_call_at_run_time() -> None:
    own = Engine(release("1.30")).user("t", "a: {{ 1 if has('sidecar.startup_probe') else 2 }}")
    assert own.render({"has": None}) == {"a": 1}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(resources, "root", lambda kind: tmp_path / kind)
    (tmp_path / "templates").mkdir()
    return tmp_path / "templates"


def test_includes_are_put_in_place(folder: Path) -> None:
    (folder / "part.yaml.j2").write_text("- {{ x }}\n{% if y %}\n- {{ y }}\n{% endif %}\n")
    (folder / "whole.yaml.j2").write_text("items:\n{% include 'part.yaml.j2' %}\n- last\n")
    own = Engine().template("whole")
    assert own.render({"x": 1, "y": 0}) == {"items": [1, "last"]}
    assert own.render({"x": 1, "y": 2}) == {"items": [1, 2, "last"]}


@pytest.mark.parametrize("text", ["- 1\n- {{ nothing }}\n", "- 1\n- {{ x.nothing.more }}\n", "- 1\n- a{{ x }}\n"])
def test_errors_point_into_the_included_file(folder: Path, text: str) -> None:
    (folder / "part.yaml.j2").write_text(text)
    (folder / "whole.yaml.j2").write_text("\n\n\nitems:\n{% include 'part.yaml.j2' %}\n")
    with pytest.raises(TemplateError) as caught:
        Engine().template("whole").render({"x": {}})
    assert (caught.value.file, caught.value.line) == ("templates/part.yaml.j2", 2)


def test_a_missing_include_is_named(folder: Path) -> None:
    (folder / "whole.yaml.j2").write_text("{% include 'part.yaml.j2' %}\n")
    with pytest.raises(TemplateError, match=r"no template 'part\.yaml\.j2'"):
        Engine().template("whole")


def test_engines_are_shared_by_release_and_keep_templates() -> None:
    assert Engine.of(release("1.30")) is Engine.of(release("1.30.3"))
    assert Engine.of(release("1.30")) is not Engine.of(release("1.29"))
    one = Engine.of(release("1.30"))
    assert one.template("sidecar") is one.template("sidecar")
