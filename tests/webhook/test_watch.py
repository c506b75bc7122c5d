"""Files are watched by content, through Kubernetes' symlink swaps."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from meshc.webhook.watch import Watcher, fingerprint


def watcher(*files: Path, calls: list[int] | None = None) -> Watcher:
    """A watcher that is looked with by hand."""
    made = calls if calls is not None else []
    return Watcher(lambda: files, lambda: made.append(1), interval=0.01, settle=0.001)


def test_nothing_changed(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    one = watcher(tmp_path / "a")
    assert not one.look()
    os.utime(tmp_path / "a", (1, 1))
    assert not one.look()


def test_changes_appearances_and_disappearances(tmp_path: Path) -> None:
    file, calls = tmp_path / "a", list[int]()
    one = watcher(file, calls=calls)
    for change in (lambda: file.write_text("1"), lambda: file.write_text("2"), file.unlink):
        change()
        assert one.look()
        assert not one.look()
    assert len(calls) == 3


def test_symlink_swap(tmp_path: Path) -> None:
    for version in ("v1", "v2"):
        (tmp_path / version).mkdir()
        (tmp_path / version / "values").write_text(version)
    (tmp_path / "..data").symlink_to("v1")
    (tmp_path / "values").symlink_to("..data/values")
    one = watcher(tmp_path / "values")
    (tmp_path / "new").symlink_to("v2")
    os.replace(tmp_path / "new", tmp_path / "..data")
    assert one.look()


def test_folders_are_watched_with_all_in_them(tmp_path: Path) -> None:
    one = watcher(tmp_path)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a").write_text("1")
    assert one.look()
    (tmp_path / "deep" / "a").rename(tmp_path / "deep" / "b")
    assert one.look()


def test_a_change_before_the_first_look_counts(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    one = watcher(tmp_path / "a")
    (tmp_path / "a").write_text("2")
    assert one.look()


def test_half_done_updates_are_waited_out(tmp_path: Path) -> None:
    file, seen = tmp_path / "a", list[str]()
    file.write_text("0")
    one = Watcher(lambda: [file], lambda: seen.append(file.read_text()), interval=1, settle=0.1)

    def write() -> None:
        for number in range(1, 8):
            file.write_text(str(number))
            time.sleep(0.02)

    writing = threading.Thread(target=write)
    file.write_text("begun")
    writing.start()
    assert one.look()
    writing.join()
    assert seen == ["7"]


def test_more_files_may_be_named_later(tmp_path: Path) -> None:
    files = [tmp_path / "a"]
    calls: list[int] = []
    one = Watcher(lambda: files, lambda: calls.append(1), interval=0.01, settle=0.001)
    files.append(tmp_path / "b")
    assert one.look()
    (tmp_path / "b").write_text("1")
    assert one.look()
    assert len(calls) == 2


def test_the_thread_outlives_what_goes_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = threading.Event()
    calls: list[int] = []

    def changed() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise RuntimeError("wrong")
        done.set()

    one = Watcher(lambda: [tmp_path / "a"], changed, interval=0.01)
    one.start()
    (tmp_path / "a").write_text("1")
    while not calls:
        time.sleep(0.01)
    (tmp_path / "a").write_text("2")
    assert done.wait(5)
    one.stop()
    one.join()


def test_fingerprints_tell_names_and_contents_apart(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    (tmp_path / "b").write_text("x")
    marks = [fingerprint([tmp_path / name]) for name in ("a", "b", "none")]
    assert len(set(marks)) == 3
