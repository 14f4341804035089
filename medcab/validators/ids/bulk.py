"""A whole column at once: numpy over bytes, one row explained at a time when it is wrong.

``check_column`` takes any sequence of texts: a list, a numpy array, a column of pandas, polars or
pyarrow. None of these is imported unless it is given. Rows of the usual length go through a
kernel over a matrix of bytes; the few others (other separators, letters, wrong lengths) are looked
at one by one with the same ``is_valid`` as single values, so that both ways always agree.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from medcab.validators.ids import _columns
from medcab.validators.ids._base import Identifier, InvalidIdentifier
from medcab.validators.ids._kernels import Day, Kernel, kernels
from medcab.validators.ids.registry import get

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Bytes = npt.NDArray[np.uint8]
    Flags = npt.NDArray[np.bool_]

__all__ = ["Column", "check_column"]

# Rows are worked on in pieces that stay in the cache of one core.
_PIECE: Final = 1 << 15


class Column:
    """The verdicts of one column.

    Attributes:
        kind: the kind that was checked.
        valid: flags, one a row; a missing value is not valid.
        missing: flags of the rows that hold no value (None, NaN, an empty text).
    """

    __slots__ = ("_context", "_source", "kind", "missing", "valid")

    def __init__(
        self,
        kind: str,
        source: _columns.Texts,
        valid: Flags,
        missing: Flags,
        context: dict[str, Any],
    ) -> None:
        self.kind = kind
        self._source = source
        self.valid = valid
        self.missing = missing
        self._context = context

    def __len__(self) -> int:
        return len(self.valid)

    def value(self, row: int) -> Any:
        """Return the value of ``row`` as it was given (a text, or whatever stood there)."""
        return self._source.value(row)

    def wrong(self) -> list[int]:
        """Return the rows that hold a value and are not valid."""
        import numpy as np

        rows: list[int] = np.flatnonzero(~self.valid & ~self.missing).tolist()
        return rows

    def errors(self) -> Iterator[tuple[int, InvalidIdentifier]]:
        """Yield (row, error) of each wrong row."""
        validate = get(self.kind).validate
        for row in self.wrong():
            try:
                validate(self.value(row), **self._context)
            except InvalidIdentifier as error:
                yield row, error


def check_column(kind: str, values: Any, *, today: date | None = None, **context: Any) -> Column:
    """Check every value of a column.

    Args:
        kind: name of the kind (see :func:`medcab.validators.ids.registry.kinds`).
        values: a list or another sequence, a numpy array, a pandas or polars Series, a pyarrow
            array or chunked array.
        today: the day after which nothing has happened yet; the clock's when None.
        **context: as for ``validate`` of the kind (``allow_future`` for dates).

    Returns:
        the verdicts; errors are made when asked for.

    Raises:
        UsageError: there is no such kind.
    """
    import numpy as np

    identifier = get(kind)
    texts = values if isinstance(values, _columns.Texts) else _columns.read(values)
    day = _day(today, context)
    answer = np.full(len(texts), 2, dtype=np.uint8)
    for length, kernel in kernels(kind):
        rows, matrix = texts.of_length(length)
        if rows is None:
            answer = _in_pieces(kernel, matrix, day)
        elif len(rows):
            answer[rows] = _in_pieces(kernel, matrix, day)
    missing = texts.missing
    valid = answer == 1
    given: dict[str, Any] = {**context, **({} if today is None else {"today": today})}
    for row in np.flatnonzero((answer == 2) & ~missing).tolist():
        value = texts.value(row)
        valid[row] = _asked(identifier, value, given) if given else identifier.is_valid(value)
    return Column(kind, texts, valid, missing, given)


def _asked(identifier: Identifier, value: Any, context: dict[str, Any]) -> bool:
    try:
        identifier.validate(value, **context)
    except InvalidIdentifier:
        return False
    return True


def _day(today: date | None, context: dict[str, Any]) -> Day:
    if context.get("allow_future"):
        return (9999, 12, 31)
    if today is not None:
        return (today.year, today.month, today.day)
    now = time.localtime()
    return (now.tm_year, now.tm_mon, now.tm_mday)


def _in_pieces(kernel: Kernel, matrix: Bytes, day: Day) -> Bytes:
    import numpy as np

    if len(matrix) <= _PIECE:
        return kernel(matrix, day)
    answer = np.empty(len(matrix), dtype=np.uint8)
    for start in range(0, len(matrix), _PIECE):
        answer[start : start + _PIECE] = kernel(matrix[start : start + _PIECE], day)
    return answer
