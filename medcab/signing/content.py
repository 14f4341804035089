"""The signed content: hashed as a stream, in one pass for all digests that are asked for."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO, Final, Protocol

from medcab.errors import InputError
from medcab.signing.algorithms import Hasher, UnsupportedAlgorithmError, digest_algorithm
from medcab.sources import FileSource, Source
from medcab.text import N_

__all__ = ["Content", "ContentChangedError", "MemoryContent", "StreamContent"]

_CHUNK: Final = 1 << 20
_SMALL: Final = 1 << 18
_HEAD: Final = 1 << 16
_WHOLE: Final = 64 << 20


class ContentChangedError(InputError):
    """The file changed while it was read: no statement about it would be true."""


@dataclass(frozen=True, slots=True)
class Digests:
    """Result of one pass over the content.

    Attributes:
        values: digest OID -> digest.
        head: the first bytes, to tell content that looks like signed attributes.
        size: bytes in all.
    """

    values: dict[str, bytes]
    head: bytes
    size: int


class Content(Protocol):
    """What was signed."""

    def digests(self, oids: Iterable[str]) -> Digests:
        """Hash the content. Unknown digests are left out. Raises InputError, OSError."""
        ...

    def whole(self) -> bytes:
        """All bytes, for schemes that sign messages and not digests. Raises InputError."""
        ...


@dataclass(frozen=True, slots=True)
class MemoryContent:
    """Content that is already in memory (encapsulated in the signature)."""

    view: memoryview | bytes

    def digests(self, oids: Iterable[str]) -> Digests:
        values = {}
        for name, hasher in _hashers(oids).items():
            hasher.update(self.view)
            values[name] = hasher.digest()
        return Digests(values, bytes(self.view[:_HEAD]), len(self.view))

    def whole(self) -> bytes:
        return bytes(self.view)


@dataclass(frozen=True, slots=True)
class StreamContent:
    """Content in a file; read in constant memory, refused when it changes under our hands."""

    source: Source
    name: str = ""

    def digests(self, oids: Iterable[str]) -> Digests:
        hashers = _hashers(oids)
        with self._open() as stream:
            before = _stamp(stream)
            # No more room than the file needs: large buffers cost more than the reading.
            head = stream.read(_SMALL if before is None else min(_SMALL, before[0] + 1))
            for hasher in hashers.values():
                hasher.update(head)
            size = len(head)
            # An unbuffered read may bring less than is there: only an empty one is the end.
            if before is None or size != before[0]:
                buffer = bytearray(_CHUNK)
                view = memoryview(buffer)
                readinto = getattr(stream, "readinto", None)
                while True:
                    if readinto is not None:
                        count = readinto(buffer)
                        piece: memoryview | bytes = view[:count]
                    else:
                        piece = stream.read(_CHUNK)
                        count = len(piece)
                    if not count:
                        break
                    for hasher in hashers.values():
                        hasher.update(piece)
                    size += count
                    if before is not None and size > before[0]:
                        break  # it grows faster than it is read; this would never end
            after = _stamp(stream)
        if before != after or (before is not None and before[0] != size):
            raise ContentChangedError(
                N_("The file {path} changed while it was read."),
                hint=N_("Wait until it is written to its end and check it again."),
                path=self.name,
            )
        values = {name: hasher.digest() for name, hasher in hashers.items()}
        return Digests(values, head[:_HEAD], size)

    def _open(self) -> BinaryIO:
        if type(self.source) is FileSource:
            return open(self.source.path, "rb", buffering=0)  # we read in large pieces
        return self.source.open()

    def whole(self) -> bytes:
        data = self.source.read(_WHOLE + 1)
        if len(data) > _WHOLE:
            raise InputError(
                N_("The file {path} is too large for this kind of signature ({limit} MB)."),
                path=self.name,
                limit=_WHOLE >> 20,
            )
        return data


def _hashers(oids: Iterable[str]) -> dict[str, Hasher]:
    made = {}
    for name in oids:
        try:
            made[name] = digest_algorithm(name).new()
        except UnsupportedAlgorithmError:
            continue
    return made


def _stamp(stream: BinaryIO) -> tuple[int, int] | None:
    try:
        facts = os.fstat(stream.fileno())
    except (OSError, AttributeError):
        return None
    return facts.st_size, facts.st_mtime_ns
