"""Raising signatures to B-T, B-LT and B-LTA (EN 319 122-1, clauses 5.3, 5.5 and 6).

A signature is never damaged: it is verified before anything is asked of an authority, and again
before anything is handed out; where it would not be better than before, it is refused.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from medcab.errors import SigningError, UsageError
from medcab.signing.attributes import Oid
from medcab.signing.cades import structural_level
from medcab.signing.cms import SignedData, SignerInfo, parse_signed_data
from medcab.signing.codec import decode
from medcab.signing.content import Content, MemoryContent
from medcab.signing.longterm import archive, building
from medcab.signing.longterm.evidence import Evidence, collect
from medcab.signing.longterm.levels import LONG, RANK, Level, refuse
from medcab.signing.longterm.past import Material
from medcab.signing.longterm.poe import Proofs
from medcab.signing.longterm.tsa import TsaClient
from medcab.signing.results import (
    Indication,
    SignatureLevel,
    SignatureResult,
)
from medcab.signing.tlv import DerError
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.signing.verify import Verifier

__all__ = ["Extended", "Extender", "Level", "demand_no_worse", "gather", "stamp_signature"]

_FRESH: Final = 30.0  # seconds; what authorities say may not be younger than the verifier


@dataclass(frozen=True, slots=True)
class Extended:
    """What became of a file.

    Attributes:
        data: DER of the file, or the PDF, raised or as it was.
        changed: whether anything was added.
        level: the lowest level of its signers now.
    """

    data: bytes
    changed: bool
    level: SignatureLevel


def stamp_signature(data: bytes, tsa: TsaClient, indexes: Sequence[int] | None = None) -> bytes:
    """Add a signature-time-stamp to signers of a file (EN 319 122-1, 5.3), without verifying.

    Args:
        data: DER of the file.
        tsa: where the time-stamps come from.
        indexes: which signers; None: all.

    Raises:
        TimeStampError: no token could be had.
        DerError: the file is malformed.
    """
    signed = parse_signed_data(data)
    for index, signer in signed.signers:
        if indexes is not None and index not in indexes:
            continue
        token = tsa.stamp(tsa.algorithm.digest(signer.signature))
        data = building.add_stamp(signed, index, Oid.SIGNATURE_TIME_STAMP, token.raw)
        signed = parse_signed_data(data)
    return data


class Extender:
    """Raises signatures.

    Args:
        make_verifier: makes a fresh verifier as of now: trust, given data, where to fetch.
        tsa: where time-stamps come from; None: none may be needed.
    """

    def __init__(self, make_verifier: Callable[[], Verifier], tsa: TsaClient | None = None) -> None:
        self._make = make_verifier
        self._tsa = tsa
        self._own = threading.local()

    def verifier(self) -> Verifier:
        """A verifier of this thread that is no older than what authorities say: half a minute."""
        made, since = getattr(self._own, "verifier", (None, 0.0))
        if made is None or time.monotonic() - since > _FRESH:
            made = self._make()
            self._own.verifier = (made, time.monotonic())
        verifier: Verifier = made
        return verifier

    def extend(self, data: bytes, level: Level, content: Content | None = None) -> Extended:
        """Raise every signer of a file to ``level``.

        Args:
            data: the file, in any encoding, or a PDF with signatures in it.
            level: the level wanted. B-LTA of a B-LTA adds the next archive time-stamp.
            content: the detached document.

        Returns:
            DER of the file, or the PDF; unchanged where every signer is at the level already.

        Raises:
            SigningError: the signature cannot be raised; the message says why.
            TimeStampError: no time-stamp could be had.
        """
        if data[:5] == b"%PDF-":
            from medcab.signing.pades.extend import extend_pdf

            return extend_pdf(self, data, level)
        try:
            signed = parse_signed_data(decode(data).data)
        except DerError as error:
            raise SigningError(
                N_("The file is no well-formed CMS signature: {why}."), why=str(error)
            ) from error
        before = self.verifier().verify_bytes(data, content)
        refuse(signed, before, level)
        origin = made = signed.data
        for index, signer in signed.signers:
            # What one signer gains must not count for the next: the level is that of before.
            complete = structural_level(signer, signed) in (SignatureLevel.CADES_LT, *LONG)
            made = self._raise(made, index, level, content, complete=complete)
        signed = parse_signed_data(made)
        levels = [structural_level(signer, signed) for _, signer in signed.signers]
        lowest = min(levels, key=lambda each: RANK.get(each, 0))
        if made == origin:
            return Extended(made, False, lowest)
        after = self.verifier().verify_bytes(made, content)
        demand_no_worse(before.signatures, after.signatures, level)
        return Extended(made, True, lowest)

    def _raise(
        self, data: bytes, index: int, level: Level, content: Content | None, *, complete: bool
    ) -> bytes:
        signed = parse_signed_data(data)
        signer = _signer(signed, index)
        if not signer.unsigned(Oid.SIGNATURE_TIME_STAMP):
            data = stamp_signature(data, self.client(), (index,))
        if level is Level.T:
            return data
        if level is Level.LTA or not complete:
            data = self._add_material(data, index, content)
        return self._add_archive(data, index, content) if level is Level.LTA else data

    def client(self) -> TsaClient:
        """The time-stamping authorities. Raises UsageError when none was named."""
        if self._tsa is None:
            raise UsageError(
                N_("No time-stamping authority was named."),
                hint=N_("Name it with --tsa URL (several are tried in turn)."),
            )
        return self._tsa

    def _add_material(self, data: bytes, index: int, content: Content | None) -> bytes:
        """Certificates and revocation data of the signer and of all his time-stamps."""
        signed = parse_signed_data(data)
        made = gather(self.verifier(), signed, _signer(signed, index), _attached(signed, content))
        return building.add_material(signed, made.certificates, made.crls, made.ocsps)

    def _add_archive(self, data: bytes, index: int, content: Content | None) -> bytes:
        client = self.client()
        signed = parse_signed_data(data)
        signer = _signer(signed, index)
        algorithm = client.algorithm
        source = _attached(signed, content)
        if source is None:
            raise SigningError(
                N_("The signed document was not found."), hint=N_("Name it with --content.")
            )
        digest = source.digests((algorithm.oid,)).values[algorithm.oid]
        hashes = archive.make_index(signed, signer, algorithm)
        token = client.stamp(archive.imprint_v3(signed, signer, digest, hashes, algorithm))
        return building.add_stamp(
            signed, index, Oid.ARCHIVE_TIME_STAMP_V3, building.with_index(token, hashes)
        )


def demand_no_worse(
    before: Sequence[SignatureResult], after: Sequence[SignatureResult], level: Level
) -> None:
    """Insist that what was made is no worse than it was, and every time-stamp of it right.

    Raises:
        SigningError: it is not.
    """
    for old, new in zip(before, after, strict=True):
        worse = old.indication is not new.indication and (
            old.indication is Indication.TOTAL_PASSED or new.indication is Indication.TOTAL_FAILED
        )
        broken = [s for s in new.timestamps if s["indication"] == Indication.TOTAL_FAILED]
        unsure = [s for s in new.timestamps if s["indication"] != Indication.TOTAL_PASSED]
        if worse or broken or (unsure and level is not Level.T):
            why = next((str(s["sub_indication"]) for s in unsure), str(new.sub_indication or ""))
            raise SigningError(
                N_("The extended signature would not verify ({why}): nothing was changed."),
                hint=N_("Is the time-stamping authority among the trusted ones (--trust)?"),
                why=why,
            )


def gather(
    verifier: Verifier,
    signed: SignedData,
    signer: SignerInfo,
    content: Content | None,
    base: Proofs | None = None,
) -> Evidence:
    """Collect what a later verification of a signer and of all his time-stamps will need.

    Args:
        verifier: trust, moment, where data come from.
        signed: the file.
        signer: the signer.
        content: what was signed.
        base: what time-stamps outside the file prove.

    Raises:
        SigningError: something could not be had.
    """
    from medcab.signing.longterm.examine import examine

    record, material, thing = _surroundings(verifier, signed, signer, content)
    times = examine(verifier, signed, signer, thing, material, base)
    evidence = Evidence()
    until = record.summary.not_after
    # About a signer who is past, proven so, nothing fresh is to be had any more.
    if not (times.existed < verifier.moment and until is not None and until < verifier.moment):
        evidence.add(collect(verifier, record, times.material))
    for verdict in times.verdicts:
        stamper = next((r for r in times.material.records if r.summary == verdict.authority), None)
        if verdict.token is None or stamper is None:
            continue
        if verdict.judged_at is None or verdict.judged_at >= verifier.moment:
            evidence.add(collect(verifier, stamper, times.material, stamping=True))
    return evidence


def _signer(signed: SignedData, index: int) -> SignerInfo:
    return next(signer for place, signer in signed.signers if place == index)


def _attached(signed: SignedData, content: Content | None) -> Content | None:
    """The content that is inside; else the detached one."""
    inside = signed.content_view
    return content if inside is None else MemoryContent(inside)


def _surroundings(
    verifier: Verifier, signed: SignedData, signer: SignerInfo, content: Content | None
) -> tuple[Any, Material, Any]:
    """Certificate of the signer, what came with the signature, and the content, hashed."""
    from medcab.signing.blocks.context import surroundings
    from medcab.signing.blocks.crypto import SignedThing
    from medcab.signing.blocks.format import check_format
    from medcab.signing.blocks.identification import identify
    from medcab.signing.blocks.journal import Journal

    journal = Journal(True)
    around = surroundings(journal, signed, signer, verifier.records, verifier.given)
    record = identify(journal, signer, check_format(journal, signed, signer), around.records)
    if record is None:
        raise SigningError(N_("The certificate of the signer is not in the file."))
    digests = None if content is None else content.digests((signer.digest_oid,))
    thing = SignedThing(digests, content)
    material = Material(tuple(around.records), around.bag, around.crls, around.ocsps)
    return record, material, thing
