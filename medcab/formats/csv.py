"""Findings as a table for spreadsheets: one row a finding."""

from __future__ import annotations

import csv
import io
from typing import IO, Any, ClassVar, Final

from medcab.formats.base import DEFAULT, Options
from medcab.formats.convert import clean, plain
from medcab.formats.encoding import guard_formula, printable
from medcab.formats.view import Item, item
from medcab.model import Report
from medcab.text import Translator

__all__ = ["COLUMNS", "CsvWriter"]

COLUMNS: Final = (
    "severity",
    "outcome",
    "rule",
    "name",
    "path",
    "member",
    "page",
    "field",
    "measured",
    "limit",
    "unit",
    "message",
    "help",
    "ignored",
)


class CsvWriter:
    """``--format csv``: UTF-8 with a byte order mark (Excel needs it), CRLF, English keys."""

    name: ClassVar[str] = "csv"
    media_type: ClassVar[str] = "text/csv"
    extension: ClassVar[str] = ".csv"
    binary: ClassVar[bool] = True
    streaming: ClassVar[bool] = True

    def write(
        self, report: Report, tr: Translator, stream: IO[Any], *, options: Options = DEFAULT
    ) -> None:
        """Write a header row and a row for each finding; cells never compute."""
        stream.write(b"\xef\xbb\xbf")
        _row(stream, COLUMNS, options)
        for found, ignored in ((report.findings, False), (report.ignored, True)):
            for finding in found:
                _row(stream, _cells(item(finding, tr), ignored=ignored), options)


def _row(stream: IO[Any], cells: tuple[Any, ...], options: Options) -> None:
    line = io.StringIO()
    csv.writer(line, delimiter=options.delimiter, lineterminator="\r\n").writerow(cells)
    stream.write(line.getvalue().encode("utf-8"))


def _cells(one: Item, *, ignored: bool) -> tuple[Any, ...]:
    finding = one.finding
    where = finding.location
    return (
        finding.severity.value,
        finding.outcome.value,
        *map(_text, (one.rule, one.name, where.path, where.member)),
        where.page if where.page is not None else "",
        _text(where.field),
        *(_value(finding.evidence.get(key)) for key in ("measured", "limit", "unit")),
        _text(one.message),
        _text(one.help),
        "yes" if ignored else "",
    )


def _text(value: str | None) -> str:
    return "" if value is None else guard_formula(printable(value.replace("\n\n", " ")))


def _value(value: Any) -> Any:
    if value is None or (isinstance(value, (int, float)) and not isinstance(value, bool)):
        return "" if value is None else value
    return _text(clean(str(plain(value))))
