"""Checksums over matrices of bytes, one row a number.

A kernel answers for each row: 1 right, 0 wrong, 2 not known here (a character that is not a digit,
a number of the unchecked range): those rows are asked with ``is_valid``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from medcab.validators.ids._base import current_year

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Bytes = npt.NDArray[np.uint8]

__all__ = ["Kernel", "kernels"]

Kernel = Callable[["Bytes"], "Bytes"]

_INN11: Final = (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)


def kernels(kind: str) -> tuple[tuple[int, Kernel], ...]:
    """Return (length, kernel) for each length of ``kind`` that has a kernel."""
    return _TABLE.get(kind, ())


def _digits(matrix: Bytes) -> tuple[Any, Any]:
    """Return the digits, one row a place and 16 bits wide, and the flags of rows of digits only."""
    import numpy as np

    places = np.ascontiguousarray(matrix.T)
    places = places - np.uint8(48)
    return places, places.max(axis=0) <= 9


@cache
def _lookup(modulus: int, largest: int) -> Any:
    """Return the check digit (or number) of each sum: modulo ``modulus``, then 10 (100 for 101)."""
    import numpy as np

    sums = np.arange(largest + 1) % modulus
    return (sums % (100 if modulus == 101 else 10)).astype(np.uint8)


def _sum(places: Any, weights: Sequence[int]) -> Any:
    import numpy as np

    total = np.zeros(places.shape[1], dtype=np.uint16)
    part = np.empty_like(total)
    for place, weight in zip(places, weights, strict=False):
        np.multiply(place, np.uint16(weight), out=part, dtype=np.uint16)
        total += part
    return total


def _check(places: Any, weights: Sequence[int], modulus: int) -> Any:
    return _lookup(modulus, 255 * sum(weights))[_sum(places, weights)]


def _answer(right: Any, known: Any) -> Bytes:
    import numpy as np

    answer: Bytes = np.where(known, right, np.uint8(2)).astype(np.uint8)
    return answer


def _snils(matrix: Bytes) -> Bytes:
    places, known = _digits(matrix)
    right = _check(places, range(9, 0, -1), 101) == places[9] * 10 + places[10]
    # Numbers below 002-000-000 are zeros or belong to the range without a check number.
    low = (places[0] == 0) & (places[1] == 0) & (places[2] < 2)
    return _answer(right, known & ~low)


def _snils_grouped(matrix: Bytes) -> Bytes:
    import numpy as np

    apart = np.ones(len(matrix), dtype=np.bool_)
    for at in (3, 7, 11):
        apart &= (matrix[:, at] == 45) | (matrix[:, at] == 32)
    answer = _snils(matrix[:, [0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13]])
    answer[~apart] = 2
    return answer


def _inn_legal(matrix: Bytes) -> Bytes:
    places, known = _digits(matrix)
    right = _check(places, (2, 4, 10, 3, 5, 9, 4, 6, 8), 11) == places[9]
    right &= (places[0] | places[1]) != 0
    return _answer(right, known)


def _inn_person(matrix: Bytes) -> Bytes:
    places, known = _digits(matrix)
    right = _check(places, _INN11, 11) == places[10]
    right &= _check(places, (3, *_INN11), 11) == places[11]
    right &= (places[0] | places[1]) != 0
    return _answer(right, known)


def _powers(count: int, modulus: int) -> tuple[int, ...]:
    return tuple(pow(10, count - 1 - at, modulus) for at in range(count))


def _year_and_region(places: Any, first: int) -> Any:
    year = places[1] * 10 + places[2]
    return (year >= first) & (year <= current_year() - 2000) & ((places[3] | places[4]) != 0)


def _ogrn(matrix: Bytes) -> Bytes:
    places, known = _digits(matrix)
    right = _check(places, _powers(12, 11), 11) == places[12]
    right &= (places[0] == 1) | (places[0] == 5)
    right &= _year_and_region(places, 2)
    return _answer(right, known)


def _ogrnip(matrix: Bytes) -> Bytes:
    places, known = _digits(matrix)
    right = _check(places, _powers(14, 13), 13) == places[14]
    right &= places[0] == 3
    right &= _year_and_region(places, 4)
    return _answer(right, known)


@cache
def _days() -> Any:
    import numpy as np

    days = np.zeros(100, dtype=np.uint8)
    days[1:13] = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return days


def _enp(matrix: Bytes) -> Bytes:
    import numpy as np

    places, known = _digits(matrix)
    total = np.zeros(places.shape[1], dtype=np.uint8)
    for at in range(16):
        total += places[at]
        if at % 2 == 0:
            # A doubled digit counts 2d, less 9 above 4: modulo 10 that is 2d + 1.
            total += places[at] + (places[at] > 4)
    right = total % np.uint8(10) == 0
    # The date of birth: each digit was taken from 9; out-of-range digits wrap and are not known.
    nine = np.uint8(9) - places[2:10]
    month = nine[0] * 10 + nine[1]
    year = (
        nine[5].astype(np.uint16) * 1000
        + nine[4].astype(np.uint16) * 100
        + nine[3].astype(np.uint16) * 10
        + nine[2]
    )
    day = nine[6] * 10 + nine[7]
    day = np.where(day > 50, day - np.uint8(50), day)
    month = month - np.where(
        year <= 1950, np.uint8(20), np.where(year <= 2000, np.uint8(40), np.uint8(0))
    )
    days = _days()[np.minimum(month, np.uint8(99))]
    right &= (day >= 1) & (day <= days) & (year >= 1880) & (year <= 2100)
    right &= (places[0] | places[1]) != 0
    leap_day = (month == 2) & (day == 29)
    # The slow way decides about 29 February.
    return _answer(right, known & ~(leap_day & right))


_TABLE: Final[dict[str, tuple[tuple[int, Kernel], ...]]] = {
    "snils": ((11, _snils), (14, _snils_grouped)),
    "inn_legal": ((10, _inn_legal),),
    "inn_person": ((12, _inn_person),),
    "ogrn": ((13, _ogrn),),
    "ogrnip": ((15, _ogrnip),),
    "enp": ((16, _enp),),
}
