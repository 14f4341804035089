"""Which level a signature in a PDF reaches: what does not hold does not count for it.

Source: EN 319 142-1, clause 6. A time-stamp counts when it passed, data of the store when they
settle whether the certificate of the signer was revoked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from medcab.signing.blocks.chain import ChainValidator
from medcab.signing.blocks.records import CertificateRecord
from medcab.signing.cms import SignedData
from medcab.signing.longterm.poe import key_of
from medcab.signing.pades.reading import PADES, Embedded
from medcab.signing.pades.stamps import DocumentStamp
from medcab.signing.pades.store import Store
from medcab.signing.results import Indication, SignatureLevel, SignatureResult
from medcab.signing.tlv import DerError

if TYPE_CHECKING:
    from medcab.signing.verify import Verifier

__all__ = ["reached_level"]


def reached_level(
    verifier: Verifier,
    place: Embedded,
    whole: SignedData,
    result: SignatureResult,
    store: Store,
    stamps: Sequence[DocumentStamp],
) -> SignatureLevel:
    """The level of a signature.

    Args:
        verifier: trust, policy, moment.
        place: its field.
        whole: the signature with the data of the store.
        result: what was found; its time-stamps are those inside the signature.
        store: of the PDF.
        stamps: the document time-stamps over it.
    """
    if place.subfilter != PADES:
        return SignatureLevel.PDF
    held = [stamp for stamp in stamps if stamp.verdict.passed]
    inner = any(
        each["kind"] == "signature-time-stamp" and each["indication"] == Indication.TOTAL_PASSED
        for each in result.timestamps
    )
    if not held and not inner:
        return SignatureLevel.PADES_B
    # The store may be older than the signature, about others, made by strangers, or too old.
    others = _certificates(verifier, whole)
    wanted = None if result.signer is None else bytes.fromhex(result.signer.fingerprint)
    record = next((each for each in others if each.sha256 == wanted), None)
    if record is None or not _settles(verifier, record, others, result, store):
        return SignatureLevel.PADES_T
    if any(_settles(verifier, record, others, result, store, stamp) for stamp in held):
        return SignatureLevel.PADES_LTA
    return SignatureLevel.PADES_LT


def _certificates(verifier: Verifier, whole: SignedData) -> tuple[CertificateRecord, ...]:
    try:
        inside = verifier.records.bag(whole.certificates_der, whole.certificates)
    except DerError:
        inside = ()
    return (*verifier.given, *inside)


def _settles(
    verifier: Verifier,
    record: CertificateRecord,
    others: Sequence[CertificateRecord],
    result: SignatureResult,
    store: Store,
    stamp: DocumentStamp | None = None,
) -> bool:
    """Whether the store, or what of it is under a time-stamp, says if the signer was revoked.

    For the rest of the chain, what was given from outside is good enough.
    """

    def kept(ders: list[bytes]) -> list[bytes]:
        return [d for d in ders if stamp is None or stamp.place.covers(*store.places[key_of(d)])]

    crls, ocsps = kept(store.crls), kept(store.ocsps)
    if not crls and not ocsps:
        return False
    moment = min((proof.moment for proof in result.proofs), default=verifier.moment)
    policy = replace(verifier.policy, revocation="require")
    chains = verifier.chains
    alone = ChainValidator(verifier.trust, policy, verifier.records, crls=crls, ocsps=ocsps)
    known = alone.validate(record, others, moment, later=True).result
    if known is None or not known.statuses or not _is_known(known.statuses[0]):
        return False
    helped = ChainValidator(
        verifier.trust, policy, verifier.records,
        crls=(*crls, *chains.crls), ocsps=(*ocsps, *chains.ocsps),
    )  # fmt: skip
    known = helped.validate(record, others, moment, later=True).result
    return known is not None and all(map(_is_known, known.statuses))


def _is_known(status: object) -> bool:
    from medcab.signing.revocation import RevocationState

    return getattr(status, "state", None) in (RevocationState.GOOD, RevocationState.REVOKED)
