"""IMG: what a picture file says about its resolution, and whether that can be true."""

from __future__ import annotations

from collections.abc import Iterator

from medcab.model import Severity
from medcab.rules import DocumentContext, Hit, Scope, Unknown, rule
from medcab.text import N_
from medcab.validators._missing import why_no_image
from medcab.validators.resolution import enough_for_a4, paper_mm

__all__ = ["density_conflict", "density_implausible", "density_missing", "density_unequal"]


@rule(
    "IMG009",
    "density-missing",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("The picture does not say its resolution ({width} × {height} pixels)."),
    since="0.1.0",
)
def density_missing(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The picture does not say its resolution.

    What it checks:
        Whether the file states dots per inch: JFIF or EXIF in a JPEG, pHYs in a PNG.
    Why it matters:
        A portal that looks for 300 dpi finds nothing and may refuse the file.
    How to fix:
        Scan again and keep the scanner's own file: programs that send or edit pictures drop the
        note.
    Source:
        docs/requirements.md F06; JFIF 1.02; CIPA DC-008; W3C PNG, 11.3.4.3.
    """
    if (unknown := why_no_image(ctx.facts)) is not None:
        yield unknown
    elif (image := ctx.facts.image) is not None and image.width and not image.densities:
        yield Hit(args={"width": image.width, "height": image.height})


@rule(
    "IMG010",
    "density-conflict",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("The picture states two resolutions: {first} and {second} dpi."),
    since="0.1.0",
)
def density_conflict(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The picture states two resolutions that differ.

    What it checks:
        Dots per inch in the JFIF header against those in the EXIF data, with 2 % to spare.
    Why it matters:
        Which of them counts depends on the program; one of them is wrong.
    How to fix:
        Scan again, or save the picture with the right resolution.
    Source:
        docs/requirements.md F06; JFIF 1.02; CIPA DC-008, 4.6.4.
    """
    if (unknown := why_no_image(ctx.facts)) is not None:
        yield unknown
    elif (image := ctx.facts.image) is not None and len(image.densities) > 1:
        one, two = image.densities[:2]
        if abs(one.h - two.h) > 0.02 * max(one.h, two.h) or abs(one.v - two.v) > 0.02 * max(
            one.v, two.v
        ):
            yield Hit(
                args={"first": round(one.h), "second": round(two.h)},
                evidence={d.source: [round(d.h, 1), round(d.v, 1)] for d in image.densities},
            )


@rule(
    "IMG011",
    "density-unequal",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("The resolution differs by direction: {h} dpi across, {v} dpi down."),
    since="0.1.0",
    fixable=True,
)
def density_unequal(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The resolution differs between the two directions.

    What it checks:
        Dots per inch across and down, with 2 % to spare.
    Why it matters:
        The picture was a fax or was stretched; most programs ignore the note and show the document
        squashed.
    How to fix:
        Scan again with one resolution for both directions.
    Source:
        docs/requirements.md F06.
    """
    if (unknown := why_no_image(ctx.facts)) is not None:
        yield unknown
    elif (image := ctx.facts.image) is not None and image.densities:
        stated = image.densities[0]
        if abs(stated.h - stated.v) > 0.02 * max(stated.h, stated.v):
            yield Hit(
                args={"h": round(stated.h), "v": round(stated.v)},
                evidence={"measured": [round(stated.h, 1), round(stated.v, 1)], "unit": "dpi"},
            )


@rule(
    "IMG012",
    "density-implausible",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("With {dpi} dpi the picture would be {width} × {height} mm: that cannot be."),
    since="0.1.0",
    params={"min_short_mm": 50, "min_long_mm": 80, "max_mm": 600},
)
def density_implausible(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The stated resolution cannot be true.

    What it checks:
        The size of the paper that follows from pixels and stated resolution. Smaller than an
        identity card (54 × 86 mm) means that 300 dpi were written into a small picture: an error.
        Larger than A2 is a warning.
    Why it matters:
        The note in the file can be changed by anyone, the number of pixels cannot: a small picture
        stays illegible whatever it says about itself.
    How to fix:
        Scan the paper again with 300 dpi set in the scanner; do not change the note in the file.
    Source:
        docs/requirements.md F06; ISO/IEC 7810 (ID-1).
    """
    if (unknown := why_no_image(ctx.facts)) is not None:
        yield unknown
        return
    image = ctx.facts.image
    if image is None or not image.densities or not image.width or not image.height:
        return
    stated = image.densities[0]
    paper = paper_mm(image, stated.h, stated.v)
    short, long = sorted(paper)
    small = short < float(ctx.params["min_short_mm"]) or long < float(ctx.params["min_long_mm"])
    # A photograph of good size that says 72 dpi is DPI002's matter.
    huge = long > float(ctx.params["max_mm"]) and not enough_for_a4(image, ctx.profile.files.dpi)
    if small or huge:
        yield Hit(
            args={"dpi": round(stated.h), "width": paper[0], "height": paper[1]},
            evidence={"measured": list(paper), "unit": "mm", "source": stated.source},
            severity=None if small else Severity.WARNING,
        )
