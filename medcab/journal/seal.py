"""Seals: the head of the chain, signed, so that a rewrite of the whole file shows.

A seal is an attached CAdES signature over the statement ``{"schema", "number", "hash", "at"}``. It
is kept in the journal and, better, elsewhere too: whoever rewrites the file can drop the seals in
it, but cannot make a chain that contains the sealed hash at that number.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from medcab.errors import InputError, SigningError
from medcab.files import unreadable
from medcab.journal.chain import ChainProblem, canonical
from medcab.journal.store import Journal
from medcab.model import Verdict
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.signing.keys import SigningKey

__all__ = ["CheckedSeal", "Seals", "check_seals", "make_seal"]

SCHEMA: Final = "medcab.journal-seal/1"
_MAX_SEAL: Final = 4 << 20


@dataclass(frozen=True, slots=True)
class CheckedSeal:
    """A seal: the record it is about, and what became of its signature."""

    number: int
    verdict: str


@dataclass(frozen=True, slots=True)
class Seals:
    """All seals that were checked, and what they say against the chain."""

    seals: tuple[CheckedSeal, ...]
    problems: tuple[ChainProblem, ...]


def make_seal(journal: Journal, key: SigningKey) -> tuple[int, bytes]:
    """Sign the head of ``journal`` with ``key`` and keep the seal in it.

    Returns:
        number of the sealed record, and the seal (CAdES-B-B, attached, DER).

    Raises:
        SigningError: the journal is empty or broken, or the certificate may not sign.
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
    journal.add_seal(number, statement, seal)
    return number, seal


def check_seals(journal: Journal, files: Sequence[str], trust: Sequence[str]) -> Seals:
    """Check the seals in ``journal`` and those kept in ``files``.

    Args:
        journal: whose chain must contain what was sealed.
        files: paths of seals kept elsewhere.
        trust: paths of trusted certificates; without them a seal can only be undetermined.

    Raises:
        InputError: a file is missing or is no seal.
    """
    from medcab.signing.trust import TrustStore
    from medcab.signing.verify import Verifier

    blobs = [("", signature) for _, _, signature in journal.seals()]
    blobs += [(path, _read(path)) for path in files]
    if not blobs:
        return Seals((), ())
    verifier = Verifier(TrustStore.load(list(trust)))
    seals: list[CheckedSeal] = []
    problems: list[ChainProblem] = []
    for path, blob in blobs:
        statement = _statement(blob, path)
        if statement is None:
            if path:
                raise InputError(N_("{path} is not a seal of a journal."), path=path)
            problems.append(ChainProblem("seal", 0))
            continue
        number = int(statement["number"])
        known = journal.hash_of(number)
        pruned = known is None and number < journal.verify().first
        if not pruned and (known is None or known.hex() != statement["hash"]):
            problems.append(ChainProblem("seal", number))
        verdict = verifier.verify_bytes(blob).verdict
        if pruned and verdict is Verdict.PASSED:
            # A rewritten file may claim that: the seal says nothing about what is left.
            verdict = Verdict.INDETERMINATE
        seals.append(CheckedSeal(number, verdict.value))
    return Seals(tuple(seals), tuple(problems))


def _read(path: str) -> bytes:
    try:
        with Path(path).open("rb") as stream:
            return stream.read(_MAX_SEAL)
    except OSError as error:
        raise unreadable(path, error) from error


def _statement(blob: bytes, path: str) -> dict[str, Any] | None:
    from asn1crypto import cms

    try:
        signed = cms.ContentInfo.load(blob)["content"]
        parsed = json.loads(signed["encap_content_info"]["content"].native)
    except (ValueError, TypeError, KeyError):
        return None
    if not isinstance(parsed, dict) or parsed.get("schema") != SCHEMA:
        return None
    if not isinstance(parsed.get("number"), int) or not isinstance(parsed.get("hash"), str):
        return None
    return parsed
