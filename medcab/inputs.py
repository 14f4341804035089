"""From paths to a :class:`~medcab.model.Package`: folders, files, zip archives, standard input.

Nothing is unpacked to disk and no document is opened here: only names and sizes are read. The
probes open the bytes later, each in a worker that can be ended.
"""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from medcab.errors import InputError, UsageError
from medcab.model import Document, InputProblem, Package, SignatureFile
from medcab.sources import BytesSource, FileSource, Source
from medcab.text import N_

__all__ = ["InputLimits", "PackageEntry", "PackageOptions", "read_package", "split_file_list"]

SIGNATURE_SUFFIXES: Final = (".sig", ".p7s", ".sgn", ".sign", ".p7m")

# What systems leave behind in folders; never part of a package.
CLUTTER: Final = frozenset(
    {
        *("thumbs.db", "desktop.ini", ".ds_store", "__macosx", ".directory", ".localized"),
        *(".fseventsd", ".spotlight-v100", ".trashes", ".temporaryitems"),
        *(".git", ".gitignore", ".gitattributes", ".gitkeep", ".svn", ".hg", ".idea", ".vscode"),
    }
)


@dataclass(frozen=True, slots=True)
class InputLimits:
    """Bounds on what is taken in.

    Attributes:
        files: most entries of one package.
        depth: most nested folders.
        zip_total: most bytes that an archive may unpack to.
        zip_ratio: most that a member may grow when unpacked (a page of white scan reaches 200).
        stdin: most bytes read from standard input.
        settings_file: most bytes of a form or manifest.
    """

    files: int = 100_000
    depth: int = 32
    zip_total: int = 2 << 30
    zip_ratio: int = 250
    stdin: int = 256 << 20
    settings_file: int = 16 << 20


@dataclass(frozen=True, slots=True)
class PackageOptions:
    """How to read a package.

    Attributes:
        types: document types given by the user: path or name -> type.
        form: path of the form, when it does not lie in the package.
        stdin: bytes of standard input, needed when a path is ``-``.
        stdin_name: the name that those bytes go by.
        limits: bounds.
    """

    types: Mapping[str, str] = field(default_factory=dict)
    form: str | None = None
    stdin: bytes | None = None
    stdin_name: str | None = None
    limits: InputLimits = field(default_factory=InputLimits)


@dataclass(frozen=True, slots=True)
class PackageEntry:
    """One file found: the name shown, the bytes, the size."""

    path: str
    source: Source
    size: int
    member: str | None = None


def split_file_list(data: bytes, *, zero: bool = False) -> list[str]:
    """Return the paths of a ``--files-from`` (lines) or ``--files0-from`` (NUL) list.

    Raises:
        UsageError: the list is not UTF-8 text.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(N_("The list of files is not UTF-8 text."), hint="") from error
    parts = text.split("\0") if zero else text.splitlines()
    return [part for part in parts if part.strip()]


def read_package(paths: Sequence[str], options: PackageOptions | None = None) -> Package:
    """Read what the user handed in.

    Args:
        paths: folders, files, one ``.zip``, or ``-``.
        options: see :class:`PackageOptions`.

    Returns:
        a package whose documents have names and sizes, types where manifest, option or name
        tell them, the form where there is one. Documents carry no facts yet.

    Raises:
        InputError: a path does not exist or cannot be read, there are too many files.
        UnsafeArchiveError: the archive is refused.
        FormError: the form that the options name is not what its name says; there are two.
        UsageError: ``-`` without a name; a ``--type`` that fits no file.
    """
    options = options or PackageOptions()
    problems: list[InputProblem] = []
    root, entries = _collect(paths, options, problems)
    if len(entries) > options.limits.files:
        raise InputError(
            N_("The package has more than {limit} files."),
            hint=N_("Check it in parts."),
            limit=options.limits.files,
        )
    from medcab import packaging

    settings = packaging.find_settings(entries, options)
    documents = []
    signatures = []
    for entry in entries:
        if entry.path in settings.used:
            continue
        if entry.path.lower().endswith(SIGNATURE_SUFFIXES):
            signatures.append(SignatureFile(entry.path, entry.source, entry.size))
            continue
        name = (entry.member or entry.path).replace("\\", "/").rpartition("/")[2]
        documents.append(Document(entry.path, entry.source, name, entry.size, entry.member))
    known: dict[str, list[str]] = {}
    for document in documents:
        known.setdefault(unicodedata.normalize("NFC", document.path), []).append(document.path)
    paired = tuple(replace(s, target=_target(s.path, known)) for s in signatures)
    typed, missing = packaging.assign_types(documents, settings, options)
    return Package(
        root=root,
        documents=typed,
        form=settings.form,
        manifest=settings.manifest.plain(),
        problems=(*problems, *settings.problems, *missing),
        signatures=paired,
    )


def _target(path: str, known: Mapping[str, Sequence[str]]) -> str | None:
    exact = path.rpartition(".")[0]
    stem = unicodedata.normalize("NFC", exact)
    near = known.get(stem, ())
    if exact in near:
        return exact
    if not near:
        # «Диплом.sig» beside «Диплом.pdf»: accepted when there is exactly one such document.
        near = [d for name, same in known.items() if name.rpartition(".")[0] == stem for d in same]
    return near[0] if len(near) == 1 else None


def _collect(
    paths: Sequence[str], options: PackageOptions, problems: list[InputProblem]
) -> tuple[str, list[PackageEntry]]:
    if not paths:
        raise UsageError(N_("There is nothing to check: give a folder, files or an archive."))
    if len(paths) == 1:
        only = paths[0]
        if only != "-" and Path(only).is_dir():
            return only, list(_walk(Path(only), Path(only), options.limits, problems))
        if only.lower().endswith(".zip") and Path(only).is_file():
            from medcab.archives import zip_entries

            return only, [
                PackageEntry(member, source, size, member)
                for member, source, size in zip_entries(only, options.limits)
                if not _clutter(member)
            ]
    entries: list[PackageEntry] = []
    seen: set[str] = set()
    for path in paths:
        for entry in _one(path, options, problems):
            if entry.path in seen:
                if "-" in paths and entry.path == options.stdin_name:
                    raise UsageError(
                        N_("Standard input and a file are both called {path}."),
                        hint=N_("Give it another name: --stdin-name NAME.pdf"),
                        path=entry.path,
                    )
                continue
            seen.add(entry.path)
            entries.append(entry)
    return paths[0] if len(paths) == 1 else os.path.commonpath(_absolute(paths)), entries


def _absolute(paths: Iterable[str]) -> list[str]:
    try:
        absolute = [str(Path("." if p == "-" else p).absolute()) for p in paths]
        os.path.commonpath(absolute)
    except ValueError:  # several drives of Windows have nothing in common
        return [str(Path.cwd())]
    return absolute


def _one(
    path: str, options: PackageOptions, problems: list[InputProblem]
) -> Iterator[PackageEntry]:
    if path == "-":
        if options.stdin is None or not options.stdin_name:
            raise UsageError(
                N_("Standard input has no name."),
                hint=N_("Give the name that the document will have: --stdin-name NAME.pdf"),
            )
        yield PackageEntry(options.stdin_name, BytesSource(options.stdin), len(options.stdin))
        return
    place = Path(path)
    try:
        status = place.stat()
    except (OSError, ValueError) as error:
        raise _missing(path, error) from error
    if stat.S_ISDIR(status.st_mode):
        for entry in _walk(place, place, options.limits, problems):
            yield replace(entry, path=f"{path.rstrip('/' + os.sep)}/{entry.path}")
    elif stat.S_ISREG(status.st_mode):
        yield PackageEntry(_shown(path), FileSource(path), status.st_size)
    else:
        problems.append(InputProblem("special", path))


def _missing(path: str, error: OSError | ValueError) -> InputError:
    if isinstance(error, FileNotFoundError):
        return InputError(
            N_("There is no {path}."),
            hint=N_("Check the name; on Windows put a path with spaces into quotes."),
            path=path,
        )
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return InputError(
        N_("{path} cannot be read: {reason}."),
        hint=N_("Check that you may open it."),
        path=path,
        reason=reason,
    )


def _shown(path: str) -> str:
    return path.replace(os.sep, "/") if os.sep != "/" else path


def _clutter(path: str) -> bool:
    """Tell what systems and programs leave behind from documents.

    A hidden file is a document all the same: what is passed over in silence was not checked.
    """
    return any(
        part in CLUTTER
        or part.startswith(("._", "~$", ".medcab"))
        or (part.startswith(".") and part.endswith(".part"))
        for part in path.replace("\\", "/").lower().split("/")
    )


def _walk(
    root: Path, folder: Path, limits: InputLimits, problems: list[InputProblem], depth: int = 0
) -> Iterator[PackageEntry]:
    try:
        with os.scandir(folder) as found:
            children = sorted(found, key=lambda e: unicodedata.normalize("NFC", e.name).casefold())
    except OSError as error:
        if depth == 0:
            raise _missing(str(folder), error) from error
        problems.append(
            InputProblem("unreadable", _relative(root, folder), error.strerror or str(error))
        )
        return
    for child in children:
        if _clutter(child.name):
            continue
        path = Path(child.path)
        shown = _relative(root, path)
        try:
            if child.is_dir(follow_symlinks=False):
                if depth + 1 >= limits.depth:
                    problems.append(InputProblem("unreadable", shown, "too many nested folders"))
                else:
                    yield from _walk(root, path, limits, problems, depth + 1)
            elif child.is_file():
                yield PackageEntry(shown, FileSource(child.path), child.stat().st_size)
            else:
                problems.append(InputProblem("special", shown))
        except OSError as error:
            problems.append(InputProblem("unreadable", shown, error.strerror or str(error)))


def _relative(root: Path, path: Path) -> str:
    return path.relative_to(root).as_posix()
