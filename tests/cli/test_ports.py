"""`meshc ports`: maps, comparison, recipes, exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from meshc import catalog
from meshc.cli.ports import PortsOptions
from meshc.cli.ports.ports_verb import PodInput, print_maps
from meshc.errors import UsageError
from tests.interception.samples import pod
from tests.interception.test_ports import NETSTAT
from tests.newest import NEWEST

RELEASE = catalog.release(NEWEST)


def run(capsys: pytest.CaptureFixture[str], *documents: Any, **options: Any) -> tuple[int, str, str]:
    pods = [PodInput(d, RELEASE) for d in documents]
    code = print_maps(pods, RELEASE, PortsOptions(**options))
    out, err = capsys.readouterr()
    return code, out, err


def test_a_pod_and_a_component(capsys: pytest.CaptureFixture[str]) -> None:
    assert "15020" in run(capsys, pod())[1]
    assert "15017" in run(capsys, component="istiod")[1]
    assert [m["kind"] for m in json.loads(run(capsys, pod(), pod(), format="json")[1])] == ["sidecar", "sidecar"]


def test_one_port(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, pod(), port=15021)
    assert "15021" in out
    assert "15006" not in out


def test_comparing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "netstat"
    file.write_text(NETSTAT)
    assert run(capsys, pod(), compare=str(file)) == (0, "no difference\n", "")
    file.write_text(NETSTAT.replace("15021", "15022"))
    code, out, _ = run(capsys, pod(), compare=str(file))
    assert (code, out.count("\n")) == (1, 2)
    code, out, _ = run(capsys, pod(), compare=str(file), format="json")
    assert (code, {d["kind"] for d in json.loads(out)}) == (1, {"missing", "extra"})


def test_recipes(capsys: pytest.CaptureFixture[str]) -> None:
    assert "kubectl -n demo port-forward httpbin 15000:15000" in run(capsys, pod(), recipe="port-forward")[1]


@pytest.mark.parametrize(
    ("documents", "options"),
    [
        ((), {}),
        ((pod(),), {"component": "istiod"}),
        ((pod(), pod()), {"format": "svg"}),
        ((pod(), pod()), {"compare": "x"}),
        ((pod(),), {"compare": "no-such-file"}),
        ((pod(),), {"compare": "x", "recipe": "curl"}),
        ((pod(),), {"port": 1}),
        ((pod(),), {"format": "png"}),
        ((), {"component": "istiod", "recipe": "curl"}),
    ],
)
def test_what_cannot_be_asked(
    capsys: pytest.CaptureFixture[str], documents: tuple[Any, ...], options: dict[str, Any]
) -> None:
    with pytest.raises(UsageError) as caught:
        run(capsys, *documents, **options)
    assert caught.value.hint
    assert capsys.readouterr().out == ""
