"""Moments as users write them."""

from __future__ import annotations

from datetime import UTC, datetime

from medcab.errors import UsageError
from medcab.text import N_

__all__ = ["parse_moment"]


def parse_moment(text: str) -> datetime:
    """Return the moment that ``text`` names, aware.

    Takes ISO 8601 (``2026-11-21``, ``2026-11-21T09:30:00Z``, ``…+03:00``) and ``21.11.2026``.
    What has no time zone is UTC.

    Raises:
        UsageError: it is no moment.
    """
    parts = text.strip().split(".")
    russian = len(parts) == 3 and [len(p) for p in parts] == [2, 2, 4]
    try:
        moment = datetime.fromisoformat("-".join(reversed(parts)) if russian else text.strip())
    except ValueError as error:
        raise UsageError(
            N_("{value} is not a date or a moment."),
            hint=N_("For example: 2026-11-21, 21.11.2026 or 2026-11-21T09:30:00Z"),
            value=text,
        ) from error
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
