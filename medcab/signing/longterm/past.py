"""Certificates judged now, and where that fails at the moment that is proven.

Source: EN 319 102-1, 5.6.2.1 (past certificate validation), 5.6.2.2 (validation time sliding) and
5.6.2.4 (past signature validation). The moment is slid to the earliest proof of existence of what
the certificate signed. Certificates and revocation data that the answer rests on must be proven
to have existed while the keys that signed them were good: a key that is out of use may have been
found by a stranger, who could make any of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any, Final

from asn1crypto import core

from medcab.signing.blocks.chain import CertificateVerdict, ChainValidator
from medcab.signing.blocks.records import CertificateRecord
from medcab.signing.certificates import raw, sha256_of
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
    around = (whole, proofs, ends)
    crls = tuple(c for c in material.crls if _counts(chains, c, _makers_of_crl, *around))
    ocsps = tuple(o for o in material.ocsps if _counts(chains, o, _makers_of_ocsp, *around))
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


@dataclass(frozen=True, slots=True)
class _Made:
    """Whose keys made a list or an answer.

    Attributes:
        by: places of the certificates of the chain whose key signed it.
        through: for each responder whose key signed it, the end of its certificate and the places
            of the certificates whose key signed that.
    """

    by: tuple[int, ...] = ()
    through: tuple[tuple[datetime, tuple[int, ...]], ...] = ()


def _counts(
    chains: ChainValidator,
    item: bytes,
    reader: Callable[[bytes, Sequence[Any]], _Made],
    whole: Sequence[Any],
    proofs: Proofs,
    ends: dict[bytes, datetime],
) -> bool:
    """Proven to have existed while the key that signed the list or answer was good."""
    makers = whole[1:] or whole
    name = key_of(item)
    # What signed what depends on these bytes alone, not on time or trust; the reader is named,
    # since a file may hold a list where an answer belongs.
    key = (reader, name, *map(sha256_of, makers))
    made = chains.made.get(key)
    if made is None:
        made = reader(item, makers)
        chains.made.put(key, made)
    existed = proofs.earliest(name)

    def in_time(places: tuple[int, ...]) -> bool:
        return any(existed <= _end(makers[place], ends) for place in places)

    return in_time(made.by) or any(
        existed <= end and in_time(places) for end, places in made.through
    )


def _makers_of_crl(item: bytes, makers: Sequence[Any]) -> _Made:
    parsed = parse_crl(item)
    if parsed is None:
        return _Made()
    signed = Signed(
        raw(parsed["tbs_cert_list"]), parsed["signature_algorithm"], parsed["signature"].native
    )
    return _Made(_signers(signed, makers))


def _makers_of_ocsp(item: bytes, makers: Sequence[Any]) -> _Made:
    basic = parse_ocsp(item)
    if basic is None:
        return _Made()
    signed = Signed(
        raw(basic["tbs_response_data"]), basic["signature_algorithm"], basic["signature"].native
    )
    embedded = basic["certs"]
    through = []
    for responder in () if isinstance(embedded, core.Void) else embedded:
        try:
            if signed_by(signed, responder.public_key):
                places = _signers(Signed.certificate(responder), makers)
                through.append((responder.not_valid_after, places))
        except _BAD:
            continue
    return _Made(_signers(signed, makers), tuple(through))


def _signers(signed: Signed, makers: Sequence[Any]) -> tuple[int, ...]:
    found = []
    for place, maker in enumerate(makers):
        try:
            if signed_by(signed, maker.public_key):
                found.append(place)
        except _BAD:
            continue
    return tuple(found)
