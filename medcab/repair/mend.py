"""The work on one document, meant for a worker: from bytes and steps to the bytes of PDFs.

:func:`mend` is what the sandbox calls. It never writes; what it returns is judged by the rules
before anything is kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import warnings
from collections.abc import Iterable
from typing import Any, Final

from medcab.repair import build as _build
from medcab.repair import pdfclean, recompress, scans
from medcab.repair.compare import differing_pages, page_count
from medcab.repair.edit import LEFT_AT_THE_EDGE, crooked, edit, lost, only_straightened
from medcab.repair.images import CONVERTIBLE, Leaf, leaves_of
from medcab.repair.model import Action, Mended, Note, Order, RepairError, Step, exchanged
from medcab.sources import Source
from medcab.text import N_
from medcab.validators.facts import FileFacts, PdfFacts

__all__ = ["mend"]

_INVISIBLE: Final = frozenset({Action.REBUILD, Action.UNLOCK, Action.UNSCRIPT, Action.UNLAYER})
_RESCAN: Final = N_("Scan the document again.")


def mend(order: Order) -> Mended:
    """Do the steps of ``order``.

    Raises:
        RepairError: it cannot be done; nothing is lost.
        OSError: the bytes cannot be had.
    """
    if all(form == "pdf" for form in order.formats):
        return _mend_pdf(order)
    return _mend_pictures(order)


def _bytes(source: Source, facts: FileFacts) -> bytes:
    data = source.read()
    if hashlib.sha256(data).hexdigest() != facts.sha256:
        raise exchanged()
    return data


def _mend_pictures(order: Order) -> Mended:
    leaves: list[Leaf] = []
    remarks: list[Note] = []
    for source, form, facts in zip(order.sources, order.formats, order.facts, strict=True):
        if form not in CONVERTIBLE:
            raise RepairError(
                N_("Files of the format {format} cannot be turned into a PDF here."),
                hint=N_("Open the file in its program and save it as PDF."),
                format=form or "?",
            )
        made = leaves_of(_bytes(source, facts), facts, order.dpi)
        _edit_leaves(made, facts, order.steps, remarks)
        leaves += made
    data, notes = _build.build(
        leaves, order.max_size, order.dpi, order.quality_floor, grey=order.grey
    )
    return Mended((data,), (*remarks, *notes))


def _edit_leaves(
    leaves: list[Leaf], facts: FileFacts, steps: tuple[Step, ...], notes: list[Note]
) -> None:
    optional = only_straightened(steps)
    for step in steps:
        pages = dict(_amounts(step, facts))
        for number, leaf in enumerate(leaves, start=1):
            amount = pages.get(number)
            if amount is None:
                continue
            if step.action is Action.TURN:
                leaf.turn = (leaf.turn + round(amount)) % 360
            elif step.action is Action.DESKEW:
                if _straighten(leaf, amount):
                    continue
                if optional:
                    raise crooked()
                notes.append(Note(LEFT_AT_THE_EDGE, {"page": number}))
            elif step.action is Action.CLEAN:
                leaf.change(scans.darkened(leaf.decoded()))


def _amounts(step: Step, facts: FileFacts) -> list[tuple[int, float]]:
    """(page, degrees) of the step for the file that ``facts`` are about."""
    by_file = step.args.get("by_file", {})
    return [(int(p), float(a)) for p, a in by_file.get(facts.sha256, ())]


def _straighten(leaf: Leaf, degrees: float) -> bool:
    made = scans.straightened(leaf.decoded(), degrees)
    if made is None:
        return False
    leaf.change(made)
    return True


def _mend_pdf(order: Order) -> Mended:
    import pikepdf

    facts: FileFacts = order.facts[0]
    data = _bytes(order.sources[0], facts)
    assert facts.pdf is not None
    actions = {s.action: s for s in order.steps}
    try:
        pdf = pikepdf.open(io.BytesIO(data), suppress_warnings=True)
    except pikepdf.PasswordError as error:
        raise RepairError(
            N_("The file asks for a password."),
            hint=N_("Open it with the password and save it without protection."),
        ) from error
    except pikepdf.PdfError as error:
        raise RepairError(N_("The PDF cannot be rebuilt."), hint=_RESCAN) from error
    notes: list[Note] = []
    with pdf:
        if pdf.is_encrypted and not order.drop_restrictions:
            raise RepairError(
                N_("The file is restricted by a password; a changed copy would not be."),
                hint=N_("Allow it with --remove-restrictions."),
            )
        if pdfclean.has_signature(pdf):
            raise RepairError(
                N_("The PDF is signed: any change breaks the signature."),
                hint=N_("Change the document before it is signed, and sign it again."),
            )
        with contextlib.ExitStack() as stack:
            own = pdf
            if Action.REBUILD in actions:
                own = stack.enter_context(_rebuilt(pdf, data))
            proven = _unseen(actions)
            reference = data if not proven or page_count(data) else _build.save(own)
            if Action.FLATTEN in actions:
                from medcab.repair.flatten import flatten

                own = stack.enter_context(pikepdf.open(io.BytesIO(flatten(_build.save(own)))))
                reference = _build.save(own)
            edit(own, facts.pdf, actions, notes)
            pdfclean.clean_metadata(own)
            made = _build.save(own)
            if proven and differing_pages(reference, made):
                raise RepairError(
                    N_("The pages would look different after the repair."),
                    hint=N_("Print the document to a new PDF."),
                )
            if order.max_size is None or len(made) <= order.max_size:
                return Mended((made,), tuple(notes))
            size = len(made)
            del reference, made  # as large as the file: the room is needed for its pictures
            parts = _smaller(own, facts.pdf, size, order.max_size, order, notes)
    return Mended(parts, tuple(notes))


def _rebuilt(pdf: Any, data: bytes) -> Any:
    """A document with the pages of ``pdf`` that keeps to the standard.

    Raises:
        RepairError: pages, or parts of pages, are not there any more.
    """
    import pikepdf

    count = len(pdf.pages)
    promised = pdf.Root.get("/Pages", {}).get("/Count", count)
    missing = not count or (isinstance(promised, int) and promised > count)
    missing = missing or page_count(data) > count or pdfclean.dangling(pdf, data)
    if missing or any(_incomplete(page) for page in pdf.pages):
        raise lost()
    for fresh in (False, True):
        if fresh:
            # What qpdf makes of a file without trailer lacks a part: take over page by page.
            source, pdf = pdf, pikepdf.new()
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # fields come along as widgets, which will do
                pdf.pages.extend(source.pages)
        try:
            made = pikepdf.open(io.BytesIO(_build.save(pdf)), attempt_recovery=False)
        except pikepdf.PdfError:
            continue
        if len(made.pages) == count and not made.check_pdf_syntax():
            return made
        made.close()
    raise lost()


def _incomplete(page: Any) -> bool:
    return not page.obj.get("/Contents") or pdfclean.draws_what_is_lost(page)


def _unseen(actions: Iterable[Action]) -> bool:
    """Whether the pages must look the same afterwards, and that has to be proven.

    Steps that are seen on purpose are judged by the rules alone; fields have been compared.
    """
    steps = set(actions)
    unseen = {*_INVISIBLE, Action.FLATTEN, Action.COMPRESS, Action.RENAME}
    return bool(steps & _INVISIBLE) and steps <= unseen


def _smaller(
    pdf: Any, facts: PdfFacts, size: int, limit: int, order: Order, notes: list[Note]
) -> tuple[bytes, ...]:
    """The document in ``limit`` bytes, or in parts of no more; ``size`` is what it takes now."""
    streams, pictures = scans.pictures_of(pdf, facts, order.dpi)
    if not pictures and order.parts == 1:
        raise RepairError(
            N_("The file is larger than {limit} MB and has no pictures that can be made smaller."),
            hint=N_("Divide the document, where the portal takes several files."),
            limit=round(limit / 2**20, 2),
        )
    rest = size - sum(p.stored for p in pictures)
    for share in (0.99, 0.95):
        fitted = recompress.fit(
            pictures, int((limit - rest) * share), order.quality_floor, grey=order.grey
        )
        if fitted is None:
            break
        scans.put(pdf, streams, fitted.encoded)
        smaller = _build.save(pdf)
        if len(smaller) <= limit:
            notes.append(Note(N_("JPEG quality {quality}"), {"quality": fitted.quality}))
            return (smaller,)
    if order.parts > 1:
        from medcab.repair.split import split

        return split(pdf, streams, pictures, order, notes)
    raise _build.too_large(limit)
