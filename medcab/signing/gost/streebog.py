"""GOST R 34.11-2012 «Streebog» (RFC 6986): one interface over several backends.

The fastest backend that passes its self-test is used: our own C extension, libgcrypt, pure
Python. A backend that gives one wrong digest is refused, whatever its speed: a published wheel is
wrong on every length that is a multiple of 64.

The objects have the interface of :mod:`hashlib`::

    >>> streebog.new(256, b"abc").hexdigest()[:16]
    '4e2919cf137ed41e'
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, partial
from typing import Any, Final, Protocol

from medcab.errors import LimitError, SigningError
from medcab.text import N_

__all__ = [
    "MAX_ROUNDS",
    "Backend",
    "Streebog",
    "active",
    "backends",
    "hmac",
    "is_slow_for",
    "new",
    "pbkdf2",
]

MAX_ROUNDS: Final = {True: 2_000_000, False: 20_000}
"""Most iterations of PBKDF2 that are carried out: with a native backend, and without."""

_SLOW_FROM: Final = 16 << 20

# Digests of the bytes 0, 1, .., n - 1 around the block border, made with OpenSSL's GOST engine.
_PATTERN: Final = bytes(i % 251 for i in range(1024))
_KNOWN: Final = {
    (256, 0): "3f539a213e97c802cc229d474c6aa32a825a360b2a933a949fd925208d9ce1bb",
    (256, 64): "1bce2366e4aecd63c75f972bfc6a514e03e2125920bea5b59cbd8ce0be56b8f3",
    (256, 65): "3ce0351669ec6743d326120c67e27043eb7742a874c61a933c4d8970364cb97c",
    (256, 128): "927285165104e5587233772ce496d96bf108c942f4399986a6bc8e908e9622a4",
    (512, 0): (
        "8e945da209aa869f0455928529bcae4679e9873ab707b55315f56ceb98bef0a7"
        "362f715528356ee83cda5f2aac4c6ad2ba3a715c1bcd81cb8e9f90bf4c1c1a8a"
    ),
    (512, 64): (
        "2ae581f18ae85e3596c936acbef910f2ed70dcf91ed5d24b39a5af657bf8232a"
        "303d686056c8c00bf30d42e16ce255426fa8a155dcb3eb822d925808f7c7e345"
    ),
    (512, 65): (
        "9ceec527f07f832abe16e8274c67dbf2236fd05790426237dc9abfb5eed6daf2"
        "0847df0c94c754b4e88f09b836890e68303ef8f589dd6e51489cfa9d3bbfdadd"
    ),
    (512, 128): (
        "a8d65e689c89d8cd4616215d14ebfc02993bde3f5c7d7219904d87848ce9249e"
        "7ce3525ae605d85a3596457c880f938eead974b91f61203d31665ca6f3a1decc"
    ),
}


class _State(Protocol):
    def update(self, data: Any, /) -> None: ...

    def digest(self) -> bytes: ...

    def copy(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class Backend:
    """A way to compute Streebog.

    Attributes:
        name: ``c``, ``libgcrypt`` or ``python``.
        version: of the library behind it, where it has one.
        native: compiled code.
        usable: it was found and passed the self-test.
        reason: why not, in English; empty when usable.
    """

    name: str
    version: str
    native: bool
    usable: bool
    reason: str = ""


def _factory(name: str) -> Any:
    """Return ``bits -> state`` of backend ``name``; ImportError or OSError when it is absent."""
    if name == "c":
        try:
            from medcab.signing.gost import _streebog
        except ImportError as error:
            raise ImportError("this installation has no compiled part") from error
        return _streebog.Streebog
    if name == "libgcrypt":
        from medcab.signing.gost import _gcrypt

        if not _gcrypt.available():
            raise ImportError("libgcrypt 1.7 or later was not found")
        return lambda bits: _gcrypt.Hash(f"streebog{bits}")
    from medcab.signing.gost import _streebog_py

    return _streebog_py.State


def self_test(factory: Any) -> str:
    """Run ``factory`` (``bits -> state``) over known answers; return what is wrong, or ``""``."""
    for (bits, length), expected in _KNOWN.items():
        data = _PATTERN[:length]
        whole = factory(bits)
        whole.update(data)
        if whole.digest().hex() != expected:
            return f"wrong {bits}-bit digest of {length} bytes"
        split = factory(bits)
        split.update(data[: length // 3])
        twin = split.copy()
        split.update(data[length // 3 :])
        twin.update(memoryview(data)[length // 3 :])
        if split.digest().hex() != expected or twin.digest().hex() != expected:
            return f"wrong {bits}-bit digest of {length} bytes given in parts"
    return ""


@cache
def _load(name: str) -> tuple[Any, Backend]:
    native = name != "python"
    try:
        factory = _factory(name)
        wrong = self_test(factory)
    except (ImportError, OSError, AttributeError) as error:
        return None, Backend(name, "", native, False, str(error))
    version = ""
    if name == "libgcrypt":
        from medcab.signing.gost import _gcrypt

        version = _gcrypt.VERSION
    return (None if wrong else factory), Backend(name, version, native, not wrong, wrong)


_ORDER: Final = ("c", "libgcrypt", "python")


@cache
def _chosen() -> tuple[Any, Backend]:
    for name in _ORDER:
        factory, backend = _load(name)
        if factory is not None:
            return factory, backend
    raise SigningError(
        N_("No implementation of Streebog passes its self-test on this computer."),
        hint=N_("Reinstall medcab; if that does not help, report the output of «medcab doctor»."),
    )


def backends() -> tuple[Backend, ...]:
    """Return all backends, in the order of preference, with why those unusable are so."""
    return tuple(_load(name)[1] for name in _ORDER)


def active() -> Backend:
    """Return the backend in use."""
    return _chosen()[1]


def is_slow_for(size: int) -> bool:
    """Tell whether hashing ``size`` bytes takes so long here that the user should be told."""
    return size > _SLOW_FROM and not active().native


def _resolve(backend: str | None) -> tuple[Any, Backend]:
    if backend is None:
        return _chosen()
    factory, found = _load(backend)
    if factory is None:
        raise SigningError(
            N_("The Streebog backend {name} cannot be used: {reason}."),
            name=backend,
            reason=found.reason,
        )
    return factory, found


class Streebog:
    """An incremental hash with the interface of :mod:`hashlib`. Make it with :func:`new`."""

    __slots__ = ("_state", "digest_size")
    block_size: Final = 64

    def __init__(self, state: _State, digest_size: int) -> None:
        self._state = state
        self.digest_size = digest_size

    @property
    def name(self) -> str:
        """``streebog256`` or ``streebog512``."""
        return f"streebog{self.digest_size * 8}"

    def update(self, data: Any, /) -> None:
        """Absorb a bytes-like object."""
        self._state.update(data)

    def digest(self) -> bytes:
        """Return the digest; more data may follow."""
        return self._state.digest()

    def hexdigest(self) -> str:
        """Return the digest in hexadecimal."""
        return self._state.digest().hex()

    def copy(self) -> Streebog:
        """Return an independent copy."""
        return Streebog(self._state.copy(), self.digest_size)


def new(bits: int, data: Any = b"", *, backend: str | None = None) -> Streebog:
    """Start a hash.

    Args:
        bits: 256 or 512.
        data: absorbed at once.
        backend: force one by name; the best one otherwise.

    Raises:
        SigningError: the backend asked for cannot be used.
        ValueError: other ``bits``.
    """
    if bits not in (256, 512):
        raise ValueError("bits must be 256 or 512")
    factory, _ = _resolve(backend)
    state = factory(bits)
    if len(data):
        state.update(data)
    return Streebog(state, bits // 8)


def hmac(bits: int, key: bytes, message: bytes, *, backend: str | None = None) -> bytes:
    """HMAC on Streebog (RFC 7836, section 4.1; the block is 64 bytes)."""
    factory, found = _resolve(backend)
    if found.name == "c":
        from medcab.signing.gost import _streebog

        return bytes(_streebog.hmac(bits, key, message))
    inner, outer = _pads(partial(factory, bits), key)
    inner.update(message)
    outer.update(inner.digest())
    return outer.digest()


def _pads(make: Any, key: bytes) -> tuple[_State, _State]:
    if len(key) > 64:
        state = make()
        state.update(key)
        key = state.digest()
    key = key.ljust(64, b"\0")
    inner, outer = make(), make()
    inner.update(bytes(b ^ 0x36 for b in key))
    outer.update(bytes(b ^ 0x5C for b in key))
    return inner, outer


def pbkdf2(
    bits: int, password: bytes, salt: bytes, rounds: int, size: int, *, backend: str | None = None
) -> bytes:
    """PBKDF2 with HMAC-Streebog (RFC 7836, section 4.3; RFC 8018, section 5.2).

    Raises:
        LimitError: more iterations than :data:`MAX_ROUNDS` allows; the file would take minutes.
        ValueError: ``rounds`` or ``size`` is not positive.
    """
    factory, found = _resolve(backend)
    if rounds < 1 or not 1 <= size <= 1 << 16:
        raise ValueError("rounds or size out of range")
    cap = MAX_ROUNDS[found.native]
    if rounds > cap:
        raise LimitError(
            N_("The key derivation asks for {rounds} iterations; at most {limit} are done here."),
            hint=N_(
                "Export the key anew with 2000 iterations, or install a medcab wheel with the "
                "compiled part («medcab doctor» shows which is in use)."
            ),
            rounds=rounds,
            limit=cap,
        )
    if found.name == "c":
        from medcab.signing.gost import _streebog

        return bytes(_streebog.pbkdf2(bits, password, salt, rounds, size))
    if found.name == "libgcrypt":
        from medcab.signing.gost import _gcrypt

        derived = _gcrypt.pbkdf2(f"streebog{bits}", password, salt, rounds, size)
        if derived is not None:
            return derived
    return _pbkdf2(partial(factory, bits), password, salt, rounds, size)


def _pbkdf2(make: Any, password: bytes, salt: bytes, rounds: int, size: int) -> bytes:
    first, last = _pads(make, password)

    def prf(data: bytes) -> bytes:
        inner, outer = first.copy(), last.copy()
        inner.update(data)
        outer.update(inner.digest())
        digest: bytes = outer.digest()
        return digest

    out = b""
    number = 0
    while len(out) < size:
        number += 1
        u = prf(salt + number.to_bytes(4, "big"))
        total = int.from_bytes(u, "big")
        for _ in range(rounds - 1):
            u = prf(u)
            total ^= int.from_bytes(u, "big")
        out += total.to_bytes(len(u), "big")
    return out[:size]
