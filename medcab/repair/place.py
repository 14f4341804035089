"""The output folder: apart from the input, empty unless told otherwise, written by moving."""

from __future__ import annotations

from pathlib import Path

from medcab.errors import OutputError, UsageError
from medcab.model import Package
from medcab.text import N_

__all__ = ["demand_apart", "demand_free", "move", "unwritable"]


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


def demand_free(out: Path, *, force: bool) -> None:
    """Raise OutputError when something lies in ``out`` that might be written over."""
    if not out.exists():
        return
    if not out.is_dir():
        raise OutputError(N_("{path} is not a folder."), path=str(out))
    if not force and any(out.iterdir()):
        raise OutputError(
            N_("The folder {path} is not empty."),
            hint=N_("Name another folder, or allow files of the same name to be replaced: --force"),
            path=str(out),
        )


def unwritable(out: Path, error: OSError) -> OutputError:
    """The error for a folder that cannot be written."""
    return OutputError(
        N_("{path} cannot be written: {reason}."),
        hint=N_("Check that you may write there and that the disk has room."),
        path=str(out),
        reason=error.strerror or str(error),
    )


def move(stage: Path, out: Path) -> None:
    """Move every file below ``stage`` to its place below ``out``."""
    for path in sorted(p for p in stage.rglob("*") if p.is_file()):
        place = out / path.relative_to(stage)
        place.parent.mkdir(parents=True, exist_ok=True)
        path.replace(place)
