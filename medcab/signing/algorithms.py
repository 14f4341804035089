"""Algorithms by object identifier: digests, signature schemes, kinds of keys.

Three tables, filled here for RSA, ECDSA, EdDSA and DSA, open to others through
:func:`register_digest`, :func:`register_signature` and :func:`register_key` (GOST comes that way).
Sunset dates and sizes are those of ETSI TS 119 312 V1.5.1; a policy may overrule them.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Protocol

from medcab.errors import SigningError
from medcab.text import N_

__all__ = [
    "DigestAlgorithm",
    "Hasher",
    "KeyAlgorithm",
    "Scheme",
    "SignatureAlgorithm",
    "UnsupportedAlgorithmError",
    "VerifyingKey",
    "algorithm_name",
    "digest_algorithm",
    "digest_by_name",
    "key_sunset",
    "load_optional",
    "load_public_key",
    "register_digest",
    "register_key",
    "register_signature",
    "register_sunset",
    "resolve",
    "signature_algorithm",
]


class UnsupportedAlgorithmError(SigningError):
    """The algorithm is unknown or its backend is missing; argument ``oid``."""


class Hasher(Protocol):
    """What ``hashlib`` objects offer."""

    def update(self, data: bytes | memoryview, /) -> None: ...

    def digest(self) -> bytes: ...

    def copy(self) -> Hasher: ...


@dataclass(frozen=True, slots=True)
class DigestAlgorithm:
    """A digest.

    Attributes:
        oid: dotted object identifier.
        name: e.g. ``SHA-256``.
        size: bytes of output.
        new: makes an incremental hasher.
        sunset: signatures proven to exist only from this day on are not accepted; None: no end.
        hashlib_name: name that ``hashlib`` and ``cryptography`` know, empty when they do not.
    """

    oid: str
    name: str
    size: int
    new: Callable[[], Hasher]
    sunset: date | None = None
    hashlib_name: str = ""

    def digest(self, data: bytes) -> bytes:
        """Digest of ``data`` in one go."""
        hasher = self.new()
        hasher.update(data)
        return hasher.digest()


@dataclass(frozen=True, slots=True)
class SignatureAlgorithm:
    """A signatureAlgorithm identifier.

    Attributes:
        oid: dotted object identifier.
        name: e.g. ``sha256WithRSAEncryption``.
        family: kind of key and mathematics: ``rsa``, ``rsa-pss``, ``ecdsa``, ``ed25519`` ...
        digest: OID of the digest that the identifier fixes; None: digestAlgorithm tells.
        from_key: the digest is fixed by the key (GOST written with the key's own OID).
    """

    oid: str
    name: str
    family: str
    digest: str | None = None
    from_key: bool = False


@dataclass(frozen=True, slots=True)
class Scheme:
    """A signature algorithm with all its parameters resolved.

    Attributes:
        family: as in :class:`SignatureAlgorithm`.
        digest: digest of the signed message.
        salt_length: PSS only.
        mgf_digest: PSS only.
        whole_message: the mathematics wants the message, not its digest (EdDSA).
    """

    family: str
    digest: DigestAlgorithm
    salt_length: int = 0
    mgf_digest: DigestAlgorithm | None = None
    whole_message: bool = False


class VerifyingKey(Protocol):
    """A public key that can check signatures."""

    @property
    def families(self) -> tuple[str, ...]:
        """Signature families this key may be used with."""
        ...

    @property
    def name(self) -> str:
        """For people: ``RSA-2048``, ``EC P-256``."""
        ...

    @property
    def bits(self) -> int:
        """Size that decides about strength."""
        ...

    @property
    def digest_oid(self) -> str | None:
        """Digest that belongs to the key (GOST), else None."""
        ...

    def verify(self, scheme: Scheme, message: bytes, signature: bytes) -> bool:
        """Tell whether ``signature`` over ``message`` is right. Never raises for bad input.

        ``message`` is the message itself; :meth:`verify_digest` takes a digest.
        """
        ...

    def verify_digest(self, scheme: Scheme, digest: bytes, signature: bytes) -> bool:
        """As :meth:`verify`, for content that was hashed as a stream.

        Raises:
            UnsupportedAlgorithmError: the scheme needs the whole message.
        """
        ...


@dataclass(frozen=True, slots=True)
class KeyAlgorithm:
    """A kind of public key: ``load`` takes the DER SubjectPublicKeyInfo.

    ``load`` raises ValueError for keys that are malformed or not on their curve.
    """

    oid: str
    name: str
    load: Callable[[bytes], VerifyingKey]


_digests: dict[str, DigestAlgorithm] = {}
_signatures: dict[str, SignatureAlgorithm] = {}
_keys: dict[str, KeyAlgorithm] = {}
# signature family -> (bits below, sunset); the first step that fits decides
_sunsets: dict[str, tuple[tuple[int, date], ...]] = {}


def register_digest(algorithm: DigestAlgorithm) -> None:
    """Add a digest, or replace the one with this OID."""
    _digests[algorithm.oid] = algorithm


def register_signature(algorithm: SignatureAlgorithm) -> None:
    """Add a signature algorithm, or replace the one with this OID."""
    _signatures[algorithm.oid] = algorithm
    resolve.cache_clear()


def register_key(algorithm: KeyAlgorithm) -> None:
    """Add a kind of key, or replace the one with this OID."""
    _keys[algorithm.oid] = algorithm


def register_sunset(family: str, *steps: tuple[int, date]) -> None:
    """Say until when signatures of ``family`` are accepted: pairs of (key bits below, day)."""
    _sunsets[family] = tuple(sorted(steps))


def digest_algorithm(oid: str) -> DigestAlgorithm:
    """Return the digest with this OID.

    Raises:
        UnsupportedAlgorithmError: there is none.
    """
    try:
        return _digests[oid]
    except KeyError:
        load_optional()
        if oid in _digests:
            return _digests[oid]
        raise UnsupportedAlgorithmError(
            N_("The digest algorithm {oid} is not supported."), oid=oid
        ) from None


def digest_by_name(name: str) -> DigestAlgorithm:
    """Return the digest with this name (``sha256``, ``SHA-256``).

    Raises:
        UnsupportedAlgorithmError: there is none.
    """
    plain = name.lower().replace("-", "").replace("_", "")
    for algorithm in _digests.values():
        if algorithm.name.lower().replace("-", "") == plain:
            return algorithm
    raise UnsupportedAlgorithmError(
        N_("There is no digest algorithm {name}."),
        hint=N_("Use one of: {known}"),
        name=name,
        known=", ".join(a.hashlib_name or a.name for a in _digests.values()),
        oid=name,
    )


def signature_algorithm(oid: str) -> SignatureAlgorithm:
    """Return the signature algorithm with this OID.

    Raises:
        UnsupportedAlgorithmError: there is none.
    """
    try:
        return _signatures[oid]
    except KeyError:
        load_optional()
        if oid in _signatures:
            return _signatures[oid]
        raise UnsupportedAlgorithmError(
            N_("The signature algorithm {oid} is not supported."), oid=oid
        ) from None


def load_public_key(spki: bytes, oid: str) -> VerifyingKey:
    """Load a public key.

    Args:
        spki: DER SubjectPublicKeyInfo.
        oid: its algorithm.

    Raises:
        UnsupportedAlgorithmError: no such kind of key.
        ValueError: the key is malformed.
    """
    if oid not in _keys:
        load_optional()
    if oid not in _keys:
        raise UnsupportedAlgorithmError(N_("The key algorithm {oid} is not supported."), oid=oid)
    return _keys[oid].load(spki)


def algorithm_name(oid: str) -> str:
    """Readable name of a digest, signature or key OID, else the OID itself."""
    for table in (_digests, _signatures, _keys):
        found = table.get(oid)
        if found is not None:
            return str(found.name)
    return oid


def key_sunset(key: VerifyingKey, family: str = "") -> date | None:
    """First day on which signatures of this key are no longer accepted; None: no end in sight.

    Args:
        key: the key.
        family: signature family it is used with; empty: the first that fits the key.

    Source: ETSI TS 119 312 V1.5.1, clauses 6 and 9 (as in its machine-readable form).
    """
    for below, day in _sunsets.get(family or key.families[0], ()):
        if key.bits < below:
            return day
    return None


@lru_cache(maxsize=256)
def resolve(signature_oid: str, parameters: bytes | None, digest_oid: str) -> Scheme:
    """Join signatureAlgorithm, its parameters (DER or None) and digestAlgorithm to a scheme.

    The digest is the one that the *signature* algorithm fixes, where it fixes one: the caller
    compares it with ``digest_oid`` (RFC 5652 5.4; RFC 5754 3.2).

    Raises:
        UnsupportedAlgorithmError: something in it is unknown.
    """
    algorithm = signature_algorithm(signature_oid)
    if algorithm.family == "rsa-pss":
        return _resolve_pss(parameters)
    digest = digest_algorithm(algorithm.digest or digest_oid)
    return Scheme(algorithm.family, digest, whole_message=algorithm.family in ("ed25519", "ed448"))


def _resolve_pss(parameters: bytes | None) -> Scheme:
    from asn1crypto.algos import RSASSAPSSParams

    try:
        parsed = RSASSAPSSParams.load(parameters or b"\x30\x00", strict=True)
        digest = digest_algorithm(parsed["hash_algorithm"]["algorithm"].dotted)
        mask = parsed["mask_gen_algorithm"]
        if mask["algorithm"].native != "mgf1":
            raise UnsupportedAlgorithmError(
                N_("The signature algorithm {oid} is not supported."),
                oid=mask["algorithm"].dotted,
            )
        mgf = digest_algorithm(mask["parameters"]["algorithm"].dotted)
        salt = int(parsed["salt_length"].native)
        trailer = parsed["trailer_field"].native
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise UnsupportedAlgorithmError(
            N_("The parameters of {oid} are malformed."), oid="1.2.840.113549.1.1.10"
        ) from error
    if trailer not in (1, "trailer_field_bc") or not 0 <= salt <= 512:
        raise UnsupportedAlgorithmError(
            N_("The parameters of {oid} are malformed."), oid="1.2.840.113549.1.1.10"
        )
    return Scheme("rsa-pss", digest, salt_length=salt, mgf_digest=mgf)


@cache
def load_optional() -> None:
    """Let optional families register themselves, once, when an unknown OID is met."""
    if importlib.util.find_spec("medcab.signing.gost.register") is not None:
        importlib.import_module("medcab.signing.gost.register")


# The tables fill themselves in when they are imported, whichever of the two comes first.
importlib.import_module("medcab.signing.algorithm_tables")
