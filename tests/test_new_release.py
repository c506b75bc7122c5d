"""CONTRIBUTING's "Add a release", followed: a line in the catalogue, then a switch and a fact that are new in it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from meshc import catalog

ROOT = Path(__file__).resolve().parents[1]
NEXT = f"1.{catalog.newest().version.minor + 1}"
"""A minor beyond the catalogue."""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the product with one more Istio minor entered as CONTRIBUTING says."""
    for folder in ("compiler", "templates", "schemas"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    catalogue = tmp_path / "schemas" / "releases"
    table = catalogue / "releases.yaml"
    table.write_text(table.read_text().rstrip() + f'\n  "{NEXT}": "{NEXT}.2"\n')
    switches = catalogue / "switches" / "sidecar.yaml"
    switches.write_text(switches.read_text() + f'brand_new:\n  doc: pods greet the mesh\n  since: "{NEXT}.1"\n')
    template = tmp_path / "templates" / "sidecar.yaml.j2"
    greeting = "- istio-iptables\n{% if has('sidecar.brand_new') %}\n- --greet\n{% endif %}\n"
    template.write_text(template.read_text().replace("- istio-iptables\n", greeting, 1))
    return tmp_path


def _meshc(checkout: Path, *args: str) -> str:
    code = "import sys; from meshc.cli.app import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, *args],
        cwd=checkout,
        env={"PYTHONPATH": str(checkout / "compiler"), "PATH": "/usr/bin:/bin", "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_new_release_is_a_line_and_its_switches(checkout: Path) -> None:
    assert f"{NEXT}.2" in _meshc(checkout, "releases")
    assert "+ sidecar.brand_new: pods greet the mesh" in _meshc(checkout, "releases", NEXT)
    sample = str(checkout / "schemas" / "samples" / "httpbin.yaml")
    assert "--greet" in _meshc(checkout, "render", sample, "-o", "-")
    assert "--greet" not in _meshc(checkout, "render", sample, "-o", "-", "--release", f"{NEXT}.0")
    assert f"{NEXT}.2" in _meshc(checkout, "render", sample, "-o", "-")
