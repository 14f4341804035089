"""The algorithms that come with medcab: RSA, ECDSA, EdDSA, DSA and their digests, with dates.

Source of the dates and sizes: ETSI TS 119 312 V1.5.1, in its machine-readable form.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from typing import Final

from medcab.signing.algorithms import (
    DigestAlgorithm,
    Hasher,
    KeyAlgorithm,
    SignatureAlgorithm,
    VerifyingKey,
    register_digest,
    register_key,
    register_signature,
    register_sunset,
)

__all__: list[str] = []

_ANY: Final = 1 << 30  # more bits than any key has


def _hashlib(name: str) -> Callable[[], Hasher]:
    # Digests serve old signatures too; whether they are strong enough is the policy's matter.
    return getattr(hashlib, name, None) or (lambda: hashlib.new(name))


def _register_defaults() -> None:
    """Fill the tables of :mod:`medcab.signing.algorithms`."""
    nist = "2.16.840.1.101.3.4.2."
    for oid, name, size, plain, sunset in (
        ("1.2.840.113549.2.5", "MD5", 16, "md5", date(2004, 8, 1)),
        ("1.3.14.3.2.26", "SHA-1", 20, "sha1", date(2012, 8, 1)),
        (nist + "4", "SHA-224", 28, "sha224", date(2029, 1, 1)),
        (nist + "1", "SHA-256", 32, "sha256", None),
        (nist + "2", "SHA-384", 48, "sha384", None),
        (nist + "3", "SHA-512", 64, "sha512", None),
        (nist + "7", "SHA3-224", 28, "sha3_224", date(2029, 1, 1)),
        (nist + "8", "SHA3-256", 32, "sha3_256", None),
        (nist + "9", "SHA3-384", 48, "sha3_384", None),
        (nist + "10", "SHA3-512", 64, "sha3_512", None),
    ):
        register_digest(DigestAlgorithm(oid, name, size, _hashlib(plain), sunset, plain))
    pkcs1 = "1.2.840.113549.1.1."
    ecdsa = "1.2.840.10045.4."
    sha = {"1": "1.3.14.3.2.26", "224": nist + "4", "256": nist + "1"} | {
        "384": nist + "2",
        "512": nist + "3",
    }
    for oid, name, family, digest in (
        (pkcs1 + "1", "rsaEncryption", "rsa", None),
        (pkcs1 + "4", "md5WithRSAEncryption", "rsa", "1.2.840.113549.2.5"),
        (pkcs1 + "5", "sha1WithRSAEncryption", "rsa", sha["1"]),
        ("1.3.14.3.2.29", "sha1WithRSAEncryption", "rsa", sha["1"]),
        (pkcs1 + "14", "sha224WithRSAEncryption", "rsa", sha["224"]),
        (pkcs1 + "11", "sha256WithRSAEncryption", "rsa", sha["256"]),
        (pkcs1 + "12", "sha384WithRSAEncryption", "rsa", sha["384"]),
        (pkcs1 + "13", "sha512WithRSAEncryption", "rsa", sha["512"]),
        (pkcs1 + "10", "RSASSA-PSS", "rsa-pss", None),
        ("1.2.840.10045.2.1", "ecPublicKey", "ecdsa", None),
        (ecdsa + "1", "ecdsa-with-SHA1", "ecdsa", sha["1"]),
        (ecdsa + "3.1", "ecdsa-with-SHA224", "ecdsa", sha["224"]),
        (ecdsa + "3.2", "ecdsa-with-SHA256", "ecdsa", sha["256"]),
        (ecdsa + "3.3", "ecdsa-with-SHA384", "ecdsa", sha["384"]),
        (ecdsa + "3.4", "ecdsa-with-SHA512", "ecdsa", sha["512"]),
        ("1.3.101.112", "Ed25519", "ed25519", sha["512"]),
        ("1.2.840.10040.4.1", "dsa", "dsa", None),
        ("1.2.840.10040.4.3", "dsa-with-SHA1", "dsa", sha["1"]),
        ("2.16.840.1.101.3.4.3.1", "dsa-with-SHA224", "dsa", sha["224"]),
        ("2.16.840.1.101.3.4.3.2", "dsa-with-SHA256", "dsa", sha["256"]),
    ):
        register_signature(SignatureAlgorithm(oid, name, family, digest))
    for oid, name in (
        (pkcs1 + "1", "RSA"),
        (pkcs1 + "10", "RSA-PSS"),
        ("1.2.840.10045.2.1", "EC"),
        ("1.3.101.112", "Ed25519"),
        ("1.2.840.10040.4.1", "DSA"),
    ):
        register_key(KeyAlgorithm(oid, name, _load_key))
    register_sunset(
        "rsa", (1024, date(2010, 8, 1)), (1900, date(2019, 10, 1)), (_ANY, date(2029, 1, 1))
    )
    register_sunset(
        "rsa-pss", (1024, date(2010, 8, 1)), (1900, date(2019, 10, 1)), (3000, date(2029, 1, 1))
    )
    register_sunset("dsa", (2048, date(2012, 8, 1)), (3072, date(2029, 1, 1)))
    register_sunset("ecdsa", (224, date(2012, 8, 1)), (256, date(2021, 10, 1)))


def _load_key(spki: bytes) -> VerifyingKey:
    from medcab.signing.keytypes import load_spki

    return load_spki(spki)


_register_defaults()
