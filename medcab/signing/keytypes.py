"""Public keys of RSA, ECDSA, EdDSA and DSA, on the cryptography library."""

from __future__ import annotations

from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa, utils
from cryptography.hazmat.primitives.serialization import load_der_public_key

from medcab.signing.algorithms import (
    DigestAlgorithm,
    Scheme,
    UnsupportedAlgorithmError,
    VerifyingKey,
)
from medcab.text import N_

__all__ = ["hash_for", "load_spki", "wrap_public_key"]

_HASHES: dict[str, hashes.HashAlgorithm] = {
    "md5": hashes.MD5(),  # noqa: S303 - old signatures are judged, not made
    "sha1": hashes.SHA1(),  # noqa: S303
    "sha224": hashes.SHA224(),
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
    "sha3_224": hashes.SHA3_224(),
    "sha3_256": hashes.SHA3_256(),
    "sha3_384": hashes.SHA3_384(),
    "sha3_512": hashes.SHA3_512(),
}
_PREHASHED = {name: utils.Prehashed(algorithm) for name, algorithm in _HASHES.items()}
_DSA = b"\x06\x07\x2a\x86\x48\xce\x38\x04\x01"
_PKCS1 = padding.PKCS1v15()
_CURVES = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


def hash_for(digest: DigestAlgorithm) -> hashes.HashAlgorithm:
    """The digest as the cryptography library knows it.

    Raises:
        UnsupportedAlgorithmError: it does not.
    """
    try:
        return _HASHES[digest.hashlib_name]
    except KeyError:
        raise UnsupportedAlgorithmError(
            N_("The digest algorithm {oid} is not supported."), oid=digest.oid
        ) from None


def _prehashed(digest: DigestAlgorithm) -> utils.Prehashed:
    hash_for(digest)
    return _PREHASHED[digest.hashlib_name]


def _unsupported(scheme: Scheme) -> UnsupportedAlgorithmError:
    return UnsupportedAlgorithmError(
        N_("The signature algorithm {oid} is not supported."), oid=scheme.family
    )


class _Key:
    """Common part: subclasses say how the library is asked."""

    __slots__ = ("_key", "bits", "families", "name")
    digest_oid: str | None = None

    def __init__(self, key: Any, name: str, bits: int, families: tuple[str, ...]) -> None:
        self._key = key
        self.name = name
        self.bits = bits
        self.families = families

    def verify(self, scheme: Scheme, message: bytes, signature: bytes) -> bool:
        if scheme.family not in self.families:
            return False
        return self._answer(scheme, message, signature, hash_for(scheme.digest))

    def verify_digest(self, scheme: Scheme, digest: bytes, signature: bytes) -> bool:
        if scheme.family not in self.families:
            return False
        return self._answer(scheme, digest, signature, _prehashed(scheme.digest))

    def _answer(self, scheme: Scheme, data: bytes, signature: bytes, algorithm: Any) -> bool:
        try:
            self._ask(scheme, data, signature, algorithm)
        except (InvalidSignature, ValueError):
            return False
        except UnsupportedAlgorithm as error:
            raise _unsupported(scheme) from error
        return True

    def _ask(self, scheme: Scheme, data: bytes, signature: bytes, algorithm: Any) -> None:
        raise NotImplementedError


class _RsaKey(_Key):
    __slots__ = ()

    def _ask(self, scheme: Scheme, data: bytes, signature: bytes, algorithm: Any) -> None:
        if scheme.family == "rsa":
            self._key.verify(signature, data, _PKCS1, algorithm)
            return
        mgf = scheme.mgf_digest or scheme.digest
        self._key.verify(
            signature,
            data,
            padding.PSS(padding.MGF1(hash_for(mgf)), scheme.salt_length),
            algorithm,
        )


class _EcKey(_Key):
    __slots__ = ()

    def _ask(self, scheme: Scheme, data: bytes, signature: bytes, algorithm: Any) -> None:
        self._key.verify(signature, data, ec.ECDSA(algorithm))


class _DsaKey(_Key):
    __slots__ = ()

    def _ask(self, scheme: Scheme, data: bytes, signature: bytes, algorithm: Any) -> None:
        self._key.verify(signature, data, algorithm)


class _EdKey(_Key):
    __slots__ = ()

    def verify_digest(self, scheme: Scheme, digest: bytes, signature: bytes) -> bool:
        raise _unsupported(scheme)

    def _ask(self, scheme: Scheme, data: bytes, signature: bytes, algorithm: Any) -> None:
        self._key.verify(signature, data)


def wrap_public_key(key: Any) -> VerifyingKey:
    """Wrap a public key object of the cryptography library.

    Raises:
        UnsupportedAlgorithmError: the kind is not supported.
    """
    if isinstance(key, rsa.RSAPublicKey):
        return _RsaKey(key, f"RSA-{key.key_size}", key.key_size, ("rsa", "rsa-pss"))
    if isinstance(key, ec.EllipticCurvePublicKey):
        name = _CURVES.get(key.curve.name, key.curve.name)
        return _EcKey(key, f"EC {name}", key.key_size, ("ecdsa",))
    if isinstance(key, ed25519.Ed25519PublicKey):
        return _EdKey(key, "Ed25519", 256, ("ed25519",))
    if isinstance(key, dsa.DSAPublicKey):
        return _DsaKey(key, f"DSA-{key.key_size}", key.key_size, ("dsa",))
    raise UnsupportedAlgorithmError(
        N_("The key algorithm {oid} is not supported."), oid=type(key).__name__
    )


def load_spki(spki: bytes) -> VerifyingKey:
    """Load a DER SubjectPublicKeyInfo.

    Raises:
        ValueError: malformed, or the point is not on its curve.
        UnsupportedAlgorithmError: the kind or curve is not supported.
    """
    try:
        key = load_der_public_key(spki)
    except UnsupportedAlgorithm as error:
        raise UnsupportedAlgorithmError(
            N_("The key algorithm {oid} is not supported."), oid=str(error)
        ) from error
    except ValueError:
        if _DSA in spki[:24]:
            # A DSA key may inherit its parameters from the issuer (RFC 3279 2.3.2): not done here.
            raise UnsupportedAlgorithmError(
                N_("The key algorithm {oid} is not supported."), oid="DSA"
            ) from None
        raise
    wrapped = wrap_public_key(key)
    if b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a" in spki[:24]:
        # An id-RSASSA-PSS key must not be used with PKCS#1 v1.5 (RFC 4055 1.2).
        return _RsaKey(key, wrapped.name, wrapped.bits, ("rsa-pss",))
    return wrapped
