"""Writing what a worker made, or telling why there is nothing to write; plain copies."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import BinaryIO, Final

from medcab.errors import MedcabError
from medcab.files import reason_of, replacing
from medcab.repair.model import Left, Mended, Task, Written, exchanged
from medcab.repair.names import free_name
from medcab.sandbox import Died, Done, Outcome, OutOfMemory, Raised, TimedOut
from medcab.text import N_
from medcab.validators.doctype import split_extension

__all__ = ["copy", "store"]

_CHUNK: Final = 1 << 20
_RESCAN: Final = N_("Scan the document again, or print it to a new PDF.")


def store(task: Task, outcome: Outcome, stage: Path, taken: set[str]) -> Written:
    """Write the parts that a worker returned below ``stage``; ``taken`` are names in use."""
    if not isinstance(outcome, Done):
        return Written(task, left=(_refusal(task, outcome),))
    mended: Mended = outcome.value
    paths = [task.target]
    if len(mended.parts) > 1:
        stem, extension = split_extension(task.target)
        paths = [
            free_name(f"{stem} {n}.{extension or 'pdf'}", taken)
            for n in range(1, len(mended.parts) + 1)
        ]
    for path, data in zip(paths, mended.parts, strict=True):
        place = stage / path
        place.parent.mkdir(parents=True, exist_ok=True)
        with replacing(place) as stream:
            stream.write(data)
    return Written(task, tuple(paths), notes=mended.notes)


def _refusal(task: Task, outcome: Outcome) -> Left:
    path = task.documents[0].path
    match outcome:
        case Raised(MedcabError() as error):
            return Left(path, error.template, error.arguments, error.hint)
        case Raised(OSError() as error):
            reason = {"reason": reason_of(error)}
            return Left(path, N_("The file cannot be read: {reason}."), reason)
        case TimedOut(seconds):
            return Left(
                path,
                N_("The repair took longer than {limit} s and was ended."),
                {"limit": round(seconds)},
                N_("Allow more time with --timeout, or scan the document again."),
            )
        case OutOfMemory(limit):
            return Left(
                path,
                N_("The repair needed more than {limit} MB of memory and was ended."),
                {"limit": limit >> 20},
                _RESCAN,
            )
        case Died() | Raised():
            return Left(path, N_("The program that repairs such files broke off."), {}, _RESCAN)
    raise AssertionError(outcome)


def copy(task: Task, stage: Path) -> Written:
    """Copy byte by byte, and prove it."""
    document = task.documents[0]
    place = stage / task.target
    place.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    try:
        source: BinaryIO = document.source.open()
    except OSError as error:
        return Written(task, left=(_refusal(task, Raised(error)),))
    with source, replacing(place) as stream:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            stream.write(chunk)
    known = document.facts.sha256 if document.facts is not None else ""
    if known and digest.hexdigest() != known:
        place.unlink()
        return Written(task, left=(_refusal(task, Raised(exchanged())),))
    return Written(task, (task.target,))
