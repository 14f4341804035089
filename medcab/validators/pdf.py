"""PDF: rules about the file as a whole: damage and encryption."""

from __future__ import annotations

from collections.abc import Iterator

from medcab.model import Severity
from medcab.rules import DocumentContext, Hit, Scope, Unknown, rule
from medcab.text import N_
from medcab.validators._missing import why_no_pdf

__all__ = ["pdf_damaged", "pdf_encrypted", "pdf_restricted", "pdf_syntax"]


@rule(
    "PDF001",
    "pdf-damaged",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The PDF is damaged and opens only after repair, if at all."),
    since="0.1.0",
    fixable=True,
)
def pdf_damaged(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The PDF is damaged.

    What it checks:
        Whether the file can be read without repairing its cross-reference table, page tree or
        pages, whether what each page draws can be unpacked, and whether all pictures it names are
        in the file.
    Why it matters:
        A viewer repairs silently what a portal refuses. The end of the file is usually missing: a
        broken download or copy.
    How to fix:
        Copy or download the file again. If it opens in a viewer, print it to a new PDF.
    Source:
        docs/requirements.md F02; ISO 32000-1, 7.5.
    """
    if ctx.facts.format != "pdf":
        return
    if ctx.facts.pdf is None:
        unknown = why_no_pdf(ctx.facts)
        if unknown is not None:
            yield unknown
    elif ctx.facts.pdf.damage is not None:
        yield Hit(evidence={"detail": ctx.facts.pdf.damage})


@rule(
    "PDF002",
    "pdf-syntax",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("The PDF has an error in its structure that viewers put right on their own."),
    plural=N_("The PDF has {n} errors in its structure that viewers put right on their own."),
    since="0.1.0",
    fixable=True,
)
def pdf_syntax(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The PDF does not keep to its standard everywhere.

    What it checks:
        What the parser complains about while it reads all objects of the file. Silent where the
        file is damaged as a whole (PDF001).
    Why it matters:
        Programs that create such files also create ones that do not open. A strict portal refuses
        them.
    How to fix:
        Print the document to a new PDF, or let medcab fix write it anew.
    Source:
        ISO 32000-1, 7.
    """
    if (unknown := why_no_pdf(ctx.facts)) is not None:
        yield unknown
    elif (pdf := ctx.facts.pdf) is not None and pdf.warnings and pdf.damage is None:
        yield Hit(args={"n": len(pdf.warnings)}, evidence={"warnings": list(pdf.warnings)})


@rule(
    "PDF003",
    "pdf-encrypted",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The PDF asks for a password to open."),
    since="0.1.0",
)
def pdf_encrypted(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The PDF cannot be opened without a password.

    What it checks:
        Whether the file is encrypted with a password for opening (a «user password»).
    Why it matters:
        Neither the portal nor the expert can open it; the application is refused.
    How to fix:
        Open the file with the password and save it without protection, or scan again with the
        protection turned off.
    Source:
        docs/requirements.md F02; ISO 32000-1, 7.6.
    """
    if ctx.facts.format != "pdf":
        return
    if ctx.facts.pdf is None:
        unknown = why_no_pdf(ctx.facts)
        if unknown is not None:
            yield unknown
    elif ctx.facts.pdf.encryption == "user":
        yield Hit(evidence={"measured": "user"})


@rule(
    "PDF004",
    "pdf-restricted",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("The PDF opens, but a password forbids to change, print or copy it."),
    since="0.1.0",
    fixable=True,
)
def pdf_restricted(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The PDF opens without a password, but is restricted by one.

    What it checks:
        Whether the file is encrypted with a password for changes only (an «owner password»).
    Why it matters:
        Portals that stamp or merge documents cannot process such a file.
    How to fix:
        Save the file without restrictions, or scan again with the protection turned off.
    Source:
        docs/requirements.md F02; ISO 32000-1, 7.6.3.
    """
    if (unknown := why_no_pdf(ctx.facts)) is not None:
        yield unknown
    elif ctx.facts.pdf is not None and ctx.facts.pdf.encryption == "owner":
        yield Hit(evidence={"measured": "owner"})
