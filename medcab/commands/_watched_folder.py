"""What ``medcab watch --each`` keeps fresh: many packages, and the page over all of them."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from medcab.commands._console import tr
from medcab.commands._watched import Settings, Watched, write_fresh
from medcab.errors import OutputError

if TYPE_CHECKING:
    from medcab.formats.base import Writer

__all__ = ["Folder"]

INDEX: Final = "index"


class Folder:
    """A folder of packages, one a sub-folder, each with reports of its own.

    Args:
        root: the folder that is watched.
        settings: see :class:`Settings`.
        targets: formats and the folders their reports go to.
    """

    def __init__(
        self, root: str, settings: Settings, targets: Sequence[tuple[Writer, str]]
    ) -> None:
        self.root, self.settings, self.targets = Path(root), settings, targets
        self.packages: dict[str, Watched] = {}

    def again(self, changed: Iterable[str]) -> None:
        """Judge the packages in which ``changed`` lie, and those that are new; say who is gone."""
        touched = {name for name in map(self._name, changed) if name}
        there = set(self._folders())
        for name in sorted(there - self.packages.keys()):
            self.packages[name] = Watched(
                str(self.root / name), self.settings, list(self._files(name)), name
            )
            touched.add(name)
        for name in sorted(self.packages.keys() - there):
            self.packages.pop(name).gone()
        waiting = sorted(touched & there)
        for name in waiting:
            self.packages[name].pending = True
        self._overview()
        for name in waiting:
            self.packages[name].again()
            self._overview()

    def _name(self, path: str) -> str:
        parts = Path(os.path.relpath(path, self.root)).parts
        return parts[0] if len(parts) > 1 else ""

    def _folders(self) -> Iterator[str]:
        from medcab.watching import passing

        with contextlib.suppress(OSError), os.scandir(self.root) as entries:
            for entry in entries:
                with contextlib.suppress(OSError):
                    if entry.is_dir(follow_symlinks=False) and not passing(entry.name):
                        yield entry.name

    def _files(self, name: str) -> Iterator[tuple[Writer, str]]:
        """Where the reports of a package go; the page over all keeps its name for itself."""
        stem = f"{name}_" if name.casefold() == INDEX else name
        for writer, folder in self.targets:
            yield writer, str(Path(folder) / f"{stem}{writer.extension}")

    def _loose(self) -> int:
        from medcab.watching import passing

        count = 0
        with contextlib.suppress(OSError), os.scandir(self.root) as entries:
            count = sum(
                not passing(e.name) and not e.is_dir(follow_symlinks=False) for e in entries
            )
        return count

    def _overview(self) -> None:
        """Write the page over all packages beside their HTML reports."""
        from medcab.formats.html.pages import overview

        for writer, folder in self.targets:
            if writer.name != "html":
                continue
            lines = [one.line(name) for name, one in self.packages.items()]
            page = overview(str(self.root), lines, self._loose(), tr(), datetime.now(UTC))
            try:
                write_fresh(page, str(Path(folder) / f"{INDEX}{writer.extension}"))
            except OutputError as error:
                translate = tr()
                said = translate(error.template, **error.arguments)
                sys.stderr.write(translate("Error: {text}", text=said) + "\n")
