"""Arithmetic on the curves: Jacobian coordinates, wNAF with Straus's trick, tables per key.

Numbers are plain integers, or gmpy2's where it is installed; results are the same. A key met for
the first time costs one joint scan of two wNAF expansions. From the fourth use on, a table of
its multiples is kept (a bounded number of keys), and verifying needs additions only: one person
signs thousands of files with one key.

Nothing here is constant-time: Python's integers are not. See docs/gost.md.
"""

from __future__ import annotations

import secrets
import threading
from functools import cache
from typing import Any, Final

from medcab.signing.gost.curves import Curve

__all__ = ["Arithmetic", "accelerated", "arithmetic"]

Affine = tuple[Any, Any]
Jacobian = tuple[Any, Any, Any]

_G_WINDOW: Final = 7
_Q_WINDOW: Final = 5
_G_COMB: Final = 6
_Q_COMB: Final = 5
_COMB_AFTER: Final = 3
_KEYS_KEPT: Final = 64


def _number() -> Any:
    try:
        from gmpy2 import mpz
    except ImportError:
        return int
    return mpz


def accelerated() -> str:
    """Return the version of gmpy2 when it is in use, or an empty string."""
    try:
        import gmpy2
    except ImportError:
        return ""
    return str(gmpy2.version())


def _wnaf(scalar: int, window: int) -> list[int]:
    digits = []
    full, half = 1 << window, 1 << (window - 1)
    while scalar:
        if scalar & 1:
            digit = scalar & (full - 1)
            if digit >= half:
                digit -= full
            scalar -= digit
        else:
            digit = 0
        digits.append(digit)
        scalar >>= 1
    return digits


class _Key:
    """What is remembered of a point: its odd multiples, how often it came, later its comb."""

    __slots__ = ("comb", "odd", "uses")

    def __init__(self, odd: list[Affine]) -> None:
        self.odd = odd
        self.uses = 0
        self.comb: list[list[Affine]] | None = None


class Arithmetic:
    """Scalar multiplication on one curve.

    Args:
        curve: which.
        number: ``int`` or ``gmpy2.mpz``.
    """

    def __init__(self, curve: Curve, number: Any = int) -> None:
        self.curve = curve
        self.p = number(curve.p)
        self.a = number(curve.a)
        self.q = curve.q
        self.base: Affine = (number(curve.x), number(curve.y))
        self._number = number
        self._minus3 = curve.a == curve.p - 3
        self._base_odd: list[Affine] | None = None
        self._base_comb: list[list[Affine]] | None = None
        self._keys: dict[tuple[int, int], _Key] = {}
        self._lock = threading.Lock()

    def _double(self, point: Jacobian) -> Jacobian:
        x, y, z = point
        p = self.p
        if not z or not y:
            return (x, y, 0 * z)
        yy = y * y % p
        s = 4 * x * yy % p
        if self._minus3:
            zz = z * z % p
            m = 3 * (x - zz) * (x + zz) % p
        else:
            m = (3 * x * x + self.a * pow(z, 4, p)) % p
        x3 = (m * m - 2 * s) % p
        return (x3, (m * (s - x3) - 8 * yy * yy) % p, 2 * y * z % p)

    def _add(self, point: Jacobian, other: Affine) -> Jacobian:
        x1, y1, z1 = point
        x2, y2 = other
        p = self.p
        if not z1:
            return (x2, y2, self._number(1))
        zz = z1 * z1 % p
        h = (x2 * zz - x1) % p
        r = (y2 * zz * z1 - y1) % p
        if not h:
            return self._double(point) if not r else (x1, y1, 0 * z1)
        hh = h * h % p
        hhh = h * hh % p
        v = x1 * hh % p
        x3 = (r * r - hhh - 2 * v) % p
        return (x3, (r * (v - x3) - y1 * hhh) % p, z1 * h % p)

    def _affine(self, points: list[Jacobian]) -> list[Affine]:
        """Bring points other than infinity to affine form with one inversion (Montgomery)."""
        p = self.p
        products, product = [], self._number(1)
        for _, _, z in points:
            products.append(product)
            product = product * z % p
        inverse = pow(product, -1, p)
        result: list[Affine] = []
        for (x, y, z), before in zip(reversed(points), reversed(products), strict=True):
            zi = inverse * before % p
            inverse = inverse * z % p
            zz = zi * zi % p
            result.append((x * zz % p, y * zz * zi % p))
        return result[::-1]

    def _odd_multiples(self, point: Affine, count: int) -> list[Affine]:
        one = self._number(1)
        twice = self._affine([self._double((*point, one))])[0]
        multiples = [(*point, one)]
        for _ in range(count - 1):
            multiples.append(self._add(multiples[-1], twice))
        return self._affine(multiples)

    def _comb(self, point: Affine, window: int) -> list[list[Affine]]:
        """Rows of 1..2^(window-1) times 2^(window * row) times ``point``."""
        one = self._number(1)
        count = 1 << (window - 1)
        heads = [(*point, one)]
        for _ in range(-(-(self.q.bit_length() + 1) // window)):
            head = heads[-1]
            for _ in range(window):
                head = self._double(head)
            heads.append(head)
        rows: list[Jacobian] = []
        bases = self._affine(heads)
        for base in bases:
            multiple: Jacobian = (*base, one)
            rows.append(multiple)
            for _ in range(count - 1):
                multiple = self._add(multiple, base)
                rows.append(multiple)
        flat = self._affine(rows)
        return [flat[i : i + count] for i in range(0, len(flat), count)]

    def _comb_sum(
        self, total: Jacobian, scalar: int, comb: list[list[Affine]], window: int
    ) -> Jacobian:
        full, half = 1 << window, 1 << (window - 1)
        for row in comb:
            digit = scalar & (full - 1)
            scalar >>= window
            if digit > half:
                digit -= full
                scalar += 1
            if digit > 0:
                total = self._add(total, row[digit - 1])
            elif digit:
                x, y = row[-digit - 1]
                total = self._add(total, (x, -y))
        return total

    def _zero(self) -> Jacobian:
        one = self._number(1)
        return (one, one, self._number(0))

    def times_base(self, scalar: int) -> Affine | None:
        """``scalar`` times the base point, the scalar split at random; ``None`` at infinity."""
        if self._base_comb is None:
            self._base_comb = self._comb(self.base, _G_COMB)
        share = secrets.randbelow(self.q)
        total = self._comb_sum(self._zero(), share, self._base_comb, _G_COMB)
        total = self._comb_sum(total, (scalar - share) % self.q, self._base_comb, _G_COMB)
        return self._affine([total])[0] if total[2] else None

    def times(self, scalar: int, point: Affine) -> Affine | None:
        """``scalar`` times ``point``, not reduced by the order; ``None`` at infinity."""
        total = self._zero()
        numbers = (self._number(point[0]), self._number(point[1]))
        for bit in f"{scalar:b}":
            total = self._double(total)
            if bit == "1":
                total = self._add(total, numbers)
        return self._affine([total])[0] if total[2] else None

    def _key(self, point: tuple[int, int]) -> _Key:
        with self._lock:
            key = self._keys.pop(point, None)
            if key is None:
                while len(self._keys) >= _KEYS_KEPT:
                    del self._keys[next(iter(self._keys))]
                numbers = (self._number(point[0]), self._number(point[1]))
                key = _Key(self._odd_multiples(numbers, 1 << (_Q_WINDOW - 2)))
            self._keys[point] = key  # the newest is last
            key.uses += 1
            if key.comb is None and key.uses > _COMB_AFTER:
                key.comb = self._comb(key.odd[0], _Q_COMB)
                if self._base_comb is None:
                    self._base_comb = self._comb(self.base, _G_COMB)
        return key

    def combine(self, u: int, v: int, point: tuple[int, int]) -> Jacobian:
        """``u`` times the base point plus ``v`` times ``point``, in Jacobian coordinates."""
        key = self._key(point)
        if key.comb is not None and self._base_comb is not None:
            total = self._comb_sum(self._zero(), u, self._base_comb, _G_COMB)
            return self._comb_sum(total, v, key.comb, _Q_COMB)
        if self._base_odd is None:
            self._base_odd = self._odd_multiples(self.base, 1 << (_G_WINDOW - 2))
        first, second = _wnaf(u, _G_WINDOW), _wnaf(v, _Q_WINDOW)
        length = max(len(first), len(second))
        first += [0] * (length - len(first))
        second += [0] * (length - len(second))
        total = self._zero()
        for a, b in zip(reversed(first), reversed(second), strict=True):
            total = self._double(total)
            for digit, odd in ((a, self._base_odd), (b, key.odd)):
                if digit > 0:
                    total = self._add(total, odd[digit >> 1])
                elif digit:
                    x, y = odd[-digit >> 1]
                    total = self._add(total, (x, -y))
        return total

    def x_is(self, point: Jacobian, r: int) -> bool:
        """Tell whether the x of ``point`` taken modulo q is ``r``, without an inversion."""
        x, _, z = point
        p = self.p
        if not z:
            return False
        zz = z * z % p
        candidate = r
        while candidate < self.curve.p:
            if candidate * zz % p == x % p:
                return True
            candidate += self.q
        return False


@cache
def arithmetic(curve: Curve) -> Arithmetic:
    """Return the shared arithmetic of ``curve``, with gmpy2 where it is installed."""
    return Arithmetic(curve, _number())
