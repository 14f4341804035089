"""Streebog in pure Python: works everywhere, about 1 MB/s.

The 512-bit state is one integer. Substitution, transposition and the linear map are joined into
64 tables, one per byte position, whose entries are already shifted to their place, so that one
round is 64 look-ups joined by exclusive or.
"""

from __future__ import annotations

from copy import copy
from functools import cache, reduce
from operator import getitem, xor

from medcab.signing.gost._tables import LINEAR, PI, ROUND_CONSTANTS

__all__ = ["VERSION", "State"]

VERSION = ""
_BLOCK = 64
_MODULUS = 1 << 512


@cache
def _tables() -> tuple[tuple[int, ...], ...]:
    rows = []
    for j in range(8):
        words = []
        for x in range(256):
            word = 0
            for bit in range(8):
                if PI[x] >> bit & 1:
                    word ^= LINEAR[63 - (8 * j + bit)]
            words.append(word)
        rows.append(words)
    # Byte i of word j moves (transposition) to column i; RFC 6986, 6.3 and 6.4.
    return tuple(tuple(w << (64 * i) for w in rows[j]) for j in range(8) for i in range(8))


def _compress(h: int, n: int, m: int) -> int:
    tables = _tables()
    key = reduce(xor, map(getitem, tables, (h ^ n).to_bytes(64, "little")))
    text = m
    for constant in ROUND_CONSTANTS:
        text = reduce(xor, map(getitem, tables, (text ^ key).to_bytes(64, "little")))
        key = reduce(xor, map(getitem, tables, (key ^ constant).to_bytes(64, "little")))
    return h ^ text ^ key ^ m


class State:
    """Incremental state.

    Args:
        bits: 256 or 512.
    """

    __slots__ = ("_buffer", "_h", "_n", "_sigma", "bits")

    def __init__(self, bits: int) -> None:
        self.bits = bits
        self._h = int.from_bytes(b"\x01" * 64, "little") if bits == 256 else 0
        self._n = self._sigma = 0
        self._buffer = b""

    def update(self, data: bytes | bytearray | memoryview) -> None:
        """Absorb ``data``."""
        view = memoryview(data).cast("B")
        at = 0
        if self._buffer:
            at = min(_BLOCK - len(self._buffer), len(view))
            self._buffer += bytes(view[:at])
            if len(self._buffer) < _BLOCK:
                return
            self._absorb(self._buffer)
        while len(view) - at >= _BLOCK:
            self._absorb(view[at : at + _BLOCK])
            at += _BLOCK
        self._buffer = bytes(view[at:])

    def _absorb(self, block: bytes | memoryview) -> None:
        m = int.from_bytes(block, "little")
        self._h = _compress(self._h, self._n, m)
        self._n = (self._n + 512) % _MODULUS
        self._sigma = (self._sigma + m) % _MODULUS

    def digest(self) -> bytes:
        """Return the digest of all that was absorbed; the state is unchanged."""
        m = int.from_bytes(self._buffer + b"\x01", "little")
        h = _compress(self._h, self._n, m)
        h = _compress(h, 0, (self._n + 8 * len(self._buffer)) % _MODULUS)
        h = _compress(h, 0, (self._sigma + m) % _MODULUS)
        return h.to_bytes(64, "little")[64 - self.bits // 8 :]

    def copy(self) -> State:
        """Return an independent copy."""
        return copy(self)
