"""SCN: can the page be read? Sharpness, contrast, how the sheet lay.

How each value is measured and where its limits come from: ``docs/decisions/0005-legibility.md``;
how often each rule errs: ``docs/accuracy.md``. The rules on what is seen on the page are in
:mod:`medcab.validators.scan.rules_content`.
"""

from __future__ import annotations

from collections.abc import Iterator

from medcab.model import Severity
from medcab.rules import DocumentContext, Hit, Scope, Unknown, rule
from medcab.text import N_
from medcab.validators.scan.judging import measured, scans, unmeasured

__all__ = [
    "page_blank",
    "page_blurred",
    "page_cut",
    "page_pale",
    "page_skewed",
    "page_turned",
    "scan_enlarged",
]


@rule(
    "SCN001",
    "page-blurred",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("Page {page} is not sharp: edges are {has} pixels wide, {limit} at most."),
    since="0.1.0",
    params={"soft": 3.5, "blurred": 4.5, "part": 0.25},
)
def page_blurred(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The page is blurred.

    What it checks:
        How wide the edges of letters and lines are, in pixels of 300 dpi, compared with the
        difference between ink and paper, so that pale print is not taken for blur. Sharp scans have
        2 to 3.2. Over 3.5 (parameter soft) the page is soft: a warning. Over 4.5 (parameter
        blurred) it is blurred, also where only strips across the page are that hold a quarter of
        its ink (parameter part). A smaller part that is much less sharp than the rest is a warning.
        Rules and frames do not count, and grain is averaged out. A page with too little ink is not
        judged.
    Why it matters:
        Small print, numbers and stamps run together; the portal answers «unsatisfactory quality».
    How to fix:
        Clean the glass, press the sheet flat and scan again at 300 dpi. A photograph must be taken
        with both hands, in good light, and in focus. Sharpening by a program does not help.
    Source:
        docs/requirements.md F07; the measure is our own.
    """
    yield from unmeasured(ctx.facts)
    soft, blurred = float(ctx.params["soft"]), float(ctx.params["blurred"])
    for page in scans(ctx):
        if page.edge is None:
            continue
        if page.edge > soft:
            bad = page.edge > blurred
            limit = blurred if bad else soft
            yield Hit(
                args={"page": page.number, "has": page.edge, "limit": limit},
                page=page.number,
                box=page.area,
                evidence={"measured": page.edge, "limit": limit, "unit": "px"},
                severity=None if bad else Severity.WARNING,
            )
        elif page.band is not None and page.band.value > blurred:
            much = page.band_share >= float(ctx.params["part"])
            yield Hit(
                args={"page": page.number, "has": page.band.value, "limit": blurred},
                page=page.number,
                box=page.band.box,
                evidence={
                    "measured": page.band.value,
                    "limit": blurred,
                    "unit": "px",
                    "part": True,
                    "share": page.band_share,
                },
                severity=None if much else Severity.WARNING,
            )
        elif page.soft is not None:
            yield Hit(
                args={"page": page.number, "has": page.soft.value, "limit": soft},
                page=page.number,
                box=page.soft.box,
                evidence={"measured": page.soft.value, "limit": soft, "unit": "px", "part": True},
                severity=Severity.WARNING,
            )


@rule(
    "SCN002",
    "page-pale",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_(
        "Page {page} is pale: ink and paper differ by {has} of 255 grey levels, {limit} needed."
    ),
    since="0.1.0",
    params={"warn": 70, "fail": 40},
    fixable=True,
)
def page_pale(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The print is too pale.

    What it checks:
        By how many grey levels the darker quarter of the ink differs from the paper around it.
        Print has 120 to 230, a pencil about 80. Under 70 (parameter warn) is a warning, under 40
        (parameter fail) an error.
    Why it matters:
        Applications with low contrast are refused: the expert cannot read the text.
    How to fix:
        Scan again with more contrast or a darker setting, from the original and not from a copy.
    Source:
        docs/requirements.md F10; the measure is our own.
    """
    warn, fail = float(ctx.params["warn"]), float(ctx.params["fail"])
    for page in scans(ctx):
        if page.contrast is None or page.contrast >= warn:
            continue
        bad = page.contrast < fail
        limit = fail if bad else warn
        yield Hit(
            args={"page": page.number, "has": round(page.contrast), "limit": round(limit)},
            page=page.number,
            box=page.area,
            evidence={"measured": page.contrast, "limit": limit, "unit": "grey levels"},
            severity=None if bad else Severity.WARNING,
        )


@rule(
    "SCN003",
    "page-blank",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("Page {page} {state}."),
    since="0.1.0",
    fixable=True,
)
def page_blank(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """A page is blank.

    What it checks:
        Whether anything is on the page as it is shown: fewer than 12 pieces of ink of the size of a
        letter on a scan, none on a page made by a computer. Dust and the rim of the sheet do not
        count. Where a few are seen, the text may have been lost in scanning.
    Why it matters:
        The expert takes a blank page for a page that was lost. Usually it is the back of a sheet.
    How to fix:
        Look at the page and at the paper first. If something is written there, scan it again,
        darker and in focus. Delete the page only when the sheet is blank.
    Source:
        docs/requirements.md F07.
    """
    blank, nearly = N_("is blank"), N_("is nearly blank: almost nothing can be seen on it")
    for page in measured(ctx):
        if page.blank:
            yield Hit(
                args={"page": page.number, "state_template": nearly if page.marks else blank},
                page=page.number,
                box=(0.0, 0.0, 1.0, 1.0),
                evidence={"measured": page.marks, "limit": 12 if page.scan else 1},
            )


@rule(
    "SCN004",
    "page-skewed",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("Page {page} lies crooked by {has}°."),
    since="0.1.0",
    params={"warn": 0.8},
    fixable=True,
)
def page_skewed(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The sheet lies crooked.

    What it checks:
        The angle at which the rows of ink stand out best, from −15 to 15 degrees. From 0.8 degrees
        (parameter warn) it is said.
    Why it matters:
        Corners get cut off, and programs that read text make mistakes.
    How to fix:
        Lay the sheet along the edge of the glass and scan again, or let medcab fix turn it.
    Source:
        docs/requirements.md F07; the measure is our own.
    """
    warn = float(ctx.params["warn"])
    for page in scans(ctx):
        if page.skew is not None and abs(page.skew) >= warn:
            yield Hit(
                args={"page": page.number, "has": round(abs(page.skew), 1)},
                page=page.number,
                box=page.area,
                evidence={"measured": page.skew, "limit": warn, "unit": "degrees"},
            )


@rule(
    "SCN005",
    "page-turned",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("Page {page} {turn}."),
    since="0.1.0",
    params={"sure": 0.5},
    fixable=True,
)
def page_turned(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The page lies on its side or stands on its head.

    What it checks:
        Whether the lines of text run from top to bottom of the page as it is shown, and whether the
        letters stand on their heads. Pages with little text are not judged.
    Why it matters:
        The portal shows the page as it is in the file; the expert reads it with the head turned.
    How to fix:
        Turn the page in the program of the scanner and save it, or let medcab fix turn it.
    Source:
        docs/requirements.md F07; the measure is our own.
    """
    side, head = N_("lies on its side"), N_("stands on its head")
    for page in scans(ctx):
        if page.turn and page.turn_sure >= float(ctx.params["sure"]):
            yield Hit(
                args={"page": page.number, "turn_template": head if page.turn == 180 else side},
                page=page.number,
                box=page.area,
                evidence={"measured": page.turn, "unit": "degrees", "sure": page.turn_sure},
            )


@rule(
    "SCN006",
    "page-cut",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("Page {page}: text runs over the edge ({side})."),
    since="0.1.0",
)
def page_cut(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """Text is cut off at an edge of the page.

    What it checks:
        Whether letters touch the edge of the picture: letters of at least two lines at the left or
        right, a row of cut letters at the top or bottom; whether lines of a table or frame run over
        the edge.
    Why it matters:
        The beginning or end of the lines, a number or a signature is not on the scan.
    How to fix:
        Scan again with the whole sheet on the glass and the size of the paper set right.
    Source:
        docs/requirements.md F07: margins and signature must not be cut off.
    """
    sides = {"left": N_("left"), "right": N_("right"), "top": N_("top"), "bottom": N_("bottom")}
    for page in scans(ctx):
        for cut in page.cuts:
            yield Hit(
                args={"page": page.number, "side_template": sides[cut.side]},
                page=page.number,
                box=cut.box,
                evidence={"measured": cut.count, "side": cut.side},
            )


@rule(
    "SCN007",
    "scan-enlarged",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("Page {page} was enlarged: it was scanned at about {has} dpi."),
    since="0.1.0",
    params={"fail": 110, "warn": 265},
)
def scan_enlarged(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The resolution is not real: a coarse scan was enlarged.

    What it checks:
        Two traces that enlarging leaves: a rhythm in the sharpness of rows and columns, and cosine
        waves that mirror around the original size. Up to 110 dpi (parameter fail), when both agree,
        it is an error, up to 265 (parameter warn) a warning.
    Why it matters:
        The file says 300 dpi, but holds no more detail than the coarse scan: small print cannot be
        read.
    How to fix:
        Scan the paper again with 300 dpi set in the scanner.
    Source:
        docs/requirements.md F06; the measure is our own.
    """
    fail, warn = float(ctx.params["fail"]), float(ctx.params["warn"])
    for page in scans(ctx):
        if page.enlarged is None or page.enlarged > warn:
            continue
        bad = page.enlarged <= fail and page.enlarged_sure
        yield Hit(
            args={"page": page.number, "has": round(page.enlarged)},
            page=page.number,
            box=page.area,
            evidence={"measured": page.enlarged, "limit": fail if bad else warn, "unit": "dpi"},
            severity=None if bad else Severity.WARNING,
        )
