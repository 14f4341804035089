"""Private GOST keys from PKCS#8 in all the ways programs write them, and signing with them."""

from __future__ import annotations

from collections.abc import Sequence
from hmac import compare_digest
from typing import TYPE_CHECKING, Any

from medcab.errors import SigningError
from medcab.signing.gost import gost3410
from medcab.signing.gost.curves import Curve, curve_by_oid
from medcab.signing.gost.kinds import GOST94, KeyKind, curve_of, digest_of, identifier, kind_of
from medcab.signing.gost.public import GostPublicKey, load_public_key
from medcab.text import N_

if TYPE_CHECKING:
    from asn1crypto import x509

__all__ = ["GostPrivateKey", "GostSigningKey", "load_private_key", "withdrawn"]


def withdrawn() -> SigningError:
    """Return the error that says why keys of GOST R 34.10-2001 do not sign."""
    return SigningError(
        N_("Keys of GOST R 34.10-2001 do not sign any more: the standard is withdrawn."),
        hint=N_("Order a certificate with a GOST R 34.10-2012 key."),
    )


class GostPrivateKey:
    """A private key in memory. It never shows itself and is not pickled.

    Args:
        kind: algorithm of the key.
        curve_oid: parameter set.
        d: the number, 0 < d < q.

    Raises:
        ValueError: the number is out of range.
    """

    __slots__ = ("_d", "_public", "curve", "curve_oid", "kind")

    def __init__(self, kind: KeyKind, curve_oid: str, d: int) -> None:
        self.kind = kind
        self.curve_oid = curve_oid
        self.curve = curve_by_oid(curve_oid)
        if not 0 < d < self.curve.q:
            raise ValueError("the private key is out of range")
        self._d = d
        self._public: GostPublicKey | None = None

    def public_key(self) -> GostPublicKey:
        """Return the public key."""
        if self._public is None:
            point = gost3410.public_point(self.curve, self._d)
            self._public = GostPublicKey(self.kind, self.curve_oid, self.curve, point)
        return self._public

    def sign_digest(self, digest: bytes) -> bytes:
        """Sign a digest made with the algorithm of the key; returns s then r.

        Raises:
            SigningError: the key is of GOST R 34.10-2001, which is withdrawn; or the digest is
                of another length.
        """
        if self.kind.digest_oid == GOST94:
            raise withdrawn()
        if len(digest) != self.curve.size:
            raise SigningError(
                N_("The digest has {given} bytes, the key needs {needed}."),
                given=len(digest),
                needed=self.curve.size,
            )
        r, s = gost3410.sign(self.curve, self._d, digest)
        return s.to_bytes(self.curve.size, "big") + r.to_bytes(self.curve.size, "big")

    def sign(self, data: bytes) -> bytes:
        """Hash ``data`` with the digest of the key and sign it."""
        return self.sign_digest(digest_of(self.kind.digest_oid, data))

    def matches(self, certificate: x509.Certificate) -> bool:
        """Tell whether the certificate is of this key."""
        try:
            other = load_public_key(certificate["tbs_certificate"]["subject_public_key_info"])
        except ValueError:
            return False
        ours = self.public_key()
        return other.curve == ours.curve and compare_digest(other.octets, ours.octets)

    def as_signing_key(
        self, certificate: x509.Certificate, chain: Sequence[x509.Certificate] = ()
    ) -> GostSigningKey:
        """Join the key with its certificate."""
        return GostSigningKey(self, certificate, chain)

    def pkcs8(self, *, wrapped: bool = False) -> bytes:
        """PrivateKeyInfo, DER, not encrypted: keep it where nobody looks.

        Args:
            wrapped: the number in an OCTET STRING of its own, as older programs want it.
        """
        from asn1crypto import core

        from medcab.signing.gost.asn1 import PrivateKeyInfo

        raw = self._d.to_bytes(self.curve.size, "little")
        return bytes(
            PrivateKeyInfo(
                {
                    "version": 0,
                    "algorithm": identifier(self.kind, self.curve_oid),
                    "private_key": core.OctetString(raw).dump() if wrapped else raw,
                }
            ).dump()
        )

    def __repr__(self) -> str:
        return f"<private key {self.kind.name} ({self.curve.name})>"

    def __reduce__(self) -> Any:
        # A pickled key would travel through pipes and temporary files between processes.
        raise TypeError("a private key is not pickled")


def _unmask(octets: bytes, curve: Curve) -> int:
    """Undo the masking of RFC 9548, section 4: the key times its masks modulo q."""
    if len(octets) == curve.size:
        return int.from_bytes(octets, "little")
    d = 1
    for at in range(0, len(octets), curve.size):
        d = d * int.from_bytes(octets[at : at + curve.size], "little") % curve.q
    return d


def _number(octets: bytes, curve: Curve) -> int:
    """Read the private number in any of the ways programs write it."""
    from asn1crypto import core

    from medcab.signing.gost.asn1 import parse

    if octets and len(octets) % curve.size == 0 and len(octets) // curve.size <= 8:
        return _unmask(octets, curve)
    value = parse(core.Any, octets)
    if isinstance(value, core.OctetString):
        inner = value.native
        if inner and len(inner) % curve.size == 0 and len(inner) // curve.size <= 8:
            return _unmask(inner, curve)
    elif isinstance(value, core.Integer):
        return int(value.native)
    raise ValueError("the private key has another length than its curve")


def load_private_key(pkcs8: bytes) -> GostPrivateKey:
    """Read PrivateKeyInfo, DER.

    The number may stand as it is, in an OCTET STRING of its own (little-endian), in an INTEGER
    (old OpenSSL), masked by factors (RFC 9548).

    Raises:
        ValueError: malformed, of another algorithm, or the number is out of range.
    """
    from medcab.signing.gost.asn1 import PrivateKeyInfo, parse

    read = parse(PrivateKeyInfo, pkcs8)
    kind = kind_of(read["algorithm"]["algorithm"].native)
    oid, curve = curve_of(kind, read["algorithm"]["parameters"].dump() or None)
    return GostPrivateKey(kind, oid, _number(read["private_key"].native, curve))


def _holder(certificate: x509.Certificate) -> str:
    from medcab.signing.certificates import format_name

    return format_name(certificate.subject)


class GostSigningKey:
    """A GOST key with its certificate; satisfies ``medcab.signing.keys.SigningKey``.

    Args:
        private_key: the key.
        certificate: its certificate; the public keys must agree.
        chain: certificates of the authorities, the nearest first.

    Raises:
        SigningError: the certificate belongs to another key.
    """

    __slots__ = ("_certificate", "_chain", "_key")

    def __init__(
        self,
        private_key: GostPrivateKey,
        certificate: x509.Certificate,
        chain: Sequence[x509.Certificate] = (),
    ) -> None:
        self._key = private_key
        self._certificate = certificate
        self._chain = tuple(chain)
        if not private_key.matches(certificate):
            raise SigningError(
                N_("The private key does not belong to the certificate of {subject}."),
                hint=N_("Give the certificate that was issued for this key."),
                subject=_holder(certificate),
            )

    @property
    def certificate(self) -> x509.Certificate:
        """The certificate of the key."""
        return self._certificate

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """Certificates of the authorities."""
        return self._chain

    @property
    def algorithm(self) -> str:
        """``gost2012_256`` or ``gost2012_512``."""
        return self._key.kind.family

    @property
    def kind(self) -> KeyKind:
        """OIDs of the key, its digest and its signatures."""
        return self._key.kind

    def sign(self, data: bytes, digest: str = "", *, pss: bool = False) -> bytes:
        """Sign ``data``; the digest is the one of the key, other arguments are not looked at."""
        return self._key.sign(data)

    def sign_digest(self, digest: bytes) -> bytes:
        """Sign a digest made with the algorithm of the key."""
        return self._key.sign_digest(digest)

    def __repr__(self) -> str:
        return f"<{self.algorithm} key of {_holder(self._certificate)}>"

    def __reduce__(self) -> Any:
        raise TypeError("a private key is not pickled")
