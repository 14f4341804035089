"""Check the columns of a table in bulk and look for values that two rows share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from medcab.errors import UsageError
from medcab.sheets import Table, excel_date
from medcab.text import N_
from medcab.validators.ids._base import InvalidIdentifier, Suggestion
from medcab.validators.ids._columns import Texts, read
from medcab.validators.ids.bulk import check_column
from medcab.validators.ids.headers import FIELDS, Field, field_of, fold, kind_of
from medcab.validators.ids.registry import get

__all__ = ["ColumnReport", "Problem", "Result", "check_table"]

_DUPLICATE: Final = N_("The same value stands in rows {rows}.")
_MANY: Final = 5


@dataclass(frozen=True, slots=True)
class Problem:
    """One wrong cell.

    Attributes:
        row: index of the row of data, from 0.
        column: index of the column, from 0.
        code: what is wrong; ``duplicate`` where rows share a value.
        template: English msgid with holes.
        args: values for the holes.
        error: the error of the identifier, None for duplicates.
    """

    row: int
    column: int
    code: str
    template: str
    args: Mapping[str, Any]
    error: InvalidIdentifier | None = None

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """What may have been meant; found when asked for."""
        return self.error.suggestions if self.error is not None else ()


@dataclass(frozen=True, slots=True)
class ColumnReport:
    """How one column was judged.

    Attributes:
        index: from 0.
        header: as it stands in the table.
        field: the field it was taken for, or None when it was not recognised.
        values: how many cells hold a value.
        wrong: how many of them are wrong.
        duplicates: how many of them share their value with another row.
    """

    index: int
    header: str
    field: str | None
    values: int = 0
    wrong: int = 0
    duplicates: int = 0


@dataclass(slots=True)
class Result:
    """The verdict on a table.

    Attributes:
        table: what was checked.
        columns: one report a column.
        problems: wrong cells in the order of rows.
    """

    table: Table
    columns: list[ColumnReport]
    problems: list[Problem] = field(default_factory=list)

    @property
    def checked(self) -> bool:
        """True when at least one column was recognised and judged."""
        return any(c.field is not None and FIELDS[c.field].kinds for c in self.columns)

    def line(self, row: int) -> int:
        """Return the number that a row of data has in the file."""
        return self.table.first_row + row


def check_table(
    table: Table,
    *,
    columns: Mapping[str, str] | None = None,
    today: date | None = None,
    date1904: bool | None = None,
) -> Result:
    """Check every recognised column of ``table``, which is not changed.

    Args:
        table: what :func:`medcab.tables.read_table` returned.
        columns: field -> header, letter (``C``) or number (``3``) of the column that holds it;
            others are recognised by their headers.
        today: the day of the check; the clock's when None.
        date1904: count the days of bare numbers from 1904; as the workbook says when None.

    Raises:
        UsageError: ``columns`` name an unknown field or column.
    """
    fields = _assign(table.headers, columns or {})
    system = table.date1904 if date1904 is None else date1904
    result = Result(table, [])
    for index, header in enumerate(table.headers):
        found = fields.get(index)
        if found is None or not found.kinds:
            result.columns.append(ColumnReport(index, header, found.name if found else None))
            continue
        values = table.columns[index]
        if found.kinds == ("date_ddmmyyyy",) and index in table.serials:
            values = _dates(values, table.serials[index], date1904=system)
        result.columns.append(_judge(result, index, header, found, values, today))
    result.problems.sort(key=lambda problem: (problem.row, problem.column))
    return result


def _assign(headers: list[str], named: Mapping[str, str]) -> dict[int, Field]:
    fields: dict[int, Field] = {}
    for name, where in named.items():
        if name not in FIELDS:
            raise UsageError(
                N_("There is no field «{field}»."),
                hint=N_("Known fields: {known}."),
                field=name,
                known=", ".join(FIELDS),
            )
        fields[_place(headers, where)] = FIELDS[name]
    taken = {found.name for found in fields.values()}
    for index, header in enumerate(headers):
        found = field_of(header)
        if found is not None and index not in fields and found.name not in taken:
            fields[index] = found
    return fields


def _place(headers: list[str], where: str) -> int:
    folded = [fold(header) for header in headers]
    if where in headers:
        return headers.index(where)
    if fold(where) in folded:
        return folded.index(fold(where))
    if where.isascii() and where.isdecimal() and 1 <= int(where[:9]) <= len(headers):
        return int(where) - 1
    if where.isascii() and where.isalpha() and len(where) <= 3:
        number = 0
        for char in where.upper():
            number = number * 26 + ord(char) - 64
        if number <= len(headers):
            return number - 1
    raise UsageError(
        N_("The table has no column «{column}»."),
        hint=N_("Its columns: {names}."),
        column=where,
        names=", ".join(headers),
    )


def _dates(values: Any, rows: list[int], *, date1904: bool) -> list[str]:
    """Return the column with bare numbers of days written as dates."""
    texts = list(values)
    for row in rows:
        try:
            day = excel_date(float(texts[row]), date1904=date1904)
        except ValueError:
            continue
        if day is not None:
            texts[row] = f"{day.day:02d}.{day.month:02d}.{day.year:04d}"
    return texts


def _judge(
    result: Result, index: int, header: str, found: Field, values: Any, today: date | None
) -> ColumnReport:
    import numpy as np

    context: dict[str, Any] = {"allow_future": True} if found.future else {}
    kinds = found.kinds
    if len(kinds) > 1:
        head = [kind_of(found, str(value)) for value in values[:200] if value]
        kinds = tuple(sorted(kinds, key=head.count, reverse=True))
    texts = read(values)
    first = check_column(kinds[0], texts, today=today, **context)
    valid, missing = first.valid, first.missing
    for kind in kinds[1:]:
        rest = np.flatnonzero(~valid & ~missing)
        if len(rest):
            others = [first.value(row) for row in rest.tolist()]
            valid[rest] |= check_column(kind, others, today=today, **context).valid
    wrong = first.wrong()
    for row in wrong:
        value = first.value(row)
        kind = kind_of(found, value) if isinstance(value, str) else kinds[0]
        try:
            get(kind).validate(value, today=today, **context)
        except InvalidIdentifier as error:
            result.problems.append(
                Problem(row, index, error.code, error.template, error.arguments, error)
            )
    duplicates = _duplicates(result, index, found, values, valid, texts) if found.unique else 0
    count = len(valid) - int(missing.sum())
    return ColumnReport(index, header, found.name, count, len(wrong), duplicates)


def _duplicates(
    result: Result, index: int, found: Field, values: Any, valid: Any, texts: Texts
) -> int:
    """Add a problem for every row whose valid value stands in another row too."""
    compact = get(found.kinds[0]).compact
    rows = _shared_rows(values, valid, found, texts)
    groups: dict[str, list[int]] = {}
    for row in rows:
        groups.setdefault(compact(values[row]), []).append(row)
    count = 0
    for group in groups.values():
        if len(group) < 2:
            continue
        count += len(group)
        lines = [str(result.line(row)) for row in group[:_MANY]]
        shown = ", ".join(lines) + ("…" if len(group) > _MANY else "")
        result.problems += [
            Problem(row, index, "duplicate", _DUPLICATE, {"rows": shown}) for row in group
        ]
    return count


def _shared_rows(values: Any, valid: Any, found: Field, texts: Texts) -> list[int]:
    """Return the rows of valid values that may be shared."""
    import numpy as np

    identifier = get(found.kinds[0])
    rows = np.flatnonzero(valid)
    if identifier.numeric:
        keys = texts.digits()[rows]
        ordered = np.sort(keys)
        if not (ordered[1:] == ordered[:-1]).any():
            return []
        order = np.argsort(keys, kind="stable")
        same = keys[order][1:] == keys[order][:-1]
        shared = np.zeros(len(rows), dtype=np.bool_)
        shared[order[1:][same]] = True
        shared[order[:-1][same]] = True
        return list(rows[shared].tolist())
    seen: dict[str, int] = {}
    several: set[int] = set()
    for row in rows.tolist():
        key = identifier.compact(values[row])
        before = seen.setdefault(key, row)
        if before != row:
            several.update((before, row))
    return sorted(several)
