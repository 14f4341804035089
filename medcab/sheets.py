"""Read CSV, XLSX and Parquet as columns of text; the file itself is never changed.

CSV is read by polars where it is installed (a few times faster) and by the standard library where
it is not, with the same result.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from medcab.errors import InputError, LimitError
from medcab.text import N_

__all__ = ["Table", "cell_text", "decode", "excel_date", "read_table"]

_MAX_BYTES: Final = 1 << 30
_DELIMITERS: Final = ";,\t|"


@dataclass(slots=True)
class Table:
    """A table as columns.

    Attributes:
        headers: the first row.
        columns: one sequence of texts (or None) a column: a list, or a polars Series.
        first_row: the number that the first row of data has in the file (1-based).
        source: where it was read from, as the user named it.
        sheet: name of the sheet of a workbook, else "".
        serials: per column, the rows whose cell is a bare number (dates of workbooks).
        date1904: the workbook counts days from 1904.
        encoding: of a CSV file.
        delimiter: of a CSV file.
        raw: the columns of a workbook as typed cells, else None.
        above: the rows of a workbook above the headers.
    """

    headers: list[str]
    columns: list[Any]
    first_row: int = 2
    source: str = ""
    sheet: str = ""
    serials: dict[int, list[int]] = field(default_factory=dict)
    date1904: bool = False
    encoding: str = "utf-8"
    delimiter: str = ";"
    raw: list[list[Any]] | None = None
    above: list[list[Any]] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0


def read_table(
    path: str | Path,
    *,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    header_row: int | None = None,
) -> Table:
    """Read a table.

    Args:
        path: a ``.csv``, ``.tsv``, ``.txt``, ``.xlsx``, ``.xls``, ``.ods`` or ``.parquet`` file.
        sheet: which sheet of a workbook; the first when None.
        encoding: of a CSV file; found out when None.
        delimiter: of a CSV file; found out when None.
        header_row: 1-based row of the headers of a workbook; found out when None.

    Raises:
        InputError: it cannot be read; the reason is in the arguments.
        LimitError: it is larger than 1 GiB.
    """
    file = Path(path)
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise LimitError(N_("The table {path} is larger than 1 GiB."), path=str(path))
        data = file.read_bytes()
    except OSError as error:
        raise InputError(
            N_("The table {path} cannot be read: {reason}."),
            path=str(path),
            reason=error.strerror or str(error),
        ) from error
    if not data:
        raise InputError(N_("The table {path} is empty."), path=str(path))
    if data[:4] == b"PAR1":
        table = _parquet(data, str(path))
    elif data[:4] == b"PK\x03\x04" or data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        table = _workbook(data, str(path), sheet, header_row)
    else:
        table = _csv(data, str(path), encoding, delimiter)
    table.source = str(path)
    return table


def decode(data: bytes, path: str, encoding: str | None = None) -> tuple[str, str]:
    """Return the text of ``data`` and its encoding: UTF-8 with or without BOM, UTF-16, cp1251."""
    if encoding is None and data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    for name in [encoding] if encoding else ["utf-8-sig", "cp1251"]:
        try:
            return data.decode(name), name
        except (UnicodeDecodeError, LookupError):
            continue
    raise InputError(
        N_("The encoding of {path} is not UTF-8, UTF-16 or cp1251."),
        hint=N_("Save the table once more as CSV (UTF-8), or name the encoding."),
        path=path,
    )


def _csv(data: bytes, path: str, encoding: str | None, delimiter: str | None) -> Table:
    if b"\0" in data[:4096] and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        raise InputError(N_("{path} is not a table: CSV, XLSX or Parquet."), path=path)
    if encoding is None and data[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        # polars refuses what is not UTF-8, so the text need not be decoded to find that out.
        found = _csv_polars(data.removeprefix(b"\xef\xbb\xbf"), delimiter)
        if found is not None:
            headers, columns, delimiter = found
            return Table(headers, columns, encoding="utf-8", delimiter=delimiter)
    text, encoding = decode(data, path, encoding)
    found = _csv_polars(text.encode("utf-8", "replace"), delimiter)
    if found is not None:
        headers, columns, delimiter = found
    else:
        delimiter = delimiter or _delimiter(text[:65536])
        headers, columns = _csv_plain(text, delimiter, path)
    return Table(headers, columns, encoding=encoding, delimiter=delimiter)


def _delimiter(head: str) -> str:
    """Return the delimiter that stands most often in the first line of ``head``."""
    first = head.partition("\n")[0]
    return max(_DELIMITERS, key=first.count)


def _csv_polars(data: bytes, delimiter: str | None) -> tuple[list[str], list[Any], str] | None:
    try:
        import polars as pl
    except ImportError:
        return None
    try:
        delimiter = delimiter or _delimiter(data[:65536].decode("utf-8", "replace"))
        frame = pl.read_csv(data, separator=delimiter, has_header=False, infer_schema=False)
    except pl.exceptions.PolarsError:
        return None  # not UTF-8, or ragged rows: the plain reader takes them as they are
    headers = [str(value or "") for value in frame.row(0)]
    return headers, frame[1:].get_columns(), delimiter


def _csv_plain(text: str, delimiter: str, path: str) -> tuple[list[str], list[Any]]:
    import csv

    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise InputError(
            N_("The table {path} cannot be read: {reason}."), path=path, reason=str(error)
        ) from error
    while rows and not rows[-1]:
        rows.pop()
    if not rows:
        raise InputError(N_("The table {path} is empty."), path=path)
    return _columns(rows)


def _columns(rows: Sequence[Sequence[str]]) -> tuple[list[str], list[Any]]:
    width = max(map(len, rows))
    padded = (list(row) + [""] * (width - len(row)) if len(row) < width else row for row in rows)
    columns = [list(column) for column in zip(*padded, strict=True)]
    return [column[0] for column in columns], [column[1:] for column in columns]


def cell_text(value: Any) -> str:
    """Return a cell of a workbook as the text that a person sees in it."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e16:
        return str(int(value))
    if isinstance(value, (datetime, date)):
        return f"{value.day:02d}.{value.month:02d}.{value.year:04d}"
    return str(value)


def excel_date(serial: float, *, date1904: bool) -> date | None:
    """Return the day of a serial number of a workbook, or None when it is out of range.

    The 1900 system counts a 29 February 1900 that never was, so days after it are counted from
    30.12.1899 (ECMA-376, part 1, 18.17.4.1).
    """
    if not 1 <= serial < 2958466:
        return None
    start = 695056 if date1904 else 693594 if serial >= 60 else 693595
    return date.fromordinal(start + int(serial))


def _workbook(data: bytes, path: str, sheet: str | None, header_row: int | None) -> Table:
    import python_calamine

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = book.sheet_names
        if sheet is not None and sheet not in names:
            raise InputError(
                N_("The workbook {path} has no sheet «{sheet}»."),
                hint=N_("Its sheets: {names}."),
                path=path,
                sheet=sheet,
                names=", ".join(names),
            )
        name = sheet or names[0]
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except InputError:
        raise
    except Exception as error:
        raise InputError(
            N_("The workbook {path} cannot be read: {reason}."), path=path, reason=str(error)
        ) from error
    at = header_row - 1 if header_row else _header_row(rows)
    above, rows = rows[:at], rows[at:]
    if not rows:
        raise InputError(N_("The table {path} is empty."), path=path)
    raw = [list(column) for column in zip(*rows, strict=True)]
    serials = {
        index: [row for row, value in enumerate(column[1:]) if type(value) in (int, float)]
        for index, column in enumerate(raw)
    }
    return Table(
        [cell_text(column[0]) for column in raw],
        [[cell_text(value) for value in column[1:]] for column in raw],
        first_row=at + 2,
        sheet=name,
        serials={index: found for index, found in serials.items() if found},
        date1904=_is_1904(data),
        raw=[column[1:] for column in raw],
        above=above,
    )


def _header_row(rows: Sequence[Sequence[Any]]) -> int:
    """Return the first of twenty rows with the most known headers (a title may stand above)."""
    from medcab.validators.ids.headers import field_of

    def known(row: Sequence[Any]) -> int:
        return sum(isinstance(value, str) and field_of(value) is not None for value in row)

    head = rows[:20]
    return max(range(len(head)), key=lambda at: (known(head[at]), -at), default=0)


def _is_1904(data: bytes) -> bool:
    import re
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open("xl/workbook.xml") as part:
            head = part.read(65536)
    except (zipfile.BadZipFile, KeyError, OSError, RuntimeError, NotImplementedError):
        return False
    return re.search(rb'<(?:\w+:)?workbookPr[^>]*date1904="(?:1|true)"', head) is not None


def _parquet(data: bytes, path: str) -> Table:
    try:
        import polars as pl
    except ImportError as error:
        raise InputError(
            N_("Parquet files need the package polars."),
            hint=N_("Install it with: pipx inject medcab polars"),
        ) from error
    try:
        frame = pl.read_parquet(io.BytesIO(data))
    except Exception as error:
        raise InputError(
            N_("The table {path} cannot be read: {reason}."), path=path, reason=str(error)
        ) from error
    columns = [
        series if series.dtype == pl.String else [cell_text(v) for v in series.to_list()]
        for series in frame.get_columns()
    ]
    return Table(list(frame.columns), columns, first_row=1)
