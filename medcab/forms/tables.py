"""CSV and XLSX forms: two columns (name, value), or a row of names over rows of values."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from datetime import date, datetime
from typing import Any, Final

from medcab.forms.aliases import canonical, plain
from medcab.forms.trees import Node, decode, fail, scalar, twice

__all__ = ["read_csv", "read_xlsx"]

MAX_ROWS: Final = 5_000
MAX_COLUMNS: Final = 500
MAX_UNPACKED: Final = 16 << 20
MAX_MEMBERS: Final = 500
MAX_CELLS: Final = 100_000
MAX_STRING: Final = 4096

_REFERENCE = re.compile(rb"""\br\s*=\s*["']([A-Z]*)([0-9]+)["']""")
_CELL = re.compile(rb"<(?:\w+:)?c[\s>/]")
_STRING = re.compile(rb"<(?:\w+:)?si[\s>/]")

_HEADS: Final = frozenset({"поле", "показатель", "реквизит", "названиеполя", "field"})

_Row = list[tuple[str, str]]  # (text, where)


def read_csv(data: bytes, path: str) -> Node:
    """Read a CSV form in any usual encoding, with ``;``, ``,`` or tabs.

    Raises:
        FormError: it is no text, has too many rows, or names a field twice.
    """
    text = decode(data, path)
    lines = [line for line in text.splitlines() if line.strip()]
    delimiter = max(";\t,", key=lambda d: (min(sum(d in ln for ln in lines[:20]), 20), d == ";"))
    rows: list[_Row] = []
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), 1):
            if number > MAX_ROWS or len(row) > MAX_COLUMNS:
                fail(path, f"> {MAX_ROWS} x {MAX_COLUMNS}")
            rows.append([(cell, f"{_column(i)}{number}") for i, cell in enumerate(row)])
    except csv.Error as error:
        fail(path, f"CSV: {error}")
    return _fields(rows, path)


def read_xlsx(data: bytes, path: str) -> Node:
    """Read the first sheet of a workbook that holds anything.

    Raises:
        FormError: the workbook is broken or a bomb, or names a field twice.
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _demand_harmless(archive, path)
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.height > MAX_ROWS or sheet.width > MAX_COLUMNS:
                fail(path, f"> {MAX_ROWS} x {MAX_COLUMNS}")
            values = sheet.to_python(skip_empty_area=False)
            if any(v not in ("", None) for row in values for v in row):
                break
        else:
            values = []
    except (zipfile.BadZipFile, CalamineError, OSError, ValueError) as error:
        fail(path, f"XLSX: {error}")
    rows = [
        [(_cell(v), f"{_column(i)}{n}") for i, v in enumerate(row)]
        for n, row in enumerate(values, 1)
    ]
    return _fields(rows, path)


def _demand_harmless(archive: zipfile.ZipFile, path: str) -> None:
    """Refuse workbooks that unfold: the reader makes a dense table up to the last cell.

    One cell at XFD1048576 asks for 17 thousand million cells; one long shared string can be named
    by every cell.
    """
    members = archive.infolist()
    names = {m.filename for m in members}
    if "xl/workbook.xml" not in names or "mimetype" in names or len(members) > MAX_MEMBERS:
        fail(path, "XLSX: xl/workbook.xml")
    if sum(m.file_size for m in members) > MAX_UNPACKED:
        fail(path, f"XLSX: > {MAX_UNPACKED} B")
    cells = 0
    for member in members:
        if member.flag_bits & 1:
            fail(path, "XLSX: encrypted")
        if not member.filename.lower().endswith((".xml", ".rels")):
            continue
        with archive.open(member) as stream:
            # The directory of the archive may lie about the size; no more than it says is read.
            text = stream.read(member.file_size + 1)
        if len(text) > member.file_size or b"\0" in text or b"<!DOCTYPE" in text[:4096]:
            fail(path, f"XLSX: {member.filename}")
        sheet = b"sheetData" in text  # wherever the relations say that it lies
        for letters, number in _REFERENCE.findall(text) if sheet else ():
            if int(number) > MAX_ROWS or (letters and _number(letters) > MAX_COLUMNS):
                fail(path, f"> {MAX_ROWS} x {MAX_COLUMNS}")
        cells += len(_CELL.findall(text))
        if cells > MAX_CELLS or any(len(p) > MAX_STRING for p in _STRING.split(text)[1:]):
            fail(path, f"XLSX: > {MAX_CELLS} x {MAX_STRING} B")


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _cell(value: Any) -> str:
    if isinstance(value, float) and value == int(value) and abs(value) < 1e17:
        # Every number of a sheet is a float; the person saw and typed 7707083893.
        return str(int(value))
    if isinstance(value, (date, datetime)):
        return scalar(value)
    return scalar(value)


def _column(index: int) -> str:
    name = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        name = chr(65 + rest) + name
    return name


def _fields(rows: list[_Row], path: str) -> Node:
    """Tell the two layouts apart by where the known names of fields stand."""
    rows = [row for row in rows if any(text.strip() for text, _ in row)]
    if not rows:
        fail(path, "no fields")
    across = sum(canonical(text) is not None for text, _ in rows[0])
    down = sum(bool(row) and canonical(row[0][0]) is not None for row in rows)
    if across > down or (across == down and len(rows) > 1 and len(rows[0]) > 2):
        return _records(rows, path)
    members: dict[str, Node] = {}
    for row in rows:
        key, where = row[0]
        # Only the second column holds values: what stands further right are remarks.
        text, place = row[1] if len(row) > 1 else ("", where)
        key = key.strip()
        if plain(key) in _HEADS or not key or (canonical(key) is None and not text.strip()):
            continue  # the heading, a title line or a remark
        if key in members:
            twice(path, key, where)
        members[key] = Node(text, place)
    if not members:
        fail(path, "no fields")
    return Node(members)


def _records(rows: list[_Row], path: str) -> Node:
    heads = [text.strip() for text, _ in rows[0]]
    for index, head in enumerate(heads):
        if head and head in heads[:index]:
            twice(path, head, rows[0][index][1])
    records = []
    for row in rows[1:]:
        cells = {h: Node(text, where) for h, (text, where) in zip(heads, row, strict=False) if h}
        records.append(Node(dict(cells), row[0][1]))
    if len(records) == 1:
        return records[0]
    return Node({"employees": Node(list(records))}) if records else Node({})
