"""The output folder: apart from the input, empty unless told otherwise, written by moving."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from medcab.errors import OutputError, UsageError
from medcab.files import help_for, reason_of
from medcab.model import Package
from medcab.text import N_

__all__ = ["claimed", "demand_apart", "move", "writing"]

_STAGE: Final = ".medcab-fix"
_ATTEMPTS: Final = 5
_HELD: Final = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK})


def demand_apart(package: Package, out: Path) -> None:
    """Raise UsageError when ``out`` is the input or lies within it."""
    place = out.resolve()
    root = Path(package.root).resolve()
    inside = root.is_dir() and root in place.parents
    local = [d.source.local_path for d in package.documents]
    folders = {p.resolve().parent for p in local if p is not None}
    if place == root or place in folders or (inside and _walked(package)):
        raise UsageError(
            N_("{path} lies in the folder that is to be repaired; originals stay untouched."),
            hint=N_("Name another folder: --out FOLDER"),
            path=str(out),
        )


def _walked(package: Package) -> bool:
    """Whether the package is a folder as a whole, and not files that were named one by one.

    Files keep the path by which they were named; those of a folder are shown relative to it.
    """
    return any(
        (local := d.source.local_path) is not None and local != Path(d.path)
        for d in package.documents
    )


@contextlib.contextmanager
def claimed(out: Path, *, force: bool) -> Iterator[Path]:
    """Have the folder ``out`` alone; yield a folder hidden in it, which is gone afterwards.

    The hidden folder is beside what will be written, not in /tmp: moving within a disk cannot leave
    half a file. Whoever holds the lock in it is at work; when nobody does, it is what a run left
    that was killed, and it is emptied. ``out`` goes too when it was made here and stays empty.

    Raises:
        OutputError: ``out`` is no folder, is not empty (without ``force``), cannot be written, or
            another run is writing to it.
    """
    made_here = not out.exists()
    if not made_here and not out.is_dir():
        raise OutputError(N_("{path} is not a folder."), path=str(out))
    hidden = out / _STAGE
    try:
        with writing(out):
            lock = _lock(hidden, out)
            stage = hidden / "copies"
            shutil.rmtree(stage, ignore_errors=True)
        try:
            if not force:
                _demand_empty(out)
            with writing(out):
                stage.mkdir()
            yield stage
        finally:
            shutil.rmtree(stage, ignore_errors=True)
            _unlock(lock, hidden)
    finally:
        if made_here:
            with contextlib.suppress(OSError):
                out.rmdir()  # only where nothing was written


def _demand_empty(out: Path) -> None:
    found = sorted(p.name for p in out.iterdir() if p.name != _STAGE)
    if found:
        raise OutputError(
            N_("The folder {path} is not empty: {found}."),
            hint=N_("Name another folder, or allow files of the same name to be replaced: --force"),
            path=str(out),
            found=", ".join(found[:3]) + (" …" if len(found) > 3 else ""),
        )


def _lock(hidden: Path, out: Path) -> BinaryIO:
    """Make ``hidden`` and hold the lock in it; the system lets go of it however this run ends."""
    place = hidden / "lock"
    for _ in range(_ATTEMPTS):
        hidden.mkdir(parents=True, exist_ok=True)
        try:
            stream = place.open("ab")
        except FileNotFoundError:
            continue  # another run has just ended and cleaned up
        if not _locked(stream):
            stream.close()
            break
        with contextlib.suppress(FileNotFoundError):
            if place.stat().st_ino == os.fstat(stream.fileno()).st_ino:
                return stream
        stream.close()
    raise OutputError(
        N_("Another medcab fix is writing to {path}."),
        hint=N_("Wait until it has ended, or name another folder: --out FOLDER"),
        path=str(out),
    )


def _locked(stream: BinaryIO) -> bool:
    """Lock an open file; False when another process holds it. Some network disks have no locks."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in _HELD
    return True


def _unlock(lock: BinaryIO, hidden: Path) -> None:
    with contextlib.suppress(OSError):
        if os.name == "nt":  # an open file cannot be removed there
            lock.close()
        (hidden / "lock").unlink()
    lock.close()
    with contextlib.suppress(OSError):
        hidden.rmdir()


@contextlib.contextmanager
def writing(out: Path) -> Iterator[None]:
    """Tell of an error of the disk as what it is: ``out`` cannot be written.

    Raises:
        OutputError: what happens within ends in an OSError.
    """
    try:
        yield
    except OSError as error:
        raise OutputError(
            N_("{path} cannot be written: {reason}."),
            hint=help_for(error),
            path=str(out),
            reason=reason_of(error),
        ) from error


def move(stage: Path, out: Path) -> None:
    """Move every file below ``stage`` to its place below ``out``."""
    for path in sorted(p for p in stage.rglob("*") if p.is_file()):
        place = out / path.relative_to(stage)
        place.parent.mkdir(parents=True, exist_ok=True)
        path.replace(place)
