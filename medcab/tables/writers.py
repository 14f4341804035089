"""Write the verdict on a table: a marked copy as XLSX or CSV, or JSON; never over the input."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final

from medcab.errors import OutputError
from medcab.tables.check import Problem, Result
from medcab.text import N_, Translator
from medcab.validators.ids.headers import FIELDS

__all__ = ["FORMATS", "write_table"]

FORMATS: Final = ("xlsx", "csv", "json")
SCHEMA: Final = "medcab.table/1"
_REMARKS: Final = N_("Remarks")
_MAX_ROWS: Final = 1_048_576
_REMARK_WIDTH: Final = 70


def write_table(
    result: Result,
    form: str,
    translate: Translator,
    *,
    encoding: str = "utf-8-sig",
    suggest: bool = False,
) -> bytes:
    """Return the verdict as a file.

    Args:
        result: what :func:`medcab.tables.check_table` returned.
        form: ``xlsx``, ``csv`` or ``json``.
        translate: makes the sentences in the reader's language.
        encoding: of CSV.
        suggest: tell in CSV too what may have been meant by a wrong check digit (takes longer).

    Raises:
        OutputError: the table is too long for a workbook, or not writable in ``encoding``.
    """
    if form == "json":
        return _json(result, translate)
    if form == "xlsx":
        return _xlsx(result, translate)
    return _csv(result, translate, encoding, suggest=suggest)


def _sentence(problem: Problem, translate: Translator, *, suggest: bool) -> str:
    text = translate(problem.template, **problem.args)
    # Candidates for a wrong check digit cost a hundred trials each; others are cheap.
    if suggest or not problem.code.startswith("checksum"):
        values = [suggestion.value for suggestion in problem.suggestions[:3]]
        if values:
            text = f"{text} {translate(N_('Perhaps: {values}.'), values=', '.join(values))}"
    return text


def _remarks(
    result: Result, translate: Translator, *, suggest: bool
) -> tuple[dict[int, str], list[str]]:
    """Return row -> remark, and the sentences of the problems in their order."""
    headers = result.table.headers
    rows: dict[int, str] = {}
    sentences = []
    for problem in result.problems:
        sentence = _sentence(problem, translate, suggest=suggest)
        sentences.append(sentence)
        line = f"{headers[problem.column]}: {sentence}"
        rows[problem.row] = f"{rows[problem.row]} {line}" if problem.row in rows else line
    return rows, sentences


def _csv(result: Result, translate: Translator, encoding: str, *, suggest: bool) -> bytes:
    table = result.table
    remarks, _ = _remarks(result, translate, suggest=suggest)
    head = _csv_lines([[*table.headers, translate(_REMARKS)]], table.delimiter)
    body: bytes | str
    if table.columns and type(table.columns[0]).__module__.partition(".")[0] == "polars":
        body = _csv_polars(table.columns, remarks, len(table), table.delimiter)
    else:
        rows = zip(*table.columns, strict=True)
        body = _csv_lines(
            ([*row, remarks.get(at, "")] for at, row in enumerate(rows)), table.delimiter
        )
    try:
        if isinstance(body, bytes) and encoding in ("utf-8", "utf-8-sig"):
            return head.encode(encoding) + body
        text = body.decode() if isinstance(body, bytes) else body
        return (head + text).encode(encoding)
    except (UnicodeEncodeError, LookupError) as error:
        raise OutputError(
            N_("The table cannot be written in the encoding {encoding}."),
            hint=N_("Leave the encoding out: UTF-8 takes every letter."),
            encoding=encoding,
        ) from error


def _csv_lines(rows: Iterable[Iterable[Any]], delimiter: str) -> str:
    import csv

    stream = io.StringIO()
    csv.writer(stream, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return stream.getvalue()


def _csv_polars(columns: list[Any], remarks: dict[int, str], rows: int, delimiter: str) -> bytes:
    import polars as pl

    notes = pl.Series("", [None], dtype=pl.String).new_from_index(0, rows)
    if remarks:
        at = sorted(remarks)
        notes = notes.scatter(at, [remarks[row] for row in at])
    named = [series.alias(str(index)) for index, series in enumerate([*columns, notes])]
    stream = io.BytesIO()
    pl.DataFrame(named).write_csv(
        stream, include_header=False, separator=delimiter, line_terminator="\r\n"
    )
    return stream.getvalue()


def _xlsx(result: Result, translate: Translator) -> bytes:
    import xlsxwriter

    table = result.table
    rows = len(table)
    if len(table.above) + rows + 1 > _MAX_ROWS:
        raise OutputError(
            N_("A workbook holds {most} rows; the table has {found}."),
            hint=N_("Write CSV: --output FILE.csv"),
            most=_MAX_ROWS,
            found=rows + 1,
        )
    remarks, sentences = _remarks(result, translate, suggest=True)
    stream = io.BytesIO()
    # Texts stay texts: «=…» must not become a formula, nor an address a link.
    book = xlsxwriter.Workbook(
        stream,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": True,
        },
    )
    sheet = book.add_worksheet((table.sheet or translate(N_("Employees")))[:31])
    wrong = book.add_format({"bg_color": "#FFC7CE", "font_color": "#9C0006"})
    wrong_day = book.add_format(
        {"bg_color": "#FFC7CE", "font_color": "#9C0006", "num_format": "dd.mm.yyyy"}
    )
    day = book.add_format({"num_format": "dd.mm.yyyy"})
    bold = book.add_format({"bold": True, "bg_color": "#E7E6E6", "border": 1, "text_wrap": True})
    wrap = book.add_format({"text_wrap": True, "font_color": "#9C0006", "valign": "top"})
    columns = table.raw or table.columns
    last = len(columns)
    for index, header in enumerate(table.headers):
        sample = [str(value or "") for value in table.columns[index][:50]]
        sheet.set_column(index, index, min(40, max(10, *map(len, [header, *sample])) + 2))
    sheet.set_column(last, last, _REMARK_WIDTH)
    sheet.freeze_panes(len(table.above) + 1, 0)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(len(table.above))
    sheet.autofilter(len(table.above), 0, len(table.above) + max(rows, 1), last)
    top = len(table.above)
    for row, title in enumerate(table.above):
        for index, value in enumerate(title):
            _write_cell(sheet, row, index, value, (None, day))
    for index, header in enumerate([*table.headers, translate(_REMARKS)]):
        sheet.write_string(top, index, header, bold)
    marks = _marks(result, sentences)
    days = {
        column.index
        for column in result.columns
        if column.field is not None and FIELDS[column.field].kinds == ("date_ddmmyyyy",)
    }
    for row, values in enumerate(zip(*columns, strict=True)):
        at = top + 1 + row
        cells = marks.get(row, {})
        if row in remarks:
            # In the streaming mode a row's height must be told before its cells.
            sheet.set_row(at, 15 * -(-len(remarks[row]) // _REMARK_WIDTH))
        for index, value in enumerate(values):
            marked = index in cells
            formats = (wrong, wrong_day) if marked else (None, day)
            if index in days and isinstance(value, (int, float)):
                formats = (formats[1], formats[1])
            _write_cell(sheet, at, index, value, formats)
            if marked:
                sheet.write_comment(at, index, cells[index], {"x_scale": 2})
        if row in remarks:
            sheet.write_string(at, last, remarks[row], wrap)
    book.close()
    return stream.getvalue()


def _marks(result: Result, sentences: list[str]) -> dict[int, dict[int, str]]:
    """Return row -> column -> what is wrong there."""
    marks: dict[int, dict[int, str]] = {}
    for problem, sentence in zip(result.problems, sentences, strict=True):
        cells = marks.setdefault(problem.row, {})
        earlier = cells.get(problem.column)
        cells[problem.column] = f"{earlier} {sentence}" if earlier else sentence
    return marks


def _write_cell(sheet: Any, row: int, column: int, value: Any, formats: tuple[Any, Any]) -> None:
    plain, day = formats
    if isinstance(value, str):
        if value:
            # A cell of a workbook holds 32 767 characters.
            sheet.write_string(row, column, value[:32767], plain)
        elif plain is not None:
            sheet.write_blank(row, column, None, plain)
    elif value is None:
        return
    elif isinstance(value, bool):
        sheet.write_boolean(row, column, value, plain)
    elif isinstance(value, (int, float)):
        sheet.write_number(row, column, value, plain)
    elif isinstance(value, (date, datetime)) and value.year >= 1900:
        sheet.write_datetime(row, column, value, day)
    else:
        sheet.write_string(row, column, str(value), plain)


def _json(result: Result, translate: Translator) -> bytes:
    import json

    table = result.table
    document = {
        "schema": SCHEMA,
        "source": table.source,
        "sheet": table.sheet or None,
        "rows": len(table),
        "columns": [
            {
                "column": column.index + 1,
                "header": column.header,
                "field": column.field,
                "values": column.values,
                "wrong": column.wrong,
                "duplicates": column.duplicates,
            }
            for column in result.columns
        ],
        "problems": [
            {
                "row": result.line(problem.row),
                "column": problem.column + 1,
                "header": table.headers[problem.column],
                "value": table.columns[problem.column][problem.row],
                "code": problem.code,
                "message": translate(problem.template, **problem.args),
                "suggestions": [suggestion.value for suggestion in problem.suggestions],
            }
            for problem in result.problems
        ],
    }
    text = json.dumps(document, ensure_ascii=False, indent=1)
    return text.encode("utf-8", "backslashreplace") + b"\n"
