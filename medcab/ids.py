"""Russian identifiers for programs: one value, or a whole column.

    >>> from medcab import ids
    >>> ids.validate("snils", "112-233-445 95")
    '112-233-445 95'
    >>> ids.is_valid("inn_legal", "7707083894")
    False
    >>> ids.check_column("snils", ["112-233-445 95", "112-233-445 96"]).wrong()
    [1]

The modules of :mod:`medcab.validators.ids` offer the same for one kind each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from medcab.validators.ids._base import Identifier, InvalidIdentifier, Suggestion
from medcab.validators.ids.registry import get, kinds

if TYPE_CHECKING:
    from medcab.validators.ids.bulk import Column
    from medcab.validators.ids.detect import Guess

__all__ = [
    "Identifier",
    "InvalidIdentifier",
    "Suggestion",
    "check_column",
    "detect",
    "get",
    "is_valid",
    "kinds",
    "validate",
]


def validate(kind: str, text: str, **context: Any) -> str:
    """Return ``text`` in the canonical form of ``kind``.

    Args:
        kind: one of :func:`kinds`.
        text: the value.
        **context: what the kind can use: ``bik``, ``today``, ``allow_future``, ``extensions``.

    Raises:
        InvalidIdentifier: the value is wrong; the error says where and what may have been meant.
        UsageError: there is no such kind.
    """
    return get(kind).validate(text, **context)


def is_valid(kind: str, text: object) -> bool:
    """Tell whether ``text`` is a valid value of ``kind``.

    Raises:
        UsageError: there is no such kind.
    """
    return get(kind).is_valid(text)


def detect(text: str) -> tuple[Guess, ...]:
    """Return the kinds that ``text`` fits, the strongest first."""
    from medcab.validators.ids.detect import detect as find

    return find(text)


def check_column(kind: str, values: Any, **context: Any) -> Column:
    """Check a whole column; see :func:`medcab.validators.ids.bulk.check_column`."""
    from medcab.validators.ids.bulk import check_column as check

    return check(kind, values, **context)
