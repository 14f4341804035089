"""The report as a PDF for the archive: verdict, documents with digests, findings, signatures.

The fonts are embedded as subsets of DejaVu Sans, since the fonts of reportlab have no Cyrillic.
The same report gives the same bytes, so a digest of it can be kept.
"""

from __future__ import annotations

import io
from functools import cache
from importlib import resources
from typing import IO, Any, ClassVar

from medcab._version import __version__
from medcab.formats.base import DEFAULT, Options
from medcab.formats.encoding import printable
from medcab.formats.pdf_story import BOLD, FONT, SOFT, Story, plain
from medcab.formats.sentences import moment
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
        from reportlab.lib.pagesizes import A4
        from reportlab.lib.units import mm
        from reportlab.platypus import (
            BaseDocTemplate,
            Frame,
            PageTemplate,
        )

        _register_fonts()
        shown = view(report, tr)
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
        story = Story(report, shown, tr, options, document.width).build()
        document.build(story, canvasmaker=_numbered(footer, tr))
        stream.write(out.getvalue())


@cache
def _register_fonts() -> None:
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for name, file in ((FONT, "DejaVuSans.ttf"), (BOLD, "DejaVuSans-Bold.ttf")):
        data = (resources.files("medcab") / "fonts" / file).read_bytes()
        pdfmetrics.registerFont(TTFont(name, io.BytesIO(data)))
    pdfmetrics.registerFontFamily(FONT, normal=FONT, bold=BOLD, italic=FONT, boldItalic=BOLD)


def _numbered(footer: str, tr: Translator) -> Any:
    """Canvas that writes "page N of M" when M is known."""
    from reportlab.pdfgen.canvas import Canvas

    class Numbered(Canvas):  # type: ignore[misc]
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            # Otherwise each page begins with a Helvetica that is not embedded.
            super().__init__(*args, **{**kwargs, "initialFontName": FONT})
            self._waiting: list[dict[str, Any]] = []

        def showPage(self) -> None:  # noqa: N802 - reportlab's name
            self._waiting.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            for number, state in enumerate(self._waiting, 1):
                self.__dict__.update(state)
                self.setFont(FONT, 7.5)
                self.setFillColor(SOFT)
                self.drawString(51, 32, footer)
                of = tr(N_("Page {page} of {pages}"), page=number, pages=len(self._waiting))
                self.drawRightString(self._pagesize[0] - 51, 32, of)
                super().showPage()
            super().save()

    return Numbered
