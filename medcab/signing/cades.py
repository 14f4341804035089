"""Levels of CAdES by their structure (ETSI EN 319 122-1 clause 6; TS 101 733 for the old ones).

What stands here says which attributes are there, not that they are right.
"""

from __future__ import annotations

from medcab.signing.attributes import Oid
from medcab.signing.cms import SignedData, SignerInfo
from medcab.signing.results import SignatureLevel
from medcab.signing.tlv import DerError

__all__ = ["structural_level"]


def structural_level(
    signer: SignerInfo,
    signed: SignedData | None = None,
    unproven: frozenset[str] = frozenset(),
) -> SignatureLevel:
    """Level that the attributes of one signer reach.

    Args:
        signer: the signer.
        signed: the file around it: its certificates and revocation data make B-T a B-LT.
        unproven: unsigned attributes (OIDs) that are there but do not count, since their
            time-stamps do not validate or their revocation data say nothing of the signer;
            the revocation values stand for the data of the file, too.
    """
    try:
        names = {a.oid for a in signer.signed_attributes}
    except DerError:
        return SignatureLevel.CMS
    if not names & {Oid.ESS_V1, Oid.ESS_V2} or Oid.MESSAGE_DIGEST not in names:
        return SignatureLevel.CMS
    if signer.unsigned_der is None:
        return SignatureLevel.CADES_B
    try:
        unsigned = {a.oid for a in signer.unsigned_attributes} - unproven
    except DerError:
        return SignatureLevel.CADES_B
    answered = Oid.REVOCATION_VALUES not in unproven
    level = _with_unsigned(unsigned, answered=answered)
    data = signed is not None and signed.crls_der
    if level is SignatureLevel.CADES_T and data and answered:
        return SignatureLevel.CADES_LT
    return level


def _with_unsigned(names: set[str], *, answered: bool) -> SignatureLevel:
    stamped = Oid.SIGNATURE_TIME_STAMP in names
    values = {Oid.CERTIFICATE_VALUES, Oid.REVOCATION_VALUES} <= names
    references = {Oid.CERTIFICATE_REFERENCES, Oid.REVOCATION_REFERENCES} <= names
    if Oid.ARCHIVE_TIME_STAMP_V3 in names and stamped and answered:
        return SignatureLevel.CADES_LTA
    if Oid.ARCHIVE_TIME_STAMP_V2 in names:
        return SignatureLevel.CADES_A
    if not stamped:
        return SignatureLevel.CADES_B
    if references:
        first, second = Oid.CAD_ES_C_TIME_STAMP in names, Oid.REFERENCES_TIME_STAMP in names
        if values:
            return (
                SignatureLevel.CADES_XL1
                if first
                else SignatureLevel.CADES_XL2
                if second
                else SignatureLevel.CADES_XL
            )
        if first:
            return SignatureLevel.CADES_X1
        return SignatureLevel.CADES_X2 if second else SignatureLevel.CADES_C
    return SignatureLevel.CADES_T
