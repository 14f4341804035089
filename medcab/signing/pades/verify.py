"""Verification of the signatures and time-stamps in a PDF."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from medcab.signing.blocks.crypto import SignedThing
from medcab.signing.blocks.journal import Journal
from medcab.signing.cms import SignedData, parse_signed_data
from medcab.signing.longterm.building import add_material
from medcab.signing.longterm.stamps import check_order, tell
from medcab.signing.pades.changes import check_changes
from medcab.signing.pades.levels import reached_level
from medcab.signing.pades.reading import (
    CLAUSE,
    MAX_FIELDS,
    PADES,
    Embedded,
    EncryptedPdfError,
    PdfFile,
    breaks,
    read_pdf,
    why,
)
from medcab.signing.pades.stamps import DocumentStamp, Judged, check_padding, judge_stamps
from medcab.signing.pades.store import Store, read_store
from medcab.signing.results import (
    Indication,
    ProofOfExistence,
    SignatureLevel,
    SignatureResult,
    SubIndication,
    VerificationReport,
)
from medcab.signing.tlv import DerError
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.signing.verify import Verifier

__all__ = ["verify_pdf"]

_DETACHED: Final = (PADES, "/adbe.pkcs7.detached")


def verify_pdf(verifier: Verifier, data: bytes, name: str) -> VerificationReport:
    """Verify every signature of a PDF, and every document time-stamp.

    A document time-stamp is told with the signatures that it is over; one that is over none is
    a result of its own.

    Args:
        verifier: trust, policy, moment.
        data: the file.
        name: as the user knows it.
    """
    journal = Journal(verifier.policy.lenient)
    results: list[SignatureResult] = []
    try:
        file = read_pdf(data)
        if file.cut:
            journal.fail(
                "structure", CLAUSE, N_("The PDF has more than {n} signature fields."),
                SubIndication.GENERIC, n=MAX_FIELDS,
            )  # fmt: skip
        store = read_store(journal, file)
        judged = judge_stamps(verifier, file, store)
        signatures = [place for place in file.fields if not place.is_stamp]
        by_place = {stamp.place: stamp for stamp in judged.stamps}
        for place in file.fields:
            if not place.is_stamp:
                results.extend(_judge(verifier, file, place, store, judged))
            elif not any(by_place[place].is_over(each) for each in signatures):
                results.append(_alone(verifier, file, by_place[place]))
    except EncryptedPdfError as error:
        journal.fail(
            "structure", "ISO 32000-2 7.6", error.template, SubIndication.GENERIC,
            **error.arguments,
        )  # fmt: skip
    except breaks() as error:
        journal.fail(
            "structure", "ISO 32000-2 7", N_("The PDF is damaged: {why}."),
            SubIndication.GENERIC, why=why(error),
        )  # fmt: skip
    if not any(result.kind == "signature" for result in results) and not _open(journal):
        journal.fail(
            "signers-present", CLAUSE, N_("There is no signature in the PDF."),
            SubIndication.GENERIC,
        )  # fmt: skip
    journal.checks = verifier.policy.weigh(journal.checks)
    return VerificationReport(
        path=name,
        content=None,
        checked_at=verifier.moment,
        signatures=tuple(replace(r, index=str(i)) for i, r in enumerate(results)),
        encoding="pdf",
        container="pdf",
        problems=tuple(journal.checks),
        lenient=verifier.policy.lenient,
    )


def _open(journal: Journal) -> bool:
    return any(check.open for check in journal.checks)


def _judge(
    verifier: Verifier, file: PdfFile, place: Embedded, store: Store, judged: Judged
) -> list[SignatureResult]:
    """Judge the signature in one field."""
    journal = Journal(verifier.policy.lenient)
    if place.subfilter not in _DETACHED:
        journal.fail(
            "subfilter", CLAUSE, N_("Signatures of the kind {kind} are not supported."),
            SubIndication.GENERIC, kind=place.subfilter or "?",
        )  # fmt: skip
        return [_unread(journal, place)]
    if not place.check_range(journal):
        return [_unread(journal, place)]
    try:
        signed = parse_signed_data(place.contents)
    except DerError as error:
        journal.fail(
            "structure", "RFC 5652 3",
            N_("The file is no well-formed CMS signature: {why}."), why=str(error),
        )  # fmt: skip
        return [_unread(journal, place)]
    check_padding(journal, place.contents, len(place.contents) - signed.trailing)
    _check_container(journal, signed)
    check_changes(journal, file, place)
    stamps = [stamp for stamp in judged.stamps if stamp.is_over(place)]
    for stamp in stamps:
        tell(journal, stamp.verdict)
    journal.checks = verifier.policy.weigh(journal.checks)
    content = file.content(place)
    thing = SignedThing(content.digests({s.digest_oid for _, s in signed.signers}), content)
    told = tuple(check for check in journal.checks if not check.open)
    made = []
    # The store is to the signature what the lists of certificates and revocation data in a file
    # of its own are: together with it, the signature is judged like such a file.
    whole = with_store(signed, store)
    proofs = judged.proofs if judged.stamps else None
    for index, signer in whole.signers:
        result = verifier.judge(whole, signer, str(index), thing, journal.checks, proofs=proofs)
        result = replace(
            result,
            level=reached_level(verifier, place, whole, result, store, stamps),
            structure=None,  # what the CMS in it would reach as a file of its own
            field=place.field,
            checks=(*told, *result.checks),
            timestamps=(*(s.verdict.described() for s in stamps), *result.timestamps),
            claimed_signing_time=result.claimed_signing_time or _claimed(place),
        )
        made.append(_in_order(verifier, result, stamps))
    return made or [_unread(journal, place)]


def with_store(signed: SignedData, store: Store) -> SignedData:
    """The signature with the data of the store, as if they had come inside it."""
    if not store.places:
        return signed
    try:
        return parse_signed_data(add_material(signed, store.certificates, store.crls, store.ocsps))
    except DerError:
        return signed  # the judge tells what is malformed in it


def _alone(verifier: Verifier, file: PdfFile, stamp: DocumentStamp) -> SignatureResult:
    """The result of a document time-stamp that is over no signature."""
    verdict = stamp.verdict
    journal = Journal(verifier.policy.lenient)
    journal.extend(verdict.checks)
    if stamp.place.gap is not None:
        changes = Journal(verifier.policy.lenient)
        check_changes(changes, file, stamp.place)
        journal.extend(check for check in changes.checks if check.id != "coverage")
    journal.checks = verifier.policy.weigh(journal.checks)
    indication, sub = journal.conclude()
    now = ProofOfExistence(verifier.moment, "current-time")
    moment = verdict.moment
    proofs: tuple[ProofOfExistence, ...] = (now,)
    if verdict.passed and moment is not None:
        proofs = (ProofOfExistence(moment, verdict.kind), now)
    return SignatureResult(
        "0", indication, sub, SignatureLevel.TIME_STAMP, verdict.authority, None,
        chain=verdict.chain, checks=tuple(journal.checks), kind="time-stamp", proofs=proofs,
        attributes={} if moment is None else {"time": moment.isoformat()},
        field=stamp.place.field,
    )  # fmt: skip


def _in_order(
    verifier: Verifier, result: SignatureResult, stamps: list[DocumentStamp]
) -> SignatureResult:
    """Outer time-stamps are not older than inner ones (EN 319 102-1, 5.5.4, step 4)."""
    inner = result.timestamps[len(stamps) :]
    times = [s["time"] for s in inner if s["indication"] == Indication.TOTAL_PASSED]
    outer = [s.verdict.token for s in reversed(stamps) if s.verdict.passed]
    journal = Journal()
    check_order(journal, ([t.info] for t in outer if t is not None), max(times, default=None))
    if not journal.checks:
        return result
    journal.checks = [*result.checks, *verifier.policy.weigh(journal.checks)]
    indication, sub = journal.conclude()
    return replace(result, checks=tuple(journal.checks), indication=indication, sub_indication=sub)


def _claimed(place: Embedded) -> datetime | None:
    """The entry /M: in PDF it stands for the signing-time attribute (EN 319 142-1, 5.3)."""
    from pyhanko.pdf_utils.generic import parse_pdf_date

    try:
        found: datetime = parse_pdf_date(str(place.dictionary["/M"]), strict=False)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (KeyError, ValueError, OverflowError, TypeError):
        return None


def _unread(journal: Journal, place: Embedded) -> SignatureResult:
    if not _open(journal):
        journal.fail("signers-present", CLAUSE, N_("There is no signature in the PDF."))
    indication, sub = journal.conclude()
    return SignatureResult(
        "0", indication, sub, SignatureLevel.PDF, None, None,
        checks=tuple(journal.checks), field=place.field,
    )  # fmt: skip


def _check_container(journal: Journal, signed: SignedData) -> None:
    if signed.content is not None:
        journal.fail(
            "content-detached", "EN 319 142-1 5.1",
            N_("The signature in the PDF holds a document of its own."),
        )  # fmt: skip
    if len(signed.signers) != 1 or signed.signer_errors:
        journal.fail(
            "single-signer", "ISO 32000-2 12.8.3.3.2",
            N_("A signature in a PDF must have exactly one signer."),
        )  # fmt: skip
