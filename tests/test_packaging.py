"""The wheel, the source distribution and the checkout are one program; a start imports what its verb needs."""

from __future__ import annotations

import importlib.metadata
import os
import subprocess
import sys
import tarfile
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

import meshc

CHECKOUT = Path(__file__).resolve().parents[1]
MESHC = str(Path(sys.executable).with_name("meshc"))
RENDER = ["render", "--no-settings", "--profile", "demo", "--release", "1.17.2", "-o", "-"]
# what no verb needs before it is known what it is asked for
HEAVY = [
    "pydantic",
    "jinja2",
    "deepdiff",
    "jsonpatch",
    "ruamel.yaml",
    "granian",
    "cryptography",
    "prometheus_client",
    "httpx",
]


def test_the_version_is_the_metadata_s() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    assert meshc.__version__ == project["version"] == importlib.metadata.version("meshc")


def test_the_version_and_help_import_nothing_heavy() -> None:
    for args in (["--version"], ["-h"], ["render", "-h"]):
        assert _imported(args) & set(HEAVY) == set()


@pytest.mark.parametrize(
    ("args", "not_needed"),
    [
        (["releases"], {"jinja2", "deepdiff", "granian", "cryptography"}),
        (["inject", "-"], {"pydantic", "deepdiff", "granian", "cryptography", "httpx"}),
        (["render", "--profile", "minimal", "-o", "-"], {"pydantic", "deepdiff", "granian", "cryptography", "httpx"}),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_verb_imports_only_what_it_needs(args: list[str], not_needed: set[str]) -> None:
    assert _imported([*args, "--no-settings"] if args[0] != "releases" else args) & not_needed == set()


def test_help_in_both_spellings_and_completion() -> None:
    short, long = (_run([MESHC, flag]).stdout for flag in ("-h", "--help"))
    assert short == long
    assert b"render" in short
    script = _run([MESHC, "--show-completion", "bash"]).stdout
    assert b"complete" in script
    asked = {"_MESHC_COMPLETE": "complete_bash", "COMP_WORDS": "meshc ren", "COMP_CWORD": "1"}
    assert _run([MESHC], env=asked).stdout.split() == [b"render"]


def test_hash_seeds_do_not_matter(tmp_path: Path) -> None:
    command = [MESHC, *RENDER[:-1]]
    trees = []
    for seed in ("1", "4242"):
        _run([*command, str(tmp_path / seed)], env={"PYTHONHASHSEED": seed}, cwd=tmp_path)
        trees.append(
            {p.relative_to(tmp_path / seed): p.read_bytes() for p in (tmp_path / seed).rglob("*") if p.is_file()}
        )
    assert trees[0] == trees[1]
    assert len(trees[0]) > 8


def test_wheel_and_source_distribution_hold_the_data_and_render_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("hatchling")
    wheel = _built("build_wheel", CHECKOUT, tmp_path)
    source = _built("build_sdist", CHECKOUT, tmp_path)
    with tarfile.open(source) as archive:
        archive.extractall(tmp_path / "source", filter="data")
    again = _built("build_wheel", next((tmp_path / "source").iterdir()), tmp_path / "again")
    with zipfile.ZipFile(wheel) as one, zipfile.ZipFile(again) as other:
        assert sorted(one.namelist()) == sorted(other.namelist())
        names = one.namelist()
        assert {"meshc/py.typed", "meshc/templates/sidecar.yaml.j2", "meshc/schemas/releases/releases.yaml"} <= set(
            names
        )
        one.extractall(tmp_path / "installed")
    here = _run([MESHC, *RENDER], cwd=tmp_path).stdout
    alone = "import sys; sys.path.insert(0, sys.argv.pop(1)); from meshc.cli.app import main; main()"
    there = _run([sys.executable, "-c", alone, str(tmp_path / "installed"), *RENDER], cwd=tmp_path).stdout
    assert here == there
    assert b"istio-proxy" in here


def test_a_wheel_in_an_empty_environment_renders_the_same_bytes(tmp_path: Path) -> None:
    pytest.importorskip("hatchling")
    wheel = _built("build_wheel", CHECKOUT, tmp_path)
    venv.create(tmp_path / "venv", with_pip=True)
    python = str(tmp_path / "venv" / "bin" / "python")
    installed = subprocess.run(
        [python, "-m", "pip", "install", "-q", "--no-compile", str(wheel)], capture_output=True, timeout=300
    )
    if installed.returncode:
        pytest.skip("no package index can be reached")
    there = _run([str(tmp_path / "venv" / "bin" / "meshc"), *RENDER], cwd=tmp_path).stdout
    assert there == _run([MESHC, *RENDER], cwd=tmp_path).stdout


def _built(hook: str, project: Path, into: Path) -> Path:
    into.mkdir(exist_ok=True)
    code = f"import sys, hatchling.build as b; sys.stdout.write(b.{hook}({str(into)!r}))"
    return into / _run([sys.executable, "-c", code], cwd=project).stdout.decode().splitlines()[-1]


def _imported(args: list[str]) -> set[str]:
    code = (
        "import sys\n"
        "from meshc.cli.app import main\n"
        f"sys.argv = ['meshc', *{args!r}]\n"
        "try:\n    main()\n"
        "except SystemExit:\n    pass\n"
        "sys.stderr.write('\\n' + ' '.join(sys.modules))\n"
    )
    pod = b"apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: x, image: y}]}\n"
    done = subprocess.run([sys.executable, "-c", code], input=pod, capture_output=True, check=True, timeout=60)
    return set(done.stderr.decode().splitlines()[-1].split())


def _run(
    command: list[str], *, cwd: Path | None = None, env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, **(env or {})},
        capture_output=True,
        check=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )
