"""Where the bytes of a document come from. Sources are small, picklable and open anew each time."""

from __future__ import annotations

import io
import lzma
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

__all__ = ["BytesSource", "FileSource", "Source", "ZipSource"]

# What a damaged archive, or one that was exchanged meanwhile, makes zipfile raise.
_DAMAGE = (
    zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, KeyError, ValueError,
    zlib.error, lzma.LZMAError,
)  # fmt: skip


class Source(Protocol):
    """How to read one document."""

    def open(self) -> BinaryIO:
        """Open the bytes from the start. Raises OSError when they cannot be had."""
        ...

    def read(self, limit: int | None = None) -> bytes:
        """Return all bytes, or at most ``limit`` of them."""
        ...

    @property
    def local_path(self) -> Path | None:
        """The file on disk, where there is one (libraries can map it)."""
        ...


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file on disk."""

    path: str

    def open(self) -> BinaryIO:
        return open(self.path, "rb")

    def read(self, limit: int | None = None) -> bytes:
        with self.open() as stream:
            return stream.read() if limit is None else stream.read(limit)

    @property
    def local_path(self) -> Path | None:
        return Path(self.path)


@dataclass(frozen=True, slots=True)
class BytesSource:
    """Bytes already in memory (standard input)."""

    data: bytes

    def open(self) -> BinaryIO:
        return io.BytesIO(self.data)

    def read(self, limit: int | None = None) -> bytes:
        return self.data if limit is None else self.data[:limit]

    @property
    def local_path(self) -> Path | None:
        return None


@dataclass(frozen=True, slots=True)
class ZipSource:
    """A member of a zip archive, read without unpacking to disk.

    ``size`` is what the directory of the archive promises: no more is ever read.
    """

    archive: str
    member: str
    size: int

    def open(self) -> BinaryIO:
        return io.BytesIO(self.read())

    def read(self, limit: int | None = None) -> bytes:
        wanted = self.size if limit is None else min(limit, self.size)
        try:
            with zipfile.ZipFile(self.archive) as archive:
                member = archive.getinfo(self.member)
                if member.file_size != self.size:
                    raise OSError(f"{self.archive}!{self.member}: changed since it was listed")
                with archive.open(member) as stream:
                    return stream.read(wanted)
        except _DAMAGE as error:
            raise OSError(f"{self.archive}!{self.member}: {error}") from error

    @property
    def local_path(self) -> Path | None:
        return None
