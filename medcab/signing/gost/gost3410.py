"""GOST R 34.10-2012 (RFC 7091): making and checking signatures; 34.10-2001 is the same equation.

A digest is read as a little-endian number, as RFC 9215 has it on the wire; a signature is
``s`` followed by ``r``, each big-endian. Here they are numbers; :mod:`.public` and
:mod:`.private` do the bytes.
"""

from __future__ import annotations

import secrets

from medcab.signing.gost import streebog
from medcab.signing.gost.curves import Curve
from medcab.signing.gost.ec import arithmetic

__all__ = ["check_point", "public_point", "sign", "verify"]

Point = tuple[int, int]


def check_point(curve: Curve, point: Point) -> bool:
    """Tell whether ``point`` can be a public key: on the curve, and of order ``q``.

    Curves with cofactor 4 have points of order 2 and 4, with which anyone could sign.
    """
    if not curve.contains(*point):
        return False
    return curve.cofactor == 1 or arithmetic(curve).times(curve.q, point) is None


def public_point(curve: Curve, d: int) -> Point:
    """Return the public key of private key ``d`` (0 < d < q)."""
    point = arithmetic(curve).times_base(d)
    if point is None:
        raise ValueError("the private key is zero")
    return int(point[0]), int(point[1])


def _e(curve: Curve, digest: bytes) -> int:
    return int.from_bytes(digest, "little") % curve.q or 1


def verify(curve: Curve, point: Point, digest: bytes, r: int, s: int) -> bool:
    """Check a signature (RFC 7091, section 6.2). ``point`` has been checked already."""
    q = curve.q
    if not (0 < r < q and 0 < s < q) or len(digest) * 8 != curve.bits:
        return False
    v = pow(_e(curve, digest), -1, q)
    computed = arithmetic(curve).combine(s * v % q, -r * v % q, point)
    return arithmetic(curve).x_is(computed, r)


def sign(curve: Curve, d: int, digest: bytes, *, extra: bytes | None = None) -> tuple[int, int]:
    """Sign a digest (RFC 7091, section 6.1).

    The nonce comes from the key, the digest and 32 random bytes by the generator of RFC 6979
    (section 3.6), so that neither a broken random source nor a fault repeated gives the key away.
    The private key takes part only multiplied by a random factor.

    Args:
        curve: of the key.
        d: private key.
        digest: of the size of the curve.
        extra: instead of the random bytes, for tests.

    Returns:
        ``(r, s)``.
    """
    if len(digest) * 8 != curve.bits:
        raise ValueError("the digest has another size than the curve")
    q, e = curve.q, _e(curve, digest)
    nonces = _Nonces(curve, d, digest, secrets.token_bytes(32) if extra is None else extra)
    while True:
        k = nonces.next()
        point = arithmetic(curve).times_base(k)
        r = int(point[0]) % q if point else 0
        mask = secrets.randbelow(q - 1) + 1
        s = (r * (mask * d % q) + e * (mask * k % q)) * pow(mask, -1, q) % q
        if r and s:
            return r, s


class _Nonces:
    """The generator of RFC 6979, section 3.2, on HMAC-Streebog."""

    def __init__(self, curve: Curve, d: int, digest: bytes, extra: bytes) -> None:
        self._bits, self._q = curve.bits, curve.q
        size = curve.size
        seed = d.to_bytes(size, "big") + _e(curve, digest).to_bytes(size, "big") + extra
        self._v, self._k = b"\x01" * size, bytes(size)
        for mark in (b"\x00", b"\x01"):
            self._k = self._mac(self._v + mark + seed)
            self._v = self._mac(self._v)

    def _mac(self, data: bytes) -> bytes:
        return streebog.hmac(self._bits, self._k, data)

    def next(self) -> int:
        """Return a number from 1 to q - 1."""
        while True:
            self._v = self._mac(self._v)
            value = int.from_bytes(self._v, "big") >> (self._bits - self._q.bit_length())
            if 0 < value < self._q:
                return value
            self._k = self._mac(self._v + b"\x00")
            self._v = self._mac(self._v)
