"""PDF: rules about the pages of a PDF, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from medcab.model import Severity
from medcab.rules import DocumentContext, Hit, Scope, Unknown, rule
from medcab.text import N_
from medcab.validators._missing import why_no_pdf

__all__ = [
    "pdf_empty_page",
    "pdf_image_damaged",
    "pdf_mixed_orientation",
    "pdf_no_pages",
    "pdf_no_scan",
    "pdf_page_count",
    "pdf_page_size",
]

_POINT_MM: Final = 25.4 / 72
_ISO_LIMIT: Final = 14_400  # points; ISO 32000-1, annex C


@rule(
    "PDF012",
    "pdf-no-pages",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The PDF has no pages."),
    since="0.1.0",
)
def pdf_no_pages(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The PDF has no pages.

    What it checks:
        The number of pages.
    Why it matters:
        There is nothing to look at; the portal takes the document for missing.
    How to fix:
        Scan the document again.
    Source:
        docs/requirements.md F02.
    """
    if (unknown := why_no_pdf(ctx.facts)) is not None:
        yield unknown
    elif ctx.facts.pdf is not None and ctx.facts.pdf.page_count == 0:
        yield Hit()


@rule(
    "PDF013",
    "pdf-page-count",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("The PDF has one page; no more than {limit} are expected."),
    plural=N_("The PDF has {n} pages; no more than {limit} are expected."),
    since="0.1.0",
    params={"max_pages": 100},
)
def pdf_page_count(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The PDF has unusually many pages.

    What it checks:
        The number of pages against the parameter max_pages (100 unless the profile says otherwise).
    Why it matters:
        Usually several documents were scanned into one file; the portal wants each in its own.
    How to fix:
        Split the file by documents.
    Source:
        docs/requirements.md F13: every file has one type of document.
    """
    if (unknown := why_no_pdf(ctx.facts)) is not None:
        yield unknown
    elif ctx.facts.pdf is not None and (count := ctx.facts.pdf.page_count) is not None:
        limit = int(ctx.params["max_pages"])
        if count > limit:
            yield Hit(
                args={"n": count, "limit": limit}, evidence={"measured": count, "limit": limit}
            )


@rule(
    "PDF014",
    "pdf-page-size",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("Page {page} is {width} × {height} mm: no paper has that size."),
    since="0.1.0",
    params={"min_mm": 40, "max_mm": 450},
)
def pdf_page_size(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """A page has a size that no paper has.

    What it checks:
        The size of each page as displayed. Outside of 40 to 450 mm on a side a warning; more than
        5 080 mm (the limit of the standard) or nothing at all is an error.
    Why it matters:
        The page was made by a program that did not know the size of the paper; its resolution is
        then wrong as well, and the document is printed too small or too large.
    How to fix:
        Scan again with the size of the paper set (usually A4).
    Source:
        docs/requirements.md F06; ISO 32000-1, annex C (14 400 units).
    """
    if (unknown := why_no_pdf(ctx.facts)) is not None:
        yield unknown
        return
    low, high = float(ctx.params["min_mm"]), float(ctx.params["max_mm"])
    for page in ctx.facts.pdf.pages if ctx.facts.pdf is not None else ():
        sides = (page.width * _POINT_MM, page.height * _POINT_MM)
        if low <= min(sides) and max(sides) <= high:
            continue
        impossible = max(page.width, page.height) > _ISO_LIMIT or min(sides) < 1
        yield Hit(
            args={"page": page.number, "width": round(sides[0]), "height": round(sides[1])},
            page=page.number,
            evidence={"measured": [round(s, 1) for s in sides], "unit": "mm"},
            severity=None if impossible else Severity.WARNING,
        )


@rule(
    "PDF015",
    "pdf-mixed-orientation",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("The page lies across while others stand upright: {pages}."),
    plural=N_("{n} pages lie across while others stand upright: {pages}."),
    since="0.1.0",
)
def pdf_mixed_orientation(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """Some pages stand upright and some lie across.

    What it checks:
        The orientation of the pages as displayed, square ones left out. The smaller group is named.
    Why it matters:
        Often a sheet was put into the scanner turned, and the expert has to turn the head. Wide
        tables and spreads of a passport are fine.
    How to fix:
        If a page lies on its side, turn it and save the file; else leave it.
    Source:
        docs/requirements.md F07.
    """
    if (unknown := why_no_pdf(ctx.facts)) is not None:
        yield unknown
        return
    pages = ctx.facts.pdf.pages if ctx.facts.pdf is not None else ()
    upright = [p.number for p in pages if p.height > p.width * 1.05]
    across = [p.number for p in pages if p.width > p.height * 1.05]
    if upright and across:
        odd = across if len(across) <= len(upright) else upright
        yield Hit(
            args={"n": len(odd), "pages": ", ".join(map(str, odd[:10]))},
            page=odd[0],
            evidence={"upright": len(upright), "across": len(across)},
        )


@rule(
    "PDF016",
    "pdf-no-scan",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("The PDF holds no scan: its pages are text made on a computer."),
    since="0.1.0",
)
def pdf_no_scan(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The PDF is not a scan.

    What it checks:
        Whether at least one page shows a picture over a fair part of it. Document types for which
        the profile accepts text made on a computer are left out.
    Why it matters:
        A copy of a paper document has to show its stamp and signature; a text typed anew is not a
        copy. An electronic extract signed by its issuer is fine.
    How to fix:
        Scan the paper original at 300 dpi.
    Source:
        docs/requirements.md F06, F07.
    """
    if (unknown := why_no_pdf(ctx.facts)) is not None:
        yield unknown
        return
    pdf = ctx.facts.pdf
    requirement = ctx.profile.requirement(ctx.document.type)
    if pdf is None or not pdf.pages or (requirement is not None and requirement.text):
        return
    if any(page.image_share >= 0.05 for page in pdf.pages):
        return
    if not all(page.complete for page in pdf.pages):
        yield Unknown(N_("The file was not examined to the end."))
    elif not all(page.empty for page in pdf.pages):
        yield Hit()


@rule(
    "PDF017",
    "pdf-empty-page",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("Page {page} is empty: nothing is drawn on it."),
    since="0.1.0",
    fixable=True,
)
def pdf_empty_page(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """A page has nothing on it at all.

    What it checks:
        Pages that draw no picture, no text and no line. A scan of a blank sheet is another matter.
        An error if all pages are empty, else a warning.
    Why it matters:
        The document was lost on the way into the PDF.
    How to fix:
        Remove the empty page, or scan the document again.
    Source:
        docs/requirements.md F07.
    """
    if (unknown := why_no_pdf(ctx.facts)) is not None:
        yield unknown
        return
    pages = ctx.facts.pdf.pages if ctx.facts.pdf is not None else ()
    every = all(page.empty for page in pages)
    damaged = ctx.facts.pdf is not None and ctx.facts.pdf.damage is not None
    for page in pages:
        if not page.complete:
            yield Unknown(N_("The page was not examined to the end."), page=page.number)
        elif page.empty and damaged:
            yield Unknown(
                N_("The file is damaged: it is not known what the page showed."), page=page.number
            )
        elif page.empty:
            yield Hit(
                args={"page": page.number},
                page=page.number,
                severity=None if every else Severity.WARNING,
            )


@rule(
    "PDF018",
    "pdf-image-damaged",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("Page {page}: picture {image} is damaged, a part of it is missing."),
    since="0.1.0",
)
def pdf_image_damaged(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """A picture inside the PDF is damaged.

    What it checks:
        Whether the data of the pictures of each page is whole: JPEG from its first marker to the
        last with all its blocks and no more, packed samples to the last one, all rows of CCITT
        group 4. JBIG2, JPEG 2000 and group 3 are not checked in this manner.
    Why it matters:
        The page shows only its upper part, or nothing.
    How to fix:
        Scan the page again.
    Source:
        docs/requirements.md F07; ITU-T T.81, annex B and F; ITU-T T.6.
    """
    if (unknown := why_no_pdf(ctx.facts)) is not None:
        yield unknown
        return
    for page in ctx.facts.pdf.pages if ctx.facts.pdf is not None else ():
        broken = next((i for i in page.images if i.damage), None)
        if broken is not None:
            yield Hit(
                args={"page": page.number, "image": broken.index},
                page=page.number,
                box=broken.box,
                evidence={"detail": broken.damage},
            )
        elif not page.decoded:
            yield Unknown(
                N_("The pictures of the page were not examined to the end."), page=page.number
            )
