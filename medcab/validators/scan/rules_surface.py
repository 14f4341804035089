"""SCN: paper and ink: shadows, grain, blots, watermarks, the size of the print."""

from __future__ import annotations

from collections.abc import Iterator

from medcab.model import Severity
from medcab.rules import DocumentContext, Hit, Scope, Unknown, rule
from medcab.text import N_
from medcab.validators.scan.judging import scans

__all__ = ["page_bleached", "page_dark", "page_noisy", "page_spotted", "text_small", "watermark"]


@rule(
    "SCN008",
    "page-dark",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("Page {page} is too dark: the paper has {has} of 255 grey levels, {limit} needed."),
    since="0.1.0",
    params={"paper": 150},
    fixable=True,
)
def page_dark(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The page is too dark.

    What it checks:
        The grey level of the paper between the letters. White paper has 230 to 255, tinted forms
        from 180. Under 150 (parameter paper) it is said.
    Why it matters:
        Stamps and small print drown in the grey, and the file grows.
    How to fix:
        Scan again with more brightness; a photograph needs more light.
    Source:
        docs/requirements.md F07, F10; the measure is our own.
    """
    least = float(ctx.params["paper"])
    for page in scans(ctx):
        if page.paper is not None and page.paper < least:
            yield Hit(
                args={"page": page.number, "has": round(page.paper), "limit": round(least)},
                page=page.number,
                box=(0.0, 0.0, 1.0, 1.0),
                evidence={"measured": page.paper, "limit": least, "unit": "grey levels"},
            )


@rule(
    "SCN009",
    "page-bleached",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("Page {page} is too bright: the ink has bleached to {has} of 255 grey levels."),
    since="0.1.0",
    params={"ink": 135, "paper": 240, "pale": 70, "blurred": 4.5},
)
def page_bleached(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The page is too bright.

    What it checks:
        Whether the ink has bleached on white paper: the darker quarter of it is lighter than 135
        of 255 grey levels (parameter ink) where the paper has 240 or more (parameter paper). Good
        scans have ink of 20 to 100. Of what is paler still SCN002
        speaks, of what is blurred SCN001.
    Why it matters:
        Thin strokes and the lines of stamps disappear, and nothing can bring them back.
    How to fix:
        Scan again with less brightness.
    Source:
        docs/requirements.md F07, F10; the measure is our own.
    """
    for page in scans(ctx):
        if page.paper is None or page.contrast is None or page.paper < float(ctx.params["paper"]):
            continue
        if page.edge is not None and page.edge > float(ctx.params["blurred"]):
            continue  # blur takes the ink away as well, and SCN001 says so
        ink = page.paper - page.contrast
        if page.contrast >= float(ctx.params["pale"]) and ink > float(ctx.params["ink"]):
            yield Hit(
                args={"page": page.number, "has": round(ink)},
                page=page.number,
                box=page.area,
                evidence={"measured": ink, "limit": ctx.params["ink"], "unit": "grey levels"},
            )


@rule(
    "SCN010",
    "page-noisy",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("Page {page} is grainy: the paper varies by {has} grey levels, {limit} at most."),
    since="0.1.0",
    params={"noise": 8},
)
def page_noisy(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The page is grainy.

    What it checks:
        The standard deviation of the grey levels of bare paper. Good scans have 0 to 4. Over 8
        (parameter noise) it is said.
    Why it matters:
        Grain breaks up small print and makes the file several times as large.
    How to fix:
        Photograph in better light, or use a scanner; turn off «sharpen» in its settings.
    Source:
        docs/requirements.md F07; the measure is our own.
    """
    limit = float(ctx.params["noise"])
    for page in scans(ctx):
        if page.noise is not None and page.noise > limit:
            yield Hit(
                args={"page": page.number, "has": round(page.noise), "limit": round(limit)},
                page=page.number,
                box=(0.0, 0.0, 1.0, 1.0),
                evidence={"measured": page.noise, "limit": limit, "unit": "grey levels"},
            )


@rule(
    "SCN011",
    "page-spotted",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("Page {page} has {n} blot of {size} mm."),
    plural=N_("Page {page} has {n} blots, the largest of {size} mm."),
    since="0.1.0",
    params={"smallest": 3.0},
)
def page_spotted(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """There are blots on the page.

    What it checks:
        Solid dark blots that are round rather than long, from 3 mm (parameter smallest) to 25 mm.
        Logos and photographs may be taken for blots: a warning only.
    Why it matters:
        What lies under a blot cannot be read.
    How to fix:
        Clean the glass and scan again. If the blot is on the paper, ask for a new document.
    Source:
        docs/requirements.md F07: no blots; the measure is our own.
    """
    least = float(ctx.params["smallest"])
    for page in scans(ctx):
        spots = [spot for spot in page.spots if spot.value >= least]
        if spots:
            yield Hit(
                args={"page": page.number, "n": len(spots), "size": spots[0].value},
                page=page.number,
                box=spots[0].box,
                evidence={
                    "measured": spots[0].value,
                    "limit": least,
                    "unit": "mm",
                    "boxes": [list(spot.box) for spot in spots],
                },
            )


@rule(
    "SCN012",
    "scan-watermark",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("Page {page}: a pale mark lies across the page, as a watermark does."),
    since="0.1.0",
    params={"strokes": 5},
)
def watermark(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """A watermark lies across the scan.

    What it checks:
        Flat pale strokes of one tone, thicker than letters of text, at least five (parameter
        strokes), spread over the page. The tinted ground of a form may look like that: a warning
        only.
    Why it matters:
        Watermarks are forbidden; stamps and signatures are not watermarks.
    How to fix:
        Scan the original, not a copy marked as a sample, with no program that adds its name.
    Source:
        docs/requirements.md F09, K12; the measure is our own.
    """
    least = float(ctx.params["strokes"])
    for page in scans(ctx):
        if page.watermark is not None and page.watermark.value >= least:
            yield Hit(
                args={"page": page.number},
                page=page.number,
                box=page.watermark.box,
                evidence={"strokes": page.watermark.value, "measured": page.watermark.value},
            )


@rule(
    "SCN016",
    "text-small",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("Page {page}: the smallest letters are {has} mm high, {limit} mm can be read."),
    since="0.1.0",
    params={"height": 1.15},
)
def text_small(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The print is too small to be read.

    What it checks:
        The height of the small letters of the smallest print on the page. Print of 10 points has
        1.8 mm, a footnote of 7 points 1.2 mm. Under 1.15 mm (parameter height) it is said: usually
        the document was scanned reduced.
    Why it matters:
        At 300 dpi such letters have about ten rows of pixels; on the screen they cannot be read.
    How to fix:
        Scan in the original size, not reduced to fit the page.
    Source:
        docs/requirements.md F07; the measure is our own.
    """
    least = float(ctx.params["height"])
    for page in scans(ctx):
        if page.text is not None and page.text < least:
            yield Hit(
                args={"page": page.number, "has": page.text, "limit": least},
                page=page.number,
                box=page.area,
                evidence={"measured": page.text, "limit": least, "unit": "mm"},
            )
