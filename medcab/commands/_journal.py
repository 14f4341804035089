"""Writing to the journal from the commands."""

from __future__ import annotations

import getpass
import platform
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from medcab._version import __version__

if TYPE_CHECKING:
    from medcab.journal import Entry
    from medcab.model import Report

__all__ = ["new_entry", "record"]


def _who() -> tuple[str, str]:
    try:
        user = getpass.getuser()
    except (OSError, KeyError, ImportError):  # a service without a name of its own
        user = "?"
    return user, platform.node() or "?"


def new_entry(command: str, **more: Any) -> Entry:
    """Return an entry about ``command``, now, by this user."""
    from medcab.journal import Entry

    user, host = _who()
    return Entry(
        at=datetime.now(UTC), user=user, host=host, command=command, version=__version__, **more
    )


def record(path: str, report: Report, *, command: str, full: bool) -> int:
    """Append ``report`` to the journal at ``path``; return the number of the record.

    Raises:
        OutputError: it could not be written.
        InputError: the file is no journal.
    """
    from medcab.journal import Journal, from_report

    user, host = _who()
    entry = from_report(
        report,
        command=command,
        user=user,
        host=host,
        version=__version__,
        at=datetime.now(UTC),
        full=full,
    )
    with Journal(path) as journal:
        return journal.append(entry)
