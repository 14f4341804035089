"""What stands in the PDF report, in order, as flowables of reportlab."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from itertools import zip_longest
from typing import Any, Final

from medcab.formats import parts
from medcab.formats.base import Options
from medcab.formats.encoding import printable
from medcab.formats.pdf_parts import BOLD, FONT, LINE, SHADE, SOFT, Photo, Style, Text, plain
from medcab.formats.pictures import Pictures
from medcab.formats.values import moment
from medcab.formats.view import Fold, Group, Item, View
from medcab.model import Outcome, Report, Severity, Verdict
from medcab.text import N_, Translator

__all__ = ["Story"]

_COLOURS: Final = {
    Verdict.FAILED: "#a4161a",
    Verdict.INDETERMINATE: "#7a4b00",
    Verdict.PASSED: "#175c33",
}
_SEVERITIES: Final = {
    Severity.ERROR: "#a4161a",
    Severity.WARNING: "#7a4b00",
    Severity.INFO: "#0b4f8a",
}
_ROOM: Final = 90.0  # points below which a heading goes to the next page
_MARKS: Final = {Verdict.PASSED: "✓", Verdict.FAILED: "✗", Verdict.INDETERMINATE: "?"}


@cache
def _changed(style: Style, colour: str | None, *, bold: bool) -> Style:
    return replace(style, colour=colour or style.colour, font=BOLD if bold else style.font)


class Story:
    """Builds the flowables in order."""

    def __init__(
        self,
        report: Report,
        shown: View,
        pictures: Pictures,
        tr: Translator,
        options: Options,
        width: float,
    ) -> None:
        self.report, self.shown, self.tr, self.width = report, shown, tr, width
        self.options, self.pictures = options, pictures

        self.title = Style(15, BOLD)
        self.heading = Style(12, BOLD, spaceBefore=14, spaceAfter=5)
        self.group = Style(10, BOLD, spaceBefore=8, spaceAfter=2)
        self.text = Style(9)
        self.small = Style(7.5, colour=SOFT)
        self.cell = Style(8)
        self.digest = Style(7)
        self.head = Style(8, BOLD)

    def build(self) -> list[Any]:
        """Return the flowables."""
        self.flow: list[Any] = []
        self._top()
        self._advice()
        self._documents()
        self._findings()
        self._signatures()
        self._fields()
        self._digests()
        self._passed()
        return self.flow

    def _p(self, text: str, style: Style, *, colour: str | None = None, bold: bool = False) -> Text:
        return Text(plain(text), _changed(style, colour, bold=bold) if colour or bold else style)

    def _table(self, rows: list[list[Any]], widths: list[float]) -> Any:
        from reportlab.platypus import LongTable, TableStyle

        total = sum(widths)
        made = LongTable(
            rows, colWidths=[w * self.width / total for w in widths], repeatRows=1, splitInRow=1
        )
        made.setStyle(
            TableStyle(
                [
                    ("VALIGN", (0, 0), (-1, -1), "TOP"),
                    ("FONTNAME", (0, 0), (-1, -1), FONT),
                    ("LINEBELOW", (0, 0), (-1, -1), 0.4, LINE),
                    ("BACKGROUND", (0, 0), (-1, 0), SHADE),
                    ("LEFTPADDING", (0, 0), (-1, -1), 4),
                    ("RIGHTPADDING", (0, 0), (-1, -1), 4),
                    ("TOPPADDING", (0, 0), (-1, -1), 3),
                    ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
                ]
            )
        )
        return made

    def _h(self, template: str) -> None:
        from reportlab.platypus import CondPageBreak

        # Kept with the whole table that follows, the heading would leave half a page empty.
        self.flow += [CondPageBreak(_ROOM), self._p(self.tr(template), self.heading)]

    def _top(self) -> None:
        shown, tr = self.shown, self.tr
        colour = _COLOURS[shown.verdict]
        self.flow.append(
            self._p(f"{_MARKS[shown.verdict]} {shown.headline}", self.title, colour=colour)
        )
        self.flow.append(self._p(shown.counts, self.text, bold=True))
        told = [
            (tr(N_("Package")), printable(self.report.root)),
            (tr(N_("Profile")), printable(self.report.profile)),
            (tr(N_("Checked")), moment(self.report.checked_at)),
        ]
        if self.options.record:
            told.append((tr(N_("Record of the journal")), printable(self.options.record)))
        for name, value in told:
            self.flow.append(self._p(f"{name}: {value}", self.text))

    def _advice(self) -> None:
        if not self.shown.advice:
            return
        self._h(N_("What to do first"))
        for number, one in enumerate(self.shown.first, 1):
            self.flow.append(self._p(f"{number}. {one.help}", self.text))
            where = "; ".join(one.places[:6])
            if len(one.places) > 6:
                where += "; " + self.tr(N_("and {n} more"), n=len(one.places) - 6)
            self.flow.append(self._p(f"{', '.join(one.rules)}: {where}", self.small))

    def _documents(self) -> None:
        if not self.shown.rows:
            return
        self._h(N_("Documents"))
        names = (N_("File"), N_("Document"), N_("Format"), N_("Size"), N_("Pages"), N_("Verdict"))
        rows: list[list[Any]] = [[self._p(self.tr(name), self.head) for name in names]]
        for row in self.shown.rows:
            word = f"{_MARKS[row.verdict]} {row.verdict_word}"
            rows.append(
                [
                    self._p(row.path, self.cell),
                    self._p(row.type, self.cell),
                    self._p(row.format, self.cell),
                    self._p(row.size, self.cell),
                    self._p(str(row.pages) if row.pages is not None else "—", self.cell),
                    [
                        self._p(word, self.cell, colour=_COLOURS[row.verdict], bold=True),
                        self._p(row.counts, self.digest),
                    ],
                ]
            )
        self.flow.append(self._table(rows, [50, 34, 16, 18, 18, 34]))

    def _findings(self) -> None:
        if not self.shown.groups:
            return
        lead = [self._p(self.tr(N_("Findings")), self.heading)]
        for group in self.shown.groups:
            self._group(group, lead)
            lead = []

    def _group(self, group: Group, lead: list[Any]) -> None:
        """Headings stay with the first finding: ``lead`` is what stands above the group."""
        from reportlab.platypus import KeepTogether

        about = f" — {group.about}" if group.about else ""
        heading = self._p(f"{group.heading}{about}", self.group)
        for number, line in enumerate(group.lines):
            block = (
                self._fold(group, line) if isinstance(line, Fold) else self._finding(group, line)
            )
            self.flow.append(KeepTogether([*lead, heading, *block] if not number else block))

    def _fold(self, group: Group, fold: Fold) -> list[Any]:
        from reportlab.platypus import Spacer

        one = fold.items[0]
        if not one.reason:  # one fault on many pages: told of the first, which is shown
            said = replace(one, message=fold.message, measure="", place=fold.place)
            return self._finding(group, said)
        place = f", {fold.place}" if fold.place else ""
        word = f"{one.severity}{place}"
        return [
            self._p(word, self.text, colour=_COLOURS[Verdict.INDETERMINATE], bold=True),
            self._p(fold.message, self.text),
            self._p(fold.rules, self.small),
            Spacer(1, 5),
        ]

    def _finding(self, group: Group, item: Item) -> list[Any]:
        from reportlab.platypus import Spacer

        colour = _SEVERITIES[item.finding.severity]
        if item.finding.outcome is Outcome.UNDETERMINED:
            colour = _COLOURS[Verdict.INDETERMINATE]
        place = f", {item.place}" if item.place else ""
        rule = item.rule if item.rule == item.name else f"{item.rule} {item.name}"
        block = [
            self._p(f"{item.severity}{place}", self.text, colour=colour, bold=True),
            self._p(item.told, self.text),
            self._p(f"{self.tr(N_('How to fix'))}: {item.help}" if item.help else "", self.text),
            self._p(rule, self.small),
        ]
        picture = self._picture(group, item)
        if picture is not None:
            block.append(picture)
        return [*block, Spacer(1, 5)]

    def _picture(self, group: Group, item: Item) -> Any:
        """The page with the place framed, and beside it the place itself at full resolution."""
        where = item.finding.location
        if group.row is None or where.page is None or where.box is None:
            return None
        from reportlab.platypus import Table

        document = group.row.document
        page = self.pictures.thumbnail(document, where.page)
        place = self.pictures.cutting(document, where.page, where.box)
        cells = []
        if page is not None:
            cells.append(Photo(page, 0.26, where.box))
        if place is not None:
            cells.append(Photo(place, 0.5))
        if not cells:
            return None
        made = Table([cells], colWidths=[c.width + 10 for c in cells], hAlign="LEFT")
        made.setStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("FONTNAME", (0, 0), (-1, -1), FONT),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
            ]
        )
        return made

    def _signatures(self) -> None:
        rows = parts.signatures(self.report, self.tr)
        if not rows:
            return
        self._h(N_("Signatures"))
        for one in rows:
            word = f"{_MARKS[one.verdict]} {one.verdict_word}"
            self.flow.append(self._p(f"{one.signer}: {word}", self.group))
            said = [
                f"{self.tr(N_('Signature file'))}: {one.path}",
                f"{self.tr(N_('Signed file'))}: {one.content}" if one.content else "",
                " ".join(filter(None, (one.indication, one.reason, one.level, one.algorithm))),
                f"{self.tr(N_('Revocation'))}: {one.revocation}",
                *one.open_checks,
            ]
            self.flow += [self._p(line, self.text) for line in said if line]
            for number, holder in enumerate(one.chain, 1):
                line = f"{number}. {holder.name}; {holder.valid}; {holder.serial}"
                self.flow.append(self._p(line, self.small))
            for event in one.events:
                self.flow.append(self._p(f"{event.moment}: {event.about}", self.small))

    def _fields(self) -> None:
        rows = parts.fields(self.report, self.tr)
        if not rows:
            return
        self._h(N_("Fields of the form"))
        names = (N_("Field"), N_("Value"), N_("Verdict"), N_("Remark"))
        table: list[list[Any]] = [[self._p(self.tr(name), self.head) for name in names]]
        for one in rows:
            word = f"{_MARKS[one.verdict]} {one.verdict_word}"
            table.append(
                [
                    self._p(one.label, self.cell),
                    self._p(one.text or "—", self.cell),
                    self._p(word, self.cell, colour=_COLOURS[one.verdict], bold=True),
                    self._p("\n".join(one.messages), self.cell),
                ]
            )
        self.flow.append(self._table(table, [45, 45, 30, 60]))

    def _digests(self) -> None:
        if not self.shown.rows:
            return
        self._h(N_("Digests of the files (SHA-256)"))
        rows: list[list[Any]] = [
            [self._p(self.tr(N_("File")), self.head), self._p("SHA-256", self.head)]
        ]
        for row in self.shown.rows:
            digest = row.sha256 or self.tr(N_("could not be read"))
            rows.append([self._p(row.path, self.cell), self._p(digest, self.digest)])
        self.flow.append(self._table(rows, [66, 114]))

    def _passed(self) -> None:
        if not self.shown.passed:
            return
        self._h(N_("Looked for and not found"))
        said = [
            self._p(f"✓ {rule} {title}", self.small)
            for rule, _name, title, _count in self.shown.passed
        ]
        from reportlab.platypus import LongTable

        half = (len(said) + 1) // 2
        rows = list(zip_longest(said[:half], said[half:], fillvalue=""))
        made = LongTable(rows, colWidths=[self.width / 2] * 2)
        made.setStyle(
            [
                ("VALIGN", (0, 0), (-1, -1), "TOP"),
                ("FONTNAME", (0, 0), (-1, -1), FONT),
                ("LEFTPADDING", (0, 0), (-1, -1), 0),
                ("TOPPADDING", (0, 0), (-1, -1), 0),
                ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
            ]
        )
        self.flow.append(made)
