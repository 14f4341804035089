"""CMS SignedData (RFC 5652), parsed once and lazily, over the original bytes.

Nothing is decoded that nobody asks for: certificates, revocation data and attributes stay slices
until they are needed. Digests of signed attributes are taken over the bytes as they came, with
the outer tag replaced by SET OF (RFC 5652 5.4).
"""

from __future__ import annotations

from typing import Final

from medcab.signing.signer_info import (
    Attribute,
    SignerInfo,
    algorithm_identifier,
    parse_attributes,
    parse_signer_info,
)
from medcab.signing.tlv import (
    DerError,
    IndefiniteLengthError,
    children,
    definite,
    integer,
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
            except IndefiniteLengthError as error:
                if not ber:
                    raise
                self.signer_errors.append((index, str(error)))
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
        signed = SignedData(body, True, len(data) - used)
        for _, signer in signed.signers:
            # Signed attributes must be DER even where the rest is BER (RFC 5652 5.3).
            signer.rewritten = signer.signed_der is not None and signer.signed_der not in data
        return signed
