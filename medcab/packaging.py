"""What a package says of itself: its manifest, its form, the types of its documents."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as _field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from medcab.errors import FormError, InputError, UsageError
from medcab.files import unreadable
from medcab.forms import is_form_name, read_form
from medcab.manifest import Manifest, is_manifest_name, read_manifest
from medcab.model import Document, Form, InputProblem
from medcab.text import N_
from medcab.validators.doctype import parse_type, recognise

if TYPE_CHECKING:
    from medcab.inputs import PackageEntry, PackageOptions

__all__ = ["Settings", "assign_types", "find_settings"]


_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True)
class Settings:
    """Manifest and form of a package.

    Attributes:
        manifest: what the manifest says; empty when there is none.
        form: the form, or None.
        used: paths of the files that are settings, not documents.
        base: folder of the manifest within the package, with a trailing ``/``, or empty.
        problems: which of them could not be understood, and why.
    """

    manifest: Manifest = _field(default_factory=Manifest)
    form: Form | None = None
    used: frozenset[str] = frozenset()
    base: str = ""
    problems: tuple[InputProblem, ...] = ()


def find_settings(entries: Sequence[PackageEntry], options: PackageOptions) -> Settings:
    """Find and read manifest and form: at the top of the package, or as the options say.

    One that lies in the package and cannot be understood is a problem of the package: the
    documents are judged all the same.

    Raises:
        FormError: there are two of one kind; the form that the options name is broken.
        InputError: the form that the options name cannot be read or is too large.
    """
    problems: list[InputProblem] = []
    top = min((e.path.count("/") for e in entries), default=0)
    at_top = [e for e in entries if e.path.count("/") == top]
    manifests = [e for e in at_top if is_manifest_name(_name(e.path))]
    manifest, base = Manifest(), ""
    if manifests:
        _demand_one(manifests, N_("The package has two manifests: {first} and {second}."))
        manifest = (
            _understood("manifest", read_manifest, manifests[0], options, problems) or Manifest()
        )
        if manifest.profile is not None and _is_path(manifest.profile):
            # Rules that come with what they are to judge are no rules: --profile must name them.
            manifest = replace(manifest, profile=None)
        base = manifests[0].path.rpartition("/")[0]
        base += "/" if base else ""
    used = {e.path for e in manifests}
    form = None
    if options.form is not None:
        form = read_form(_given(options.form, options), options.form)
        used |= {e.path for e in entries if _same(e, options.form)}
    else:
        if manifest.form is not None:
            forms = [e for e in entries if _nfc(e.path) == _nfc(base + manifest.form)]
            if not forms:
                problems.append(InputProblem("missing", base + manifest.form))
        else:
            forms = [e for e in at_top if is_form_name(_name(e.path))]
        if forms:
            _demand_one(forms, N_("The package has two forms: {first} and {second}."))
            form = _understood("form", read_form, forms[0], options, problems)
            used |= {e.path for e in forms}
    return Settings(manifest, form, frozenset(used), base, tuple(problems))


def _understood(
    kind: str,
    read: Callable[[bytes, str], _Read],
    entry: PackageEntry,
    options: PackageOptions,
    problems: list[InputProblem],
) -> _Read | None:
    """What ``read`` makes of ``entry``; None, and a problem, when nothing can be made of it."""
    try:
        return read(_bytes(entry, options), entry.path)
    except InputError as error:
        problems.append(InputProblem(kind, entry.path, error.template, error.arguments))
        return None


def assign_types(
    documents: Sequence[Document], settings: Settings, options: PackageOptions
) -> tuple[tuple[Document, ...], tuple[InputProblem, ...]]:
    """Give the documents their types: from the options, the manifest, else the name.

    Returns:
        the documents, and a problem (``missing``) for each file that the manifest names in vain.

    Raises:
        UsageError: ``--type`` names no file of the package or no type.
    """
    asked = {_nfc(k): parse_type(v) for k, v in options.types.items()}
    unused = dict.fromkeys(asked)
    described = dict(settings.manifest.documents)
    typed = []
    for document in documents:
        path = _nfc(document.path)
        key = next((k for k in (path, _nfc(document.name)) if k in asked), None)
        inner = path.removeprefix(settings.base)
        meta: Mapping[str, Any] = described.pop(inner, {})
        if key is not None:
            unused.pop(key, None)
            typed.append(replace(document, type=asked[key], type_from="option", meta=meta))
        elif "type" in meta:
            typed.append(replace(document, type=meta["type"], type_from="manifest", meta=meta))
        else:
            found = recognise(document.name)
            typed.append(
                replace(
                    document,
                    type=found.type,
                    type_from="name" if found.type else None,
                    candidates=found.candidates if found.type is None else (),
                    meta=meta,
                )
            )
    if unused:
        raise UsageError(
            N_("--type names {path}, which is not in the package."),
            hint=N_("Write the name as the table of documents shows it."),
            path=next(iter(unused)),
        )
    return tuple(typed), tuple(InputProblem("missing", settings.base + p) for p in described)


def _is_path(profile: str) -> bool:
    return any(
        part.strip().casefold().endswith(".toml") or "/" in part or "\\" in part
        for part in profile.split("+")
    )


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text).replace("\\", "/")


def _demand_one(entries: Sequence[PackageEntry], template: str) -> None:
    if len(entries) > 1:
        raise FormError(
            template,
            hint=N_("Leave one of them, or name it: --form FILE"),
            first=entries[0].path,
            second=entries[1].path,
        )


def _bytes(entry: PackageEntry, options: PackageOptions) -> bytes:
    if entry.size > options.limits.settings_file:
        raise _too_large(entry.path, options)
    try:
        return entry.source.read(options.limits.settings_file)
    except OSError as error:
        raise unreadable(entry.path, error) from error


def _given(path: str, options: PackageOptions) -> bytes:
    try:
        with Path(path).open("rb") as stream:
            data = stream.read(options.limits.settings_file + 1)
    except OSError as error:
        raise unreadable(path, error) from error
    if len(data) > options.limits.settings_file:
        raise _too_large(path, options)
    return data


def _same(entry: PackageEntry, path: str) -> bool:
    local = entry.source.local_path
    if local is None:
        return False
    try:
        return local.samefile(path)
    except OSError:
        return False


def _too_large(path: str, options: PackageOptions) -> InputError:
    return InputError(
        N_("{path} is larger than {limit} MB: a form or manifest is never so large."),
        hint=N_("Check that it is the right file."),
        path=path,
        limit=options.limits.settings_file >> 20,
    )
