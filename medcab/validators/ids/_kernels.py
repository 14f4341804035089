"""Checksums and forms over matrices of bytes, one row a number.

A kernel answers for each row: 1 right, 0 wrong, 2 not known here (a character that is not a digit,
a number of the unchecked range): those rows are asked with ``is_valid``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Bytes = npt.NDArray[np.uint8]

__all__ = ["Kernel", "kernels"]

# The day is (year, month, day): what lies after it is not there yet.
Day = tuple[int, int, int]
Kernel = Callable[["Bytes", Day], "Bytes"]

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


def _snils(matrix: Bytes, _day: Day) -> Bytes:
    places, known = _digits(matrix)
    right = _check(places, range(9, 0, -1), 101) == places[9] * 10 + places[10]
    # Numbers below 002-000-000 are zeros or belong to the range without a check number.
    low = (places[0] == 0) & (places[1] == 0) & (places[2] < 2)
    return _answer(right, known & ~low)


def _snils_grouped(matrix: Bytes, day: Day) -> Bytes:
    import numpy as np

    apart = np.ones(len(matrix), dtype=np.bool_)
    for at in (3, 7, 11):
        apart &= (matrix[:, at] == 45) | (matrix[:, at] == 32)
    answer = _snils(matrix[:, [0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13]], day)
    answer[~apart] = 2
    return answer


def _inn_legal(matrix: Bytes, _day: Day) -> Bytes:
    places, known = _digits(matrix)
    right = _check(places, (2, 4, 10, 3, 5, 9, 4, 6, 8), 11) == places[9]
    right &= (places[0] | places[1]) != 0
    return _answer(right, known)


def _inn_person(matrix: Bytes, _day: Day) -> Bytes:
    places, known = _digits(matrix)
    right = _check(places, _INN11, 11) == places[10]
    right &= _check(places, (3, *_INN11), 11) == places[11]
    right &= (places[0] | places[1]) != 0
    return _answer(right, known)


def _powers(count: int, modulus: int) -> tuple[int, ...]:
    return tuple(pow(10, count - 1 - at, modulus) for at in range(count))


def _year_and_region(places: Any, first: int, day: Day) -> Any:
    year = places[1] * 10 + places[2]
    return (year >= first) & (year <= day[0] - 2000) & ((places[3] | places[4]) != 0)


def _ogrn(matrix: Bytes, day: Day) -> Bytes:
    places, known = _digits(matrix)
    right = _check(places, _powers(12, 11), 11) == places[12]
    right &= (places[0] == 1) | (places[0] == 5)
    right &= _year_and_region(places, 2, day)
    return _answer(right, known)


def _ogrnip(matrix: Bytes, day: Day) -> Bytes:
    places, known = _digits(matrix)
    right = _check(places, _powers(14, 13), 13) == places[14]
    right &= places[0] == 3
    right &= _year_and_region(places, 4, day)
    return _answer(right, known)


@cache
def _days() -> Any:
    import numpy as np

    days = np.zeros(100, dtype=np.uint8)
    days[1:13] = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return days


def _enp(matrix: Bytes, _day: Day) -> Bytes:
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


def _without(matrix: Bytes, at: tuple[int, ...], marks: bytes) -> tuple[Bytes, Any]:
    """Return the matrix without the columns ``at``, and the flags of rows with ``marks`` there."""
    import numpy as np

    apart = np.ones(len(matrix), dtype=np.bool_)
    for column in at:
        place = matrix[:, column]
        apart &= np.logical_or.reduce([place == mark for mark in marks])
    kept = [column for column in range(matrix.shape[1]) if column not in at]
    return matrix[:, kept], apart


def _number(places: Any) -> Any:
    import numpy as np

    total = np.zeros(places.shape[1], dtype=np.uint32)
    for place in places:
        total *= np.uint32(10)
        total += place
    return total


def _passport(*separators: int) -> Kernel:
    def kernel(matrix: Bytes, day: Day) -> Bytes:
        digits, apart = _without(matrix, separators, b" ")
        places, known = _digits(digits)
        year = places[2] * 10 + places[3]
        right = ((year >= 97) & (year <= 99)) | (year <= day[0] - 2000)
        right &= (places[0] | places[1]) != 0
        right &= _number(places[4:]) > 100
        return _answer(right, known & apart)

    return kernel


def _date(matrix: Bytes, day: Day) -> Bytes:
    digits, apart = _without(matrix, (2, 5), b".")
    places, known = _digits(digits)
    number = places[0] * 10 + places[1]
    month = places[2] * 10 + places[3]
    year = _number(places[4:])
    right = (number >= 1) & (number <= _days()[month % 100]) & (year >= 1)
    right &= (year * 16 + month) * 32 + number <= (day[0] * 16 + day[1]) * 32 + day[2]
    leap_day = (month == 2) & (number == 29)
    return _answer(right, known & apart & ~(leap_day & right))


def _phone(matrix: Bytes, _day: Day) -> Bytes:
    places, known = _digits(matrix)
    first = places[0]
    right = (first == 3) | (first == 4) | (first == 8) | (first == 9)
    return _answer(right, known)


def _phone_eleven(matrix: Bytes, day: Day) -> Bytes:
    trunk = (matrix[:, 0] == 55) | (matrix[:, 0] == 56)
    answer = _phone(matrix[:, 1:], day)
    answer[~trunk] = 2
    return answer


def _bik(matrix: Bytes, _day: Day) -> Bytes:
    places, known = _digits(matrix)
    return _answer((places[0] <= 2) & (places.max(axis=0) > 0), known)


def _index(matrix: Bytes, _day: Day) -> Bytes:
    places, known = _digits(matrix)
    number = _number(places)
    right = (number >= 101000) & (number <= 499999) | (number >= 600000) & (number <= 694999)
    return _answer(right, known)


def _record(*separators: int) -> Kernel:
    def kernel(matrix: Bytes, _day: Day) -> Bytes:
        digits, apart = _without(matrix, separators, b" -")
        places, known = _digits(digits)
        return _answer((places[0] | places[1]) != 0, known & apart)

    return kernel


def _certificate(matrix: Bytes, _day: Day) -> Bytes:
    places, known = _digits(matrix)
    return _answer((places[2] | places[3]) != 0, known)


_TABLE: Final[dict[str, tuple[tuple[int, Kernel], ...]]] = {
    "snils": ((11, _snils), (14, _snils_grouped)),
    "inn_legal": ((10, _inn_legal),),
    "inn_person": ((12, _inn_person),),
    "ogrn": ((13, _ogrn),),
    "ogrnip": ((15, _ogrnip),),
    "enp": ((16, _enp),),
    "passport_rf": ((10, _passport()), (11, _passport(4)), (12, _passport(2, 5))),
    "date_ddmmyyyy": ((10, _date),),
    "phone": ((10, _phone), (11, _phone_eleven)),
    "bik": ((9, _bik),),
    "postal_index": ((6, _index),),
    "accreditation_record": ((13, _record()), (14, _record(4))),
    "specialist_certificate": ((13, _certificate),),
}
