"""Seals: the head of the chain, signed, so that a rewrite of the whole file shows.

A seal is an attached CAdES signature over the statement ``{"schema", "number", "hash", "at"}``. It
is kept in the journal and, better, elsewhere too: whoever rewrites the file can drop the seals in
it, but cannot make a chain that contains the sealed hash at that number.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from medcab.errors import InputError, SigningError
from medcab.files import unreadable
from medcab.journal.chain import ChainProblem, canonical
from medcab.journal.schema import LARGEST
from medcab.journal.store import Journal
from medcab.model import Verdict, worst
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.signing.keys import SigningKey
    from medcab.signing.longterm.tsa import TsaClient
    from medcab.signing.results import CertificateSummary
    from medcab.signing.verify import Verifier

__all__ = ["CheckedSeal", "Seals", "check_seals", "make_seal"]

SCHEMA: Final = "medcab.journal-seal/1"
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_MAX_SEAL: Final = 4 << 20
_UNPROVED: Final = N_("The time-stamp does not count.")
_PRUNED: Final = N_("The sealed record was removed: the seal proves nothing about the rest.")
_STAMPS: Final = frozenset({"signature-time-stamp", "archive-time-stamp-v3"})


@dataclass(frozen=True, slots=True)
class CheckedSeal:
    """A seal: the record it is about, and what became of its signature and time-stamp.

    Attributes:
        number: of the sealed record.
        verdict: passed, failed or indeterminate: signature, time-stamp and chain together.
        level: what the signature is: ``CAdES-B-B``, ``CAdES-B-T`` ...
        signer: whose certificate signed; empty when it was not found.
        proved_at: the moment that a time-stamp proves; None without one that counts.
        claimed_at: the moment that the signer claims.
        problems: sentences to be (template, arguments) that say why it did not pass.
        path: of the file it was read from; empty for a seal in the journal itself.
    """

    number: int
    verdict: str
    level: str = ""
    signer: str = ""
    proved_at: datetime | None = None
    claimed_at: datetime | None = None
    problems: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    path: str = ""


@dataclass(frozen=True, slots=True)
class Seals:
    """All seals that were checked, and what they say against the chain."""

    seals: tuple[CheckedSeal, ...]
    problems: tuple[ChainProblem, ...]


def make_seal(journal: Journal, key: SigningKey, tsa: TsaClient | None = None) -> tuple[int, bytes]:
    """Sign the head of ``journal`` with ``key`` and keep the seal in it.

    Args:
        journal: what is sealed.
        key: signs.
        tsa: gives the time-stamp that proves when; None: the seal only claims a moment.

    Returns:
        number of the sealed record, and the seal (CAdES-B-B, with ``tsa`` CAdES-B-T; attached).

    Raises:
        SigningError: the journal is empty or broken, or the certificate may not sign.
        TimeStampError: no time-stamp could be had; the journal is as before.
    """
    from medcab.signing.sign import Signer, SignOptions

    if not journal.verify().whole:
        raise SigningError(
            N_("The journal is broken: it is not sealed."),
            hint=N_("See: medcab journal verify FILE"),
        )
    number, head = journal.head()
    if not number:
        raise SigningError(N_("The journal is empty: there is nothing to seal."))
    statement = canonical(
        {
            "schema": SCHEMA,
            "number": number,
            "hash": head.hex(),
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
    )
    seal = Signer(key, SignOptions(attached=True)).sign_bytes(statement)
    if tsa is not None:
        from medcab.signing.longterm.extend import stamp_signature

        seal = stamp_signature(seal, tsa)
    journal.add_seal(number, statement, seal)
    return number, seal


def check_seals(journal: Journal, files: Sequence[str], verifier: Verifier) -> Seals:
    """Check the seals in ``journal`` and those kept in ``files``.

    Args:
        journal: whose chain must contain what was sealed.
        files: paths of seals kept elsewhere.
        verifier: judges signatures and time-stamps; without trust they stay undetermined.

    Raises:
        InputError: a file is missing or is no seal.
    """
    blobs = [("", signature) for _, _, signature in journal.seals()]
    blobs += [(path, _read(path)) for path in files]
    if not blobs:
        return Seals((), ())
    first = journal.first()
    seals: list[CheckedSeal] = []
    problems: list[ChainProblem] = []
    for path, blob in blobs:
        statement = _statement(blob)
        if statement is None:
            if path:
                raise InputError(N_("{path} is not a seal of a journal."), path=path)
            problems.append(ChainProblem("unreadable-seal", 0))
            continue
        number = int(statement["number"])
        known = journal.hash_of(number)
        # The hash of the last removed record is known, but the record itself is not there.
        pruned = number < first
        if known.hex() != statement["hash"] if known is not None else not pruned:
            problems.append(ChainProblem("seal", number))
        seals.append(_judged(number, blob, path, verifier, pruned=pruned))
    return Seals(tuple(seals), tuple(problems))


def _judged(
    number: int, blob: bytes, path: str, verifier: Verifier, *, pruned: bool
) -> CheckedSeal:
    """The signature, its time-stamps and what the chain still knows of the sealed record."""
    from medcab.signing.results import Indication

    report = verifier.verify_bytes(blob)
    verdicts = [report.verdict]
    why: list[tuple[str, Mapping[str, Any]]] = [
        (check.detail, check.args)
        for checks in (report.problems, *(one.checks for one in report.signatures))
        for check in checks
        if check.open and check.detail
    ]
    for stamp in (stamp for one in report.signatures for stamp in one.timestamps):
        indication = Indication(stamp["indication"])
        if indication is not Indication.TOTAL_PASSED:
            # A signature may stand without its time-stamp; a seal that shows one stands by it.
            verdicts.append(indication.verdict)
            why.append((_UNPROVED, {}))
            why += [
                (check.detail, check.args)
                for check in stamp["checks"]
                if check.open and check.detail
            ]
    if pruned:
        # A rewritten file may claim that: the seal says nothing about what is left.
        verdicts.append(Verdict.INDETERMINATE)
        why.append((_PRUNED, {}))
    signer = report.signatures[0] if report.signatures else None
    proofs = [p.moment for p in signer.proofs if p.source in _STAMPS] if signer else []
    summary = signer.signer if signer else None
    return CheckedSeal(
        number=number,
        verdict=worst(verdicts).value,
        level=signer.level.value if signer else "",
        signer=_name(summary),
        proved_at=min(proofs, default=None),
        claimed_at=signer.claimed_signing_time if signer else None,
        problems=tuple(why),
        path=path,
    )


def _name(certificate: CertificateSummary | None) -> str:
    """Who signed, as people call them."""
    if certificate is None:
        return ""
    holder = certificate.holder
    person = " ".join(holder[key] for key in ("surname", "given_name") if holder.get(key))
    return person or holder.get("common_name") or certificate.subject


def _read(path: str) -> bytes:
    try:
        with Path(path).open("rb") as stream:
            return stream.read(_MAX_SEAL)
    except OSError as error:
        raise unreadable(path, error) from error


def _statement(blob: bytes) -> dict[str, Any] | None:
    """What was sealed, read by the same reader that judges the signature over it."""
    from medcab.signing.cms import parse_signed_data

    try:
        signed = parse_signed_data(blob)
        if signed.content is None:
            return None
        start, end = signed.content
        parsed = json.loads(signed.data[start:end])
    except (ValueError, RecursionError):  # DerError is a ValueError too
        return None
    if not isinstance(parsed, dict) or parsed.get("schema") != SCHEMA:
        return None
    number, sealed = parsed.get("number"), parsed.get("hash")
    if type(number) is not int or not 1 <= number <= LARGEST:
        return None
    return parsed if isinstance(sealed, str) and _HASH.fullmatch(sealed) else None
