"""Which signature belongs to which document: by name, in folders of any depth."""

# ruff: noqa: PTH110, PTH112, PTH118, PTH119, PTH122, PTH202

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from medcab.errors import InputError
from medcab.text import N_

__all__ = ["SUFFIXES", "Task", "content_for", "find_tasks", "is_signature_name", "signature_beside"]

SUFFIXES: Final = (".sig", ".p7s", ".sgn", ".sign", ".p7m", ".tst")
_CLOTHES: Final = (".pem", ".b64", ".base64")  # X.pdf.sig.pem
_PDF_TAIL: Final = 1 << 20


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
    paths: Iterable[str], *, recursive: bool = False, content: str | None = None
) -> Iterator[Task]:
    """Turn arguments into tasks: signature files, signed PDFs and, in folders, pairs and orphans.

    Args:
        paths: files and folders as given.
        recursive: descend into folders.
        content: the document of the one signature file given.

    Raises:
        InputError: a path does not exist, or a folder is given without ``recursive``.
    """
    _names.cache_clear()
    for given in paths:
        if os.path.isdir(given):
            if not recursive:
                raise InputError(
                    N_("{path} is a folder."), hint=N_("To verify all that is in it: -r"),
                    path=given,
                )  # fmt: skip
            yield from _walk(given)
        elif not os.path.exists(given):
            raise InputError(N_("There is no file {path}."), path=given)
        else:
            yield _single(given, content)


def _single(path: str, content: str | None) -> Task:
    if content is None and not _suffix(os.path.basename(path)):
        if _has_pdf_signature(path):
            return Task(path, None, "pdf", _size(path))
        beside = signature_beside(path)
        if beside is not None:
            return Task(beside, path, "signature", _size(beside) + _size(path))
        if _is_pdf(path):
            return Task(path, None, "pdf", _size(path))
    found = content if content is not None else content_for(path)
    return Task(path, found, "signature", _size(path) + (_size(found) if found else 0))


def signature_beside(path: str) -> str | None:
    """The signature of a document that was given itself: ``X.pdf.sig`` for ``X.pdf``."""
    folder, name = os.path.split(path)
    known = _names(folder)
    for suffix in SUFFIXES:
        stored = _stored(known, name + suffix)
        if stored is not None:
            return os.path.join(folder, stored)
    return None


def _walk(folder: str) -> Iterator[Task]:
    for root, folders, files in os.walk(folder):
        folders.sort()
        signed: set[str] = set()
        rest = []
        for name in sorted(files):
            path = os.path.join(root, name)
            if _suffix(name):
                task = _single(path, None)
                if task.content is not None:
                    signed.add(task.content)
                yield task
            else:
                rest.append(path)
        for path in rest:
            if path not in signed:
                kind = "pdf" if _has_pdf_signature(path) else "unsigned"
                yield Task(path, None, kind, _size(path))


def _size(path: str) -> int:
    try:
        return os.path.getsize(path)
    except OSError:
        return 0


def _is_pdf(path: str) -> bool:
    try:
        with open(path, "rb") as stream:
            return b"%PDF-" in stream.read(1024)
    except OSError:
        return False


def _has_pdf_signature(path: str) -> bool:
    """Whether a PDF has the word ``/ByteRange`` in it: cheap, and wrong only towards looking."""
    if Path(path).suffix.lower() != ".pdf" or not _is_pdf(path):
        return False
    try:
        with open(path, "rb") as stream:
            kept = b""
            while chunk := stream.read(_PDF_TAIL):
                if b"/ByteRange" in kept + chunk:
                    return True
                kept = chunk[-16:]
    except OSError:
        return False
    return False
