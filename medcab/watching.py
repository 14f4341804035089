"""Tell when the files of a folder have changed, and have stopped changing.

The folder is looked through again and again; where ``watchfiles`` is installed the system says
when to look, so that the answer comes at once. What has changed is decided by names, sizes and
times alone: network drives, on which systems say nothing, work the same way, only later.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from medcab.inputs import CLUTTER

__all__ = ["changes", "passing", "snapshot"]

Snapshot = Mapping[str, tuple[int, int]]

# Files that programs keep beside the real ones while they write.
_BESIDE: Final = ("~$", ".~lock.", "._")
_UNFINISHED: Final = (".part", ".tmp", ".temp", ".crdownload", ".download", ".partial")
_LONGEST: Final = 30.0  # a file that never stops growing must not hold up the others
_SELDOM: Final = 5.0  # between looks where the system says when to look
_SHARE: Final = 10  # looking through a folder may take a tenth of the time


def snapshot(folder: str | Path) -> Snapshot:
    """Return (time, size) of every file under ``folder`` by its path; links are not followed.

    What cannot be read is left out: it will be seen when it can be.

    Args:
        folder: where to look; one that is not there is empty.
    """
    found: dict[str, tuple[int, int]] = {}
    waiting = [os.fspath(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    try:
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append(entry.path)
                        elif not passing(entry.name):
                            about = entry.stat(follow_symlinks=False)
                            found[entry.path] = (about.st_mtime_ns, about.st_size)
                    except OSError:
                        continue
        except OSError:
            continue
    return found


def passing(name: str) -> bool:
    """Tell files of systems and programs, which come and go, from documents."""
    small = name.lower()
    return small in CLUTTER or small.startswith(_BESIDE) or small.endswith(_UNFINISHED)


def changes(
    folder: str | Path,
    *,
    interval: float = 1.0,
    settle: float = 1.0,
    stop: threading.Event | None = None,
    poll: bool = False,
) -> Iterator[frozenset[str]]:
    """Yield the paths that have changed, first all that are there, each time they have settled.

    What changes while the caller works with an answer is in the next one.

    Args:
        folder: what to watch, with all folders in it.
        interval: seconds between looks.
        settle: seconds for which nothing may have changed.
        stop: ends the watch when set.
        poll: do not use ``watchfiles`` even where it is installed.
    """
    stop = stop or threading.Event()
    known = snapshot(folder)
    waker = _Waker(folder, interval, stop, poll=poll)
    try:
        yield frozenset(known)
        looked = 0.0
        while waker.wait(looked):
            start = time.monotonic()
            now = snapshot(folder)
            looked = time.monotonic() - start
            if now == known:
                continue
            now = _settled(now, folder, settle, stop)
            if stop.is_set():
                return
            changed = frozenset(p for p in {*known, *now} if known.get(p) != now.get(p))
            known = now
            if changed:
                yield changed
    finally:
        waker.close()


def _settled(now: Snapshot, folder: str | Path, settle: float, stop: threading.Event) -> Snapshot:
    """Look until nothing has changed for ``settle`` seconds: files arrive piece by piece."""
    limit = time.monotonic() + _LONGEST
    while time.monotonic() < limit and not stop.wait(settle):
        later = snapshot(folder)
        if later == now:
            break
        now = later
    return now


class _Waker:
    """Sleeps until it is worth while to look again."""

    def __init__(
        self, folder: str | Path, interval: float, stop: threading.Event, *, poll: bool
    ) -> None:
        self._interval, self._stop = interval, stop
        self._told: Iterator[Any] | None = None if poll else _system_watch(folder, stop)
        self._first = True

    def wait(self, looked: float) -> bool:
        """Sleep, longer where a look took ``looked`` seconds; False when the watch is over."""
        # The first look finds what came before the system was asked to tell.
        if self._told is not None and not self._first:
            try:
                next(self._told)
            except StopIteration:
                return False
            except (OSError, RuntimeError):
                self._told = None  # the system cannot: looking again and again will do
            else:
                return not self._stop.is_set()
        self._first = False
        return not self._stop.wait(max(self._interval, looked * _SHARE))

    def close(self) -> None:
        close = getattr(self._told, "close", None)
        if close is not None:
            close()


def _system_watch(folder: str | Path, stop: threading.Event) -> Iterator[Any] | None:
    """What the system tells of ``folder``, an empty set every few seconds; None without it."""
    try:
        import watchfiles
    except ImportError:
        return None
    told: Iterator[Any] = watchfiles.watch(
        folder,
        watch_filter=None,
        debounce=200,
        step=50,
        stop_event=stop,
        rust_timeout=int(_SELDOM * 1000),
        yield_on_timeout=True,
        ignore_permission_denied=True,
    )
    return told
