"""Drawing pages for reports, in workers that may be killed.

Writers take a callback (:data:`medcab.formats.base.PageImage`); :class:`PageDrawer` is the usual
one. Files are hostile: nothing is opened in this process, and what a worker sends back is only a
JPEG of known size.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Final, Self

from medcab.formats.base import Box, PageRequest
from medcab.formats.pixels import draw
from medcab.model import Document
from medcab.sandbox import Done, Limits, Sandbox

__all__ = ["PageDrawer"]

_DRAWABLE: Final = frozenset({"pdf", "jpeg", "png", "tiff", "bmp", "gif", "webp"})

_Key = tuple[str, int, int, Box | None]
_Work = list[tuple[Document, list[tuple[int, int, Box | None]]]]


class PageDrawer:
    """Draws pages of documents as JPEG, in up to ``jobs`` workers; remembers what it drew.

    What was announced with :meth:`prepare` is drawn while the caller goes on with something else:
    only a picture that is not ready yet makes it wait.

    Args:
        jobs: worker processes.
        seconds: wall time that all requests about one document may take together.
        sandbox: workers that run already and are ended with this drawer; None starts new ones.
    """

    def __init__(
        self, jobs: int = 1, seconds: float = 20.0, sandbox: Sandbox | None = None
    ) -> None:
        self._limits = Limits(seconds=seconds)
        self._sandbox = sandbox or Sandbox(jobs, self._limits)
        self._drawn: dict[_Key, bytes | None] = {}
        self._waiting: set[_Key] = set()
        self._news = threading.Condition()
        self._leaving = threading.Event()
        self._error: BaseException | None = None
        self._artist: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._leaving.clear()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Workers hold nothing that is worth an orderly end, and what is still being drawn now
        # nobody will look at.
        self._leaving.set()
        self._sandbox.close(kill=True)
        if self._artist is not None and self._artist.is_alive():
            self._artist.join()
            self._sandbox.close(kill=True)  # workers for pages that were under way

    def __call__(
        self, document: Document, page: int, width: int, box: Box | None = None
    ) -> bytes | None:
        """Return a JPEG of the page ``width`` pixels wide, or of ``box`` cut out of that."""
        key = (document.path, page, width, box)
        if key not in self._drawn:
            self.prepare([PageRequest(document, page, width, box)])
        with self._news:
            self._news.wait_for(lambda: key not in self._waiting)
            if self._error is not None:
                raise self._error
            return self._drawn[key]

    def prepare(self, requests: Iterable[PageRequest]) -> None:
        """Begin to draw many pages: each document is opened once, documents side by side."""
        asked: dict[str, tuple[Document, list[tuple[int, int, Box | None]]]] = {}
        for one in requests:
            key = (one.document.path, one.page, one.width, one.box)
            if key in self._drawn:
                continue
            self._drawn[key] = None
            if _drawable(one.document):
                asked.setdefault(one.document.path, (one.document, []))[1].append(key[1:])
        if not asked:
            return
        if self._artist is not None:
            self._artist.join()  # a sandbox does one thing at a time
        work = list(asked.values())
        with self._news:
            self._waiting = {(d.path, *what) for d, wanted in work for what in wanted}
        self._artist = threading.Thread(target=self._draw, args=(work,), daemon=True)
        self._artist.start()

    def _draw(self, work: _Work) -> None:
        """Let the workers draw; runs in a thread of its own."""
        tasks = (
            (d.source, str(getattr(d.facts, "format", "")), wanted)
            for d, wanted in work
            if not self._leaving.is_set()
        )
        try:
            for index, outcome in self._sandbox.imap(draw, tasks, self._limits):
                document, wanted = work[index]
                keys = [(document.path, *what) for what in wanted]
                with self._news:
                    # A document that breaks a limit or a worker has no pictures; its findings
                    # say why.
                    if isinstance(outcome, Done):
                        self._drawn.update(zip(keys, outcome.value, strict=True))
                    self._waiting.difference_update(keys)
                    self._news.notify_all()
        except BaseException as error:  # noqa: BLE001 - whoever waits for a picture raises it
            self._error = error
        finally:
            with self._news:
                self._waiting.clear()
                self._news.notify_all()


def _drawable(document: Document) -> bool:
    """Whether the probe came through without reaching a limit."""
    facts = document.facts
    return (
        facts is not None
        and getattr(facts, "format", None) in _DRAWABLE
        and not getattr(facts, "limits", ())
    )
