"""SCN: what is on the pages: colour, separate documents, repeats, signature, stamp."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from medcab.model import Severity
from medcab.rules import DocumentContext, Hit, Scope, Unknown, rule
from medcab.text import N_
from medcab.validators.scan.compare import same_page
from medcab.validators.scan.judging import measured, scans

__all__ = [
    "documents_several",
    "page_repeated",
    "scan_grey",
    "signature_missing",
    "stamp_missing",
]

# Documents that are signed by hand, and those that bear a round seal as a rule.
_SIGNED: Final = (
    "application",
    "diploma",
    "employment_certificate",
    "founders_agreement",
    "head_order",
    "health_certificate",
    "lease",
    "pd_consent",
    "retraining_certificate",
    "training_certificate",
)
_STAMPED: Final = (
    "diploma",
    "employment_certificate",
    "health_certificate",
    "specialist_certificate",
)


@rule(
    "SCN013",
    "scan-grey",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("The document was scanned without colour; a scan in colour is expected."),
    since="0.1.0",
)
def scan_grey(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The scan has no colour.

    What it checks:
        Whether any page of the document has colour, for documents of which the profile or the
        manifest («color: true») asks for it.
    Why it matters:
        A blue stamp and signature prove an original; in grey it looks like a copy.
    How to fix:
        Scan the original again with «colour» set in the scanner.
    Source:
        docs/requirements.md F08.
    """
    if not _colour_asked(ctx):
        return
    pages = [page for page in scans(ctx) if page.coloured is not None]
    if pages and not any(page.coloured for page in pages):
        yield Hit(evidence={"measured": "grey", "pages": [page.number for page in pages]})


def _colour_asked(ctx: DocumentContext) -> bool:
    said = ctx.document.meta.get("color")
    if isinstance(said, str):
        return said.strip().lower() in {"true", "yes", "1", "да"}
    if said is not None:
        return bool(said)
    kind = ctx.document.type
    return any(r.color for r in ctx.profile.documents if kind is not None and kind in r.types)


@rule(
    "SCN014",
    "documents-several",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("Page {page} shows {n} separate document."),
    plural=N_("Page {page} shows {n} separate documents."),
    since="0.1.0",
)
def documents_several(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """Several documents lie on one page.

    What it checks:
        Whether two or more frames of the size of a card or small sheet (identity card, SNILS,
        passport, A5 to A7) lie apart on one page. A form with framed parts may look like that: a
        warning only.
    Why it matters:
        Every file has one document of one type.
    How to fix:
        Scan each document on its own.
    Source:
        docs/requirements.md F13.
    """
    for page in scans(ctx):
        if len(page.documents) > 1:
            boxes = page.documents
            yield Hit(
                args={"page": page.number, "n": len(boxes)},
                page=page.number,
                box=boxes[1],
                evidence={"measured": len(boxes), "limit": 1, "boxes": [list(b) for b in boxes]},
            )


@rule(
    "SCN015",
    "page-repeated",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("Page {page} repeats page {first}."),
    plural=N_("{n} pages repeat earlier ones: page {page} repeats page {first}, and so on."),
    since="0.1.0",
    params={"alike": 0.985},
    fixable=True,
)
def page_repeated(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """A page repeats an earlier one.

    What it checks:
        Whether the ink of two pages of the file lies in the same places: correlation of very small
        pictures from 0.985 (parameter alike), and no single place that differs. This finds a
        picture that was put in twice; a sheet laid on the glass anew lies elsewhere, and is missed
        more often than not.
    Why it matters:
        Usually the sheet was scanned twice and another page is missing.
    How to fix:
        Delete the repeated page and see whether all others are there.
    Source:
        docs/requirements.md F07; the measure is our own.
    """
    alike = float(ctx.params["alike"])
    pages = [page for page in measured(ctx) if page.fingerprint and not page.blank]
    found: list[tuple[int, int, float]] = []
    for index, page in enumerate(pages):
        for earlier in pages[:index]:
            likeness = same_page(earlier, page)
            if likeness >= alike:
                found.append((page.number, earlier.number, likeness))
                break
    if found:
        number, first, likeness = found[0]
        yield Hit(
            args={"page": number, "first": first, "n": len(found)},
            page=number,
            box=(0.0, 0.0, 1.0, 1.0),
            evidence={
                "measured": round(likeness, 4),
                "limit": alike,
                "pages": [[again, before] for again, before, _ in found],
            },
        )


@rule(
    "SCN017",
    "scan-unsigned",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("No signature was found on the scan."),
    since="0.1.0",
    params={"types": list(_SIGNED)},
)
def signature_missing(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """No signature is seen.

    What it checks:
        Whether large thin strokes, as of a pen, are seen on any page of a document that is signed
        by hand (parameter types). A heuristic that cannot know handwriting from other strokes: a
        warning only.
    Why it matters:
        An unsigned document is not valid; one where the signature is cut off is refused.
    How to fix:
        Look whether the document is signed and the signature is on the scan.
    Source:
        docs/requirements.md F07: signature and stamp must be seen.
    """
    if ctx.document.type not in ctx.params["types"]:
        return
    seen = [page.signature for page in ctx.facts.scan]
    if seen and all(one is False for one in seen):
        yield Hit(evidence={"measured": 0, "limit": 1})


@rule(
    "SCN018",
    "scan-unstamped",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("No round stamp was found on the scan."),
    since="0.1.0",
    params={"types": list(_STAMPED)},
)
def stamp_missing(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """No stamp is seen.

    What it checks:
        Whether a ring of 25 to 52 mm, on small pages of 17 mm, is seen on any page of a document
        that bears a round stamp as a rule (parameter types). A faint or half stamp may be missed: a
        warning only.
    Why it matters:
        A document that must bear a stamp and does not is refused.
    How to fix:
        Look whether the stamp is on the document and on the scan, and is not too pale.
    Source:
        docs/requirements.md F07: signature and stamp must be seen.
    """
    if ctx.document.type not in ctx.params["types"]:
        return
    seen = [page.stamp for page in ctx.facts.scan]
    if seen and all(one is False for one in seen):
        yield Hit(evidence={"measured": 0, "limit": 1})
