"""Where the bytes of a document come from. Sources are small, picklable and open anew each time."""

from __future__ import annotations

import io
import lzma
import os
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

__all__ = ["BytesSource", "FileSource", "Source", "ZipSource", "place_stamp", "stamp_of"]

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

    Attributes:
        archive: path.
        member: name within it.
        size: that the directory of the archive promises: no more is ever read.
        crc: that the directory promised when it was listed; None to take any.
        stamp: of the archive when it was listed (:func:`stamp_of`); None to take any.
    """

    archive: str
    member: str
    size: int
    crc: int | None = None
    stamp: tuple[int, ...] | None = None

    def open(self) -> BinaryIO:
        return io.BytesIO(self.read())

    def read(self, limit: int | None = None) -> bytes:
        wanted = self.size if limit is None else min(limit, self.size)
        try:
            with open(self.archive, "rb") as file, zipfile.ZipFile(file) as archive:
                member = archive.getinfo(self.member)
                same = member.file_size == self.size and self.crc in (None, member.CRC)
                # Of the open file, not of the path: that may name another one by now.
                if not same or self.stamp not in (None, stamp_of(file.fileno())):
                    raise OSError(f"{self.archive}!{self.member}: changed since it was listed")
                with archive.open(member) as stream:
                    return stream.read(wanted)
        except _DAMAGE as error:
            raise OSError(f"{self.archive}!{self.member}: {error}") from error

    @property
    def local_path(self) -> Path | None:
        return None


def stamp_of(place: str | Path | int) -> tuple[int, ...] | None:
    """By which a change of a file (path, or number of an open one) is seen; None without a file.

    Size, moment of the last change and number of the file; where it is kept, also the moment at
    which anything about the file changed, which no program can set back.
    """
    try:
        found = os.stat(place)  # noqa: PTH116 - takes open files too
    except (OSError, ValueError):
        return None
    stamp = (found.st_size, found.st_mtime_ns, found.st_ino)
    # Windows keeps the moment at which the file was made there.
    return stamp if os.name == "nt" else (*stamp, found.st_ctime_ns)


def place_stamp(source: Source) -> tuple[int, ...] | None:
    """The stamp of the file, or of the archive, that the bytes come from; None without one."""
    path = source.archive if isinstance(source, ZipSource) else source.local_path
    return None if path is None else stamp_of(path)
