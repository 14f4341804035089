"""libgcrypt through ctypes: Streebog and GOST R 34.11-94 where the system has the library.

Not looked for on Windows: a DLL found by name alone could be anybody's.
"""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any

__all__ = ["VERSION", "Hash", "available", "pbkdf2"]

_NAMES = {
    "linux": ("libgcrypt.so.20",),
    "darwin": ("/opt/homebrew/lib/libgcrypt.20.dylib", "/usr/local/lib/libgcrypt.20.dylib"),
}
_MINIMUM = b"1.7.0"
_ALGORITHMS = {"streebog256": (309, 32), "streebog512": (310, 64), "gost94": (311, 32)}
_PBKDF2 = 34
VERSION = ""


@cache
def _library() -> Any:
    global VERSION  # noqa: PLW0603 - shown by doctor, set once
    for name in _NAMES.get(sys.platform, ()):
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        library.gcry_check_version.restype = ctypes.c_char_p
        library.gcry_check_version.argtypes = [ctypes.c_char_p]
        version = library.gcry_check_version(_MINIMUM)
        if not version:
            continue
        VERSION = version.decode("ascii")
        handle, size = ctypes.c_void_p, ctypes.c_size_t
        library.gcry_md_open.argtypes = [ctypes.POINTER(handle), ctypes.c_int, ctypes.c_uint]
        library.gcry_md_copy.argtypes = [ctypes.POINTER(handle), handle]
        library.gcry_md_write.argtypes = [handle, ctypes.c_void_p, size]
        library.gcry_md_write.restype = None
        library.gcry_md_read.argtypes = [handle, ctypes.c_int]
        library.gcry_md_read.restype = ctypes.c_void_p
        library.gcry_md_close.argtypes = [handle]
        library.gcry_md_close.restype = None
        library.gcry_kdf_derive.argtypes = [
            ctypes.c_char_p, size, ctypes.c_int, ctypes.c_int,
            ctypes.c_char_p, size, ctypes.c_ulong, size, ctypes.c_void_p,
        ]  # fmt: skip
        return library
    return None


def available() -> bool:
    """Tell whether a usable libgcrypt was found."""
    return _library() is not None


def _close(handle: ctypes.c_void_p) -> None:
    if handle.value:
        _library().gcry_md_close(handle)
        handle.value = None


class Hash:
    """Incremental hash.

    Args:
        algorithm: ``streebog256``, ``streebog512`` or ``gost94`` (CryptoPro S-box).
        handle: of the library, taken over; a new one otherwise.

    Raises:
        OSError: the library refuses the algorithm (FIPS mode, a cut-down build).
    """

    __slots__ = ("_code", "_handle", "_name", "_size")

    def __init__(self, algorithm: str, handle: ctypes.c_void_p | None = None) -> None:
        self._handle = handle or ctypes.c_void_p()
        self._name = algorithm
        self._code, self._size = _ALGORITHMS[algorithm]
        if handle is None and _library().gcry_md_open(ctypes.byref(self._handle), self._code, 0):
            raise OSError(f"libgcrypt has no {algorithm}")

    def __del__(self) -> None:
        _close(self._handle)

    def update(self, data: bytes | bytearray | memoryview) -> None:
        """Absorb ``data``; the GIL is free meanwhile."""
        view = memoryview(data).cast("B")
        if not len(view):
            return
        if isinstance(data, bytes):
            _library().gcry_md_write(self._handle, ctypes.c_char_p(data), len(view))
            return
        try:
            buffer: Any = (ctypes.c_char * len(view)).from_buffer(view)
        except TypeError:  # read-only memory that is not bytes
            buffer = ctypes.c_char_p(bytes(view))
        _library().gcry_md_write(self._handle, buffer, len(view))

    def digest(self) -> bytes:
        """Return the digest; the state is unchanged."""
        # Reading ends a libgcrypt handle, so a copy is read.
        handle = ctypes.c_void_p()
        if _library().gcry_md_copy(ctypes.byref(handle), self._handle):
            raise MemoryError
        try:
            return ctypes.string_at(_library().gcry_md_read(handle, self._code), self._size)
        finally:
            _close(handle)

    def copy(self) -> Hash:
        """Return an independent copy."""
        handle = ctypes.c_void_p()
        if _library().gcry_md_copy(ctypes.byref(handle), self._handle):
            raise MemoryError
        return Hash(self._name, handle)


def pbkdf2(algorithm: str, password: bytes, salt: bytes, rounds: int, size: int) -> bytes | None:
    """Derive ``size`` bytes with HMAC; ``None`` if the library refuses (empty input)."""
    out = ctypes.create_string_buffer(size)
    code = _ALGORITHMS[algorithm][0]
    failed = _library().gcry_kdf_derive(
        password, len(password), _PBKDF2, code, salt, len(salt), rounds, size, out
    )
    return None if failed else out.raw
