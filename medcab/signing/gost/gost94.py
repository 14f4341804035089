"""GOST R 34.11-94 with the CryptoPro S-box (RFC 5831, RFC 4357): to read old material only."""

from __future__ import annotations

import hmac
from functools import cache
from typing import Any, Final

from medcab.errors import LimitError
from medcab.signing.gost.gost28147 import SBOX_GOST94, Gost28147
from medcab.text import N_

__all__ = ["MAX_ROUNDS", "Gost94", "is_native", "new", "pbkdf2"]

MAX_ROUNDS: Final = {True: 2_000_000, False: 3_000}
"""Most iterations of PBKDF2 that are carried out: with libgcrypt, and without."""

_C3: Final = 0xFF00FFFF000000FFFF0000FF00FFFF0000FF00FF00FF00FFFF00FF00FF00FF00
_M64: Final = (1 << 64) - 1
_MODULUS: Final = 1 << 256
_EMPTY: Final = "981e5f3ca30c841487830f84fb433e13ac1101569b9c13584ac483234cd656c0"
_ABC: Final = "b285056dbf18d7392d7677369524dd14747459ed8143997e163b2986f92fd42c"


def _a(y: int) -> int:
    return (y >> 64) | ((y ^ y >> 64) & _M64) << 192


def _p(y: int) -> bytes:
    data = y.to_bytes(32, "little")
    return bytes(data[8 * i + k] for k in range(8) for i in range(4))


def _psi(y: int, times: int) -> int:
    words = [y >> 16 * i & 0xFFFF for i in range(16)]
    for i in range(times):
        words.append(
            words[i] ^ words[i + 1] ^ words[i + 2] ^ words[i + 3] ^ words[i + 12] ^ words[i + 15]
        )
    return sum(word << 16 * i for i, word in enumerate(words[times:]))


def _step(h: int, m: int) -> int:
    u, v, s = h, m, 0
    for i in range(4):
        if i:
            u = _a(u) ^ (_C3 if i == 2 else 0)
            v = _a(_a(v))
        cipher = Gost28147(_p(u ^ v), SBOX_GOST94)
        s |= cipher.crypt_int(h >> 64 * i & _M64) << 64 * i
    return _psi(h ^ _psi(m ^ _psi(s, 12), 1), 61)


class _State:
    __slots__ = ("_buffer", "_h", "_length", "_sum")

    def __init__(self) -> None:
        self._h = self._sum = self._length = 0
        self._buffer = b""

    def update(self, data: Any) -> None:
        buffer = self._buffer + bytes(data)
        whole = len(buffer) - len(buffer) % 32
        for at in range(0, whole, 32):
            m = int.from_bytes(buffer[at : at + 32], "little")
            self._h = _step(self._h, m)
            self._sum = (self._sum + m) % _MODULUS
        self._length += 8 * whole
        self._buffer = buffer[whole:]

    def digest(self) -> bytes:
        h, total, length = self._h, self._sum, self._length
        if self._buffer:
            m = int.from_bytes(self._buffer, "little")
            h = _step(h, m)
            total = (total + m) % _MODULUS
            length += 8 * len(self._buffer)
        return _step(_step(h, length), total).to_bytes(32, "little")

    def copy(self) -> _State:
        twin = _State()
        twin._h, twin._sum, twin._length = self._h, self._sum, self._length
        twin._buffer = self._buffer
        return twin


def _works(factory: Any) -> bool:
    empty, abc = factory(), factory()
    abc.update(b"abc")
    return bool(empty.digest().hex() == _EMPTY and abc.digest().hex() == _ABC)


@cache
def _native() -> Any:
    from medcab.signing.gost import _gcrypt

    def make() -> Any:
        return _gcrypt.Hash("gost94")

    try:
        return make if _gcrypt.available() and _works(make) else None
    except OSError:
        return None


def is_native() -> bool:
    """Tell whether libgcrypt does the work."""
    return _native() is not None


class Gost94:
    """An incremental hash with the interface of :mod:`hashlib`. Make it with :func:`new`."""

    __slots__ = ("_state",)
    name: Final = "gost94"
    digest_size: Final = 32
    block_size: Final = 32

    def __init__(self, state: Any) -> None:
        self._state = state

    def update(self, data: Any, /) -> None:
        """Absorb a bytes-like object."""
        self._state.update(data)

    def digest(self) -> bytes:
        """Return the digest; more data may follow."""
        digest: bytes = self._state.digest()
        return digest

    def hexdigest(self) -> str:
        """Return the digest in hexadecimal."""
        return self.digest().hex()

    def copy(self) -> Gost94:
        """Return an independent copy."""
        return Gost94(self._state.copy())


def new(data: Any = b"", *, native: bool = True) -> Gost94:
    """Start a hash; with libgcrypt where there is one, unless ``native`` is false."""
    make = _native() if native else None
    state = (make or _State)()
    if len(data):
        state.update(data)
    return Gost94(state)


def pbkdf2(password: bytes, salt: bytes, rounds: int, size: int) -> bytes:
    """PBKDF2 with HMAC on this hash (RFC 4357, section 3: blocks of 32 bytes).

    Raises:
        LimitError: more iterations than :data:`MAX_ROUNDS` allows.
        ValueError: ``rounds`` or ``size`` out of range.
    """
    if rounds < 1 or not 1 <= size <= 1024:
        raise ValueError("rounds or size out of range")
    limit = MAX_ROUNDS[is_native()]
    if rounds > limit:
        raise LimitError(
            N_("The key derivation asks for {rounds} iterations; at most {limit} are done here."),
            hint=N_("Export the key anew with GOST R 34.11-2012 or AES and 2000 iterations."),
            rounds=rounds,
            limit=limit,
        )
    if is_native():
        from medcab.signing.gost import _gcrypt

        derived = _gcrypt.pbkdf2("gost94", password, salt, rounds, size)
        if derived is not None:
            return derived
    keyed = hmac.new(password, digestmod=new)
    out = b""
    number = 0
    while len(out) < size:
        number += 1
        u = _prf(keyed, salt + number.to_bytes(4, "big"))
        total = int.from_bytes(u, "big")
        for _ in range(rounds - 1):
            u = _prf(keyed, u)
            total ^= int.from_bytes(u, "big")
        out += total.to_bytes(32, "big")
    return out[:size]


def _prf(keyed: Any, data: bytes) -> bytes:
    mac = keyed.copy()
    mac.update(data)
    digest: bytes = mac.digest()
    return digest
