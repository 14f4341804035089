"""The journal as a PDF to be filed: a register with the head of the chain and its seals."""

from __future__ import annotations

from collections.abc import Iterable
from typing import IO, Any, Final

from medcab._version import __version__
from medcab.formats.encoding import printable
from medcab.formats.register import Row, Stored, Summary, rows
from medcab.formats.values import moment
from medcab.model import Verdict
from medcab.text import N_, Translator

__all__ = ["write_pdf"]

_COLOURS: Final = {
    Verdict.FAILED: "#a4161a",
    Verdict.INDETERMINATE: "#7a4b00",
    Verdict.PASSED: "#175c33",
}
_MARGIN: Final = 40.0
_PAD: Final = 3.0
_CELL: Final = 6.5
_FOOT: Final = 46.0
_FEWEST: Final = 4  # lines of a record that may stand alone at the foot of a page
# Shares of the width, in the order of _cells.
_WIDTHS: Final = (5, 9, 11, 9.5, 23, 9.5, 27.5, 27.5, 13.5)


def write_pdf(
    records: Iterable[Stored], summary: Summary, tr: Translator, stream: IO[bytes]
) -> None:
    """Write the register on A4 across, page by page.

    Args:
        records: in order.
        summary: the journal as a whole.
        tr: the reader's language.
        stream: where the PDF goes.
    """
    from reportlab.lib.pagesizes import A4, landscape

    from medcab.formats.pdf_parts import binary_streams, numbered, plain, register_fonts

    register_fonts()
    footer = f"medcab {__version__}. {moment(summary.made_at)}. {plain(printable(summary.name))}"
    page = landscape(A4)
    pen = numbered(footer, tr, _MARGIN)(
        stream, pagesize=page, pageCompression=1, invariant=1,
        lang="ru-RU" if tr.language == "ru" else "en-US",
    )  # fmt: skip
    title = tr(N_("Register of checks"))
    pen.setTitle(title)
    pen.setAuthor("medcab")
    pen.setCreator(f"medcab {__version__}")
    pen.setSubject(plain(printable(summary.name)))
    sheet = _Sheet(pen, page, tr)
    sheet.top(title, summary)
    sheet.heads()
    for row in rows(records, tr):
        sheet.row(row)
    sheet.close()
    with binary_streams():
        pen.save()


class _Sheet:
    """The page that is being written, from top to bottom."""

    def __init__(self, pen: Any, page: tuple[float, float], tr: Translator) -> None:
        from medcab.formats import pdf_parts

        self.parts, self.pen, self.tr = pdf_parts, pen, tr
        self.width = page[0] - 2 * _MARGIN
        self.top_of_page = page[1] - _MARGIN
        self.y = self.top_of_page
        self.widths = [share * self.width / sum(_WIDTHS) for share in _WIDTHS]
        self.leading = _CELL * 1.3

    def _line(self, text: str, size: float, *, bold: bool = False, colour: str = "") -> None:
        parts = self.parts
        font = parts.BOLD if bold else parts.FONT
        for line in parts.lines_of(parts.plain(text), font, size, self.width):
            if self.y - size * 1.35 < _FOOT:
                self._turn()
            self.y -= size * 1.35
            self.pen.setFont(font, size)
            self.pen.setFillColor(parts.colour(colour or parts.INK))
            self.pen.drawString(_MARGIN, self.y, line)

    def top(self, title: str, summary: Summary) -> None:
        """Write what the register is about."""
        tr = self.tr
        self._line(title, 15, bold=True)
        self.y -= 3
        last = summary.first + summary.records - 1
        span = f"{summary.first}-{last}" if summary.records else "—"
        state = (
            (tr(N_("The chain of records is whole.")), _COLOURS[Verdict.PASSED])
            if summary.whole
            else (
                tr(N_("The chain of records is broken: see medcab journal verify.")),
                _COLOURS[Verdict.FAILED],
            )
        )
        told = tr(N_("Journal")) + f": {printable(summary.name)}"
        self._line(told, 9)
        self._line(tr(N_("Records: {n} ({span})"), n=summary.records, span=span), 9)
        self._line(state[0], 9, bold=True, colour=state[1])
        self._line(tr(N_("Head of the chain (SHA-256): {hash}"), hash=summary.head), 9)
        if not summary.seals:
            self._line(tr(N_("The head of the chain is not sealed.")), 9)
        for seal in summary.seals:
            self._line(
                tr(N_("Seal of record {number}: {about}"), number=seal.number, about=seal.about), 9
            )
        self.y -= 8

    def heads(self) -> None:
        """Write the heads of the columns, shaded."""
        tr, parts = self.tr, self.parts
        names = (
            N_("No."), N_("When (UTC)"), N_("User"), N_("Command"), N_("Package"), N_("Verdict"),
            N_("Reason"), N_("Recommendation"), N_("Hash"),
        )  # fmt: skip
        cells = [(tr(name), parts.BOLD, parts.INK) for name in names]
        lines = self._folded(cells)
        height = max(map(len, lines)) * self.leading + 2 * _PAD
        self.pen.setFillColor(parts.colour(parts.SHADE))
        self.pen.rect(_MARGIN, self.y - height, self.width, height, stroke=0, fill=1)
        self._draw(cells, lines, height)

    def row(self, row: Row) -> None:
        """Write a record, with its end on the next page when it does not fit on this one."""
        parts = self.parts
        colour = parts.INK if row.verdict is None else _COLOURS[row.verdict]
        soft = parts.SOFT
        package = "\n".join(filter(None, (row.profile, row.package)))
        cells = [
            (row.number, parts.BOLD, parts.INK),
            (row.at, parts.FONT, parts.INK),
            (f"{row.user}\n{row.host}", parts.FONT, parts.INK),
            (row.operation, parts.FONT, parts.INK),
            (package or "—", parts.FONT, parts.INK),
            (row.verdict_word or "—", parts.BOLD, colour),
            (row.reason or "—", parts.FONT, parts.INK),
            (row.recommendation or "—", parts.FONT, parts.INK),
            (row.hash, parts.FONT, soft),
        ]
        lines = self._folded(cells)
        while left := max(map(len, lines)):
            fitting = int((self.y - _FOOT - 2 * _PAD) / self.leading)
            if fitting < min(left, _FEWEST):
                self._turn()
                self.heads()
                continue
            count = min(left, fitting)
            height = count * self.leading + 2 * _PAD
            self._draw(cells, [some[:count] for some in lines], height)
            lines = [some[count:] for some in lines]

    def _folded(self, cells: list[tuple[str, str, str]]) -> list[list[str]]:
        parts = self.parts
        return [
            parts.lines_of(parts.plain(text), font, _CELL, width - 2 * _PAD)
            for (text, font, _), width in zip(cells, self.widths, strict=True)
        ]

    def _draw(
        self, cells: list[tuple[str, str, str]], lines: list[list[str]], height: float
    ) -> None:
        pen, parts = self.pen, self.parts
        x = _MARGIN
        for (_, font, colour), some, width in zip(cells, lines, self.widths, strict=True):
            text = pen.beginText(x + _PAD, self.y - _PAD - _CELL)
            text.setFont(font, _CELL, self.leading)
            text.setFillColor(parts.colour(colour))
            for line in some:
                text.textLine(line)
            pen.drawText(text)
            x += width
        self.y -= height
        pen.setStrokeColor(parts.colour(parts.LINE))
        pen.setLineWidth(0.4)
        pen.line(_MARGIN, self.y, _MARGIN + self.width, self.y)

    def _turn(self) -> None:
        self.pen.showPage()
        self.y = self.top_of_page

    def close(self) -> None:
        """Write the place for the signature of who keeps the journal."""
        if self.y - 44 < _FOOT:
            self._turn()
        self.y -= 20
        self._line(
            self.tr(N_("Kept by: {line}   Signature: {line}   Date: {short}"),
                    line="_" * 34, short="_" * 16), 9,
        )  # fmt: skip
