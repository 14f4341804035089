"""Any column of texts as one block of bytes, one byte a character.

Characters outside of ASCII become ``?`` in the block (after typographic hyphens and spaces became
plain ones), so that positions stay positions; the original values are kept for the slow way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from medcab.validators.ids._base import HYPHENS, SPACES

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Bytes = npt.NDArray[np.uint8]
    Flags = npt.NDArray[np.bool_]
    Rows = npt.NDArray[np.intp]

__all__ = ["Texts", "read"]


class Texts:
    """A column as a block of bytes.

    Attributes:
        missing: flags of the rows without a value.
        value: row -> the value as it was given.
    """

    __slots__ = ("_block", "_lengths", "_matrix", "_starts", "missing", "value")

    def __init__(
        self,
        block: Bytes,
        lengths: Rows | None,
        missing: Flags,
        value: Callable[[int], Any],
        matrix: Bytes | None = None,
    ) -> None:
        self._block = block
        self._lengths = lengths
        self._matrix = matrix
        self._starts: Rows | None = None
        self.missing = missing
        self.value = value

    def __len__(self) -> int:
        return len(self.missing)

    def of_length(self, length: int) -> tuple[Rows | None, Bytes]:
        """Return the rows of ``length`` characters and their bytes as a matrix.

        The rows are None when all rows have that length.
        """
        import numpy as np

        if self._matrix is not None:
            if self._matrix.shape[1] == length:
                return None, self._matrix
            return np.empty(0, np.intp), self._matrix[:0]
        assert self._lengths is not None
        rows = np.flatnonzero(self._lengths == length)
        if len(rows) == len(self) and len(rows):
            return None, self._block.reshape(-1, length)
        if self._starts is None:
            self._starts = np.concatenate(([0], np.cumsum(self._lengths)[:-1]))
        return rows, self._block[self._starts[rows][:, None] + np.arange(length)]

    def digits(self) -> npt.NDArray[np.uint64]:
        """Return the digits of each row as one number; other characters are left out."""
        import numpy as np

        if self._matrix is not None:
            lengths = [self._matrix.shape[1]]
        else:
            assert self._lengths is not None
            lengths = np.flatnonzero(np.bincount(self._lengths)).tolist()
        numbers = np.zeros(len(self), dtype=np.uint64)
        for length in lengths:
            rows, matrix = self.of_length(length)
            number = np.zeros(len(matrix), dtype=np.uint64)
            for place in np.ascontiguousarray(matrix.T):
                digit = place - np.uint8(48)
                number = np.where(digit <= 9, number * np.uint64(10) + digit, number)
            if rows is None:
                return number
            numbers[rows] = number
        return numbers


def read(values: Any) -> Texts:
    """Return any column (see :func:`medcab.validators.ids.bulk.check_column`) as bytes."""
    import numpy as np

    module = type(values).__module__.partition(".")[0]
    if module == "polars":
        return _from_polars(values)
    if module == "pyarrow":
        return _from_arrow(values)
    if module == "pandas":
        values = values.to_numpy(dtype=object, na_value=None)
    if isinstance(values, np.ndarray):
        if values.ndim != 1:
            values = values.ravel()
        if values.dtype.kind == "S" and len(values):
            return _from_bytes(values)
        values = values.tolist()
    return _from_list(values if isinstance(values, (list, tuple)) else list(values))


def _plain(text: str) -> Bytes:
    """Return one byte a character, typographic separators made plain."""
    import numpy as np

    if not text.isascii():
        for char in HYPHENS[1:]:
            text = text.replace(char, "-")
        for char in SPACES[1:]:
            text = text.replace(char, " ")
    return np.frombuffer(text.encode("ascii", "replace"), dtype=np.uint8)


def _from_list(values: list[Any] | tuple[Any, ...]) -> Texts:
    import numpy as np

    count = len(values)
    texts: Iterable[str] = values
    try:
        joined = "".join(values)
    except TypeError:
        texts = [value if isinstance(value, str) else "" for value in values]
        joined = "".join(texts)
        missing = np.fromiter((_is_missing(value) for value in values), np.bool_, count)
        lengths = np.fromiter(map(len, texts), np.intp, count)
        return Texts(_plain(joined), lengths, missing, values.__getitem__)
    if count and set(map(len, values)) == {len(values[0])} and values[0]:
        matrix = _plain(joined).reshape(count, -1)
        return Texts(matrix, None, np.zeros(count, np.bool_), values.__getitem__, matrix)
    lengths = np.fromiter(map(len, values), np.intp, count)
    return Texts(_plain(joined), lengths, lengths == 0, values.__getitem__)


def _is_missing(value: Any) -> bool:
    # NaN is the only value that differs from itself.
    return value is None or value == "" or (isinstance(value, float) and value != value)


def _from_bytes(values: Any) -> Texts:
    """Read an array of fixed-width bytes; numpy pads short values with zeros."""
    import numpy as np

    matrix = np.ascontiguousarray(values).view(np.uint8).reshape(len(values), -1)
    if not (matrix[:, -1] == 0).any():
        return Texts(
            matrix,
            None,
            np.zeros(len(values), np.bool_),
            lambda row: values[row].decode("utf-8", "replace"),
            matrix,
        )
    return _from_list([value.decode("utf-8", "replace") for value in values.tolist()])


def _from_polars(series: Any) -> Texts:
    import numpy as np

    if str(series.dtype) not in ("String", "Utf8"):
        return _from_list(series.to_list())
    filled = series.fill_null("")
    joined = filled.str.join("").item() if len(series) else ""
    lengths = filled.str.len_chars().to_numpy().astype(np.intp)
    return Texts(_plain(joined), lengths, lengths == 0, series.__getitem__)


def _from_arrow(array: Any) -> Texts:
    import numpy as np

    if hasattr(array, "combine_chunks"):
        array = array.combine_chunks()
    if isinstance(array, list) or str(array.type) not in ("string", "large_string"):
        return _from_list(array.to_pylist())
    width = np.int32 if str(array.type) == "string" else np.int64
    _, offsets_buffer, data = array.buffers()
    if data is None or not len(array):
        return _from_list(array.to_pylist())
    offsets = np.frombuffer(offsets_buffer, dtype=width)[array.offset :][: len(array) + 1]
    block = np.frombuffer(data, dtype=np.uint8)[offsets[0] : offsets[-1]]
    if len(block) and block.max() > 127:
        return _from_list(array.to_pylist())
    lengths = np.diff(offsets).astype(np.intp)
    return Texts(block, lengths, lengths == 0, lambda row: array[row].as_py())
