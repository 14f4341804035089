"""Tables that turn a group of three digits into its part of a weighted sum.

A dictionary look-up of a slice costs less than three ``int()`` calls and accepts nothing but
``[0-9]``: anything else is a missing key.
"""

from __future__ import annotations

__all__ = ["weighted"]

_DIGITS = "0123456789"


def weighted(*weights: int, skip: tuple[str, ...] = ()) -> dict[str, int]:
    """Return every string of ``len(weights)`` digits with the sum of its weighted digits.

    Args:
        weights: one weight a digit.
        skip: leading digits whose strings are left out (they go the slow, explaining way).
    """
    table = {"": 0}
    for weight in weights:
        table = {
            key + digit: total + weight * value
            for key, total in table.items()
            for value, digit in enumerate(_DIGITS)
        }
    if skip:
        return {key: total for key, total in table.items() if not key.startswith(skip)}
    return table
