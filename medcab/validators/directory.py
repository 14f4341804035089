"""Look things up in directories: codes of specialties, snapshots of the federal registers.

Directories live in one SQLite file that ``medcab directory import`` writes; this module only reads
it, and its path is always an argument. The directory of specialties is bundled and is used where
the store has none. A question to a directory that is not there raises :class:`DirectoryAbsent`: a
rule turns it into «undetermined» together with the command that brings the directory.

Source: OIDs of the national directory service (НСИ) of the Ministry of Health;
docs/requirements.md P20, P40.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final, NamedTuple

from medcab.errors import InputError
from medcab.text import N_

__all__ = [
    "ABSENT",
    "KNOWN",
    "SCHEMA_VERSION",
    "Comparison",
    "Difference",
    "DirectoryAbsent",
    "Entry",
    "Info",
    "Known",
    "compare",
    "find",
    "fold",
    "info",
    "installed",
    "lookup",
]

SCHEMA_VERSION: Final = 1
_ISO_DATE: Final = re.compile(r"\A([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ].*)?\Z")

ABSENT: Final = N_(
    "The directory «{key}» is not installed; bring it with: medcab directory import FILE --as {key}"
)


class Known(NamedTuple):
    """A directory that medcab knows what to do with.

    Attributes:
        oid: in the national directory service, or "".
        title: an English msgid.
        code: field by which entries are found: ``code``, or an identifier for registers.
    """

    oid: str
    title: str
    code: str = "code"


KNOWN: Final[Mapping[str, Known]] = {
    "specialties": Known("", N_("Specialties of health care (education)")),
    "nsi_specialties": Known(
        "1.2.643.5.1.13.13.11.1066", N_("Specialties of medical workers (NSI)")
    ),
    "positions": Known("1.2.643.5.1.13.13.11.1002", N_("Positions of medical workers")),
    "positions_mo": Known("1.2.643.5.1.13.13.11.1102", N_("Positions of medical organisations")),
    "accreditations": Known("1.2.643.5.1.13.13.11.1100", N_("Kinds of accreditation")),
    "universities": Known("1.2.643.5.1.13.13.11.1124", N_("Universities")),
    "regions": Known("1.2.643.5.1.13.13.99.2.206", N_("Subjects of the federation")),
    "identity_documents": Known("1.2.643.5.1.13.13.99.2.48", N_("Identity documents")),
    "policies": Known("1.2.643.5.1.13.13.11.1035", N_("Kinds of insurance policies")),
    "frmr": Known("", N_("Register of medical workers, a snapshot"), "snils"),
    "frmo": Known("", N_("Register of medical organisations, a snapshot"), "frmo_oid"),
}


class DirectoryAbsent(InputError):  # noqa: N818 - the name says what is wrong
    """The directory that was asked is neither in the store nor bundled."""

    def __init__(self, key: str) -> None:
        super().__init__(
            N_("The directory «{key}» is not installed."),
            hint=N_("Bring it with: medcab directory import FILE --as {key}"),
            key=key,
        )
        self.key = key


class Info(NamedTuple):
    """What is known of an installed directory.

    Attributes:
        key: name in medcab.
        oid: in the national directory service, or "".
        version: as its publisher numbers it.
        released: day of that version (ISO), or "".
        imported: moment it was brought in (ISO, UTC); "" for the bundled one.
        source: name of the file, or of the order it is typed from.
        rows: how many entries it has.
    """

    key: str
    oid: str
    version: str
    released: str
    imported: str
    source: str
    rows: int

    @property
    def bundled(self) -> bool:
        """True for the directory that ships with medcab."""
        return not self.imported


class Entry(NamedTuple):
    """One entry: its code, its name and all its fields."""

    code: str
    name: str
    data: Mapping[str, Any]


class Difference(NamedTuple):
    """A field whose value differs from the register's."""

    field: str
    given: str
    registered: str


class Comparison(NamedTuple):
    """A record beside the register.

    Attributes:
        found: False when the register has no such record.
        entry: the record of the register, or None.
        differences: fields that differ, in the order given.
    """

    found: bool
    entry: Entry | None
    differences: tuple[Difference, ...]


def fold(text: str) -> str:
    """Return ``text`` for comparison: small letters, ё as е, single spaces."""
    return " ".join(text.casefold().replace("ё", "е").split())


@cache
def _bundled() -> tuple[Info, Mapping[str, Entry]]:
    data = resources.files("medcab.validators.ids") / "data" / "specialties.json"
    document = json.loads(data.read_text(encoding="utf-8"))
    entries = {
        code: Entry(code, name, {"code": code, "name": name})
        for code, name in document["entries"].items()
    }
    about = Info(
        document["key"],
        "",
        document["version"],
        document["released"],
        "",
        document["source"],
        len(entries),
    )
    return about, entries


@contextmanager
def _reading(store: str | Path | None) -> Iterator[sqlite3.Connection | None]:
    """Yield a read-only connection, or None when there is no store."""
    if store is None or not Path(store).is_file():
        yield None
        return
    try:
        connection = sqlite3.connect(f"{Path(store).resolve().as_uri()}?mode=ro", uri=True)
        try:
            yield connection
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise InputError(
            N_("The store of directories {path} cannot be read: {reason}."),
            path=str(store),
            reason=str(error),
        ) from error


_INFO: Final = "SELECT key, oid, version, released, imported, source, rows FROM directory"


def installed(store: str | Path | None) -> tuple[Info, ...]:
    """Return what can be asked: the store's directories, and the bundled one where it has none.

    Raises:
        InputError: the store cannot be read.
    """
    found: dict[str, Info] = {}
    with _reading(store) as connection:
        if connection is not None:
            rows = connection.execute(_INFO + " ORDER BY key")
            found = {row[0]: Info(*row) for row in rows}
    about, _ = _bundled()
    found.setdefault(about.key, about)
    return tuple(found.values())


def info(store: str | Path | None, key: str) -> Info | None:
    """Return what is known of the directory ``key``, or None when it is not there.

    Raises:
        InputError: the store cannot be read.
    """
    return next((known for known in installed(store) if known.key == key), None)


def lookup(store: str | Path | None, key: str, code: str) -> Entry | None:
    """Return the entry with this code, or None when the directory has no such code.

    Args:
        store: path of the SQLite file, or None for the bundled directories only.
        key: one of :data:`KNOWN`, or another that was imported.
        code: the code exactly as the directory writes it.

    Raises:
        DirectoryAbsent: the directory is not there.
        InputError: the store cannot be read.
    """
    with _reading(store) as connection:
        if connection is not None and _has(connection, key):
            row = connection.execute(
                "SELECT code, name, data FROM entry WHERE directory = ? AND code = ?", (key, code)
            ).fetchone()
            return Entry(row[0], row[1], json.loads(row[2])) if row else None
    about, entries = _bundled()
    if key != about.key:
        raise DirectoryAbsent(key)
    return entries.get(code)


def _has(connection: sqlite3.Connection, key: str) -> bool:
    return (
        connection.execute("SELECT 1 FROM directory WHERE key = ?", (key,)).fetchone() is not None
    )


def find(store: str | Path | None, key: str, words: str, limit: int = 20) -> tuple[Entry, ...]:
    """Return the entries whose name holds all ``words`` (ё and letter case do not matter).

    Raises:
        DirectoryAbsent: the directory is not there.
        InputError: the store cannot be read.
    """
    wanted = fold(words).split()
    with _reading(store) as connection:
        if connection is not None and _has(connection, key):
            where = " AND ".join(["folded LIKE ? ESCAPE '\\'"] * len(wanted)) or "1"
            rows = connection.execute(
                # Only the number of conditions is put together here; the words are parameters.
                f"SELECT code, name, data FROM entry WHERE directory = ? AND {where} "  # noqa: S608
                "ORDER BY code LIMIT ?",
                (key, *(f"%{_like(word)}%" for word in wanted), limit),
            )
            return tuple(Entry(row[0], row[1], json.loads(row[2])) for row in rows)
    about, entries = _bundled()
    if key != about.key:
        raise DirectoryAbsent(key)
    hits = (e for e in entries.values() if all(word in fold(e.name) for word in wanted))
    return tuple(hits)[:limit]


def _like(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def compare(store: str | Path | None, key: str, code: str, fields: Mapping[str, str]) -> Comparison:
    """Compare a record with the register's record of the same code.

    Args:
        store: path of the SQLite file.
        key: ``frmr`` or ``frmo``, or another register that was imported.
        code: СНИЛС of the worker, OID of the organisation; separators do not matter for digits.
        fields: canonical field -> value; fields that the register does not hold are not compared.

    Raises:
        DirectoryAbsent: there is no snapshot of the register.
        InputError: the store cannot be read.
    """
    entry = lookup(store, key, _plain(code, KNOWN[key].code if key in KNOWN else ""))
    if entry is None:
        return Comparison(found=False, entry=None, differences=())
    differences = tuple(
        Difference(name, value, str(entry.data[name]))
        for name, value in fields.items()
        if name in entry.data
        and str(entry.data[name]).strip()
        and _plain(value, name) != _plain(str(entry.data[name]), name)
    )
    return Comparison(found=True, entry=entry, differences=differences)


def _plain(value: str, field: str) -> str:
    """Return ``value`` so that two spellings of one thing are equal."""
    from medcab.validators.ids.headers import FIELDS
    from medcab.validators.ids.registry import get

    if field.endswith(("_date", "_issued", "_expires", "_end")):
        value = _ISO_DATE.sub(r"\3.\2.\1", value.strip())
    known = FIELDS.get(field)
    if known is not None and known.kinds and field != "fio":
        identifier = get(known.kinds[0])
        if identifier.is_valid(value):
            return identifier.compact(value)
    return fold(value) if field not in ("frmo_oid", "code", "") else value.strip()
