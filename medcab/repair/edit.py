"""Changes to the pages of a PDF: turned, straightened, cleaned, resized, freed of additions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from medcab.repair import pdfclean, scans
from medcab.repair.model import Action, Note, RepairError, Step
from medcab.text import N_
from medcab.validators.facts import PdfFacts

__all__ = ["LEFT_AT_THE_EDGE", "crooked", "edit", "lost", "only_straightened"]

_RESCAN: Final = N_("Scan the document again.")
_A4: Final = (8.27, 11.69)
_LEFT_CROOKED: Final = N_(
    "page {page} is left crooked: what lies over its picture cannot be turned with it"
)

LEFT_AT_THE_EDGE: Final = N_("page {page} is left crooked: what is at its edge would be cut off")


def only_straightened(steps: Iterable[Step]) -> bool:
    """Whether nothing but straightening is to be done: then a page left crooked changes nothing.

    Steps that come along with it (a picture becomes a PDF) answer no rule of their own.
    """
    return not any(
        step.action in (Action.JOIN, Action.TURN)
        or (step.rules and step.action not in (Action.DESKEW, Action.RENAME))
        for step in steps
    )


class _CutOffError(Exception):
    """Ink would be turned out of the page."""


def edit(pdf: Any, facts: PdfFacts, actions: dict[Action, Step], notes: list[Note]) -> None:
    """Do ``actions`` on the pages of ``pdf``; what is left undone is told in ``notes``.

    Args:
        pdf: an open pikepdf document, changed in place.
        facts: of the probe, about the pages as they were.
        actions: the steps of the order.
        notes: remarks are added to them.

    Raises:
        RepairError: a step cannot be done, or something is lost.
    """
    if Action.UNSCRIPT in actions:
        pdfclean.remove_actions(pdf)
    if Action.DETACH in actions:
        pdfclean.remove_attachments(pdf)
    if Action.UNLAYER in actions:
        if pdfclean.hidden_layers(pdf):
            raise RepairError(
                N_("A layer of the PDF is hidden: it is not known what is to be seen."),
                hint=N_("Open the file, switch on what is wanted, and print it to a new PDF."),
            )
        pdfclean.remove_layers(pdf)
    if Action.UNMARK in actions and not pdfclean.remove_watermarks(pdf):
        raise RepairError(
            N_("The watermark is woven into the page."),
            hint=N_("Remove it in the program that put it there, or scan with another one."),
        )
    if Action.REFIT in actions:
        for number in actions[Action.REFIT].args["numbers"]:
            _refit(pdf.pages[number - 1])
    if Action.DESKEW in actions:
        amounts = actions[Action.DESKEW].args["amounts"]
        left = [
            n for number, degrees in amounts if (n := _deskew_page(pdf, number, degrees, facts))
        ]
        at_the_edge = [note for note in left if note.template == LEFT_AT_THE_EDGE]
        if len(at_the_edge) == len(amounts) and only_straightened(actions.values()):
            raise crooked()
        notes += left
    if Action.CLEAN in actions:
        for number, _ in actions[Action.CLEAN].args["amounts"]:
            _clean_page(pdf, number, facts)
    if Action.TURN in actions:
        for number, degrees in actions[Action.TURN].args["amounts"]:
            page = pdf.pages[number - 1]
            page.rotate(round(degrees), relative=True)
    if Action.DROP_PAGES in actions:
        for number in sorted(actions[Action.DROP_PAGES].args["numbers"], reverse=True):
            if pdfclean.draws_what_is_lost(pdf.pages[number - 1]):
                raise lost()
            del pdf.pages[number - 1]


def _deskew_page(pdf: Any, number: int, degrees: float, facts: PdfFacts) -> Note | None:
    """Straighten a page; a note where that would cut it, or turn its picture alone."""
    page = facts.pages[number - 1]
    own = pdf.pages[number - 1]
    stream = scans.only_picture(own, page.images)
    alone = Note(_LEFT_CROOKED, {"page": number})
    if stream is None:
        return alone
    contents = own.obj.Contents
    if page.hidden_text:
        from medcab.repair.textlayer import turn_text

        name = next(i.name for i in page.images if i.share > 0)
        if not turn_text(pdf, own, f"/{name.removeprefix('/')}", degrees):
            return alone

    def change(image: Any) -> Any:
        made = scans.straightened(image, degrees)
        if made is None:
            raise _CutOffError
        return made

    try:
        if not scans.change_picture(pdf, stream, change):
            raise RepairError(N_("The picture could not be decoded."), hint=_RESCAN)
    except _CutOffError:
        own.obj.Contents = contents
        return Note(LEFT_AT_THE_EDGE, {"page": number})
    return None


def _clean_page(pdf: Any, number: int, facts: PdfFacts) -> None:
    stream = scans.only_picture(pdf.pages[number - 1], facts.pages[number - 1].images)
    if stream is None or not scans.change_picture(pdf, stream, scans.darkened):
        raise RepairError(N_("The picture could not be decoded."), hint=_RESCAN)


def _refit(page: Any) -> None:
    """Scale a page, with all on it, so that its sides are those of A4."""
    import pikepdf

    box = [float(v) for v in page.mediabox]
    width, height = box[2] - box[0], box[3] - box[1]
    factor = min(_A4[0] * 72 / min(width, height), _A4[1] * 72 / max(width, height))
    for key in ("/CropBox", "/TrimBox", "/BleedBox", "/ArtBox", "/UserUnit"):
        if key in page.obj:
            del page.obj[key]
    page.obj.MediaBox = pikepdf.Array([0, 0, round(width * factor, 4), round(height * factor, 4)])
    matrix = f"q {factor:.8f} 0 0 {factor:.8f} {-box[0] * factor:.4f} {-box[1] * factor:.4f} cm\n"
    page.contents_add(matrix.encode("ascii"), prepend=True)
    page.contents_add(b"\nQ")


def lost() -> RepairError:
    """The error for a file of which parts are missing."""
    return RepairError(
        N_("The PDF is damaged, and parts of it are lost."),
        hint=N_("Copy or download the file again, or scan the document again."),
    )


def crooked() -> RepairError:
    """The error for a page whose text would be turned out of it."""
    return RepairError(
        N_("The page cannot be straightened without cutting off what is at its edge."),
        hint=N_("Lay the sheet along the edge of the glass and scan again."),
    )
