"""Names of the copies: by the profile's scheme, safe everywhere, no two alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Final

from medcab.validators.doctype import LOOKALIKES, split_extension
from medcab.validators.naming import suggested_name
from medcab.validators.signatures_table import EXTENSIONS

if TYPE_CHECKING:
    from medcab.model import Document, Form
    from medcab.profile import Profile

__all__ = ["free_name", "inner_path", "proper_name", "right_extension"]

_FORBIDDEN: Final = re.compile(r'[<>:"/\\|?*]')
_RESERVED: Final = re.compile(
    r"(?:con|prn|aux|nul|com[1-9¹²³]|lpt[1-9¹²³])(?:\.|\Z)", re.IGNORECASE
)
_WORD: Final = re.compile(r"[^\W\d_]+")
_CYRILLIC: Final = re.compile(r"[Ѐ-ӿ]")
_LATIN: Final = re.compile(r"[A-Za-z]")
_MAX_BYTES: Final = 240  # of 255: room for « 2», for «.sig», and for temporary names
_KNOWN: Final = frozenset(e for known in EXTENSIONS.values() for e in known)


def right_extension(form: str | None, written: str) -> str:
    """The extension for content of format ``form``; the one written when it fits already."""
    known = EXTENSIONS.get(form or "", ())
    if not known or written.lower() in known:
        return written.lower()
    return "pdf" if form == "pdf" else known[0]


def proper_name(
    document: Document,
    form: Form | None,
    profile: Profile,
    extension: str,
    findings: Collection[str],
) -> str:
    """The name that the copy of ``document`` gets; its own where nothing is wrong with it.

    Args:
        document: with its type.
        form: gives the name of the person.
        profile: in force.
        extension: that the copy must have, without the dot.
        findings: ids of the rules that found something in this document.
    """
    name = unicodedata.normalize("NFC", document.name)
    stem, old = split_extension(name)
    if not old or old.lower() not in _KNOWN:
        stem, old = name, ""
    if "FIL006" in findings:
        inner, second = split_extension(stem)
        if second.lower() in _KNOWN:
            stem = inner
    if "NAM003" in findings and profile.documents:
        fio = form.get("fio") if form is not None else None
        proposed = suggested_name(document, fio, extension)
        if proposed is not None:
            stem = split_extension(proposed)[0]
    stem = _WORD.sub(_one_alphabet, stem)
    stem = _FORBIDDEN.sub("-", stem)
    stem = "".join(c for c in stem if unicodedata.category(c) not in _UNSEEN)
    stem = stem.strip(" ").rstrip(". ") or "document"
    if _RESERVED.match(stem + "."):
        stem = f"{stem}_"
    return f"{_shortened(stem, len(extension) + 1)}.{extension}" if extension else stem


_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


def inner_path(document: Document, root: str) -> str:
    """The path of ``document`` within its package: never absolute, never upwards."""
    path = document.member or document.path
    local = document.source.local_path
    if document.member is None and local is not None:
        try:
            path = local.absolute().relative_to(Path(root).absolute()).as_posix()
        except ValueError:
            path = document.name
        if path == ".":
            path = document.name
    parts = [p for p in path.replace("\\", "/").split("/") if p not in ("", ".")]
    if ".." in parts or not parts:
        return document.name
    return "/".join(parts)


def free_name(path: str, taken: set[str]) -> str:
    """``path``, or with a number where another has that name; letter case does not count."""
    folder, slash, name = path.rpartition("/")
    stem, extension = split_extension(name)
    suffix = f".{extension}" if extension else ""
    number = 1
    while True:
        shown = f"{stem} {number}{suffix}" if number > 1 else name
        made = f"{folder}{slash}{shown}"
        key = unicodedata.normalize("NFC", made).casefold()
        if key not in taken:
            taken.add(key)
            return made
        number += 1


def _one_alphabet(found: re.Match[str]) -> str:
    word = found[0]
    if _CYRILLIC.search(word) and _LATIN.search(word):
        changed = word.translate(LOOKALIKES)
        return changed if not _LATIN.search(changed) else word
    return word


def _shortened(stem: str, more: int) -> str:
    if len(stem.encode("utf-8")) + more <= _MAX_BYTES:
        return stem
    # The words for the document stand at the end: the person is shortened.
    person, line, word = stem.rpartition("_")
    tail = f"{line}{word}"
    if not line or len(tail.encode("utf-8")) > _MAX_BYTES - 40:
        person, tail = stem, ""
    while person and len(f"{person}{tail}".encode()) + more > _MAX_BYTES:
        person = person[:-1]
    return f"{person.rstrip()}{tail}"
