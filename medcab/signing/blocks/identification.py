"""Identification of the signing certificate (ETSI EN 319 102-1, 5.2.3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from medcab.signing.algorithms import UnsupportedAlgorithmError
from medcab.signing.attributes import EssReference, ess_references
from medcab.signing.blocks.format import SignedAttributes
from medcab.signing.blocks.journal import Journal
from medcab.signing.blocks.records import CertificateRecord, same_name
from medcab.signing.cms import SignerInfo
from medcab.signing.results import SubIndication
from medcab.signing.tlv import DerError
from medcab.text import N_

__all__ = ["identify"]

# Finding a second certificate with the same digest is not known to be possible even for these.
_OLD_DIGESTS: Final = frozenset(("1.3.14.3.2.26", "1.2.840.113549.2.5"))
_RULE: Final = "EN 319 102-1 5.2.3; RFC 5035 5.4"


def identify(
    journal: Journal,
    signer: SignerInfo,
    attributes: SignedAttributes,
    candidates: Sequence[CertificateRecord],
) -> CertificateRecord | None:
    """Find the certificate that the signer names, and hold it against the signed reference.

    Several certificates may bear the same issuer and serial number or key identifier when a
    stranger put his own into the bag: the signed hash decides between them.

    Returns:
        the certificate, or None when there is none, or none that may be used.
    """
    try:
        # The first entry names the signer's certificate, the others its issuers.
        references = [ess_references(a)[0] for a in attributes.ess if a.values]
    except DerError as error:
        journal.fail(
            "signing-certificate-reference", _RULE,
            N_("The signing-certificate attribute is malformed: {why}."), why=str(error),
        )  # fmt: skip
        return None
    named = [record for record in candidates if _is_named(signer, record)]
    if not named:
        journal.fail(
            "signing-certificate-found", "EN 319 102-1 5.2.3",
            N_("The certificate of the signer is not in the file and was not given."),
            SubIndication.NO_SIGNING_CERTIFICATE_FOUND,
        )  # fmt: skip
        return None
    journal.ok("signing-certificate-found", "EN 319 102-1 5.2.3")
    if not references:
        # Accepted in lenient mode only; the format block has said so.
        distinct = {record.sha256 for record in named}
        if len(distinct) > 1:
            journal.fail(
                "signing-certificate-reference", _RULE,
                N_("Several certificates fit the signer and nothing signed tells which is meant."),
                SubIndication.NO_SIGNING_CERTIFICATE_FOUND,
            )  # fmt: skip
            return None
        return named[0]
    try:
        fitting = [r for r in named if all(_fits(ref, r) for ref in references)]
    except UnsupportedAlgorithmError as error:
        journal.fail(
            "signing-certificate-reference", _RULE,
            N_("The digest algorithm {oid} is not supported."),
            SubIndication.GENERIC, **error.arguments,
        )  # fmt: skip
        return None
    if not fitting:
        journal.fail(
            "signing-certificate-reference", _RULE,
            N_("The signed reference names another certificate than the one in the file: the "
               "certificate was exchanged."),
        )  # fmt: skip
        return None
    journal.ok("signing-certificate-reference", _RULE)
    record = fitting[0]
    if any(reference.digest_oid in _OLD_DIGESTS for reference in references):
        journal.warn(
            "reference-digest", "EN 319 122-1 5.2.2; TS 119 312",
            N_("The signature names its certificate by an outdated digest (SHA-1 or MD5)."),
        )  # fmt: skip
    for reference in references:
        if reference.serial is not None and not (
            reference.serial == record.serial
            and (reference.issuer is None or same_name(reference.issuer, record.issuer_der))
        ):
            journal.warn(
                "issuer-serial-matches", "EN 319 122-1 5.2.2.3",
                N_("Issuer and serial number in the signed reference are not those of the "
                   "certificate, though its hash is right."),
            )  # fmt: skip
            break
    return record


def _is_named(signer: SignerInfo, record: CertificateRecord) -> bool:
    if signer.issuer is not None and signer.serial is not None:
        return record.is_named(signer.issuer, signer.serial)
    return record.key_identifier is not None and record.key_identifier == signer.key_identifier


def _fits(reference: EssReference, record: CertificateRecord) -> bool:
    return record.digest(reference.digest_oid) == reference.value
