"""Public GOST keys (RFC 9215, section 4; RFC 4491, section 2.3) and checking with them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from medcab.signing.gost import gost3410
from medcab.signing.gost.curves import Curve
from medcab.signing.gost.kinds import KeyKind, curve_of, identifier, kind_of

if TYPE_CHECKING:
    from medcab.signing.algorithms import Scheme

__all__ = ["GostPublicKey", "load_public_key"]


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
                    "algorithm": identifier(self.kind, self.curve_oid),
                    "public_key": core.OctetString(self.octets).dump(),
                }
            ).dump()
        )


@lru_cache(maxsize=512)
def _from_spki(spki: bytes) -> GostPublicKey:
    from asn1crypto import core

    from medcab.signing.gost.asn1 import SubjectPublicKeyInfo, parse

    read = parse(SubjectPublicKeyInfo, spki)
    kind = kind_of(read["algorithm"]["algorithm"].native)
    parameters = read["algorithm"]["parameters"]
    oid, curve = curve_of(kind, parameters.dump() or None)
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
