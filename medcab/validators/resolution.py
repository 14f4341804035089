"""DPI: effective resolution, of the pages of a PDF and of picture files.

How it is measured: ``docs/decisions/0004-resolution.md``.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from medcab.model import Severity
from medcab.rules import DocumentContext, Hit, Scope, Unknown, rule
from medcab.text import N_
from medcab.validators._missing import why_no_image, why_no_pdf
from medcab.validators.facts import ImageFacts, PlacedImage

__all__ = ["enough_for_a4", "image_resolution_low", "paper_mm", "pdf_resolution_low"]

_A4_INCHES: Final = (8.27, 11.69)
_MM: Final = 25.4


@rule(
    "DPI001",
    "resolution-low",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("Page {page}: picture {image} has {has} dpi, {needs} are needed."),
    since="0.1.0",
    params={"tolerance": 0.015, "share": 0.05},
)
def pdf_resolution_low(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """A page was scanned too coarsely.

    What it checks:
        The real resolution of every picture that is seen on a page: its samples divided by the size
        at which it is shown, in both directions. Pictures that are covered, lie outside the page or
        take less than a twentieth of it (parameter share) do not count. 1.5 % are let pass.
    Why it matters:
        Below 300 dpi small print and stamps cannot be read; the application is refused.
    How to fix:
        Scan the page again with 300 dpi set in the scanner. Enlarging the old picture does not
        help: it adds no detail.
    Source:
        docs/requirements.md F06.
    """
    needs = ctx.profile.files.dpi
    if not needs:
        return
    if (unknown := why_no_pdf(ctx.facts)) is not None:
        yield unknown
        return
    pdf = ctx.facts.pdf
    if pdf is None:
        return
    if pdf.page_count is not None and len(pdf.pages) < pdf.page_count:
        yield Unknown(N_("The file was not examined to the end."))
    least = needs * (1 - float(ctx.params["tolerance"]))
    for page in pdf.pages:
        worst = page.worst(float(ctx.params["share"]))
        if worst is not None and worst.dpi < least:
            yield Hit(
                args={
                    "page": page.number,
                    "image": worst.index,
                    "has": _shown(worst.dpi_h, worst.dpi_v),
                    "needs": needs,
                },
                page=page.number,
                box=worst.box,
                evidence=_evidence(worst, needs, page.share_below(least)),
            )
        elif not page.complete:
            yield Unknown(N_("The page was not examined to the end."), page=page.number)


@rule(
    "DPI002",
    "image-resolution-low",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The picture of {width} × {height} pixels has {has} dpi, {needs} are needed."),
    since="0.1.0",
    params={"tolerance": 0.015},
)
def image_resolution_low(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """A picture file was scanned too coarsely.

    What it checks:
        The resolution that the file states, in both directions. A file that states less, or
        nothing, but has enough pixels for a whole A4 sheet gets a warning or passes: it is a
        photograph of good size.
    Why it matters:
        Below 300 dpi small print and stamps cannot be read; the application is refused.
    How to fix:
        Scan again with 300 dpi set in the scanner. For a photograph, go nearer and let the document
        fill the picture.
    Source:
        docs/requirements.md F06.
    """
    needs = ctx.profile.files.dpi
    if not needs:
        return
    if (unknown := why_no_image(ctx.facts)) is not None:
        yield unknown
        return
    image = ctx.facts.image
    if image is None:
        return
    if not image.width or not image.height:
        yield Unknown(N_("The picture could not be read."))
        return
    least = needs * (1 - float(ctx.params["tolerance"]))
    plenty = enough_for_a4(image, least)
    if not image.densities:
        if not plenty:
            width, height = paper_mm(image, needs, needs)
            yield Unknown(
                N_(
                    "The picture does not say its resolution. Its {width} × {height} pixels are "
                    "enough for paper of {paper_width} × {paper_height} mm."
                ),
                args={
                    "width": image.width,
                    "height": image.height,
                    "paper_width": width,
                    "paper_height": height,
                },
            )
        return
    stated = image.densities[0]
    if min(stated.h, stated.v) < least:
        yield Hit(
            args={
                "width": image.width,
                "height": image.height,
                "has": _shown(stated.h, stated.v),
                "needs": needs,
            },
            evidence={
                "measured": [round(stated.h, 1), round(stated.v, 1)],
                "limit": needs,
                "unit": "dpi",
                "source": stated.source,
            },
            severity=Severity.WARNING if plenty else None,
        )


def enough_for_a4(image: ImageFacts, dpi: float) -> bool:
    """Whether the pixels make ``dpi`` even if the picture shows a whole A4 sheet."""
    short, long = sorted((image.width, image.height))
    # 3 %: the border that a scanner cannot reach.
    return short >= _A4_INCHES[0] * dpi * 0.97 and long >= _A4_INCHES[1] * dpi * 0.97


def paper_mm(image: ImageFacts, h: float, v: float) -> tuple[int, int]:
    """Size of the paper that the picture would be at ``h`` × ``v`` dpi."""
    return round(image.width / h * _MM), round(image.height / v * _MM)


def _shown(h: float, v: float) -> str:
    # Rounded down: 299.7 must not be called 300 when 300 is asked for.
    one, two = int(h + 0.05), int(v + 0.05)
    return str(one) if one == two else f"{one} × {two}"


def _evidence(image: PlacedImage, needs: int, share: float) -> dict[str, object]:
    return {
        "measured": [round(image.dpi_h, 1), round(image.dpi_v, 1)],
        "limit": needs,
        "unit": "dpi",
        "name": image.name,
        "pixels": [image.width, image.height],
        "share": round(share, 3),
    }
