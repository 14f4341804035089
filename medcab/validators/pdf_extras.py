"""PDF: rules about what a plain document does not hold: programs, attachments, fields, layers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from medcab.model import Severity
from medcab.rules import DocumentContext, Hit, Scope, Unknown, rule
from medcab.text import N_
from medcab.validators._missing import why_no_pdf
from medcab.validators.facts import PdfFacts

__all__ = [
    "pdf_action",
    "pdf_attachment",
    "pdf_form_fields",
    "pdf_javascript",
    "pdf_layers",
    "pdf_watermark",
    "pdf_xfa",
]

_OUTWARD: Final = frozenset({"Launch", "SubmitForm", "ImportData", "RichMedia", "GoToE"})


def _known(ctx: DocumentContext) -> PdfFacts | Unknown | None:
    """The facts, a reason why there are none, or None when the file is no PDF."""
    unknown = why_no_pdf(ctx.facts)
    return unknown if unknown is not None else ctx.facts.pdf


def _whole(pdf: PdfFacts) -> Iterator[Unknown]:
    """Nothing was found, but not everything was looked at."""
    if not pdf.complete:
        yield Unknown(N_("The file was not examined to the end."))


@rule(
    "PDF005",
    "pdf-javascript",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The PDF holds a program (JavaScript)."),
    since="0.1.0",
    fixable=True,
)
def pdf_javascript(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The PDF holds JavaScript.

    What it checks:
        All objects of the file for actions of the type JavaScript, also under coded names and in
        places where no viewer looks.
    Why it matters:
        The portal's protection refuses files with programs in them. A scan has none.
    How to fix:
        Print the document to a new PDF, or let medcab fix remove the program.
    Source:
        docs/requirements.md F09; ISO 32000-1, 12.6.4.16.
    """
    pdf = _known(ctx)
    if isinstance(pdf, Unknown):
        yield pdf
    elif pdf is not None:
        found = [action for action in pdf.actions if action.kind == "JavaScript"]
        for page in dict.fromkeys(action.page for action in found):
            yield Hit(page=page)
        if not found:
            yield from _whole(pdf)


@rule(
    "PDF006",
    "pdf-action",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The PDF starts programs or sends data: {kind}."),
    since="0.1.0",
    fixable=True,
)
def pdf_action(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The PDF starts a program or sends data.

    What it checks:
        Actions that launch a program, send or fetch the data of a form, open an attached file, or
        play embedded media.
    Why it matters:
        The portal's protection refuses such files, and they are dangerous to open.
    How to fix:
        Print the document to a new PDF, or let medcab fix remove the action.
    Source:
        docs/requirements.md F09; ISO 32000-1, 12.6.4.5, 12.7.5.
    """
    pdf = _known(ctx)
    if isinstance(pdf, Unknown):
        yield pdf
    elif pdf is not None:
        found = [action for action in pdf.actions if action.kind in _OUTWARD]
        for action in found:
            yield Hit(args={"kind": action.kind}, page=action.page)
        if not found:
            yield from _whole(pdf)


@rule(
    "PDF007",
    "pdf-attachment",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("A file is attached inside the PDF: {names}."),
    plural=N_("{n} files are attached inside the PDF: {names}."),
    since="0.1.0",
    fixable=True,
)
def pdf_attachment(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """Other files are attached inside the PDF.

    What it checks:
        Every object that carries an embedded file, listed or not.
    Why it matters:
        The expert does not see attachments, and the portal's protection does not let them through.
    How to fix:
        Send each document as a file of its own. Print the document to a new PDF to leave the
        attachment behind.
    Source:
        docs/requirements.md F09; ISO 32000-1, 7.11.4.
    """
    pdf = _known(ctx)
    if isinstance(pdf, Unknown):
        yield pdf
    elif pdf is not None and pdf.attachments:
        names = [attachment.name or "?" for attachment in pdf.attachments]
        yield Hit(
            args={"n": len(names), "names": ", ".join(names[:5])},
            page=pdf.attachments[0].page,
            evidence={"names": names},
        )
    elif pdf is not None:
        yield from _whole(pdf)


@rule(
    "PDF008",
    "pdf-form-fields",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The PDF has a field that can still be filled in."),
    plural=N_("The PDF has {n} fields that can still be filled in."),
    since="0.1.0",
    fixable=True,
)
def pdf_form_fields(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The PDF has fields that can still be filled in.

    What it checks:
        Fields of an interactive form, and fields on pages that no form lists. Fields of a signature
        do not count, nor does a form without fields.
    Why it matters:
        What can be changed is no copy of a document: portals refuse it.
    How to fix:
        Print the filled-in form to a new PDF, or let medcab fix make the fields part of the page.
    Source:
        docs/requirements.md F09; ISO 32000-1, 12.7.
    """
    pdf = _known(ctx)
    if isinstance(pdf, Unknown):
        yield pdf
    elif pdf is not None and (count := pdf.fields + pdf.widgets):
        yield Hit(args={"n": count}, evidence={"fields": pdf.fields, "widgets": pdf.widgets})


@rule(
    "PDF009",
    "pdf-xfa",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("The PDF is an XFA form, which most programs do not show."),
    since="0.1.0",
    fixable=True,
)
def pdf_xfa(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The PDF is an XFA form.

    What it checks:
        Whether the file carries a form in the XFA language.
    Why it matters:
        Only Adobe's own programs show such forms; on the portal the expert sees an empty page with
        the words «Please wait».
    How to fix:
        Open the form in Adobe Reader, fill it in and print it to a new PDF.
    Source:
        docs/requirements.md F09; ISO 32000-1, 12.7.8.
    """
    pdf = _known(ctx)
    if isinstance(pdf, Unknown):
        yield pdf
    elif pdf is not None and pdf.xfa:
        yield Hit()


@rule(
    "PDF010",
    "pdf-layers",
    scope=Scope.DOCUMENT,
    severity=Severity.WARNING,
    message=N_("The PDF has a layer that can be switched off: {names}."),
    plural=N_("The PDF has {n} layers that can be switched off: {names}."),
    since="0.1.0",
    fixable=True,
)
def pdf_layers(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """The PDF has layers that can be switched on and off.

    What it checks:
        Groups of optional content.
    Why it matters:
        What is seen depends on the program: a stamp or a signature may be hidden. Watermarks are
        often kept in a layer.
    How to fix:
        Print the document to a new PDF.
    Source:
        docs/requirements.md F07, F09; ISO 32000-1, 8.11.
    """
    pdf = _known(ctx)
    if isinstance(pdf, Unknown):
        yield pdf
    elif pdf is not None and pdf.layers:
        names = ", ".join(f"«{name}»" for name in pdf.layers[:5])
        yield Hit(args={"n": len(pdf.layers), "names": names})


@rule(
    "PDF011",
    "pdf-watermark",
    scope=Scope.DOCUMENT,
    severity=Severity.ERROR,
    message=N_("Page {page} carries a watermark."),
    since="0.1.0",
    fixable=True,
)
def pdf_watermark(ctx: DocumentContext) -> Iterator[Hit | Unknown]:
    """A page carries a watermark.

    What it checks:
        Watermark annotations, and page content that a program has marked as a watermark. Watermarks
        that are part of the scanned picture are another rule's matter.
    Why it matters:
        Documents with watermarks are refused; they mostly come from trial versions of scanning
        programs.
    How to fix:
        Remove the watermark in the program that put it there, or scan with another one.
    Source:
        docs/requirements.md F09; ISO 32000-1, 12.5.6.22, 14.8.2.2.
    """
    pdf = _known(ctx)
    if isinstance(pdf, Unknown):
        yield pdf
    elif pdf is not None:
        for page in pdf.pages:
            if page.watermark:
                yield Hit(args={"page": page.number}, page=page.number)
            elif not page.complete:
                yield Unknown(N_("The page was not examined to the end."), page=page.number)
