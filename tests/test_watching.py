"""Watching a folder: what counts as a change, when it is told, with and without watchfiles."""

from __future__ import annotations

import os
import threading
import time

import pytest

from medcab import watching
from medcab.watching import changes, snapshot

WAYS = [True] if os.environ.get("MEDCAB_NO_WATCHFILES") else [True, False]


class Watch:
    """``changes`` in a thread, so that a test that fails does not hang."""

    def __init__(self, folder, **how):
        self.stop = threading.Event()
        self.told = []
        self.new = threading.Condition()
        self.generator = changes(folder, stop=self.stop, interval=0.05, settle=0.1, **how)
        self.thread = threading.Thread(target=self.run, daemon=True)

    def run(self):
        for changed in self.generator:
            with self.new:
                self.told.append({os.path.basename(p) for p in changed})
                self.new.notify_all()

    def wait(self, count, seconds=10):
        with self.new:
            assert self.new.wait_for(lambda: len(self.told) >= count, seconds), self.told

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_error):
        self.stop.set()
        self.thread.join(10)
        assert not self.thread.is_alive()


@pytest.mark.parametrize("poll", WAYS)
def test_arriving_changing_and_vanishing_files_are_told(tmp_path, poll):
    (tmp_path / "a.pdf").write_bytes(b"1")
    with Watch(tmp_path, poll=poll) as watch:
        watch.wait(1)
        assert watch.told == [{"a.pdf"}]
        (tmp_path / "новый скан.pdf").write_bytes(b"2")
        watch.wait(2)
        (tmp_path / "a.pdf").write_bytes(b"longer")
        watch.wait(3)
        (tmp_path / "a.pdf").unlink()
        watch.wait(4)
        (tmp_path / "sub").mkdir()
        (tmp_path / "sub" / "b.pdf").write_bytes(b"3")
        watch.wait(5)
    assert watch.told[1:] == [{"новый скан.pdf"}, {"a.pdf"}, {"a.pdf"}, {"b.pdf"}]


def test_files_that_arrive_together_are_told_once(tmp_path):
    with Watch(tmp_path, poll=True) as watch:
        watch.wait(1)
        for number in range(8):
            (tmp_path / f"{number}.pdf").write_bytes(b"x")
            time.sleep(0.02)
        watch.wait(2)
        time.sleep(0.4)
    assert len(watch.told) == 2
    assert len(watch.told[1]) == 8


def test_a_growing_file_is_waited_for_but_not_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr(watching, "_LONGEST", 0.6)
    path = tmp_path / "scan.pdf"
    with Watch(tmp_path, poll=True) as watch:
        watch.wait(1)
        end = time.monotonic() + 1.5
        while time.monotonic() < end:
            with path.open("ab") as stream:
                stream.write(b"x" * 100)
            time.sleep(0.03)
        watch.wait(2)
    assert watch.told[1] == {"scan.pdf"}


def test_what_is_half_written_does_not_count(tmp_path):
    for name in (
        "~$form.xlsx", ".~lock.form.xlsx#", "scan.pdf.part", "x.CRDOWNLOAD", "a.tmp",
        "Thumbs.db", "desktop.ini", "._scan.pdf", ".DS_Store",
    ):  # fmt: skip
        (tmp_path / name).write_bytes(b"1")
    (tmp_path / "scan.pdf").write_bytes(b"1")
    assert [os.path.basename(p) for p in snapshot(tmp_path)] == ["scan.pdf"]


def test_a_folder_that_goes_and_comes_back(tmp_path):
    folder = tmp_path / "p"
    folder.mkdir()
    (folder / "a.pdf").write_bytes(b"1")
    assert snapshot(tmp_path / "absent") == {}
    with Watch(folder, poll=True) as watch:
        watch.wait(1)
        (folder / "a.pdf").unlink()
        folder.rmdir()
        watch.wait(2)
        folder.mkdir()
        (folder / "a.pdf").write_bytes(b"1")
        watch.wait(3)
    assert watch.told == [{"a.pdf"}] * 3


def test_a_link_to_itself_does_not_hang(tmp_path):
    try:
        (tmp_path / "loop").symlink_to(tmp_path, target_is_directory=True)
    except OSError:
        pytest.skip("no links on this file system")
    assert len(snapshot(tmp_path)) == 1


def test_without_watchfiles_the_folder_is_looked_through(tmp_path, monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "watchfiles", None)
    assert watching._system_watch(tmp_path, threading.Event()) is None
    with Watch(tmp_path) as watch:
        watch.wait(1)
        (tmp_path / "a.pdf").write_bytes(b"1")
        watch.wait(2)


def test_a_system_that_cannot_tell_is_not_relied_on(tmp_path, monkeypatch):
    def broken(*_arguments):
        raise OSError("inotify limit reached")
        yield

    monkeypatch.setattr(watching, "_system_watch", broken)
    with Watch(tmp_path) as watch:
        watch.wait(1)
        (tmp_path / "a.pdf").write_bytes(b"1")
        watch.wait(2)


def test_stopping_ends_the_watch_at_once(tmp_path):
    with Watch(tmp_path) as watch:
        watch.wait(1)
        start = time.monotonic()
    assert time.monotonic() - start < 3
