"""Attributes of CMS and CAdES signatures: reading the ones that a verifier understands.

Sources: RFC 5652 11, RFC 5035 5.4, RFC 6211, ETSI EN 319 122-1 clause 5, ETSI TS 101 733.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from medcab.signing.cms import Attribute, algorithm_identifier
from medcab.signing.tlv import DerError, children, integer, oid, read

__all__ = [
    "EssReference",
    "Oid",
    "SignaturePolicy",
    "certificate_values",
    "ess_references",
    "expect",
    "octets",
    "policy_of",
    "revocation_values",
    "time_of",
]


class Oid:
    """Object identifiers of attributes."""

    CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
    MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
    SIGNING_TIME: Final = "1.2.840.113549.1.9.5"
    COUNTER_SIGNATURE: Final = "1.2.840.113549.1.9.6"
    ALGORITHM_PROTECTION: Final = "1.2.840.113549.1.9.52"
    ESS_V1: Final = "1.2.840.113549.1.9.16.2.12"
    ESS_V2: Final = "1.2.840.113549.1.9.16.2.47"
    SIGNATURE_TIME_STAMP: Final = "1.2.840.113549.1.9.16.2.14"
    POLICY: Final = "1.2.840.113549.1.9.16.2.15"
    COMMITMENT: Final = "1.2.840.113549.1.9.16.2.16"
    LOCATION: Final = "1.2.840.113549.1.9.16.2.17"
    SIGNER_ATTRIBUTES: Final = "1.2.840.113549.1.9.16.2.18"
    CONTENT_TIME_STAMP: Final = "1.2.840.113549.1.9.16.2.20"
    CERTIFICATE_REFERENCES: Final = "1.2.840.113549.1.9.16.2.21"
    REVOCATION_REFERENCES: Final = "1.2.840.113549.1.9.16.2.22"
    CERTIFICATE_VALUES: Final = "1.2.840.113549.1.9.16.2.23"
    REVOCATION_VALUES: Final = "1.2.840.113549.1.9.16.2.24"
    CAD_ES_C_TIME_STAMP: Final = "1.2.840.113549.1.9.16.2.25"
    REFERENCES_TIME_STAMP: Final = "1.2.840.113549.1.9.16.2.26"
    ARCHIVE_TIME_STAMP_V2: Final = "1.2.840.113549.1.9.16.2.48"
    ARCHIVE_TIME_STAMP_V3: Final = "0.4.0.1733.2.4"
    MIME_TYPE: Final = "0.4.0.1733.2.1"
    SIGNER_ATTRIBUTES_V2: Final = "0.4.0.19122.1.1"
    CONTENT_HINTS: Final = "1.2.840.113549.1.9.16.2.4"


ONLY_SIGNED: Final = frozenset(
    (Oid.CONTENT_TYPE, Oid.MESSAGE_DIGEST, Oid.SIGNING_TIME, Oid.ESS_V1, Oid.ESS_V2, Oid.POLICY)
)
SINGLE_VALUED: Final = frozenset(
    (
        Oid.CONTENT_TYPE,
        Oid.MESSAGE_DIGEST,
        Oid.SIGNING_TIME,
        Oid.ALGORITHM_PROTECTION,
        Oid.ESS_V1,
        Oid.ESS_V2,
        Oid.POLICY,
        Oid.COMMITMENT,
        Oid.LOCATION,
        Oid.MIME_TYPE,
        Oid.CONTENT_HINTS,
    )
)
_SHA256: Final = "2.16.840.1.101.3.4.2.1"
_SHA1: Final = "1.3.14.3.2.26"


@dataclass(frozen=True, slots=True)
class EssReference:
    """One entry of a signing-certificate attribute.

    Attributes:
        digest_oid: digest of ``value``.
        value: hash of the whole certificate.
        issuer: DER Name of the issuer, when it is told.
        serial: serial number, when it is told.
    """

    digest_oid: str
    value: bytes
    issuer: bytes | None = None
    serial: int | None = None


@dataclass(frozen=True, slots=True)
class SignaturePolicy:
    """The signature-policy-identifier attribute (EN 319 122-1, 5.2.9.1)."""

    oid: str
    digest_oid: str | None
    value: bytes | None
    uri: str = ""


def expect(data: bytes, pos: int, end: int, wanted: int) -> tuple[int, int]:
    """Read one header that must have this tag; return (start, end) of the contents.

    Raises:
        DerError: another tag, or malformed.
    """
    tag, start, stop = read(data, pos, end)
    if tag != wanted:
        raise DerError(f"tag {wanted:#x} expected, {tag:#x} found")
    return start, stop


def octets(value: bytes, tag: int = 0x04) -> bytes:
    """Contents of a value that must be one element with this tag and nothing else.

    Raises:
        DerError: it is not.
    """
    start, stop = expect(value, 0, len(value), tag)
    if stop != len(value):
        raise DerError("bytes after a value")
    return value[start:stop]


def time_of(value: bytes) -> datetime:
    """Value of UTCTime or GeneralizedTime in the form RFC 5652 11.3 requires.

    Raises:
        DerError: another form or an impossible date.
    """
    tag, start, stop = read(value, 0, len(value))
    text = value[start:stop]
    if stop != len(value) or text[-1:] != b"Z" or not text[:-1].isdigit() or not text.isascii():
        raise DerError("malformed time")
    body = text[:-1].decode("ascii")
    if tag == 0x17 and len(body) == 12:
        body = ("19" if body >= "50" else "20") + body
    elif tag != 0x18 or len(body) != 14:
        raise DerError("malformed time")
    try:
        return datetime(
            int(body[:4]), int(body[4:6]), int(body[6:8]),
            int(body[8:10]), int(body[10:12]), int(body[12:14]), tzinfo=UTC,
        )  # fmt: skip
    except ValueError as error:
        raise DerError("impossible time") from error


def ess_references(attribute: Attribute) -> tuple[EssReference, ...]:
    """Entries of a signing-certificate or signing-certificate-v2 attribute.

    Raises:
        DerError: malformed or empty.
    """
    value = attribute.values[0]
    start, stop = expect(value, 0, len(value), 0x30)
    if stop != len(value):
        raise DerError("bytes after a value")
    start, stop = expect(value, start, stop, 0x30)
    version_2 = attribute.oid == Oid.ESS_V2
    found = []
    for tag, _, inner, end in children(value, start, stop, 100):
        if tag != 0x30:
            raise DerError("ESSCertID expected")
        digest = _SHA256 if version_2 else _SHA1
        first, _, after = read(value, inner, end)
        if version_2 and first == 0x30:
            digest, _ = algorithm_identifier(value[inner:after])
            inner = after
        hash_start, hash_end = expect(value, inner, end, 0x04)
        issuer, serial = _issuer_serial(value, hash_end, end) if hash_end < end else (None, None)
        found.append(EssReference(digest, value[hash_start:hash_end], issuer, serial))
    if not found:
        raise DerError("no certificate is named")
    return tuple(found)


def _issuer_serial(value: bytes, pos: int, end: int) -> tuple[bytes | None, int]:
    start, stop = expect(value, pos, end, 0x30)
    names, names_end = expect(value, start, stop, 0x30)
    number, number_end = expect(value, names_end, stop, 0x02)
    issuer = None
    for tag, _, inner, last in children(value, names, names_end, 20):
        if tag == 0xA4:
            issuer = value[inner:last]
    return issuer, integer(value[number:number_end])


def policy_of(attribute: Attribute) -> SignaturePolicy | None:
    """The policy that is named; None when it is implied (NULL).

    Raises:
        DerError: malformed.
    """
    value = attribute.values[0]
    tag, start, stop = read(value, 0, len(value))
    if tag == 0x05:
        return None
    name, name_end = expect(value, start, stop, 0x06)
    policy = oid(value[name:name_end])
    digest, hashed, uri = None, None, ""
    if name_end < stop:
        begun, end = expect(value, name_end, stop, 0x30)
        _, _, after = read(value, begun, end)
        digest, _ = algorithm_identifier(value[begun:after])
        inner, last = expect(value, after, end, 0x04)
        hashed = value[inner:last]
        if end < stop:
            qualifiers, _ = expect(value, end, stop, 0x30)
            for _, _, inner, last in children(value, qualifiers, stop, 20):
                kind, begun_oid, after = read(value, inner, last)
                if kind == 0x06 and oid(value[begun_oid:after]) == "1.2.840.113549.1.9.16.5.1":
                    text, text_end = expect(value, after, last, 0x16)
                    uri = value[text:text_end].decode("ascii", "replace")
    return SignaturePolicy(policy, digest, hashed, uri)


def certificate_values(attribute: Attribute) -> Iterator[bytes]:
    """DER of the certificates in a certificate-values attribute (EN 319 122-1, A.1.1.2).

    Raises:
        DerError: malformed.
    """
    for value in attribute.values:
        start, stop = expect(value, 0, len(value), 0x30)
        for tag, begun, _, end in children(value, start, stop, 2000):
            if tag == 0x30:
                yield value[begun:end]


def revocation_values(attribute: Attribute) -> tuple[list[bytes], list[bytes]]:
    """CRLs and *basic* OCSP responses in a revocation-values attribute (EN 319 122-1, A.1.2.2).

    Raises:
        DerError: malformed.
    """
    crls: list[bytes] = []
    ocsps: list[bytes] = []
    for value in attribute.values:
        start, stop = expect(value, 0, len(value), 0x30)
        for tag, _, inner, end in children(value, start, stop, 10):
            if tag not in (0xA0, 0xA1):
                continue
            first, last = expect(value, inner, end, 0x30)
            target = crls if tag == 0xA0 else ocsps
            target.extend(value[b:e] for _, b, _, e in children(value, first, last, 2000))
    return crls, ocsps
