"""Where findings are in the eyes of a CI server: files of the repository, not of the package."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from pathlib import PurePath

from medcab.model import Report

__all__ = ["Places", "places"]


@dataclass(frozen=True, slots=True)
class Places:
    """Turns paths of a report into files as seen from where medcab was started.

    Attributes:
        root: folder, archive or file that was checked, with ``/``.
        archive: documents lie inside ``root``.
        joined: paths of documents are relative to ``root``.
    """

    root: str
    archive: bool
    joined: bool

    def file(self, path: str | None) -> str:
        """The file on disk that ``path`` belongs to."""
        if path is None or self.archive:
            return self.root
        return posixpath.normpath(posixpath.join(self.root, path)) if self.joined else path

    def inside(self, path: str | None) -> str | None:
        """Name inside the archive, when it is one."""
        return path if self.archive else None


def places(report: Report) -> Places:
    """Tell how the paths of ``report`` lie to its root."""
    root = report.root.replace("\\", "/")
    if any(d.member is not None and d.member == d.path for d in report.documents):
        return Places(root, archive=True, joined=False)
    joined = root not in ("", "-") and not _absolute(root)
    for document in report.documents:
        local = document.source.local_path
        if local is not None:
            whole = posixpath.normpath(posixpath.join(root, document.path))
            joined = posixpath.normpath(local.as_posix()) == whole
            break
        if document.path == root or document.path.startswith(root + "/"):
            joined = False
            break
    return Places(root or ".", archive=False, joined=joined)


def _absolute(path: str) -> bool:
    return path.startswith("/") or PurePath(path).is_absolute() or path[1:3] == ":/"
