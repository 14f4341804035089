"""LIM: a file could not be examined to the end. These rules never pass or fail, they say so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from medcab.model import Severity
from medcab.rules import DocumentContext, Hit, Scope, Unknown, rule
from medcab.text import N_
from medcab.validators.facts import LimitHit

__all__ = ["crashed", "memory_limit", "structure_limit", "time_limit", "unreadable_file"]

_OWN: Final = frozenset({"time", "memory", "crash", "error", "unreadable"})
_REASONS: Final = {
    "file_size": N_("The file is larger than {limit} bytes and was not opened."),
    "pixels": N_("A picture has {seen} pixels; no more than {limit} are examined."),
    "jpeg_scans": N_("A JPEG holds {seen} passes; no more than {limit} are examined."),
    "filters": N_("Data is packed {seen} times over; no more than {limit} times are unpacked."),
    "stream": N_("The content of a page unpacks to more than {limit} bytes."),
    "operators": N_("A page draws more than {limit} elements."),
    "image_draws": N_("A page draws more than {limit} pictures."),
    "forms": N_("A page repeats parts of itself more than {limit} times."),
    "depth": N_("Parts of the file are nested more than {limit} deep."),
    "pages": N_("The file has {seen} pages; the first {limit} were examined."),
    "scan_time": N_(
        "Legibility was examined on {seen} pages only: the time for one file was over."
    ),
    "scan_page": N_("The legibility of page {seen} could not be measured."),
    "changed": N_("The file was changed while it was being checked."),
    "objects": N_("The file holds more than {limit} objects."),
}
_OTHER: Final = N_("The limit «{name}» was reached.")


@rule(
    "LIM001",
    "time-limit",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The examination took longer than {limit} s and was ended."),
    since="0.1.0",
)
def time_limit(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The file takes too long to examine.

    What it checks:
        Whether the file could be examined within the time that one file is given (20 seconds
        unless set otherwise).
    Why it matters:
        A file built to keep programs busy, or one that is very complicated, keeps the portal's own
        check busy too. Nothing is known about what was not examined.
    How to fix:
        Scan the document again, or print it to a new PDF. If the computer was busy, allow more time
        with --timeout.
    Source:
        Limits on hostile files, docs/decisions/0003-sandbox.md.
    """
    for hit in _hits(ctx, "time"):
        yield Unknown(
            N_("The examination took longer than {limit} s and was ended."),
            args={"limit": _number(hit.limit)},
        )


@rule(
    "LIM002",
    "memory-limit",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The examination needed more than {limit} MB of memory and was ended."),
    since="0.1.0",
)
def memory_limit(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The file takes too much memory to examine.

    What it checks:
        Whether the file could be examined within the memory that one file is given (2 GB).
    Why it matters:
        A small file that unpacks to gigabytes is refused by portals, and it stops the computer of
        whoever opens it.
    How to fix:
        Scan the document again at 300 dpi, or print it to a new PDF.
    Source:
        Limits on hostile files, docs/decisions/0003-sandbox.md.
    """
    for hit in _hits(ctx, "memory"):
        yield Unknown(
            N_("The examination needed more than {limit} MB of memory and was ended."),
            args={"limit": int((hit.limit or 0) / 2**20)},
        )


@rule(
    "LIM003",
    "reader-crashed",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The program that reads such files broke off on this one."),
    since="0.1.0",
)
def crashed(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The program that reads such files breaks off on this one.

    What it checks:
        Whether the separate process that opens the file came back with an answer.
    Why it matters:
        A file on which a reader breaks off is damaged or made to do harm; the portal may break off
        as well.
    How to fix:
        Scan the document again, or print it to a new PDF. If the file opens well elsewhere, send it
        to the authors of medcab.
    Source:
        Limits on hostile files, docs/decisions/0003-sandbox.md.
    """
    for hit in (*_hits(ctx, "crash"), *_hits(ctx, "error")):
        yield Unknown(
            N_("The program that reads such files broke off on this one."),
            evidence={"detail": hit.detail},
        )


@rule(
    "LIM004",
    "structure-limit",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The file is built so that it was not examined to the end."),
    since="0.1.0",
)
def structure_limit(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The file is built so that it cannot be examined to the end.

    What it checks:
        Pixels of a picture, passes of a JPEG, packing of data, elements, pictures and nested parts
        of a page, pages and objects of a PDF: each has a limit that documents keep with ease.
    Why it matters:
        What lies beyond the limit was not looked at, so nothing good can be said about it. The
        portal has limits of its own.
    How to fix:
        Scan the document again at 300 dpi, or print it to a new PDF. Split very long documents.
    Source:
        Limits on hostile files, docs/decisions/0003-sandbox.md.
    """
    for hit in ctx.facts.limits:
        if hit.name in _OWN:
            continue
        yield Unknown(
            _REASONS.get(hit.name, _OTHER),
            args={"name": hit.name, "limit": _number(hit.limit), "seen": _number(hit.seen)},
            page=hit.page,
            evidence={"limit_name": hit.name, "limit": hit.limit, "measured": hit.seen},
        )


@rule(
    "LIM005",
    "file-unreadable",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The file could not be read."),
    since="0.1.0",
)
def unreadable_file(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The file cannot be read at all.

    What it checks:
        Whether the bytes of the file could be had from the disk or the archive.
    Why it matters:
        A file that cannot be read cannot be checked, nor sent.
    How to fix:
        Check that the file is not open in another program, that you may read it, and that the disk
        or network drive is connected. Take it out of the archive and try again.
    Source:
        Every check of docs/requirements.md, files needs the content.
    """
    for hit in _hits(ctx, "unreadable"):
        yield Unknown(N_("The file could not be read."), evidence={"detail": hit.detail})


def _hits(ctx: DocumentContext, name: str) -> list[LimitHit]:
    return [hit for hit in ctx.facts.limits if hit.name == name]


def _number(value: float | None) -> float | int | str:
    if value is None:
        return "?"
    return int(value) if value == int(value) else round(value, 1)
