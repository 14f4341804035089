"""The manifest of a package: which file is what (``medcab.yaml``, ``.toml`` or ``.json``).

.. code-block:: yaml

    profile: accreditation-primary
    form: form.yaml
    documents:
      scan001.pdf: diploma
      scan002.pdf: {type: паспорт, issued: 01.02.2015, expires: 01.02.2035}
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as _field
from typing import Any, Final

from medcab.errors import FormError, UsageError
from medcab.forms.trees import Node, read_tree
from medcab.text import N_

__all__ = ["MANIFEST_NAMES", "Manifest", "is_manifest_name", "read_manifest"]

MANIFEST_NAMES: Final = ("medcab.yaml", "medcab.yml", "medcab.toml", "medcab.json")
_KEYS: Final = ("profile", "form", "documents", "note")
_DOCUMENT_KEYS: Final = ("type", "issued", "expires", "number", "note", "color", "owner", "pages")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest says.

    Attributes:
        profile: name of the profile, or None.
        form: path of the form inside the package, or None.
        documents: path (NFC, ``/``) to what is said of the document; ``type`` is a key of the
            dictionary.
    """

    profile: str | None = None
    form: str | None = None
    documents: Mapping[str, Mapping[str, str]] = _field(default_factory=dict)

    def of(self, path: str) -> Mapping[str, str]:
        """What is said of the document at ``path``; empty when nothing is."""
        return self.documents.get(_path(path), {})

    def plain(self) -> dict[str, Any]:
        """The same as JSON-able values, for :attr:`medcab.model.Package.manifest`."""
        return {
            "profile": self.profile,
            "form": self.form,
            "documents": {k: dict(v) for k, v in self.documents.items()},
        }


def is_manifest_name(name: str) -> bool:
    """Tell whether a file name is that of a manifest."""
    return name.casefold() in MANIFEST_NAMES


def read_manifest(data: bytes, path: str) -> Manifest:
    """Read a manifest.

    Args:
        data: the whole file.
        path: as the user knows it; the suffix names the format.

    Raises:
        FormError: it is broken, has unknown keys or an unknown type; the nearest are named.
    """
    suffix = path.rpartition(".")[2].casefold()
    tree = read_tree(data, path, "yaml" if suffix == "yml" else suffix)
    if tree.value == "":
        return Manifest()
    if not isinstance(tree.value, dict):
        raise _wrong(path, tree, N_("{path}: the manifest is not a table of keys and values."))
    _demand_keys(path, tree.value, _KEYS)
    documents: dict[str, dict[str, str]] = {}
    entries = tree.value.get("documents", Node({}))
    for name, node in _entries(path, entries):
        key = _path(name)
        if key in documents:
            raise _wrong(path, node, N_("{path}: the document {name} stands twice."), name=name)
        documents[key] = _document(path, name, node)
    return Manifest(
        profile=_text(path, tree.value.get("profile")),
        form=_text(path, tree.value.get("form")),
        documents=documents,
    )


def _entries(path: str, node: Node) -> list[tuple[str, Node]]:
    if isinstance(node.value, dict):
        return list(node.value.items())
    if isinstance(node.value, list):
        found = []
        for item in node.value:
            file = item.value.get("path") if isinstance(item.value, dict) else None
            if file is None or not isinstance(file.value, str) or not isinstance(item.value, dict):
                raise _wrong(path, item, N_("{path}: a document of the list has no path."))
            rest = {k: v for k, v in item.value.items() if k != "path"}
            found.append((file.value, Node(rest, item.where)))
        return found
    if node.value == "":
        return []
    raise _wrong(path, node, N_("{path}: “documents” must be a table of files."))


def _document(path: str, name: str, node: Node) -> dict[str, str]:
    from medcab.validators.doctype import parse_type

    if isinstance(node.value, str):
        meta = {"type": node.value} if node.value.strip() else {}
    elif isinstance(node.value, dict):
        _demand_keys(path, node.value, _DOCUMENT_KEYS)
        texts = {k: _text(path, v) for k, v in node.value.items()}
        meta = {k: v for k, v in texts.items() if v is not None}
    else:
        raise _wrong(path, node, N_("{path}: the document {name} is not described."), name=name)
    if "type" in meta:
        try:
            meta["type"] = parse_type(meta["type"])
        except UsageError as error:
            near = error.arguments.get("near", "")
            raise _wrong(
                path,
                node,
                N_("{path}: the document {name} has the unknown type “{type_name}”."),
                hint=N_("Nearest types: {near}.") if near else "",
                name=name,
                type_name=meta["type"],
                near=near,
            ) from error
    return meta


def _text(path: str, node: Node | None) -> str | None:
    if node is None or node.value == "":
        return None
    if not isinstance(node.value, str):
        raise _wrong(path, node, N_("{path}: a text is expected at {where}."))
    return node.value


def _demand_keys(path: str, found: Mapping[str, Node], known: tuple[str, ...]) -> None:
    for key, node in found.items():
        if key not in known:
            near = difflib.get_close_matches(key, known, n=2, cutoff=0.5)
            raise _wrong(
                path,
                node,
                N_("{path}: unknown key “{key}” ({where})."),
                hint=N_("Known keys: {known}."),
                key=key,
                known=", ".join(near or known),
            )


def _wrong(path: str, node: Node, template: str, *, hint: str = "", **args: Any) -> FormError:
    hint = hint or N_("See an example: medcab new PROFILE DIR")
    return FormError(template, hint=hint, path=path, where=node.where or "", **args)


def _path(path: str) -> str:
    plain = unicodedata.normalize("NFC", path).replace("\\", "/")
    return plain.removeprefix("./")
