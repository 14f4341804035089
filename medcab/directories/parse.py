"""Read the file of a directory into rows, whatever it is written in."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from medcab.errors import InputError, LimitError
from medcab.text import N_

__all__ = ["Parsed", "parse"]

_MAX_BYTES: Final = 1 << 30
_OID = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]*)){5,}")
# The national service names its files «1.2.643.5.1.13.13.11.1066_4.12.json».
_NAME = re.compile(r"(?P<oid>[0-2](?:\.[0-9]+){5,})(?:[_-]v?(?P<version>[0-9]+(?:\.[0-9]+)*))?")
_ROWS: Final = ("list", "records", "data", "rows", "items", "entries", "result")
_META: Final = {
    "oid": ("oid", "identifier", "identifieroid", "dictionaryid"),
    "version": ("version", "versionnumber"),
    "released": ("publishdate", "releasedate", "createdate", "date", "lastupdate"),
}


class Parsed(NamedTuple):
    """A directory as read.

    Attributes:
        rows: column -> text, in the order of the file.
        oid, version, released: as the file or its name says, else "".
    """

    rows: list[dict[str, str]]
    oid: str
    version: str
    released: str


def parse(path: str | Path) -> Parsed:
    """Read ``path``.

    Raises:
        InputError: it cannot be read, or holds no rows.
        LimitError: it is larger than 1 GiB.
    """
    file = Path(path)
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise LimitError(N_("The table {path} is larger than 1 GiB."), path=str(path))
        head = file.read_bytes()[:64] if file.stat().st_size < 64 else _head(file)
    except OSError as error:
        raise InputError(
            N_("The table {path} cannot be read: {reason}."),
            path=str(path),
            reason=error.strerror or str(error),
        ) from error
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    if start in (b"{", b"["):
        rows, meta = _json(file)
    elif start == b"<":
        rows, meta = _xml(file)
    else:
        rows, meta = _table(file), {}
    named = _NAME.search(file.name)
    if named:
        meta.setdefault("oid", named["oid"])
        meta.setdefault("version", named["version"] or "")
    rows = [row for row in rows if any(row.values())]
    if not rows:
        raise InputError(
            N_("{path} is not a directory of codes: no rows with a code and a name were found."),
            path=str(path),
        )
    return Parsed(rows, meta.get("oid", ""), meta.get("version", ""), meta.get("released", "")[:10])


def _head(file: Path) -> bytes:
    with file.open("rb") as stream:
        return stream.read(64)


def _table(file: Path) -> list[dict[str, str]]:
    from medcab.sheets import read_table

    table = read_table(file)
    headers = [header.strip() for header in table.headers]
    columns = [[str(value or "").strip() for value in column] for column in table.columns]
    return [dict(zip(headers, row, strict=True)) for row in zip(*columns, strict=True)]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return str(value).strip()


def _json(file: Path) -> tuple[list[dict[str, str]], dict[str, str]]:
    try:
        document = json.loads(file.read_bytes().decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise InputError(
            N_("{path} is not readable as {form}: {reason}."),
            path=str(file),
            form="JSON",
            reason=str(error),
        ) from error
    meta = _meta(document) if isinstance(document, dict) else {}
    found = document
    while isinstance(found, dict):
        inner = next(
            (found[name] for name in _ROWS if isinstance(found.get(name), (list, dict))), None
        )
        if inner is None:
            break
        meta = {**_meta(found), **meta}
        found = inner
    rows = [row for item in found if (row := _row(item))] if isinstance(found, list) else []
    return rows, meta


def _row(item: Any) -> dict[str, str]:
    """Take a row as an object, or as the service writes it: a list of {column, value}."""
    if isinstance(item, dict):
        return {str(name): _text(value) for name, value in item.items()}
    if isinstance(item, list) and all(isinstance(cell, dict) and "column" in cell for cell in item):
        return {str(cell["column"]): _text(cell.get("value")) for cell in item}
    return {}


def _meta(document: Mapping[str, Any]) -> dict[str, str]:
    plain = {
        str(name).lower().replace("_", ""): _text(value)
        for name, value in document.items()
        if isinstance(value, (str, int, float))
    }
    found: dict[str, str] = {}
    for key, names in _META.items():
        for name in names:
            value = plain.get(name, "")
            if value and (key != "oid" or _OID.fullmatch(value)):
                found.setdefault(key, _iso(value) if key == "released" else value)
    return found


def _iso(value: str) -> str:
    """Return ``DD.MM.YYYY`` as ISO; what is ISO already stays."""
    found = re.match(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})", value)
    return f"{found[3]}-{found[2]}-{found[1]}" if found else value


def _xml(file: Path) -> tuple[list[dict[str, str]], dict[str, str]]:
    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException

    try:
        root = ElementTree.fromstring(file.read_bytes())
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as error:
        raise InputError(
            N_("{path} is not readable as {form}: {reason}."),
            path=str(file),
            form="XML",
            reason=str(error),
        ) from error
    # Rows are the elements that occur most often and hold leaves, or carry attributes only.
    counts: Counter[tuple[str, str]] = Counter()
    for parent in root.iter():
        for child in parent:
            if (len(child) and all(not len(leaf) for leaf in child)) or (
                not len(child) and len(child.attrib) >= 2
            ):
                counts[parent.tag, child.tag] += 1
    if not counts:
        return [], {}
    parent_tag, tag = max(counts, key=lambda pair: counts[pair])
    rows = [
        _element(child) for parent in root.iter(parent_tag) for child in parent if child.tag == tag
    ]
    leaves: dict[str, str] = {}
    for element in root.iter():
        if not len(element) and element.text and element.text.strip():
            leaves.setdefault(_local(element.tag), element.text.strip())
    first = set(rows[0]) if rows else set()
    return rows, _meta({name: text for name, text in leaves.items() if name not in first})


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _element(element: Any) -> dict[str, str]:
    row = {_local(name): value.strip() for name, value in element.attrib.items()}
    pairs: Iterable[Any] = element
    for leaf in pairs:
        name = leaf.attrib.get("name") or leaf.attrib.get("column") or _local(leaf.tag)
        row[name] = (leaf.text or leaf.attrib.get("value") or "").strip()
    return row
