"""A journal of finished work: after an interruption the next run goes on where this one stopped.

One JSON object a line, appended and flushed; a line that was torn by a crash is passed over. A
line counts only for the same options and for files that have not changed since.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Self

from medcab.errors import OutputError
from medcab.signing.discovery import Task
from medcab.text import N_

__all__ = ["Journal", "remembered_moment"]

_FLUSH_EVERY: Final = 64


class Journal:
    """Finished work of one kind.

    Args:
        path: the journal file; made when it is missing.
        key: digest of all that an answer depends on but the files.

    Raises:
        OutputError: the file cannot be read or written.
    """

    def __init__(self, path: Path, key: str) -> None:
        self._key = key
        self._known: dict[tuple[str, str | None], dict[str, Any]] = {}
        self._stamps: dict[tuple[str, str | None], list[list[int]]] = {}
        self._waiting = 0
        try:
            if path.exists():
                self._read(path)
            self._stream = path.open("ab")
            if self._stream.tell() and not _ends_well(path):
                self._stream.write(b"\n")
        except OSError as error:
            raise OutputError(
                N_("The journal {path} cannot be used: {why}."),
                path=str(path),
                why=error.strerror or type(error).__name__,
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Flush and close."""
        self._stream.close()

    def _read(self, path: Path) -> None:
        with path.open("rb") as stream:
            for line in stream:
                if not line.endswith(b"\n"):
                    break  # torn by a crash
                try:
                    entry = json.loads(line)
                    place = (entry["path"], entry["content"])
                    _ = entry["line"], entry["verdict"], entry["stamp"]
                except (ValueError, KeyError, TypeError):
                    continue
                if entry.get("key") == self._key:
                    self._known[place] = entry

    def split(
        self, tasks: Iterator[Task]
    ) -> tuple[list[tuple[Task, dict[str, Any]]], Iterator[Task]]:
        """Separate what is answered already from what is to be done.

        What is to be done is stamped when it is handed out, before anybody reads it: an answer
        about a file that is exchanged meanwhile does not count for the new one.
        """
        if not self._known:
            return [], self._stamped(tasks)
        done, rest = [], []
        for task in tasks:
            entry = self._known.get((task.path, task.content))
            if entry is not None and entry["stamp"] == _stamp(task.path, task.content):
                done.append((task, entry))
            else:
                rest.append(task)
        return done, self._stamped(iter(rest))

    def _stamped(self, tasks: Iterator[Task]) -> Iterator[Task]:
        for task in tasks:
            self._stamps[task.path, task.content] = _stamp(task.path, task.content)
            yield task

    def add(self, path: str, content: str | None, verdict: str, line: bytes) -> None:
        """Write one answer."""
        entry = {
            "key": self._key,
            "path": path,
            "content": content,
            "stamp": self._stamps.pop((path, content), None) or _stamp(path, content),
            "verdict": verdict,
            "line": line.decode("utf-8"),
        }
        self._stream.write(json.dumps(entry, ensure_ascii=False).encode("utf-8") + b"\n")
        self._waiting += 1
        if self._waiting >= _FLUSH_EVERY:
            self._stream.flush()
            self._waiting = 0


def _stamp(*paths: str | None) -> list[list[int]]:
    """Size, times and number of each file: an answer is about these very files.

    The time of the last change of the entry (ctime) cannot be set back by whoever may write.
    """
    made = []
    for path in paths:
        if path is None:
            made.append([-1])
            continue
        try:
            facts = os.stat(path)  # noqa: PTH116 - one call for each of many thousands of files
            made.append([facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino])
        except OSError:
            made.append([-2])
    return made


def _ends_well(path: Path) -> bool:
    with path.open("rb") as stream:
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) == b"\n"


def remembered_moment(path: Path) -> datetime | None:
    """The moment for which an interrupted run judged, so that its answers still count.

    Returns:
        None when there is no journal, or nothing in it.
    """
    try:
        with path.open("rb") as stream:
            first = stream.readline(1 << 24)
        return datetime.fromisoformat(json.loads(json.loads(first)["line"])["checked_at"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
