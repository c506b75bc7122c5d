"""The hooks, run by a real pre-commit in a git repository of their own, installed from this checkout."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from meshc import yamlio
from tests.cli.test_golden import GOLDEN

CHECKOUT = Path(__file__).resolve().parents[2]
_SECONDS = 420


@dataclass(frozen=True)
class Repository:
    """A git repository whose pre-commit configuration names our hooks."""

    folder: Path
    home: Path

    def run(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a program in the repository."""
        env = {k: v for k, v in os.environ.items() if not k.startswith(("GIT_", "PRE_COMMIT"))}
        env |= {"PRE_COMMIT_HOME": str(self.home), "GIT_CONFIG_GLOBAL": os.devnull}
        return subprocess.run(
            words, cwd=self.folder, env=env, check=check, capture_output=True, text=True, timeout=_SECONDS
        )

    def git(self, *words: str) -> str:
        """Run git in the repository."""
        who = ("-c", "user.name=t", "-c", "user.email=t@example.com")
        return self.run("git", *who, *words).stdout

    def hook(self, name: str) -> tuple[int, str]:
        """Run one hook over all files: (exit code, what it said)."""
        done = self.run(sys.executable, "-m", "pre_commit", "run", name, "--all-files", "--verbose", check=False)
        return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A repository with a golden case; pre-commit has the hooks installed from a clone of this checkout's HEAD."""
    if not (CHECKOUT / ".git").exists() or not shutil.which("git"):
        pytest.skip("needs git and a checkout")
    asked = [sys.executable, "-m", "pip", "index", "versions", "hatchling", "--disable-pip-version-check"]
    if subprocess.run([*asked, "--timeout=10", "--retries=0"], capture_output=True, check=False).returncode:
        pytest.skip("needs a package index that pip can reach")
    made = Repository(tmp_path_factory.mktemp("repository"), tmp_path_factory.mktemp("pre-commit"))
    shutil.copytree(GOLDEN / "sidecar-1.30", made.folder / "cases" / "web")
    (made.folder / "meshc.yaml").write_text("workloads: [cases/web/workloads]\ngoldens: [cases]\n")
    revision = subprocess.run(
        ["git", "-C", str(CHECKOUT), "rev-parse", "HEAD"], capture_output=True, text=True, check=True
    ).stdout.strip()
    hooks = [{"id": "meshc-check"}, {"id": "meshc-render"}]
    config = {"repos": [{"repo": str(CHECKOUT), "rev": revision, "hooks": hooks}]}
    (made.folder / ".pre-commit-config.yaml").write_text(yamlio.dump(config))
    made.git("init", "-q")
    made.git("add", "-A")
    made.git("commit", "-q", "-m", "start")
    return made


def test_a_clean_repository_passes_both_hooks(repository: Repository) -> None:
    code, said = repository.hook("meshc-render")
    assert code == 0, said
    assert "0 of 1 golden case rewritten" in said
    code, said = repository.hook("meshc-check")
    assert "golden-stale" not in said


def test_a_changed_setting_fails_the_check_and_render_rewrites(repository: Repository) -> None:
    case = repository.folder / "cases" / "web"
    (case / "meshc.yaml").write_text("release: '1.29'\nworkloads: [workloads/]\n")
    repository.git("add", "-A")
    code, said = repository.hook("meshc-check")
    assert code == 1
    assert "golden-stale" in said
    code, said = repository.hook("meshc-render")
    assert code == 1, said
    assert "files were modified by this hook" in said
    assert "cases/web/expected" in repository.git("status", "--porcelain")
    repository.git("add", "-A")
    assert repository.hook("meshc-render")[0] == 0
