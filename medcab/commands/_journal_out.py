"""What ``medcab journal`` says of seals, and where its exports go."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from medcab.commands._console import tr
from medcab.errors import OutputError
from medcab.text import N_, translator

if TYPE_CHECKING:
    from medcab.formats.register import Summary
    from medcab.journal import Journal
    from medcab.journal.seal import CheckedSeal
    from medcab.signing.verify import Verifier

__all__ = ["about_seal", "seal_data", "summary_of", "verdict_words", "writing"]


def verdict_words(verdict: str) -> str:
    """The msgid of a verdict; what is none stays as it is."""
    return {"passed": "Passed", "failed": "Failed", "indeterminate": "Needs clarification"}.get(
        verdict, verdict
    )


def seal_data(seal: CheckedSeal) -> dict[str, Any]:
    """A seal for ``journal verify --format json``."""
    english = translator("en")
    return {
        "record": seal.number,
        "verdict": seal.verdict,
        "level": seal.level,
        "signer": seal.signer,
        "proved_at": seal.proved_at.isoformat() if seal.proved_at else None,
        "claimed_at": seal.claimed_at.isoformat() if seal.claimed_at else None,
        "problems": [english(template, **args) for template, args in seal.problems],
        "path": seal.path or None,
    }


def about_seal(seal: CheckedSeal) -> str:
    """``Passed, CAdES-B-T, Anna Ivanova, proved to exist on 21.11.2026 22:37 UTC``."""
    from medcab.formats.encoding import printable
    from medcab.formats.values import moment

    translate = tr()
    told = [translate(verdict_words(seal.verdict)), seal.level, printable(seal.signer)]
    if seal.proved_at is not None:
        told.append(translate(N_("time-stamp of {moment}"), moment=moment(seal.proved_at)))
    elif seal.claimed_at is not None:
        words = N_("signed on {moment}, as the signer says (no proof)")
        told.append(translate(words, moment=moment(seal.claimed_at)))
    return ", ".join(filter(None, told))


def summary_of(journal: Journal, make_verifier: Callable[[], Verifier]) -> Summary:
    """What the register says of ``journal`` as a whole."""
    from datetime import UTC, datetime

    from medcab.formats.register import SealLine, Summary
    from medcab.journal.seal import Seals, check_seals

    chain = journal.verify()
    seals = check_seals(journal, [], make_verifier()) if journal.seals() else Seals((), ())
    return Summary(
        name=journal.path.name,
        records=chain.records,
        first=chain.first,
        head=chain.head,
        whole=chain.whole and not seals.problems,
        seals=tuple(SealLine(one.number, about_seal(one)) for one in seals.seals),
        made_at=datetime.now(UTC),
    )


@contextlib.contextmanager
def writing(path: str | None) -> Iterator[IO[bytes]]:
    """The stream of a result that may be large: written as it is made, whole or not at all.

    Raises:
        OutputError: it cannot be written; an earlier file stays as it was.
    """
    if path is None or path == "-":
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    from medcab.files import replacing

    try:
        with replacing(Path(path)) as stream:
            yield stream
    except OSError as error:
        raise OutputError(
            N_("{path} cannot be written: {reason}."),
            hint=N_("Close the file in other programs, or choose another name or folder."),
            path=path,
            reason=error.strerror or str(error),
        ) from error
