"""DER of the attributes that a signer writes (RFC 5652 11, RFC 5035, EN 319 122-1 clause 5)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from medcab.errors import UsageError
from medcab.signing.algorithms import digest_algorithm
from medcab.signing.attributes import Oid
from medcab.signing.blocks.records import CertificateRecord
from medcab.signing.statements import COMMITMENT_OIDS
from medcab.signing.tlv import encode, encode_oid
from medcab.text import N_

__all__ = [
    "Location",
    "NamedPolicy",
    "attribute",
    "commitment",
    "location",
    "mime_type",
    "named_policy",
    "roles",
    "signing_certificate_v2",
    "signing_time",
]

_SHA256: Final = "2.16.840.1.101.3.4.2.1"


@dataclass(frozen=True, slots=True)
class Location:
    """Where the signer says he signs."""

    country: str = ""
    locality: str = ""
    postal: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedPolicy:
    """A signature policy that the signer commits to (EPES).

    Attributes:
        oid: of the policy.
        value: digest of its document.
        digest_oid: digest algorithm of ``value``.
        uri: where the document is.
    """

    oid: str
    value: bytes
    digest_oid: str = _SHA256
    uri: str = ""


def attribute(name: str, *values: bytes) -> bytes:
    """One Attribute with these values."""
    return encode(0x30, encode_oid(name) + encode(0x31, b"".join(sorted(values))))


def signing_time(moment: datetime) -> bytes:
    """UTCTime until 2049, GeneralizedTime from 2050 on (RFC 5652 11.3)."""
    moment = moment.astimezone(UTC)
    if 1950 <= moment.year < 2050:
        return encode(0x17, moment.strftime("%y%m%d%H%M%SZ").encode("ascii"))
    return encode(0x18, moment.strftime("%Y%m%d%H%M%SZ").encode("ascii"))


def signing_certificate_v2(record: CertificateRecord, digest_oid: str) -> bytes:
    """The signing-certificate-v2 attribute (RFC 5035 3), with issuer and serial number."""
    identifier = b""
    if digest_oid != _SHA256:  # the default must not be encoded
        identifier = encode(0x30, encode_oid(digest_oid))
    number = record.serial
    serial = encode(0x02, number.to_bytes((number + (number < 0)).bit_length() // 8 + 1, "big",
                                          signed=True))  # fmt: skip
    issuer = encode(0x30, encode(0x30, encode(0xA4, record.issuer_der)) + serial)
    hashed = encode(0x04, digest_algorithm(digest_oid).digest(record.der))
    value = encode(0x30, encode(0x30, encode(0x30, identifier + hashed + issuer)))
    return attribute(Oid.ESS_V2, value)


def commitment(name: str) -> bytes:
    """The commitment-type-indication attribute: a name such as ``proof-of-approval``, or an OID.

    Raises:
        UsageError: neither.
    """
    dotted = COMMITMENT_OIDS.get(name, name)
    try:
        return attribute(Oid.COMMITMENT, encode(0x30, encode_oid(dotted)))
    except ValueError:
        raise UsageError(
            N_("There is no commitment type {name}."),
            hint=N_("Use one of: {known}, or an OID."),
            name=name,
            known=", ".join(COMMITMENT_OIDS),
        ) from None


def _text(value: str) -> bytes:
    return encode(0x0C, value.encode("utf-8"))


def location(place: Location) -> bytes:
    """The signer-location attribute (EN 319 122-1, 5.2.5)."""
    parts = b""
    if place.country:
        parts += encode(0xA0, _text(place.country))
    if place.locality:
        parts += encode(0xA1, _text(place.locality))
    if place.postal:
        parts += encode(0xA2, b"".join(_text(line) for line in place.postal[:6]))
    return attribute(Oid.LOCATION, encode(0x30, parts))


def roles(names: Sequence[str]) -> bytes:
    """Claimed roles in signer-attributes-v2 (EN 319 122-1, 5.2.6.1).

    Each role is an attribute ``name`` (2.5.4.41), the form that other signers write.
    """
    claimed = b"".join(encode(0x30, encode_oid("2.5.4.41") + encode(0x31, _text(n))) for n in names)
    return attribute(Oid.SIGNER_ATTRIBUTES_V2, encode(0x30, encode(0xA0, claimed)))


def mime_type(name: str) -> bytes:
    """The mime-type attribute (EN 319 122-1, 5.2.4.2)."""
    return attribute(Oid.MIME_TYPE, _text(name))


def named_policy(policy: NamedPolicy) -> bytes:
    """The signature-policy-identifier attribute (EN 319 122-1, 5.2.9.1)."""
    digest = encode(0x30, encode(0x30, encode_oid(policy.digest_oid)) + encode(0x04, policy.value))
    qualifiers = b""
    if policy.uri:
        uri = encode_oid("1.2.840.113549.1.9.16.5.1") + encode(0x16, policy.uri.encode("ascii"))
        qualifiers = encode(0x30, encode(0x30, uri))
    return attribute(Oid.POLICY, encode(0x30, encode_oid(policy.oid) + digest + qualifiers))
