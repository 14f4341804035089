"""Writing files whole or not at all, and saying that one cannot be read."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from medcab.errors import InputError
from medcab.text import N_

__all__ = ["replacing", "unreadable", "write_whole"]


def unreadable(path: str, error: OSError) -> InputError:
    """Return the error that says why the file ``path`` cannot be read; the caller raises it."""
    reason = error.strerror or str(error)
    return InputError(N_("{path} cannot be read: {reason}."), path=path, reason=reason)


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
