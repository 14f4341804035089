"""Form and manifest of the copy, so that ``medcab check OUT`` needs nothing more to be said."""

from __future__ import annotations

import unicodedata
import zipfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from medcab.errors import InputError
from medcab.forms import is_form_name
from medcab.manifest import MANIFEST_NAMES
from medcab.model import Document, Package
from medcab.repair.model import Written
from medcab.repair.names import inner_path
from medcab.text import N_
from medcab.validators.doctype import recognise

__all__ = ["settings_files"]

_MAX: Final = 16 << 20


def settings_files(
    package: Package, written: Sequence[Written], profile: str, form: str | None
) -> dict[str, bytes]:
    """Name below the output folder -> bytes, for the form and the manifest.

    The manifest is copied as it is while all that it says still holds; else it is written anew,
    with the new names. Where there was none, one is written that names the profile. A document
    that was not written is named there too: a check of the copies must miss it (rule INP004).

    Args:
        package: as it was read.
        written: what became of the documents.
        profile: as the user named it.
        form: path of the form when it was given apart from the package.

    Raises:
        InputError: form or manifest can no longer be read.
    """
    files: dict[str, bytes] = {}
    form_name = None
    if package.form is not None:
        data = Path(form).read_bytes() if form is not None else _read(package, package.form.path)
        form_name = _name(package.form.path)
        named = bool(package.manifest.get("form"))
        if not is_form_name(form_name) and not named:
            form_name = f"form.{form_name.rpartition('.')[2].lower()}"
        files[form_name] = data
    old = _old_manifest(package)
    documents = _documents(package, written)
    same = old is not None and documents == _listed(package) and form is None
    if same and old is not None and package.manifest.get("profile") and not _moved(package):
        files[old[0]] = old[1]
        return files
    made: dict[str, Any] = {"profile": package.manifest.get("profile") or profile}
    if form_name is not None and not is_form_name(form_name):
        made["form"] = form_name
    if documents:
        made["documents"] = documents
    files["medcab.yaml"] = _yaml(made)
    return files


def _documents(package: Package, written: Sequence[Written]) -> dict[str, Any]:
    """What the manifest says, by the new names, and of what is missing by the old ones."""
    described = _listed(package)
    base = _base(package)
    made: dict[str, Any] = {}
    used: set[str] = set()
    taken = {_nfc(path) for one in written for path in one.paths}
    for one in written:
        for document in one.task.documents:
            key = _nfc(document.path).removeprefix(base)
            meta = dict(described.get(key, {}))
            used.add(key)
            for path in one.paths or (_missing(one, document, package, taken),):
                entry = {**meta, **made.get(_nfc(path), {})}
                told = recognise(_name(path)).type
                if document.type is not None and (told != document.type or "type" in meta):
                    entry["type"] = document.type
                if entry or not one.paths:
                    made[_nfc(path)] = entry
    made |= {k: dict(v) for k, v in described.items() if k not in used}
    return made


def _missing(one: Written, document: Document, package: Package, taken: Collection[str]) -> str:
    """The name under which a check of the copies misses ``document``: its own where it is free."""
    own = _nfc(inner_path(document, package.root))
    return one.task.target if own in taken else own


def _listed(package: Package) -> dict[str, dict[str, Any]]:
    listed = package.manifest.get("documents") or {}
    return {k: dict(v) for k, v in listed.items()}


def _base(package: Package) -> str:
    """Folder of the manifest, when the package lies one level down."""
    if not _listed(package):
        return ""
    paths = [_nfc(d.path) for d in package.documents]
    top = paths[0].rpartition("/")[0] if paths else ""
    return f"{top}/" if top and all(p.startswith(f"{top}/") for p in paths) else ""


def _moved(package: Package) -> bool:
    """Whether the paths of the documents change although their names do not."""
    return any(inner_path(d, package.root) != d.path for d in package.documents)


def _old_manifest(package: Package) -> tuple[str, bytes] | None:
    root = Path(package.root)
    if root.is_dir():
        for child in sorted(root.iterdir()):
            if child.name.casefold() in MANIFEST_NAMES and child.is_file():
                return child.name, child.read_bytes()[:_MAX]
    return None


def _read(package: Package, path: str) -> bytes:
    """The bytes of a settings file of the package."""
    root = Path(package.root)
    try:
        if root.is_dir() and (root / path).is_file():
            return (root / path).read_bytes()
        if root.is_file() and root.suffix.lower() == ".zip":
            with zipfile.ZipFile(root) as archive, archive.open(path) as stream:
                return stream.read(_MAX)
        return Path(path).read_bytes()
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise InputError(
            N_("{path} cannot be read: {reason}."), path=path, reason=str(error)
        ) from error


def _yaml(made: Mapping[str, Any]) -> bytes:
    import yaml

    text = yaml.safe_dump(dict(made), allow_unicode=True, sort_keys=False, width=1000)
    return str(text).encode("utf-8")


def _name(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def _nfc(path: str) -> str:
    return unicodedata.normalize("NFC", path).replace("\\", "/")
