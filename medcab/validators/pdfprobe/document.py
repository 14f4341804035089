"""Open a PDF and look at it as a whole: encryption, damage, actions, attachments, fields."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pikepdf

from medcab.validators.facts import LimitHit, PageFacts, PdfFacts, ProbeLimits
from medcab.validators.pdfprobe.layers import Layers
from medcab.validators.pdfprobe.objects import Census
from medcab.validators.pdfprobe.resources import Store
from medcab.validators.pdfprobe.walk import walk_page

__all__ = ["examine_pdf", "walk_again"]

# What pikepdf raises on objects that are not what they should be; its PdfError is a RuntimeError
# in some versions and an Exception in others.
_BROKEN = (
    pikepdf.PdfError,
    ArithmeticError,
    AttributeError,
    LookupError,
    NotImplementedError,
    RuntimeError,
    TypeError,
    ValueError,
)
_MAX_WARNINGS = 20
_MAX_TEXT = 200


def examine_pdf(
    data: bytes, path: str | None, limits: ProbeLimits
) -> tuple[PdfFacts, list[LimitHit]]:
    """Measure a PDF; whether its JPEG pictures are whole is told by :func:`walk_again`.

    Args:
        data: the whole file.
        path: where it lies on disk, or None; the parser maps it from there.
        limits: how far to go.

    Raises:
        MemoryError: the limit on memory was reached.
    """
    facts = PdfFacts(version=_version(data))
    try:
        pdf = _open(data, path, recover=False)
    except pikepdf.PasswordError:
        return replace(facts, encryption="user"), []
    except _BROKEN as error:
        facts = replace(facts, damage=_line(error))
        try:
            pdf = _open(data, path, recover=True)
        except pikepdf.PasswordError:
            return replace(facts, encryption="user"), []
        except _BROKEN as second:
            return _second_opinion(data, replace(facts, damage=_line(second))), []
    with pdf:
        measured, hits = _measure(pdf, facts, limits, again=facts.damage is not None)
    if facts.damage is None and measured.warnings:
        return _repaired(data, path, measured, hits, limits)
    return measured, hits


def _repaired(
    data: bytes,
    path: str | None,
    strict: PdfFacts,
    hits: list[LimitHit],
    limits: ProbeLimits,
) -> tuple[PdfFacts, list[LimitHit]]:
    """Walk again as viewers do, who put small errors right, where the first walk met some.

    Without repair a stream whose ``/Length`` is wrong is no stream, and its page looks empty. What
    was wrong stays on record: the complaints and the damage are those of the first walk.
    """
    try:
        with _open(data, path, recover=True) as pdf:
            again, found = _measure(pdf, PdfFacts(version=strict.version), limits, again=True)
    except _BROKEN:
        unseen = tuple(replace(page, complete=False) for page in strict.pages)
        return replace(strict, complete=False, pages=unseen), hits
    damage = strict.damage or again.damage
    return replace(again, damage=damage, warnings=strict.warnings), found


def _measure(
    pdf: Any, facts: PdfFacts, limits: ProbeLimits, *, again: bool
) -> tuple[PdfFacts, list[LimitHit]]:
    encryption = "owner" if pdf.is_encrypted else None
    try:
        pages = list(_first(pdf.pages, limits.pages))
        count = len(pdf.pages)
    except _BROKEN as error:
        return replace(facts, encryption=encryption, damage=facts.damage or _line(error)), []
    hits: list[LimitHit] = []
    if count > limits.pages:
        hits.append(LimitHit("pages", limits.pages, count))
    census = Census(pdf, pages, limits)
    damage = facts.damage
    try:
        hits += census.take()
    except _BROKEN as error:
        damage = damage or _line(error)
    store = Store(limits, Layers(pdf))
    walked: list[PageFacts] = []
    lost: list[str] = []
    for number, page in enumerate(pages, start=1):
        try:
            page_facts, page_hits = walk_page(page, number, store)
        except _BROKEN as error:
            damage = damage or _line(error)
            page_facts, page_hits = PageFacts(number, 0.0, 0.0, complete=False), []
        lost += [f"page {number}: {what}" for what in store.broken]
        store.broken.clear()
        walked.append(page_facts)
        hits += page_hits
    # Warnings last: most come when objects are read, not when the file is opened.
    said = [_line(warning) for warning in pdf.get_warnings()]
    if lost and (again or not said):  # what is missing may be found when the file is walked again
        damage = damage or lost[0]
    return replace(
        facts,
        encryption=encryption,
        damage=damage,
        opened=True,
        complete=census.complete,
        warnings=tuple(dict.fromkeys(said))[:_MAX_WARNINGS],
        page_count=count,
        pages=tuple(walked),
        actions=tuple(census.actions),
        attachments=tuple(census.attachments),
        fields=census.fields,
        widgets=census.widgets,
        signature_fields=census.signature_fields,
        xfa=census.xfa,
        layers=tuple(census.layers),
        producer=_info(pdf, "/Producer"),
        creator=_info(pdf, "/Creator"),
    ), hits


def walk_again(
    where: str | bytes, facts: PdfFacts, numbers: Sequence[int], limits: ProbeLimits
) -> dict[int, PageFacts]:
    """Measure pages once more, and decode their JPEG pictures to see whether they are whole.

    Args:
        where: path on disk, or the whole file.
        facts: of :func:`examine_pdf`, which tell how the file had to be opened.
        numbers: of the pages.
        limits: how far to go.

    Returns:
        number -> facts; a page that cannot be walked any more is not complete.
    """
    path, data = (where, b"") if isinstance(where, str) else (None, where)
    found = {n: PageFacts(n, 0.0, 0.0, complete=False) for n in numbers}
    try:
        pdf = _open(data, path, recover=bool(facts.damage or facts.warnings))
    except _BROKEN:
        return found
    with pdf:
        store = Store(limits, Layers(pdf), decode=True)
        for number in numbers:
            with contextlib.suppress(*_BROKEN):
                found[number] = walk_page(pdf.pages[number - 1], number, store)[0]
    return found


def _open(data: bytes, path: str | None, *, recover: bool) -> Any:
    return pikepdf.open(
        path if path is not None else io.BytesIO(data),
        suppress_warnings=True,
        attempt_recovery=recover,
        inherit_page_attributes=False,
    )


def _second_opinion(data: bytes, facts: PdfFacts) -> PdfFacts:
    """Ask pypdf, which bounds what it expands: is the file only locked, or broken?"""
    import logging

    import pypdf
    from pypdf.errors import PyPdfError

    logger = logging.getLogger("pypdf")
    silent, logger.disabled = logger.disabled, True  # what it would say is what we already know
    try:
        reader = pypdf.PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted:
            return replace(facts, encryption="user", damage=None)
        return replace(facts, page_count=len(reader.pages))
    except (PyPdfError, OSError, AssertionError, *_BROKEN):
        return facts
    finally:
        logger.disabled = silent


def _first(pages: Any, limit: int) -> Any:
    for at in range(min(len(pages), limit)):
        yield pages[at]


def _version(data: bytes) -> str:
    at = data.find(b"%PDF-", 0, 1024)
    version = data[at + 5 : at + 8] if at >= 0 else b""
    return version.decode("ascii", "replace") if version[1:2] == b"." else ""


def _info(pdf: Any, key: str) -> str:
    try:
        info = pdf.trailer.get("/Info")
        value = info.get(key) if info is not None else None
        return str(value)[:_MAX_TEXT] if value is not None else ""
    except _BROKEN:
        return ""


def _line(error: object) -> str:
    """What the parser said, without the name of the temporary or mapped file."""
    text = " ".join(str(error).split())
    for mark in (": ", "): "):
        head, found, rest = text.partition(mark)
        if found and (".pdf" in head.lower() or "<_io" in head) and rest:
            text = rest
    return text[:_MAX_TEXT]
