"""The report as a PDF for the archive: verdict, documents with digests, findings, signatures.

The same report gives the same bytes, so a digest of it can be kept.
"""

from __future__ import annotations

import io
from typing import IO, Any, ClassVar

from medcab._version import __version__
from medcab.formats.base import DEFAULT, Options
from medcab.formats.encoding import printable
from medcab.formats.pictures import Pictures
from medcab.formats.values import moment
from medcab.formats.view import view
from medcab.model import Report
from medcab.text import N_, Translator

__all__ = ["PdfWriter"]


class PdfWriter:
    """``--format pdf``."""

    name: ClassVar[str] = "pdf"
    media_type: ClassVar[str] = "application/pdf"
    extension: ClassVar[str] = ".pdf"
    binary: ClassVar[bool] = True
    streaming: ClassVar[bool] = False

    def write(
        self, report: Report, tr: Translator, stream: IO[Any], *, options: Options = DEFAULT
    ) -> None:
        """Write an A4 document with numbered pages."""
        shown = view(report, tr)
        pictures = Pictures(options.page_image, budget=2_500_000)
        pictures.prepare(shown)
        # Loaded while the pages are being drawn.
        from reportlab.lib.pagesizes import A4
        from reportlab.lib.units import mm
        from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate

        from medcab.formats.pdf_parts import binary_streams, numbered, plain, register_fonts
        from medcab.formats.pdf_story import Story

        register_fonts()
        out = io.BytesIO()
        document = BaseDocTemplate(
            out,
            pagesize=A4,
            leftMargin=18 * mm,
            rightMargin=18 * mm,
            topMargin=16 * mm,
            bottomMargin=18 * mm,
            title=f"{tr(N_('Report of the check'))}: {shown.verdict_word}",
            author="medcab",
            creator=f"medcab {__version__}",
            subject=plain(report.root),
            lang="ru-RU" if tr.language == "ru" else "en-US",
            invariant=1,
        )
        frame = Frame(
            document.leftMargin,
            document.bottomMargin,
            document.width,
            document.height,
            leftPadding=0,
            rightPadding=0,
        )
        footer = f"medcab {__version__}. {moment(report.checked_at)}"
        if options.record:
            label = tr(N_("Record of the journal"))
            footer += f". {label}: {plain(printable(options.record))}"
        document.addPageTemplates([PageTemplate("all", [frame])])
        with binary_streams():
            story = Story(report, shown, pictures, tr, options, document.width).build()
            document.build(story, canvasmaker=numbered(footer, tr))
        stream.write(out.getvalue())
