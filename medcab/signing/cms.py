"""CMS SignedData (RFC 5652), parsed once and lazily, over the original bytes.

Nothing is decoded that nobody asks for: certificates, revocation data and attributes stay slices
until they are needed. Digests of signed attributes are taken over the bytes as they came, with
the outer tag replaced by SET OF (RFC 5652 5.4).
"""

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
    "DATA",
    "MAX_CERTIFICATES",
    "MAX_SIGNERS",
    "SIGNED_DATA",
    "Attribute",
    "SignedData",
    "SignerInfo",
    "algorithm_identifier",
    "parse_attributes",
    "parse_signed_data",
    "parse_signer_info",
]

DATA: Final = "1.2.840.113549.1.7.1"
SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
# Beyond these a file is no signature of people but an attempt to keep the verifier busy.
MAX_SIGNERS: Final = 500
MAX_CERTIFICATES: Final = 2000
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
    """

    __slots__ = (
        "_signed",
        "_unsigned",
        "digest_der",
        "digest_oid",
        "issuer",
        "key_identifier",
        "raw",
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


class SignedData:
    """A ContentInfo that holds SignedData.

    Attributes:
        data: the whole, in definite lengths.
        ber: indefinite lengths were met and removed.
        trailing: bytes that followed the structure.
        version: CMSVersion.
        digest_oids: digestAlgorithms.
        content_type: eContentType.
        content: eContent octets as (start, end) in ``data``, None when detached.
        odd_content: eContent is no OCTET STRING (PKCS #7 1.5).
        certificates_der: contents of the certificates field, ``b""`` when absent.
        crls_der: contents of the crls field.
        digests_der: digestAlgorithms as encoded.
        encapsulated_der: encapContentInfo as (start, end) in ``data``.
        signer_spans: (start, end) of each SignerInfo in ``data``.
        signers: SignerInfos, parsed; see ``signer_errors``.
        signer_errors: (index, reason) of the SignerInfos that could not be parsed.
    """

    __slots__ = (
        "_certificates",
        "_crls",
        "ber",
        "certificates_der",
        "content",
        "content_type",
        "crls_der",
        "data",
        "digest_oids",
        "digests_der",
        "encapsulated_der",
        "odd_content",
        "signer_errors",
        "signer_spans",
        "signers",
        "trailing",
        "version",
    )

    def __init__(self, data: bytes, ber: bool, trailing: int) -> None:
        self.data = data
        self.ber = ber
        self.trailing = trailing
        self.content: tuple[int, int] | None = None
        self.odd_content = False
        self.certificates_der = self.crls_der = b""
        self._certificates: tuple[bytes, ...] | None = None
        self._crls: tuple[tuple[bytes, ...], tuple[bytes, ...]] | None = None
        pos, end = self._open()
        tag, inner, after = read(data, pos, end)
        if tag != 0x02:
            raise DerError("SignedData without version")
        self.version = integer(data[inner:after])
        begun = after
        tag, inner, after = read(data, after, end)
        if tag != 0x31:
            raise DerError("SignedData without digestAlgorithms")
        self.digests_der = data[begun:after]
        self.digest_oids = tuple(
            algorithm_identifier(data[begun:stop])[0]
            for _, begun, _, stop in children(data, inner, after, MAX_SIGNERS)
        )
        begun = after
        after = self._read_content(after, end)
        self.encapsulated_der = (begun, after)
        tag, inner, stop = read(data, after, end)
        if tag == 0xA0:
            self.certificates_der = data[inner:stop]
            after = stop
            tag, inner, stop = read(data, after, end)
        if tag == 0xA1:
            self.crls_der = data[inner:stop]
            after = stop
            tag, inner, stop = read(data, after, end)
        if tag != 0x31 or stop != end:
            raise DerError("SignedData without signerInfos")
        self.signers: list[tuple[int, SignerInfo]] = []
        self.signer_errors: list[tuple[int, str]] = []
        self.signer_spans: list[tuple[int, int]] = []
        for index, (_, begun, _, last) in enumerate(children(data, inner, stop, MAX_SIGNERS)):
            self.signer_spans.append((begun, last))
            try:
                self.signers.append((index, SignerInfo(data, begun, last)))
            except DerError as error:
                self.signer_errors.append((index, str(error)))

    def _open(self) -> tuple[int, int]:
        data = self.data
        tag, pos, end = read(data, 0, len(data))
        kind, inner, after = read(data, pos, end)
        if tag != 0x30 or kind != 0x06:
            raise DerError("ContentInfo expected")
        if oid(data[inner:after]) != SIGNED_DATA:
            raise DerError(f"content type {oid(data[inner:after])} is not signed-data")
        tag, pos, stop = read(data, after, end)
        if tag != 0xA0 or stop != end:
            raise DerError("malformed ContentInfo")
        tag, pos, last = read(data, pos, stop)
        if tag != 0x30 or last != stop:
            raise DerError("SignedData expected")
        return pos, last

    def _read_content(self, pos: int, end: int) -> int:
        data = self.data
        tag, inner, stop = read(data, pos, end)
        kind, name, after = read(data, inner, stop)
        if tag != 0x30 or kind != 0x06:
            raise DerError("EncapsulatedContentInfo expected")
        self.content_type = oid(data[name:after])
        if after < stop:
            tag, inner, last = read(data, after, stop)
            if tag != 0xA0 or last != stop:
                raise DerError("malformed EncapsulatedContentInfo")
            tag, inner, last = read(data, inner, stop)
            if last != stop:
                raise DerError("bytes after eContent")
            if tag == 0x24:
                raise IndefiniteLengthError("eContent in pieces")
            self.odd_content = tag != 0x04
            self.content = (inner, last)
        return stop

    @property
    def content_view(self) -> memoryview | None:
        """The encapsulated content without copying it; None when detached."""
        if self.content is None:
            return None
        return memoryview(self.data)[self.content[0] : self.content[1]]

    @property
    def certificates(self) -> tuple[bytes, ...]:
        """DER of the X.509 certificates; other kinds of certificates are left out.

        Raises:
            DerError: malformed or too many.
        """
        if self._certificates is None:
            data = self.certificates_der
            self._certificates = tuple(
                data[begun:stop]
                for tag, begun, _, stop in children(data, 0, len(data), MAX_CERTIFICATES)
                if tag == 0x30
            )
        return self._certificates

    @property
    def crls(self) -> tuple[bytes, ...]:
        """DER of the embedded CRLs."""
        return self._revocation()[0]

    @property
    def ocsps(self) -> tuple[bytes, ...]:
        """DER of the embedded OCSP responses (RFC 5940)."""
        return self._revocation()[1]

    def _revocation(self) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
        if self._crls is None:
            data = self.crls_der
            crls, ocsps = [], []
            for tag, begun, inner, stop in children(data, 0, len(data), MAX_CERTIFICATES):
                if tag == 0x30:
                    crls.append(data[begun:stop])
                elif tag == 0xA1:
                    kind, name, after = read(data, inner, stop)
                    if kind == 0x06 and oid(data[name:after]) == "1.3.6.1.5.5.7.16.2":
                        ocsps.append(data[after:stop])
            self._crls = (tuple(crls), tuple(ocsps))
        return self._crls


def parse_signed_data(data: bytes) -> SignedData:
    """Parse a ContentInfo with SignedData, in DER or BER.

    Bytes that follow the structure are counted in ``trailing``, not refused: that is for the
    policy to judge.

    Raises:
        DerError: the structure is malformed or something else than SignedData.
    """
    try:
        _, _, stop = read(data, 0, len(data))
        body = data if stop == len(data) else data[:stop]
        return SignedData(body, False, len(data) - stop)
    except IndefiniteLengthError:
        body, used = definite(data)
        return SignedData(body, True, len(data) - used)
