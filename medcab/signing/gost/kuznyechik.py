"""Kuznyechik (RFC 7801): the 128-bit block cipher of GOST R 34.12-2015, table-driven."""

from __future__ import annotations

from functools import cache, reduce
from operator import getitem, xor
from typing import Final

from medcab.signing.gost._tables import PI

__all__ = ["Kuznyechik"]

# RFC 7801, section 4.2: coefficients of l for a15..a0, over x^8 + x^7 + x^6 + x + 1.
_COEFFICIENTS: Final = (148, 32, 133, 16, 194, 192, 1, 251, 1, 192, 194, 16, 133, 32, 148, 1)
_POLYNOMIAL: Final = 0x1C3


def _multiply(a: int, b: int) -> int:
    product = 0
    while b:
        if b & 1:
            product ^= a
        a <<= 1
        if a & 0x100:
            a ^= _POLYNOMIAL
        b >>= 1
    return product


def _linear(block: bytes) -> bytes:
    state = list(block)
    for _ in range(16):
        state.insert(0, reduce(xor, map(_multiply, _COEFFICIENTS, state)))
        state.pop()
    return bytes(state)


def _linear_inverse(block: bytes) -> bytes:
    state = list(block)
    for _ in range(16):
        state.append(state.pop(0))
        state[15] = reduce(xor, map(_multiply, _COEFFICIENTS, state))
    return bytes(state)


def _spread(transform: bytes, inverse: bool) -> tuple[tuple[int, ...], ...]:
    """Tables of a substitution followed by the linear map (or its inverse), byte by byte."""
    linear = _linear_inverse if inverse else _linear
    tables = []
    for i in range(16):
        # The map is linear: eight basis values are enough.
        basis = [
            int.from_bytes(linear(bytes(i) + bytes([1 << bit]) + bytes(15 - i)), "big")
            for bit in range(8)
        ]
        tables.append(
            tuple(
                reduce(xor, (basis[bit] for bit in range(8) if transform[x] >> bit & 1), 0)
                for x in range(256)
            )
        )
    return tuple(tables)


@cache
def _encryption() -> tuple[tuple[int, ...], ...]:
    return _spread(PI, False)


@cache
def _decryption() -> tuple[tuple[tuple[int, ...], ...], bytes]:
    inverse = bytes(PI.index(x) for x in range(256))
    return _spread(bytes(range(256)), True), inverse


@cache
def _constants() -> tuple[int, ...]:
    return tuple(int.from_bytes(_linear(i.to_bytes(16, "big")), "big") for i in range(1, 33))


class Kuznyechik:
    """The block cipher.

    Args:
        key: 32 bytes.
    """

    __slots__ = ("_keys",)
    block_size: Final = 16

    def __init__(self, key: bytes) -> None:
        if len(key) != 32:
            raise ValueError("the key must be 32 bytes")
        tables = _encryption()
        a, b = int.from_bytes(key[:16], "big"), int.from_bytes(key[16:], "big")
        keys = [a, b]
        for number, constant in enumerate(_constants(), 1):
            a, b = reduce(xor, map(getitem, tables, (a ^ constant).to_bytes(16, "big")), b), a
            if number % 8 == 0:
                keys += [a, b]
        self._keys = tuple(keys)

    def encrypt(self, block: bytes) -> bytes:
        """Encrypt one block of sixteen bytes."""
        tables = _encryption()
        state = int.from_bytes(block, "big")
        for key in self._keys[:9]:
            state = reduce(xor, map(getitem, tables, (state ^ key).to_bytes(16, "big")))
        return (state ^ self._keys[9]).to_bytes(16, "big")

    def decrypt(self, block: bytes) -> bytes:
        """Decrypt one block of sixteen bytes."""
        tables, inverse = _decryption()
        state = int.from_bytes(block, "big") ^ self._keys[9]
        for key in self._keys[8::-1]:
            state = reduce(xor, map(getitem, tables, state.to_bytes(16, "big")))
            state = int.from_bytes(state.to_bytes(16, "big").translate(inverse), "big") ^ key
        return state.to_bytes(16, "big")
