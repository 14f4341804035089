"""GOST algorithms by OID: which digest, kind of key and function belongs to each.

Both habits of naming a signature are here (RFC 9215, sections 2 and 3; R 1323565.1.025): the OID
of signature with digest, and the OID of the key alone; in either case the digest follows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from medcab.signing.gost import gost94, streebog
from medcab.signing.gost.kinds import (
    GOST94,
    KEY_KINDS,
    STREEBOG256,
    STREEBOG512,
    KeyKind,
    digest_of,
)
from medcab.signing.gost.public import load_public_key

__all__ = ["DIGESTS", "KEYS", "SIGNATURES", "Digest", "Signature", "verify_signature"]


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest algorithm.

    Attributes:
        oid: dotted.
        name: for people.
        code: name in asn1crypto's maps and in our own.
        size: bytes.
        new: makes an incremental hash.
        hmac_oid: HMAC on it, where there is one.
    """

    oid: str
    name: str
    code: str
    size: int
    new: Callable[[], Any]
    hmac_oid: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature algorithm identifier.

    Attributes:
        oid: dotted.
        name: for people.
        code: name in asn1crypto's maps.
        kind: of the key.
        bare: the identifier is the one of the key, the digest follows from it.
    """

    oid: str
    name: str
    code: str
    kind: KeyKind
    bare: bool


DIGESTS: Final = {
    digest.oid: digest
    for digest in (
        Digest(
            STREEBOG256,
            "Streebog-256",
            "streebog256",
            32,
            partial(streebog.new, 256),
            "1.2.643.7.1.1.4.1",
        ),
        Digest(
            STREEBOG512,
            "Streebog-512",
            "streebog512",
            64,
            partial(streebog.new, 512),
            "1.2.643.7.1.1.4.2",
        ),
        Digest(GOST94, "GOST R 34.11-94", "gost94", 32, gost94.new, "1.2.643.2.2.10"),
    )
}

KEYS: Final = KEY_KINDS

SIGNATURES: Final = {
    signature.oid: signature
    for kind in KEY_KINDS.values()
    for signature in (
        Signature(
            kind.signature_oid,
            f"{kind.name} with {DIGESTS[kind.digest_oid].name}",
            f"{DIGESTS[kind.digest_oid].code}_{kind.family}",
            kind,
            bare=False,
        ),
        Signature(kind.oid, kind.name, kind.family, kind, bare=True),
    )
}


def verify_signature(
    spki: bytes | Any,
    signature_oid: str,
    digest_oid: str,
    signature: bytes,
    data: bytes,
    *,
    prehashed: bool = False,
) -> bool:
    """Check a signature given its identifiers.

    Args:
        spki: public key, DER or asn1crypto's PublicKeyInfo.
        signature_oid: signatureAlgorithm.
        digest_oid: digestAlgorithm; may be empty when there is none (a certificate, a CRL).
        signature: s then r.
        data: the message, or its digest.
        prehashed: ``data`` is a digest.

    Returns:
        False as well when the identifiers contradict the key (RFC 9215, section 2: the digest is
        the one of the key).

    Raises:
        ValueError: the key is malformed.
    """
    key = load_public_key(spki)
    named = SIGNATURES.get(signature_oid)
    if named is None or named.kind.oid != key.kind.oid:
        return False
    if digest_oid and digest_oid != key.digest_oid:
        return False
    return key.check(data if prehashed else digest_of(key.digest_oid, data), signature)
