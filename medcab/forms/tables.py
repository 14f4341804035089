"""CSV and XLSX forms: two columns (name, value), or a row of names over rows of values."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import date, datetime
from typing import Any, Final

from medcab.forms.aliases import canonical, plain
from medcab.forms.trees import Node, decode, fail, scalar, twice

__all__ = ["read_csv", "read_xlsx"]

MAX_ROWS: Final = 5_000
MAX_COLUMNS: Final = 500
MAX_UNPACKED: Final = 64 << 20

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
            members = archive.infolist()
            if len(members) > 2000 or sum(m.file_size for m in members) > MAX_UNPACKED:
                fail(path, f"XLSX: > {MAX_UNPACKED} B")
            if any(m.flag_bits & 1 for m in members):
                fail(path, "XLSX: encrypted")
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
