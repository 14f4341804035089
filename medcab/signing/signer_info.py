"""SignerInfo (RFC 5652 5.3) and its attributes, over the original bytes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from medcab.signing.tlv import (
    DerError,
    IndefiniteLengthError,
    children,
    definite,
    integer,
    is_canonical_set,
    oid,
    read,
)

__all__ = [
    "Attribute",
    "SignerInfo",
    "algorithm_identifier",
    "parse_attributes",
    "parse_signer_info",
]

MAX_ATTRIBUTES: Final = 1000


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute: OID, its DER as it came, and the DER of each value."""

    oid: str
    raw: bytes
    values: tuple[bytes, ...]


@lru_cache(maxsize=1024)
def algorithm_identifier(element: bytes) -> tuple[str, bytes | None]:
    """Split an AlgorithmIdentifier into its OID and the DER of its parameters.

    Raises:
        DerError: malformed.
    """
    tag, start, stop = read(element, 0, len(element))
    if tag != 0x30 or stop != len(element):
        raise DerError("algorithm identifier expected")
    tag, inner, end = read(element, start, stop)
    if tag != 0x06:
        raise DerError("algorithm identifier without OID")
    name = oid(element[inner:end])
    if end == stop:
        return name, None
    _, _, last = read(element, end, stop)
    if last != stop:
        raise DerError("bytes after algorithm parameters")
    return name, element[end:stop]


def parse_attributes(data: bytes, start: int, stop: int) -> tuple[Attribute, ...]:
    """Parse the elements of a SET OF Attribute.

    Raises:
        DerError: malformed.
    """
    found = []
    for tag, begun, inner, end in children(data, start, stop, MAX_ATTRIBUTES):
        if tag != 0x30:
            raise DerError("attribute expected")
        kind, name_start, name_end = read(data, inner, end)
        set_tag, values_start, values_end = read(data, name_end, end)
        if kind != 0x06 or set_tag != 0x31 or values_end != end:
            raise DerError("malformed attribute")
        first = values_start
        values = []
        while first < values_end:
            _, _, last = read(data, first, values_end)
            values.append(data[first:last])
            first = last
        found.append(Attribute(oid(data[name_start:name_end]), data[begun:end], tuple(values)))
    return tuple(found)


class SignerInfo:
    """One SignerInfo (RFC 5652 5.3).

    Attributes:
        raw: DER of the whole.
        version: 1 or 3.
        issuer: DER Name of the issuer, when identified so.
        serial: serial number, when identified so.
        key_identifier: subject key identifier, when identified so.
        digest_oid: digestAlgorithm.
        digest_der: digestAlgorithm as encoded.
        signed_der: signed attributes as encoded, with their [0] tag; None when absent.
        signature_oid: signatureAlgorithm.
        signature_parameters: DER of its parameters, or None.
        signature_der: signatureAlgorithm as encoded.
        signature: the signature value.
        signature_field: the signature value as encoded, with its tag.
        unsigned_der: unsigned attributes as encoded, with their [1] tag; None when absent.
        rewritten: the signed attributes had indefinite lengths before they came here.
    """

    __slots__ = (
        "_signed",
        "_unsigned",
        "digest_der",
        "digest_oid",
        "issuer",
        "key_identifier",
        "raw",
        "rewritten",
        "serial",
        "sid_der",
        "signature",
        "signature_der",
        "signature_field",
        "signature_oid",
        "signature_parameters",
        "signed_der",
        "unsigned_der",
        "version",
    )

    def __init__(self, data: bytes, start: int, stop: int) -> None:
        tag, pos, end = read(data, start, stop)
        if tag != 0x30:
            raise DerError("SignerInfo expected")
        self.raw = data[start:stop]
        tag, inner, after = read(data, pos, end)
        if tag != 0x02:
            raise DerError("SignerInfo without version")
        self.version = integer(data[inner:after])
        tag, inner, stop = read(data, after, end)
        self.sid_der = data[after:stop]
        self.issuer: bytes | None = None
        self.serial: int | None = None
        self.key_identifier: bytes | None = None
        if tag == 0x30:
            name_tag, _, name_end = read(data, inner, stop)
            number_tag, number, number_end = read(data, name_end, stop)
            if name_tag != 0x30 or number_tag != 0x02 or number_end != stop:
                raise DerError("malformed issuerAndSerialNumber")
            self.issuer = data[inner:name_end]
            self.serial = integer(data[number:number_end])
        elif tag == 0x80:
            self.key_identifier = data[inner:stop]
        else:
            raise DerError("malformed signer identifier")
        _, _, after = read(data, stop, end)
        self.digest_der = data[stop:after]
        self.digest_oid, _ = algorithm_identifier(self.digest_der)
        tag, _, stop = read(data, after, end)
        self.signed_der: bytes | None = None
        if tag == 0xA0:
            self.signed_der = data[after:stop]
            after = stop
        _, _, stop = read(data, after, end)
        self.signature_der = data[after:stop]
        self.signature_oid, self.signature_parameters = algorithm_identifier(self.signature_der)
        tag, inner, after = read(data, stop, end)
        if tag != 0x04:
            raise DerError("SignerInfo without signature value")
        self.signature = data[inner:after]
        self.signature_field = data[stop:after]
        self.unsigned_der: bytes | None = None
        if after < end:
            tag, _, stop = read(data, after, end)
            if tag != 0xA1 or stop != end:
                raise DerError("strange element after the signature value")
            self.unsigned_der = data[after:stop]
        self.rewritten = False
        self._signed: tuple[Attribute, ...] | None = None
        self._unsigned: tuple[Attribute, ...] | None = None

    @property
    def signed_attributes(self) -> tuple[Attribute, ...]:
        """Signed attributes; empty when there are none. Raises DerError when malformed."""
        if self._signed is None:
            self._signed = _attributes(self.signed_der)
        return self._signed

    @property
    def unsigned_attributes(self) -> tuple[Attribute, ...]:
        """Unsigned attributes; empty when there are none. Raises DerError when malformed."""
        if self._unsigned is None:
            self._unsigned = _attributes(self.unsigned_der)
        return self._unsigned

    @property
    def signed_bytes(self) -> bytes | None:
        """What the signature is over: the signed attributes re-tagged as SET OF."""
        return None if self.signed_der is None else b"\x31" + self.signed_der[1:]

    @property
    def canonical(self) -> bool:
        """Whether the signed attributes are DER (order and lengths)."""
        if self.signed_der is None:
            return True
        if self.rewritten:
            return False
        _, start, stop = read(self.signed_der, 0, len(self.signed_der))
        return is_canonical_set(self.signed_der, start, stop)

    def unsigned(self, name: str) -> tuple[Attribute, ...]:
        """Unsigned attributes with this OID."""
        return tuple(a for a in self.unsigned_attributes if a.oid == name)


def _attributes(element: bytes | None) -> tuple[Attribute, ...]:
    if element is None:
        return ()
    _, start, stop = read(element, 0, len(element))
    return parse_attributes(element, start, stop)


def parse_signer_info(element: bytes) -> SignerInfo:
    """Parse a SignerInfo that stands alone, such as a counter-signature.

    Raises:
        DerError: malformed, or bytes after it.
    """
    try:
        _, _, stop = read(element, 0, len(element))
    except IndefiniteLengthError:
        element, _ = definite(element)
        stop = len(element)
    if stop != len(element):
        raise DerError("bytes after SignerInfo")
    return SignerInfo(element, 0, stop)
