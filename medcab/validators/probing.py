"""Probing documents in workers: the structure of each first, then its pages, by whoever is free.

A document has a limit of time for all the work on it. Each call about its pages may take half of
what is left, so that a page that hangs leaves time for the others; a call that broke off is done
once more page by page, so that only the page at fault is lost.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from medcab.model import Document
from medcab.sandbox import Answer, Call, Done, OutOfMemory, Raised, Sandbox, TimedOut
from medcab.sources import place_stamp
from medcab.validators.facts import (
    FileFacts,
    PdfFacts,
    ProbeOptions,
    from_outcome,
    unreadable,
)
from medcab.validators.pagework import (
    BROKE_OFF,
    NO_BYTES,
    NO_MEMORY,
    NO_TIME,
    PageFound,
    examine,
    joined,
    portions,
)
from medcab.validators.probe import probe, surface, worker_limits

__all__ = ["WARM", "probe_all"]

WARM = ("medcab.validators.pdfprobe.document", "medcab.validators.scan.measure")
"""What workers may import before there is work for them."""

_HALF = 0.5
_LEAST = 0.02  # of the time for a document: with less no page is begun any more


def probe_all(
    documents: Sequence[Document],
    options: ProbeOptions,
    sandbox: Sandbox,
    known: Mapping[str, FileFacts] | None = None,
) -> Iterator[tuple[int, FileFacts]]:
    """Probe ``documents``; yield (index, facts) as they are done.

    A document that breaks a limit, or its worker, gets facts that say so: nothing is dropped. What
    is found does not depend on the number of workers.

    Args:
        documents: where the bytes are, and their names.
        options: what to measure, and limits.
        sandbox: where to do it.
        known: sha256 -> facts found before with the same options; bytes that are known are not
            measured again.
    """
    queue = _Queue(documents, options, known or {})
    yield from queue.ready()
    for answer in sandbox.serve(queue.next):
        queue.take(answer)
        yield from queue.ready()


@dataclass(slots=True)
class _Pages:
    """A document whose pages are being examined."""

    facts: FileFacts
    spent: float
    waiting: deque[tuple[int, ...]]
    under_way: int = 0
    found: dict[int, PageFound] = field(default_factory=dict)
    lost: dict[int, str] = field(default_factory=dict)


class _Queue:
    """What is to be done next, and what has come of it."""

    def __init__(
        self,
        documents: Sequence[Document],
        options: ProbeOptions,
        known: Mapping[str, FileFacts],
    ) -> None:
        self._documents = documents
        self._options = options
        self._limits = worker_limits(options)
        self._fresh: deque[int] = deque()
        self._pages: dict[int, _Pages] = {}
        self._stamps: dict[int, tuple[int, ...] | None] = {}
        self._done: list[tuple[int, FileFacts]] = []
        sizes = {facts.size for facts in known.values()}
        for index, document in enumerate(documents):
            facts = _known(document, known) if document.size in sizes else None
            if facts is None:
                self._fresh.append(index)
            else:
                self._done.append((index, facts))

    def ready(self) -> Iterator[tuple[int, FileFacts]]:
        """Hand out the documents that are done."""
        while self._done:
            yield self._done.pop(0)

    def next(self) -> Call | None:
        """The next call; pages of documents that were begun come first."""
        for index, pages in self._pages.items():
            if pages.waiting:
                return self._examination(index, pages)
        if not self._fresh:
            return None
        index = self._fresh.popleft()
        document = self._documents[index]
        self._stamps[index] = place_stamp(document.source)
        structure = replace(self._options, scan=False)
        return Call(index, probe, (document.source, document.name, structure), self._limits)

    def take(self, answer: Answer) -> None:
        """Put away what came of a call."""
        if isinstance(answer.call.key, tuple):
            index, numbers = answer.call.key
            self._examined(index, numbers, answer)
            return
        index = answer.call.key
        document = self._documents[index]
        facts = from_outcome(answer.outcome, document.name, document.size, document.source)
        waiting = deque(portions(document.source, facts)) if self._options.scan else None
        if waiting:
            self._pages[index] = _Pages(facts, answer.seconds, waiting)
            self._stop_in_time(index)
        else:
            self._finish(index, facts)

    def _examination(self, index: int, pages: _Pages) -> Call:
        numbers = pages.waiting.popleft()
        pages.under_way += 1
        allowed = self._limits.seconds
        if allowed:
            allowed = (allowed - pages.spent) * _HALF
        source = self._documents[index].source
        args = (source, _of(pages.facts, numbers), numbers, self._options.limits, allowed)
        return Call((index, numbers), examine, args, replace(self._limits, seconds=allowed))

    def _examined(self, index: int, numbers: tuple[int, ...], answer: Answer) -> None:
        pages = self._pages[index]
        pages.under_way -= 1
        pages.spent += answer.seconds
        outcome = answer.outcome
        if isinstance(outcome, Done):
            pages.found.update((one.number, one) for one in outcome.value)
            left = tuple(n for n in numbers if n not in pages.found)
            if left:  # it stopped in time
                pages.waiting.append(left)
        elif len(numbers) > 1:
            pages.waiting.extend((n,) for n in numbers)
        else:
            pages.lost[numbers[0]] = _why(outcome)
        self._stop_in_time(index)

    def _stop_in_time(self, index: int) -> None:
        """Give up the pages for which no time is left; finish the document if it is done."""
        pages = self._pages[index]
        seconds = self._limits.seconds
        if seconds and seconds - pages.spent < _LEAST * seconds:
            pages.lost |= {n: NO_TIME for portion in pages.waiting for n in portion}
            pages.waiting.clear()
        if not pages.waiting and not pages.under_way:
            del self._pages[index]
            facts = joined(pages.facts, pages.found, pages.lost, seconds)
            self._finish(index, facts)

    def _finish(self, index: int, facts: FileFacts) -> None:
        now = place_stamp(self._documents[index].source)
        if now != self._stamps[index] and not _gone(facts):
            # Structure and pages may be of two files: nothing is known of either.
            facts = unreadable(facts.size, "changed")
        self._done.append((index, facts))


def _gone(facts: FileFacts) -> bool:
    return facts.failure is not None and facts.failure.name == "unreadable"


def _why(outcome: object) -> str:
    if isinstance(outcome, TimedOut):
        return NO_TIME
    if isinstance(outcome, OutOfMemory):
        return NO_MEMORY
    if isinstance(outcome, Raised) and isinstance(outcome.error, OSError):
        return NO_BYTES
    return BROKE_OFF


def _of(facts: FileFacts, numbers: tuple[int, ...]) -> FileFacts:
    """``facts`` with these pages alone: a worker is told no more than it needs."""
    pdf = facts.pdf
    if pdf is None:
        return facts
    few: PdfFacts = replace(pdf, pages=tuple(p for p in pdf.pages if p.number in numbers))
    return replace(facts, pdf=few)


def _known(document: Document, known: Mapping[str, FileFacts]) -> FileFacts | None:
    try:
        found = surface(document.source, document.name)
    except OSError:
        return None  # the probe will say so
    return known.get(found.sha256)
