"""Certificates judged now, and where that fails at the moment that is proven.

Source: EN 319 102-1, 5.6.2.1 (past certificate validation), 5.6.2.2 (validation time sliding) and
5.6.2.4 (past signature validation). The moment is slid to the earliest proof of existence of what
the certificate signed. Certificates and revocation data that the answer rests on must be proven
to have existed while the keys that signed them were good: a key that is out of use may have been
found by a stranger, who could make any of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from asn1crypto import core

from medcab.signing.blocks.chain import CertificateVerdict, ChainValidator
from medcab.signing.blocks.records import CertificateRecord
from medcab.signing.certificates import raw
from medcab.signing.longterm.poe import Proofs, key_of
from medcab.signing.pkix import Signed, signed_by
from medcab.signing.results import Check, CheckOutcome, SubIndication, passed
from medcab.signing.revocation import parse_crl, parse_ocsp
from medcab.text import N_

__all__ = ["Material", "validate_past"]

_RULE: Final = "EN 319 102-1 5.6.2"
_BAD: Final = (ValueError, TypeError, KeyError, AttributeError, OverflowError)


@dataclass(frozen=True, slots=True)
class Material:
    """Certificates and revocation data that came with a signature.

    Attributes:
        records: certificates.
        bag: bytes that stand for all of it (see :class:`ChainValidator`).
        crls, ocsps: DER.
    """

    records: Sequence[CertificateRecord]
    bag: tuple[bytes, ...]
    crls: tuple[bytes, ...]
    ocsps: tuple[bytes, ...]

    def join(self, other: Material) -> Material:
        """Both together."""
        if not other.bag:
            return self
        return Material(
            (*self.records, *other.records),
            (*self.bag, *other.bag),
            (*self.crls, *other.crls),
            (*self.ocsps, *other.ocsps),
        )


def validate_past(
    chains: ChainValidator,
    record: CertificateRecord,
    material: Material,
    existed: datetime,
    proofs: Proofs,
    *,
    now: CertificateVerdict,
    stamping: bool = False,
) -> CertificateVerdict:
    """Validate ``record`` at ``existed``, when what it signed is proven to have existed.

    Args:
        chains: anchors and policy.
        record: the signing certificate.
        material: what came with it.
        existed: earliest proof of what it signed.
        proofs: of the certificates and revocation data.
        now: the verdict at the moment of validation: which authorities were revoked since.
        stamping: the certificate belongs to a time-stamping authority.

    Returns:
        the verdict at that moment; open with NO_POE when it rests on what is not proven.
    """
    verdict = chains.validate(
        record, material.records, existed, bag=material.bag,
        crls=material.crls, ocsps=material.ocsps, later=True, stamping=stamping,
    )  # fmt: skip
    if verdict.sub_indication is not None or verdict.result is None:
        return verdict
    whole = verdict.result.chain
    ends = _ends(now)
    crls = tuple(item for item in material.crls if _crl_counts(item, whole, proofs, ends))
    ocsps = tuple(item for item in material.ocsps if _ocsp_counts(item, whole, proofs, ends))
    if len(crls) != len(material.crls) or len(ocsps) != len(material.ocsps):
        key = (*material.bag, b"proven", *map(key_of, crls), *map(key_of, ocsps))
        verdict = chains.validate(
            record, material.records, existed, bag=key, crls=crls, ocsps=ocsps,
            later=True, stamping=stamping,
        )  # fmt: skip
        if verdict.sub_indication is not None or verdict.result is None:
            return verdict
        whole = verdict.result.chain
    for certificate, issuer in pairwise(whole[1:]):
        if proofs.earliest(key_of(raw(certificate))) > _end(issuer, ends):
            check = Check(
                "chain-proven", CheckOutcome.UNDETERMINED, _RULE,
                N_("Nothing proves that the chain of certificates existed before the certificates "
                   "of its authorities expired."),
                {}, SubIndication.NO_POE,
            )  # fmt: skip
            return replace(
                verdict, checks=(*verdict.checks, check), sub_indication=SubIndication.NO_POE
            )
    return replace(verdict, checks=(*verdict.checks, passed("past-validation", _RULE)))


def _ends(now: CertificateVerdict) -> dict[bytes, datetime]:
    """When the certificates that are revoked by now were revoked."""
    statuses = () if now.result is None else now.result.statuses
    return {
        raw(status.certificate): status.revoked_at
        for status in statuses
        if status.revoked_at is not None
    }


def _end(certificate: Any, ends: dict[bytes, datetime]) -> datetime:
    """Until when what its key signed can be believed."""
    end: datetime = certificate.not_valid_after
    revoked = ends.get(raw(certificate))
    return end if revoked is None else min(end, revoked)


def _crl_counts(
    item: bytes, whole: Sequence[Any], proofs: Proofs, ends: dict[bytes, datetime]
) -> bool:
    """Proven to have existed while the key that signed the list was good."""
    parsed = parse_crl(item)
    if parsed is None:
        return False
    signed = Signed(
        raw(parsed["tbs_cert_list"]), parsed["signature_algorithm"], parsed["signature"].native
    )
    return _signed_in_time(signed, whole[1:] or whole, proofs.earliest(key_of(item)), ends)


def _ocsp_counts(
    item: bytes, whole: Sequence[Any], proofs: Proofs, ends: dict[bytes, datetime]
) -> bool:
    basic = parse_ocsp(item)
    if basic is None:
        return False
    signed = Signed(
        raw(basic["tbs_response_data"]), basic["signature_algorithm"], basic["signature"].native
    )
    existed = proofs.earliest(key_of(item))
    if _signed_in_time(signed, whole[1:] or whole, existed, ends):
        return True
    embedded = basic["certs"]
    for responder in () if isinstance(embedded, core.Void) else embedded:
        try:
            if (
                existed <= responder.not_valid_after
                and signed_by(signed, responder.public_key)
                and _signed_in_time(
                    Signed.certificate(responder), whole[1:] or whole, existed, ends
                )
            ):
                return True
        except _BAD:
            continue
    return False


def _signed_in_time(
    signed: Signed, makers: Sequence[Any], existed: datetime, ends: dict[bytes, datetime]
) -> bool:
    for maker in makers:
        try:
            if existed <= _end(maker, ends) and signed_by(signed, maker.public_key):
                return True
        except _BAD:
            continue
    return False
