"""What the rules of legibility share: pages that were measured, and why one was not."""

from __future__ import annotations

from collections.abc import Iterator

from medcab.rules import DocumentContext, Unknown
from medcab.text import N_
from medcab.validators._missing import why_no_image, why_no_pdf
from medcab.validators.facts import FileFacts
from medcab.validators.scan.facts import PageScan

__all__ = ["measured", "scans", "unmeasured"]


def measured(ctx: DocumentContext) -> Iterator[PageScan]:
    """Pages that could be measured, born-digital ones included."""
    return (page for page in ctx.facts.scan if not page.problem)


def scans(ctx: DocumentContext) -> Iterator[PageScan]:
    """Measured pages that are pictures with something on them."""
    return (page for page in measured(ctx) if page.scan and not page.blank)


def unmeasured(facts: FileFacts) -> Iterator[Unknown]:
    """Why pages could not be measured: one answer a page, or one for the file."""
    reason = why_no_pdf(facts) or why_no_image(facts)
    if reason is not None:
        yield reason
        return
    for page in facts.scan:
        if page.problem:
            yield Unknown(page.problem, page=page.number)
    if facts.scan:
        return
    pdf = facts.pdf
    if (pdf is not None and any(not page.empty for page in pdf.pages)) or facts.image is not None:
        yield Unknown(N_("The legibility of the pages was not measured."))
