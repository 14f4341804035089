"""The report as a workbook: summary, findings, documents, signatures, fields of the form."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import UTC
from typing import IO, Any, ClassVar, Final

from medcab.formats import parts
from medcab.formats.base import DEFAULT, Options
from medcab.formats.encoding import printable, xml_text
from medcab.formats.pictures import Pictures
from medcab.formats.view import Item, View, view
from medcab.model import Outcome, Report, Severity, Verdict
from medcab.text import N_, Translator

__all__ = ["XlsxWriter"]

# Colour (text, ground); the word stands beside it in every cell.
_COLOURS: Final = {
    Verdict.FAILED: ("#A4161A", "#FDECEC"),
    Verdict.INDETERMINATE: ("#7A4B00", "#FFF3D9"),
    Verdict.PASSED: ("#175C33", "#E5F5EA"),
}
_SEVERITIES: Final = {
    Severity.ERROR: ("#A4161A", "#FDECEC"),
    Severity.WARNING: ("#7A4B00", "#FFF3D9"),
    Severity.INFO: ("#0B4F8A", "#E6F1FB"),
}
_CELL: Final = 32_000  # Excel holds 32 767 characters
_ROWS: Final = 1_048_000
_LINE: Final = 13.5  # points of one line at size 10


class XlsxWriter:
    """``--format xlsx``."""

    name: ClassVar[str] = "xlsx"
    media_type: ClassVar[str] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    extension: ClassVar[str] = ".xlsx"
    binary: ClassVar[bool] = True
    streaming: ClassVar[bool] = False

    def write(
        self, report: Report, tr: Translator, stream: IO[Any], *, options: Options = DEFAULT
    ) -> None:
        """Write the workbook; every text is a string cell, so nothing is ever computed."""
        shown = view(report, tr)
        pictures = Pictures(options.page_image, budget=2_000_000)
        pictures.prepare(shown, first=True)
        import xlsxwriter  # loaded while the pages are being drawn

        out = io.BytesIO()
        book = xlsxwriter.Workbook(
            out,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "default_date_format": "dd.mm.yyyy hh:mm",
            },
        )
        # The same report gives the same bytes.
        book.set_properties(
            {"title": tr(N_("Report of the check")), "created": report.checked_at.astimezone(UTC)}
        )
        sheets = _Book(book, tr)
        _summary(sheets, report, shown, options)
        _findings(sheets, shown)
        _documents(sheets, shown, pictures)
        if report.signatures:
            _signatures(sheets, report)
        _fields(sheets, report)
        book.close()
        stream.write(out.getvalue())


class _Book:
    """Sheets with a frozen, filtered header and wrapped string cells."""

    def __init__(self, book: Any, tr: Translator) -> None:
        self.book, self.tr = book, tr
        base = {
            "valign": "top", "text_wrap": True, "font_name": "Arial", "font_size": 10,
            "bottom": 4, "bottom_color": "#B6BCC6",
        }  # fmt: skip
        self.plain = book.add_format(base)
        self.strong = book.add_format({**base, "bold": True, "font_size": 14})
        self.head = book.add_format(
            {**base, "bold": True, "bg_color": "#E3E7ED", "bottom": 1, "valign": "vcenter"}
        )
        self.label = book.add_format({**base, "bold": True})
        self.mono = book.add_format({**base, "font_name": "Courier New", "font_size": 9})
        self.number = book.add_format({**base, "num_format": "#,##0"})
        self.time = book.add_format({**base, "num_format": "dd.mm.yyyy hh:mm:ss", "align": "left"})
        self._colours: dict[tuple[str, str], Any] = {}
        self._base = base
        self._widths: dict[Any, Sequence[float]] = {}
        self._heights: dict[tuple[Any, int], float] = {}

    def colour(self, pair: tuple[str, str]) -> Any:
        if pair not in self._colours:
            self._colours[pair] = self.book.add_format(
                {**self._base, "bold": True, "font_color": pair[0], "bg_color": pair[1]}
            )
        return self._colours[pair]

    def add(self, title: str, widths: Sequence[float]) -> Any:
        sheet = self.book.add_worksheet(self.tr(title)[:31])
        for number, width in enumerate(widths):
            sheet.set_column(number, number, width)
        self._widths[sheet] = widths
        return sheet

    def raise_row(self, sheet: Any, row: int, points: float) -> None:
        """Make a row at least so high; LibreOffice does not fit rows to wrapped text by itself."""
        if points > self._heights.get((sheet, row), _LINE):
            self._heights[sheet, row] = points
            sheet.set_row(row, min(points, 400))

    def sheet(self, title: str, columns: Sequence[tuple[str, float]], rows: int) -> Any:
        sheet = self.add(title, [width for _, width in columns])
        for number, (name, _) in enumerate(columns):
            self.text(sheet, 0, number, self.tr(name), self.head)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(rows, 1), len(columns) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)  # A4
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
        return sheet

    def text(self, sheet: Any, row: int, column: int, text: Any, form: Any = None) -> None:
        if isinstance(text, int) and not isinstance(text, bool):
            sheet.write_number(row, column, text, form or self.plain)
            return
        said = "" if text is None else str(text)
        safe = xml_text(said.encode("utf-8", "backslashreplace").decode("utf-8"))
        if len(safe) > _CELL:
            safe = safe[:_CELL] + "…"
        width = self._widths[sheet][column]
        lines = sum(1 + int(len(part) * 1.1 / width) for part in safe.split("\n"))
        self.raise_row(sheet, row, lines * _LINE)
        # write_string and no other: a cell that begins with "=" stays what it is, a text.
        sheet.write_string(row, column, safe, form or self.plain)


def _summary(sheets: _Book, report: Report, shown: View, options: Options) -> None:
    tr = sheets.tr
    sheet = sheets.add(N_("Summary"), (34, 90))
    sheets.text(sheet, 0, 0, shown.verdict_word, sheets.colour(_COLOURS[shown.verdict]))
    sheets.text(sheet, 0, 1, shown.headline, sheets.strong)
    sheets.raise_row(sheet, 0, 42)
    told: list[tuple[str, Any]] = [
        (tr(N_("Findings")), shown.counts),
        (tr(N_("Package")), printable(report.root)),
        (tr(N_("Profile")), printable(report.profile)),
    ]
    if options.record:
        told.append((tr(N_("Record of the journal")), printable(options.record)))
    row = 1
    for name, value in told:
        sheets.text(sheet, row, 0, name, sheets.label)
        sheets.text(sheet, row, 1, value)
        row += 1
    sheets.text(sheet, row, 0, tr(N_("Checked")) + " (UTC)", sheets.label)
    when = report.checked_at.astimezone(UTC).replace(tzinfo=None)
    sheet.write_datetime(row, 1, when, sheets.time)
    row += 2
    sheets.text(sheet, row, 0, tr(N_("What to do first")), sheets.head)
    sheets.text(sheet, row, 1, tr(N_("How to fix")), sheets.head)
    for advice in shown.advice:
        row += 1
        sheets.text(sheet, row, 0, ", ".join(advice.rules))
        sheets.text(sheet, row, 1, f"{advice.help}\n{'; '.join(advice.places[:20])}")
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def _findings(sheets: _Book, shown: View) -> None:
    columns = (
        (N_("Severity"), 16),
        (N_("File"), 34),
        (N_("Page"), 10),
        (N_("Place"), 22),
        (N_("Message"), 48),
        (N_("Measured"), 16),
        (N_("Limit"), 16),
        (N_("How to fix"), 48),
        (N_("Rule"), 26),
    )
    rows: list[tuple[str, Item, bool]] = [
        (group.heading, item, False) for group in shown.groups for item in group.items
    ]
    rows += [(printable(i.finding.location.path or ""), i, True) for i in shown.ignored]
    sheet = sheets.sheet(N_("Findings"), columns, len(rows))
    for row, (heading, item, ignored) in enumerate(rows[:_ROWS], 1):
        open_ = item.finding.outcome is Outcome.UNDETERMINED
        colour = _COLOURS[Verdict.INDETERMINATE] if open_ else _SEVERITIES[item.finding.severity]
        word = f"{item.severity} ({sheets.tr(N_('set aside'))})" if ignored else item.severity
        sheets.text(sheet, row, 0, word, sheets.plain if ignored else sheets.colour(colour))
        page = item.finding.location.page
        cells = (
            heading,
            page if page is not None else "",
            item.place,
            item.message,
            item.measured,
            item.limit,
            item.help,
            item.rule if item.rule == item.name else f"{item.rule} {item.name}",
        )
        for column, cell in enumerate(cells, 1):
            sheets.text(sheet, row, column, cell)


def _documents(sheets: _Book, shown: View, pictures: Pictures) -> None:
    columns: list[tuple[str, float]] = [
        (N_("File"), 44),
        (N_("Document"), 32),
        (N_("Format"), 10),
        (N_("Size, bytes"), 14),
        (N_("Pages"), 10),
        (N_("Verdict"), 22),
        (N_("Findings"), 30),
        ("SHA-256", 34),
    ]
    if pictures.draw is not None:
        columns.append((N_("Thumbnail"), 13))
    sheet = sheets.sheet(N_("Documents"), columns, len(shown.rows))
    for row, one in enumerate(shown.rows[:_ROWS], 1):
        sheets.text(sheet, row, 0, one.path)
        sheets.text(sheet, row, 1, one.type)
        sheets.text(sheet, row, 2, one.format)
        sheet.write_number(row, 3, one.document.size, sheets.number)
        sheets.text(sheet, row, 4, one.pages if one.pages is not None else "—")
        sheets.text(sheet, row, 5, one.verdict_word, sheets.colour(_COLOURS[one.verdict]))
        sheets.text(sheet, row, 6, one.counts)
        digest = one.sha256 or sheets.tr(N_("could not be read"))
        sheets.text(sheet, row, 7, digest, sheets.mono)
        picture = pictures.thumbnail(one.document, 1)
        if picture is not None:
            scale = 84 / picture.width
            sheets.raise_row(sheet, row, picture.height * scale * 0.75 + 6)
            sheet.insert_image(
                row,
                8,
                "page.jpg",
                {
                    "image_data": io.BytesIO(picture.data),
                    "x_scale": scale,
                    "y_scale": scale,
                    "x_offset": 3,
                    "y_offset": 3,
                    "object_position": 1,
                    "description": one.path[:250],
                },
            )


def _signatures(sheets: _Book, report: Report) -> None:
    rows = parts.signatures(report, sheets.tr)
    columns = (
        (N_("Signature file"), 28),
        (N_("Signed file"), 28),
        (N_("Signer"), 26),
        (N_("Verdict"), 18),
        (N_("Remarks on the signature"), 44),
        (N_("Level"), 16),
        (N_("Revocation"), 14),
        (N_("Chain of certificates"), 44),
        (N_("Times"), 48),
    )
    sheet = sheets.sheet(N_("Signatures"), columns, len(rows))
    for row, one in enumerate(rows[:_ROWS], 1):
        reason = " ".join(filter(None, (one.indication, one.reason)))
        cells: tuple[str, ...] = (
            one.path,
            one.content,
            one.signer,
            one.verdict_word,
            "\n".join((reason, *one.open_checks)),
            " ".join(filter(None, (one.level, one.algorithm))),
            one.revocation,
            "\n".join(f"{holder.name} ({holder.valid})" for holder in one.chain),
            "\n".join(f"{event.moment} {event.about}" for event in one.events),
        )
        _row(sheets, sheet, row, cells, coloured=3, verdict=one.verdict)


def _fields(sheets: _Book, report: Report) -> None:
    rows = parts.fields(report, sheets.tr)
    columns = (
        (N_("Field"), 40),
        (N_("Value"), 40),
        (N_("Verdict"), 22),
        (N_("Remark"), 70),
        (N_("Where in the form"), 20),
    )
    if not rows:
        return
    sheet = sheets.sheet(N_("Identifiers"), columns, len(rows))
    for row, one in enumerate(rows[:_ROWS], 1):
        label = one.label if one.label == one.key else f"{one.label} ({one.key})"
        cells = (label, one.text, one.verdict_word, "\n".join(one.messages), one.where)
        _row(sheets, sheet, row, cells, coloured=2, verdict=one.verdict)


def _row(
    sheets: _Book, sheet: Any, row: int, cells: Iterable[str], *, coloured: int, verdict: Verdict
) -> None:
    for column, cell in enumerate(cells):
        form = sheets.colour(_COLOURS[verdict]) if column == coloured else None
        sheets.text(sheet, row, column, cell, form)
