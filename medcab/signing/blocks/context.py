"""Validation context (ETSI EN 319 102-1, 5.2.4): what came along with a signature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from medcab.signing.attributes import Oid, certificate_values, revocation_values
from medcab.signing.blocks.journal import Journal
from medcab.signing.blocks.records import CertificateRecord, RecordCache
from medcab.signing.cms import SignedData
from medcab.signing.signer_info import SignerInfo
from medcab.signing.tlv import DerError
from medcab.text import N_

__all__ = ["Surroundings", "surroundings"]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Certificates and revocation data that came with a signature, or were given beside it.

    Attributes:
        records: certificates, none of them trusted.
        bag: the bytes of everything below and above as it came: the key of what is remembered.
        crls: CRLs.
        ocsps: OCSP answers.
    """

    records: Sequence[CertificateRecord]
    bag: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()


def surroundings(
    journal: Journal,
    signed: SignedData,
    signer: SignerInfo,
    cache: RecordCache,
    given: Sequence[CertificateRecord] = (),
) -> Surroundings:
    """Collect what came with a signature, wherever it lies in the file.

    Args:
        journal: is told what is damaged.
        signed: the file.
        signer: the signer; its unsigned attributes may hold values too (EN 319 122-1, A.1).
        cache: certificates that were seen before.
        given: further certificates, the same for all files.
    """
    try:
        records: Sequence[CertificateRecord] = cache.bag(
            signed.certificates_der, signed.certificates
        )
    except DerError as error:
        journal.warn(
            "certificates-readable", "RFC 5652 5.1",
            N_("The certificates in the file are damaged and were not used: {why}."),
            why=str(error),
        )  # fmt: skip
        records = ()
    crls: tuple[bytes, ...] = ()
    ocsps: tuple[bytes, ...] = ()
    if signed.crls_der:
        try:
            crls, ocsps = signed.crls, signed.ocsps
        except DerError as error:
            journal.warn(
                "revocation-data-readable", "RFC 5652 5.1",
                N_("The revocation data in the file are damaged and were not used: {why}."),
                why=str(error),
            )  # fmt: skip
    if given:
        # First: the limits on what is looked at must not be used up by what a file brings.
        records = (*given, *records)
    found = Surroundings(records, (signed.certificates_der, signed.crls_der), crls, ocsps)
    return found if signer.unsigned_der is None else _with_unsigned(found, signer, cache)


def _with_unsigned(found: Surroundings, signer: SignerInfo, cache: RecordCache) -> Surroundings:
    records: list[CertificateRecord] = []
    crls: list[bytes] = []
    ocsps: list[bytes] = []
    raw: list[bytes] = []
    try:
        attributes = signer.unsigned_attributes
    except DerError:
        return found
    for attribute in attributes:
        try:
            if attribute.oid == Oid.CERTIFICATE_VALUES:
                records.extend(cache.record(der) for der in certificate_values(attribute))
            elif attribute.oid == Oid.REVOCATION_VALUES:
                some_crls, some_ocsps = revocation_values(attribute)
                crls.extend(some_crls)
                ocsps.extend(some_ocsps)
            else:
                continue
        except DerError:
            continue
        raw.append(attribute.raw)
    if not raw:
        return found
    return Surroundings(
        (*found.records, *records),
        (*found.bag, *raw),
        (*found.crls, *crls),
        (*found.ocsps, *ocsps),
    )
