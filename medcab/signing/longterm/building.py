"""Putting time-stamps, certificates and revocation data into a signature file.

What is there stays byte for byte as it was: time-stamps are over it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from medcab.signing.cms import SIGNED_DATA, SignedData
from medcab.signing.joining import add_unsigned, replace_signer
from medcab.signing.longterm import archive
from medcab.signing.longterm.timestamps import Token
from medcab.signing.tlv import encode, encode_oid

__all__ = ["add_material", "add_stamp", "with_index"]

_OCSP_RESPONSE: Final = "1.3.6.1.5.5.7.16.2"


def add_stamp(signed: SignedData, index: int, name: str, token: bytes) -> bytes:
    """The file with one more unsigned attribute ``name`` of signer ``index``."""
    signer = next(s for place, s in signed.signers if place == index)
    return replace_signer(signed, index, add_unsigned(signer, name, token))


def with_index(token: Token, index: bytes) -> bytes:
    """The token with an ats-hash-index-v3 among its unsigned attributes."""
    signer = add_unsigned(token.signer, archive.INDEX_V3, index)
    return replace_signer(token.signed, 0, signer)


def add_material(
    signed: SignedData,
    certificates: Sequence[bytes],
    crls: Sequence[bytes],
    ocsps: Sequence[bytes],
) -> bytes:
    """The file with further certificates, CRLs and OCSP responses (RFC 5652 5.1, RFC 5940)."""
    begun, ended = signed.encapsulated_der
    bag = archive.pieces(signed.certificates_der)
    bag += [c for c in dict.fromkeys(certificates) if c not in bag]
    entries = archive.pieces(signed.crls_der)
    wrapped = [encode(0xA1, encode_oid(_OCSP_RESPONSE) + each) for each in ocsps]
    entries += [c for c in dict.fromkeys((*crls, *wrapped)) if c not in entries]
    # A revocation entry of another form makes it version 5 (RFC 5652 5.1).
    version = 5 if any(entry[:1] == b"\xa1" for entry in entries) else signed.version
    body = b"".join(
        (
            encode(0x02, bytes((version,))),
            signed.digests_der,
            signed.data[begun:ended],
            encode(0xA0, b"".join(bag)) if bag else b"",
            encode(0xA1, b"".join(entries)) if entries else b"",
            encode(0x31, b"".join(signed.data[a:b] for a, b in signed.signer_spans)),
        )
    )
    return encode(0x30, encode_oid(SIGNED_DATA) + encode(0xA0, encode(0x30, body)))
