"""Raising the signatures in a PDF to B-T, B-LT and B-LTA (EN 319 142-1, clauses 5.4, 5.5 and 6).

Everything is appended: not one byte of what is there is changed, so that later signatures and
time-stamps in the file stay right. B-T therefore comes from a document time-stamp, which the
standard allows in place of a signature-time-stamp (6.3).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from copy import copy
from typing import TYPE_CHECKING, Final

from medcab.errors import InputError, SigningError
from medcab.signing.attributes import Oid
from medcab.signing.blocks.chain import ChainValidator
from medcab.signing.blocks.journal import Journal
from medcab.signing.cms import parse_signed_data
from medcab.signing.longterm.evidence import Evidence, collect
from medcab.signing.longterm.extend import Extended, Extender, demand_no_worse, gather
from medcab.signing.longterm.levels import Level, refuse_result
from medcab.signing.longterm.poe import Proofs
from medcab.signing.pades.making import stamp_pdf
from medcab.signing.pades.reading import Embedded, EncryptedPdfError, PdfFile, breaks, read_pdf, why
from medcab.signing.pades.stamps import judge_stamps
from medcab.signing.pades.store import Store, read_store, write_store
from medcab.signing.pades.verify import verify_pdf
from medcab.signing.results import SignatureLevel, SignatureResult, VerificationReport
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.signing.verify import Verifier

__all__ = ["extend_pdf"]

_RANK: Final = {
    SignatureLevel.PADES_B: 0,
    SignatureLevel.PADES_T: 1,
    SignatureLevel.PADES_LT: 2,
    SignatureLevel.PADES_LTA: 3,
}
_TARGET: Final = {Level.T: 1, Level.LT: 2, Level.LTA: 3}


def extend_pdf(extender: Extender, data: bytes, level: Level) -> Extended:
    """Raise every signature in a PDF to ``level``.

    Args:
        extender: trust, where data and time-stamps come from.
        data: the file.
        level: the level wanted. B-LTA of a B-LTA adds fresh data and the next time-stamp.

    Raises:
        SigningError: a signature cannot be raised; the message says why.
        InputError: the PDF is encrypted or cannot be written to.
        TimeStampError: no time-stamp could be had.
    """
    try:
        encrypted = read_pdf(data).encrypted
    except EncryptedPdfError:
        encrypted = True
    except breaks() as error:
        raise SigningError(N_("The PDF is damaged: {why}."), why=why(error)) from error
    if encrypted:
        raise EncryptedPdfError(N_("The PDF is encrypted: nothing is added to it."))
    before = verify_pdf(extender.verifier(), data, "")
    lowest = _refuse(before, level)
    made = data
    if _RANK[lowest] == 0:
        made = stamp_pdf(made, extender.client())
    if level is Level.LTA or (level is Level.LT and _RANK[lowest] < _TARGET[level]):
        made = _add_store(extender.verifier(), made)
    if level is Level.LTA:
        made = stamp_pdf(made, extender.client())
    if made == data:
        return Extended(made, False, lowest)
    after = verify_pdf(extender.verifier(), made, "")
    _demand_readable(after)
    demand_no_worse(before.signatures, after.signatures, level)
    return Extended(made, True, _lowest(after.signatures))


def _persons(results: Sequence[SignatureResult]) -> Iterator[SignatureResult]:
    return (result for result in results if result.kind == "signature")


def _lowest(results: Sequence[SignatureResult]) -> SignatureLevel:
    return min((r.level for r in _persons(results)), key=lambda each: _RANK.get(each, 0))


def _demand_readable(report: VerificationReport) -> None:
    for check in report.problems:
        if check.open:
            hint = N_("Look at it with: medcab verify --details")
            raise SigningError(check.detail, hint=hint, **check.args)


def _refuse(before: VerificationReport, level: Level) -> SignatureLevel:
    """Say why a PDF is not to be touched; else the lowest level in it."""
    _demand_readable(before)
    for result in before.signatures:
        if result.kind == "signature" and result.level not in _RANK:
            raise SigningError(
                N_("Signature number {index} is of the older kind of PDF signatures, not PAdES: "
                   "it is verified but not extended."),
                index=result.index,
            )  # fmt: skip
        refuse_result(result, level)
    lowest = _lowest(before.signatures)
    if _RANK[lowest] > _TARGET[level]:
        raise SigningError(
            N_("The signature is at {current} already, above {wanted}."),
            current=lowest.value, wanted=level.value,
        )  # fmt: skip
    return lowest


def _add_store(verifier: Verifier, data: bytes) -> bytes:
    """Certificates and revocation data of all signatures and time-stamps, into the store."""
    try:
        file = read_pdf(data)
        store = read_store(Journal(), file)
        judged = judge_stamps(verifier, file, store)
        collector = _collector(verifier, file, store)
        additions = [
            (place.contents, _about(collector, file, place, judged.proofs))
            for place in file.fields
            if not place.is_stamp
        ]
        for stamp in judged.stamps:
            judged_at = stamp.verdict.judged_at
            if stamp.record is None or (judged_at is not None and judged_at < verifier.moment):
                continue  # proven by an outer time-stamp; nothing fresh is to be had any more
            found = collect(collector, stamp.record, judged.material, stamping=True)
            additions.append((stamp.place.contents, found))
        return write_store(data, store, additions) or data
    except breaks() as error:
        raise InputError(N_("The PDF cannot be extended: {why}."), why=why(error)) from error


def _about(collector: Verifier, file: PdfFile, place: Embedded, proofs: Proofs) -> Evidence:
    signed = parse_signed_data(place.contents)
    found = Evidence()
    for _, signer in signed.signers:
        found.add(gather(collector, signed, signer, file.content(place), proofs))
    return found


def _collector(verifier: Verifier, file: PdfFile, store: Store) -> Verifier:
    """A verifier that may take everything in the file for an answer, and leaves nothing out.

    The entry about a signature then names all that belongs to it, also what is there already.
    """
    made = copy(verifier)
    inside = [der for place in file.fields for der in _certificates(place.contents)]
    known = dict.fromkeys((*store.certificates, *inside))
    made.given = (*verifier.given, *map(verifier.records.record, known))
    chains = verifier.chains
    made.chains = ChainValidator(
        verifier.trust, verifier.policy, verifier.records,
        crls=(*chains.crls, *store.crls), ocsps=(*chains.ocsps, *store.ocsps), fetch=chains.fetch,
    )  # fmt: skip
    return made


def _certificates(contents: bytes) -> Iterator[bytes]:
    """Certificates in a signature and in its time-stamps."""
    signed = parse_signed_data(contents)
    yield from signed.certificates
    for _, signer in signed.signers:
        for attribute in signer.unsigned(Oid.SIGNATURE_TIME_STAMP):
            for value in attribute.values:
                yield from parse_signed_data(value).certificates
