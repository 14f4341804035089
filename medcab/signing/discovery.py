"""Which signature belongs to which document: by name, in folders of any depth."""

# ruff: noqa: PTH110, PTH112, PTH116, PTH118, PTH119, PTH122, PTH202

from __future__ import annotations

import mmap
import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Final

from medcab.errors import InputError
from medcab.text import N_

__all__ = ["SUFFIXES", "Task", "content_for", "find_tasks", "is_signature_name", "signature_beside"]

SUFFIXES: Final = (".sig", ".p7s", ".sgn", ".sign", ".p7m", ".tst")
_CLOTHES: Final = (".pem", ".b64", ".base64")  # X.pdf.sig.pem
_HEADER: Final = 1024  # bytes in which readers look for %PDF- (ISO 32000-1, annex H)
# Every character of a name may be written as # and two digits (ISO 32000-2, 7.3.5).
_BYTE_RANGE: Final = re.compile(
    b"/" + b"".join(b"(?:%c|#(?i:%02x))" % (letter, letter) for letter in b"ByteRange")
)


@dataclass(frozen=True, slots=True)
class Task:
    """One file to verify.

    Attributes:
        path: the signature file (or signed PDF, or a document that nobody signed).
        content: the document, None when it was not found or is inside.
        kind: ``signature`` | ``pdf`` | ``unsigned``.
        size: bytes to read, for spreading the work.
    """

    path: str
    content: str | None = None
    kind: str = "signature"
    size: int = 0


def _suffix(name: str) -> str:
    """The signature suffix of a name, with its clothes (``.sig.pem``); empty when it has none."""
    lower = name.lower()
    for clothes in ("", *_CLOTHES):
        for suffix in SUFFIXES:
            if lower.endswith(suffix + clothes) and len(lower) > len(suffix + clothes):
                return name[-len(suffix + clothes) :]
    return ""


def is_signature_name(name: str) -> bool:
    """Whether a file of this name must hold the signature of a person, not a bare time-stamp."""
    suffix = _suffix(os.path.basename(name)).lower()
    return bool(suffix) and not suffix.startswith(".tst")


@lru_cache(maxsize=64)
def _names(folder: str) -> dict[str, tuple[str, ...]]:
    """NFC name, case folded, to the names as stored, of every file in a folder."""
    found: dict[str, tuple[str, ...]] = {}
    try:
        with os.scandir(folder or ".") as entries:
            for entry in entries:
                if not entry.is_dir():
                    plain = _plain(entry.name)
                    found[plain] = (*found.get(plain, ()), entry.name)
    except OSError:
        return {}
    return found


def _stored(known: Mapping[str, tuple[str, ...]], name: str) -> str | None:
    """The file called ``name``: exactly so, else the only one that differs in form or case."""
    near = known.get(_plain(name), ())
    if name in near:
        return name
    return near[0] if len(near) == 1 else None


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def content_for(path: str) -> str | None:
    """The document that the signature file ``path`` belongs to, found by name.

    ``X.pdf.sig`` belongs to ``X.pdf``; ``X.sig`` to ``X.pdf`` when there is exactly one file
    ``X`` of another type. Names are compared after NFC and without regard to case.
    """
    folder, name = os.path.split(path)
    suffix = _suffix(name)
    if not suffix:
        return None
    known = _names(folder)
    own = _stored(known, name[: -len(suffix)])
    if own is not None:
        return os.path.join(folder, own)
    stem = _plain(name[: -len(suffix)])
    near = [
        stored
        for plain, same in known.items()
        for stored in same
        if (plain == stem or os.path.splitext(plain)[0] == stem) and not _suffix(plain)
    ]
    return os.path.join(folder, near[0]) if len(near) == 1 else None


def find_tasks(
    paths: Iterable[str],
    *,
    recursive: bool = False,
    content: str | None = None,
    every: bool = True,
) -> Iterator[Task]:
    """Turn arguments into tasks: signature files, signed PDFs and, in folders, pairs and orphans.

    Args:
        paths: files and folders as given.
        recursive: descend into folders.
        content: the document of the one signature file given.
        every: also the other signatures of a document, inside it or beside it, as its verification
            must; False for who changes what is named, and nothing else.

    Raises:
        InputError: a path does not exist, or a folder is given without ``recursive``.
    """
    _names.cache_clear()
    named: set[Task] = set()
    for given in paths:
        if os.path.isdir(given):
            if not recursive:
                raise InputError(
                    N_("{path} is a folder."), hint=N_("To verify all that is in it: -r"),
                    path=given,
                )  # fmt: skip
            yield from _walk(given, every=every)
        elif not os.path.exists(given):
            raise InputError(N_("There is no file {path}."), path=given)
        else:
            # X.pdf and X.pdf.sig named together lead to the same signatures.
            for task in islice(_single(given, content), None if every else 1):
                if task not in named:
                    named.add(task)
                    yield task


def _single(path: str, content: str | None) -> Iterator[Task]:
    """What there is to judge about one file: each of its signatures, inside it and beside it.

    A document may hold a signature and have another in a file of its own: none of them speaks for
    the other.
    """
    if content is None and not _suffix(os.path.basename(path)):
        beside = _signatures_beside(path)
        if _has_pdf_signature(path) or (not beside and _is_pdf(path)):
            yield Task(path, None, "pdf", _size(path))
        elif not beside:
            yield _task(path, content_for(path))
        for each in beside:
            yield _task(each, path)
        return
    found = content if content is not None else content_for(path)
    yield _task(path, found)
    if found is not None and _has_pdf_signature(found):
        yield Task(found, None, "pdf", _size(found))


def _task(path: str, content: str | None) -> Task:
    return Task(path, content, "signature", _size(path) + (_size(content) if content else 0))


def _signatures_beside(path: str) -> list[str]:
    """Every signature file that belongs to a document, by the names of :func:`content_for`."""
    folder, name = os.path.split(path)
    known = _names(folder)
    found: list[str] = []
    for stem in dict.fromkeys((name, os.path.splitext(name)[0])):
        for suffix in SUFFIXES:
            for clothes in ("", *_CLOTHES):
                stored = _stored(known, stem + suffix + clothes)
                beside = None if stored is None else os.path.join(folder, stored)
                if beside is not None and beside not in found and _belongs(beside, name):
                    found.append(beside)
    return found


def _belongs(signature: str, name: str) -> bool:
    found = content_for(signature)
    return found is not None and _plain(os.path.basename(found)) == _plain(name)


def signature_beside(path: str) -> str | None:
    """The signature of a document that was given itself: ``X.pdf.sig`` for ``X.pdf``."""
    return next(iter(_signatures_beside(path)), None)


def _walk(folder: str, *, every: bool) -> Iterator[Task]:
    for root, folders, files in os.walk(folder):
        folders.sort()
        signed: set[str] = set()
        rest = []
        for name in sorted(files):
            path = os.path.join(root, name)
            if _suffix(name):
                task = _task(path, content_for(path))
                if task.content is not None:
                    signed.add(task.content)
                yield task
            else:
                rest.append(path)
        for path in rest:
            if (every or path not in signed) and _has_pdf_signature(path):
                yield Task(path, None, "pdf", _size(path))
            elif path not in signed:
                yield Task(path, None, "unsigned", _size(path))


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:
        return 0


def _is_pdf(path: str) -> bool:
    try:
        with open(path, "rb") as stream:
            return b"%PDF-" in stream.read(_HEADER)
    except OSError:
        return False


def _has_pdf_signature(path: str) -> bool:
    """Whether a PDF has the word ``/ByteRange`` in it: cheap, and wrong only towards looking.

    The content decides, not the name: a signed PDF may be called ``X.pdf.bak``.
    """
    try:
        # Neither a pipe nor a device is opened: reading those may never end.
        if not stat.S_ISREG(os.stat(path).st_mode):
            return False
        with open(path, "rb") as stream:
            start = stream.read(_HEADER)
            named = path[-4:].lower() == ".pdf"
            if not start or not (named or b"%PDF-" in start):
                return False
            if len(start) < _HEADER:
                return _BYTE_RANGE.search(start) is not None
            with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
                return data.find(b"/ByteRange") >= 0 or _BYTE_RANGE.search(data) is not None
    except (OSError, ValueError):
        return False
