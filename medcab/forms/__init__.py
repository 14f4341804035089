"""Reading a filled-in form: JSON, YAML, TOML, XML, CSV or XLSX, by canonical or Russian names.

Values stay texts exactly as written (a spreadsheet's ``7707083893.0`` too): what is wrong with
them is for the rules to say. Only what cannot be understood at all is an error here.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from medcab.errors import FormError
from medcab.forms.flatten import flatten
from medcab.forms.tables import read_csv, read_xlsx
from medcab.forms.trees import MAX_BYTES, Node, read_tree
from medcab.model import Form
from medcab.text import N_

__all__ = ["FORM_STEMS", "FORM_SUFFIXES", "MAX_BYTES", "is_form_name", "read_form"]

FORM_STEMS: Final = ("form", "форма", "анкета")
FORM_SUFFIXES: Final = ("json", "yaml", "yml", "toml", "xml", "csv", "xlsx")


def is_form_name(name: str) -> bool:
    """Tell whether a file name is that of a form (``form.yaml``, «анкета.xlsx»)."""
    stem, _, suffix = unicodedata.normalize("NFC", name).casefold().rpartition(".")
    return stem in FORM_STEMS and suffix in FORM_SUFFIXES


def read_form(data: bytes, path: str) -> Form:
    """Read a form.

    Args:
        data: the whole file.
        path: as the user knows it; its suffix says what the file is.

    Raises:
        FormError: it is not what its name says, is broken, hostile or too large.
    """
    suffix = path.rpartition(".")[2].casefold()
    if suffix not in FORM_SUFFIXES:
        raise FormError(
            N_("{path} is not a form that can be read: the extension must be one of {known}."),
            hint=N_("Save the form in one of these formats."),
            path=path,
            known=", ".join(FORM_SUFFIXES),
        )
    if len(data) > MAX_BYTES:
        raise FormError(
            N_("The form {path} is larger than {limit} bytes."),
            hint=N_("A form holds a few dozen fields; check that this is the right file."),
            path=path,
            limit=MAX_BYTES,
        )
    if not data.strip():
        raise FormError(N_("The form {path} is empty."), hint=N_("Fill in the form."), path=path)
    _demand_kind(data, path, suffix)
    if suffix == "csv":
        tree = read_csv(data, path)
    elif suffix == "xlsx":
        tree = read_xlsx(data, path)
    else:
        tree = read_tree(data, path, suffix)
    if not isinstance(tree, Node) or not isinstance(tree.value, dict):
        raise FormError(
            N_("The form {path} is not a table of fields and values."),
            hint=N_("See an example: medcab new PROFILE DIR"),
            path=path,
        )
    return flatten(tree, path)


_MAGIC: Final = (
    (b"%PDF", "PDF"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x89PNG", "PNG"),
    (b"\xd0\xcf\x11\xe0", "XLS/DOC"),
    (b"PK\x03\x04", "XLSX/ZIP"),
    (b"{\\rtf", "RTF"),
    (b"<!DOCTYPE html", "HTML"),
    (b"<html", "HTML"),
)


def _demand_kind(data: bytes, path: str, suffix: str) -> None:
    found = next((n for magic, n in _MAGIC if data[:16].lstrip().startswith(magic)), None)
    if (suffix == "xlsx") is (found == "XLSX/ZIP") and (found is None or suffix == "xlsx"):
        return
    raise FormError(
        N_("The form {path} is not what its name says: the content is {found}.")
        if found
        else N_("The form {path} is not what its name says: this is not an Excel workbook (XLSX)."),
        hint=N_("Save the form anew in the format that its extension names."),
        path=path,
        found=found or "",
    )
