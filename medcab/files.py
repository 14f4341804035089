"""Writing files whole or not at all, and saying that one cannot be read."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from medcab.errors import InputError
from medcab.text import N_

__all__ = ["help_for", "reason_of", "replacing", "unreadable", "write_whole"]

# The words of POSIX, for which the catalogue has its own; systems say it in many others.
_REASONS: Final = {
    errno.ENOSPC: N_("No space left on device"),
    errno.EFBIG: N_("File too large"),
    errno.EACCES: N_("Permission denied"),
    errno.EPERM: N_("Permission denied"),
    errno.EROFS: N_("Read-only file system"),
    errno.ENAMETOOLONG: N_("File name too long"),
    errno.ENOENT: N_("No such file or directory"),
    errno.ENOTDIR: N_("Not a directory"),
}
_ROOM: Final = N_("Free some room on the disk, or choose a folder on another one.")
_HELP: Final = {
    errno.ENOSPC: _ROOM,
    errno.EFBIG: N_("This disk takes no file of that size: choose a folder on another one."),
    errno.EROFS: N_("Choose a folder that may be written to."),
    errno.ENAMETOOLONG: N_("Choose a shorter name."),
    errno.ENOENT: N_("Make the folder first, or correct the path."),
    errno.ENOTDIR: N_("Make the folder first, or correct the path."),
} | ({errno.EDQUOT: _ROOM} if hasattr(errno, "EDQUOT") else {})


def reason_of(error: OSError) -> str:
    """Why the system refused: in words that can be translated where the error is a known one."""
    return _REASONS.get(error.errno or 0) or error.strerror or str(error)


def help_for(error: OSError) -> str:
    """What to do when a file cannot be written (a msgid); it fits the error."""
    other = N_("Close the file in other programs, or choose another name or folder.")
    return _HELP.get(error.errno or 0, other)


def unreadable(path: str, error: OSError) -> InputError:
    """Return the error that says why the file ``path`` cannot be read; the caller raises it."""
    return InputError(N_("{path} cannot be read: {reason}."), path=path, reason=reason_of(error))


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a temporary file beside ``path`` that takes its place when the block ends well.

    The data is on disk (fsync) before the name changes. When the block raises, nothing is left
    behind and an earlier ``path`` stays as it was.

    Raises:
        OSError: the folder cannot be written, or ``path`` is open elsewhere (Windows).
    """
    descriptor, name = tempfile.mkstemp(
        prefix=f".{path.name[:40]}.", suffix=".part", dir=path.parent
    )
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        with contextlib.suppress(OSError):
            # mkstemp makes 0600; a report should be as readable as any new file, an existing
            # file keeps its own mode.
            temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask())
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def write_whole(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path`` whole or not at all (see :func:`replacing`)."""
    with replacing(path) as stream:
        stream.write(data)
