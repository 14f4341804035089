"""GOST keys: public ones from certificates, private ones from PKCS#8, and what they do.

Public key: RFC 9215, section 4; RFC 4491, section 2.3. Private key: R 1323565.1.041 and what
programs write. A signature is ``s`` then ``r``, both big-endian, each as long as the key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from hmac import compare_digest
from typing import TYPE_CHECKING, Any, Final

from medcab.errors import SigningError
from medcab.signing.gost import gost94, gost3410, streebog
from medcab.signing.gost.curves import Curve, curve_by_oid, oid_name
from medcab.text import N_

if TYPE_CHECKING:
    from asn1crypto import x509

    from medcab.signing.algorithms import Scheme

__all__ = [
    "KEY_KINDS",
    "GostPrivateKey",
    "GostPublicKey",
    "GostSigningKey",
    "KeyKind",
    "digest_of",
    "load_private_key",
    "load_public_key",
]


@dataclass(frozen=True, slots=True)
class KeyKind:
    """A key algorithm.

    Attributes:
        oid: of the key; newer programs write it as the signature algorithm too.
        name: for people.
        family: name of the signature family in our registries.
        bits: 256 or 512.
        digest_oid: the digest that goes with the key.
        signature_oid: signature with that digest.
        param_sets: prefixes of the parameter sets allowed.
    """

    oid: str
    name: str
    family: str
    bits: int
    digest_oid: str
    signature_oid: str
    param_sets: tuple[str, ...]


_CRYPTOPRO: Final = ("1.2.643.2.2.35.", "1.2.643.2.2.36.")
STREEBOG256: Final = "1.2.643.7.1.1.2.2"
STREEBOG512: Final = "1.2.643.7.1.1.2.3"
GOST94: Final = "1.2.643.2.2.9"
_GOST94_PARAMS: Final = "1.2.643.2.2.30.1"

KEY_KINDS: Final = {
    kind.oid: kind
    for kind in (
        KeyKind(
            "1.2.643.7.1.1.1.1",
            "GOST R 34.10-2012 256",
            "gost2012_256",
            256,
            STREEBOG256,
            "1.2.643.7.1.1.3.2",
            ("1.2.643.7.1.2.1.1.", *_CRYPTOPRO),
        ),
        KeyKind(
            "1.2.643.7.1.1.1.2",
            "GOST R 34.10-2012 512",
            "gost2012_512",
            512,
            STREEBOG512,
            "1.2.643.7.1.1.3.3",
            ("1.2.643.7.1.2.1.2.",),
        ),
        KeyKind(
            "1.2.643.2.2.19",
            "GOST R 34.10-2001",
            "gost2001",
            256,
            GOST94,
            "1.2.643.2.2.3",
            _CRYPTOPRO,
        ),
    )
}


def digest_of(digest_oid: str, data: bytes) -> bytes:
    """Digest ``data`` with Streebog or GOST R 34.11-94; SigningError for another OID."""
    if digest_oid == STREEBOG256:
        return streebog.new(256, data).digest()
    if digest_oid == STREEBOG512:
        return streebog.new(512, data).digest()
    if digest_oid == GOST94:
        return gost94.new(data).digest()
    raise SigningError(N_("The digest {oid} is not a GOST one."), oid=digest_oid)


def _kind(oid: str) -> KeyKind:
    try:
        return KEY_KINDS[oid]
    except KeyError:
        raise ValueError(f"{oid} is not a GOST key algorithm") from None


def _curve_of(kind: KeyKind, parameters: Any) -> tuple[str, Curve]:
    """Read the parameters of a key, refusing sets and digests that belong to another kind."""
    from medcab.signing.gost.asn1 import GostParameters, parse

    if parameters is None:
        raise ValueError("the key has no parameter set")
    read = parse(GostParameters, parameters)
    oid = read["public_key_param_set"].native
    if not oid.startswith(kind.param_sets):
        raise ValueError(f"parameter set {oid} does not belong to {kind.name}")
    digest = read["digest_param_set"].native
    allowed = {kind.digest_oid} if kind.oid != "1.2.643.2.2.19" else {_GOST94_PARAMS}
    if digest is not None and digest not in allowed:
        raise ValueError(f"digest parameter set {digest} does not belong to {kind.name}")
    try:
        return oid, curve_by_oid(oid)
    except SigningError as error:
        raise ValueError(str(error)) from None


@dataclass(frozen=True, slots=True)
class GostPublicKey:
    """A public key, checked to be on its curve; fits the registry of signature algorithms.

    Attributes:
        kind: algorithm of the key.
        curve_oid: parameter set.
        curve: the curve of the set.
        point: coordinates.
    """

    kind: KeyKind
    curve_oid: str
    curve: Curve
    point: tuple[int, int]

    @property
    def families(self) -> tuple[str, ...]:
        """Signature families the key may be used with: its own only."""
        return (self.kind.family,)

    @property
    def name(self) -> str:
        """For people: algorithm and curve."""
        return f"{self.kind.name} ({self.curve.name})"

    @property
    def param_set(self) -> str:
        """Name of the parameter set."""
        return oid_name(self.curve_oid)

    @property
    def bits(self) -> int:
        """256 or 512."""
        return self.kind.bits

    @property
    def digest_oid(self) -> str:
        """The digest that belongs to the key."""
        return self.kind.digest_oid

    @property
    def octets(self) -> bytes:
        """X then Y, little-endian."""
        size = self.curve.size
        return b"".join(c.to_bytes(size, "little") for c in self.point)

    def verify(self, scheme: Scheme, message: bytes, signature: bytes) -> bool:
        """Tell whether ``signature`` over ``message`` is right."""
        return self.verify_digest(scheme, scheme.digest.digest(message), signature)

    def verify_digest(self, scheme: Scheme, digest: bytes, signature: bytes) -> bool:
        """Tell whether ``signature`` over a message with this digest is right."""
        if scheme.family != self.kind.family or scheme.digest.oid != self.kind.digest_oid:
            return False
        return self.check(digest, signature)

    def check(self, digest: bytes, signature: bytes) -> bool:
        """Tell whether ``signature`` (s then r) over ``digest`` is right."""
        size = self.curve.size
        if len(signature) != 2 * size:
            return False
        s, r = (int.from_bytes(part, "big") for part in (signature[:size], signature[size:]))
        return gost3410.verify(self.curve, self.point, digest, r, s)

    def spki(self) -> bytes:
        """SubjectPublicKeyInfo, DER, the way RFC 9215 has it."""
        from asn1crypto import core

        from medcab.signing.gost.asn1 import SubjectPublicKeyInfo

        return bytes(
            SubjectPublicKeyInfo(
                {
                    "algorithm": _algorithm(self.kind, self.curve_oid),
                    "public_key": core.OctetString(self.octets).dump(),
                }
            ).dump()
        )


def _algorithm(kind: KeyKind, curve_oid: str) -> dict[str, Any]:
    from medcab.signing.gost.asn1 import GostParameters

    parameters = {"public_key_param_set": curve_oid}
    if kind.oid == "1.2.643.2.2.19":
        parameters["digest_param_set"] = _GOST94_PARAMS
    elif curve_oid.startswith(_CRYPTOPRO):
        # RFC 9215, section 4.1: needed with the old sets, left out with the new ones.
        parameters["digest_param_set"] = kind.digest_oid
    return {"algorithm": kind.oid, "parameters": GostParameters(parameters)}


@lru_cache(maxsize=512)
def _from_spki(spki: bytes) -> GostPublicKey:
    from asn1crypto import core

    from medcab.signing.gost.asn1 import SubjectPublicKeyInfo, parse

    read = parse(SubjectPublicKeyInfo, spki)
    kind = _kind(read["algorithm"]["algorithm"].native)
    parameters = read["algorithm"]["parameters"]
    oid, curve = _curve_of(kind, parameters.dump() or None)
    octets = parse(core.OctetString, read["public_key"].native).native
    if len(octets) != 2 * curve.size:
        raise ValueError("the public key has another length than its curve")
    half = curve.size
    point = (int.from_bytes(octets[:half], "little"), int.from_bytes(octets[half:], "little"))
    if not gost3410.check_point(curve, point):
        raise ValueError("the public key is not a point of its curve")
    return GostPublicKey(kind, oid, curve, point)


def load_public_key(spki: bytes | Any) -> GostPublicKey:
    """Read a public key.

    Args:
        spki: SubjectPublicKeyInfo, DER or asn1crypto's PublicKeyInfo.

    Raises:
        ValueError: malformed, of another algorithm, of a parameter set that does not belong to
            it, or not a point of the curve.
    """
    return _from_spki(spki if isinstance(spki, bytes) else spki.dump())


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
            raise SigningError(
                N_("Keys of GOST R 34.10-2001 do not sign any more: the standard is withdrawn."),
                hint=N_("Order a certificate with a GOST R 34.10-2012 key."),
            )
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
                    "algorithm": _algorithm(self.kind, self.curve_oid),
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
    kind = _kind(read["algorithm"]["algorithm"].native)
    oid, curve = _curve_of(kind, read["algorithm"]["parameters"].dump() or None)
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
