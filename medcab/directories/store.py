"""The store of directories: one SQLite file, each import in one transaction.

An import replaces the directory of that key wholly or, when anything is wrong with the file, not
at all.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from medcab.directories.parse import Parsed, parse
from medcab.errors import InputError, OutputError, UsageError
from medcab.text import N_
from medcab.validators.directory import KNOWN, SCHEMA_VERSION, Info, fold
from medcab.validators.ids.headers import field_of
from medcab.validators.ids.headers import fold as fold_header
from medcab.validators.ids.registry import get

__all__ = ["import_file", "remove"]

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS directory (
    key TEXT PRIMARY KEY, oid TEXT NOT NULL, version TEXT NOT NULL, released TEXT NOT NULL,
    imported TEXT NOT NULL, source TEXT NOT NULL, rows INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS entry (
    directory TEXT NOT NULL REFERENCES directory (key) ON DELETE CASCADE,
    code TEXT NOT NULL, name TEXT NOT NULL, folded TEXT NOT NULL, data TEXT NOT NULL,
    PRIMARY KEY (directory, code)
) WITHOUT ROWID;
"""

_CODES: Final = (
    "code",
    "код",
    "id",
    "s code",
    "codemkb",
    "код специальности",
    "recid",
    "smocode",
    "идентификатор",
    "oid",
    "уникальный идентификатор",
)
_NAMES: Final = (
    "name", "s name", "full name", "fullname", "наименование", "название", "name full",
    "полное наименование", "title", "value", "mkb name", "short name", "специальность", "должность",
)  # fmt: skip


def import_file(
    store: str | Path,
    path: str | Path,
    *,
    key: str | None = None,
    version: str | None = None,
    released: str | None = None,
    code_column: str | None = None,
    name_column: str | None = None,
    now: datetime | None = None,
) -> Info:
    """Read a file and put it into the store in place of what was there under its key.

    Args:
        store: path of the SQLite file; made when it is not there.
        path: CSV, XLSX, JSON or XML.
        key: name of the directory; found out from the OID in the file when None.
        version: where the file does not say it.
        released: day of the version (ISO), where the file does not say it.
        code_column: column of the codes; found out when None.
        name_column: column of the names; found out when None.
        now: moment of the import; the clock's when None.

    Raises:
        InputError: the file cannot be read, or has no codes.
        UsageError: it cannot be told which directory it is.
        OutputError: the store cannot be written.
    """
    parsed = parse(path)
    key = key or next(
        (k for k, known in KNOWN.items() if known.oid and known.oid == parsed.oid), None
    )
    if key is None:
        raise UsageError(
            N_("It cannot be told which directory {path} is."),
            hint=N_("Name it with --as KEY."),
            path=str(path),
        )
    entries = _entries(parsed, key, str(path), code_column, name_column)
    about = Info(
        key,
        parsed.oid or (KNOWN[key].oid if key in KNOWN else ""),
        version or parsed.version or "—",
        released or parsed.released,
        (now or datetime.now(UTC)).isoformat(timespec="seconds"),
        Path(path).name,
        len(entries),
    )
    with _writing(store) as connection:
        connection.execute("DELETE FROM entry WHERE directory = ?", (key,))
        connection.execute("INSERT OR REPLACE INTO directory VALUES (?, ?, ?, ?, ?, ?, ?)", about)
        connection.executemany(
            "INSERT INTO entry VALUES (?, ?, ?, ?, ?)", ((key, *entry) for entry in entries)
        )
    return about


def remove(store: str | Path, key: str) -> bool:
    """Take a directory out of the store; False when it was not there.

    Raises:
        OutputError: the store cannot be written.
    """
    if not Path(store).is_file():
        return False
    with _writing(store) as connection:
        connection.execute("DELETE FROM entry WHERE directory = ?", (key,))
        return connection.execute("DELETE FROM directory WHERE key = ?", (key,)).rowcount > 0


@contextmanager
def _writing(store: str | Path) -> Iterator[sqlite3.Connection]:
    try:
        Path(store).parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(str(store), isolation_level=None, timeout=30)
        try:
            connection.executescript(_SCHEMA)
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        finally:
            connection.close()
    except (sqlite3.Error, OSError) as error:
        raise OutputError(
            N_("The store of directories {path} cannot be written: {reason}."),
            path=str(store),
            reason=str(error),
        ) from error


def _entries(
    parsed: Parsed, key: str, path: str, code_column: str | None, name_column: str | None
) -> list[tuple[str, str, str, str]]:
    """Return (code, name, folded name, data) of every row; equal rows are taken once."""
    names = list(dict.fromkeys(name for row in parsed.rows for name in row))
    by = KNOWN[key].code if key in KNOWN else "code"
    register = by != "code"
    code_name = code_column or _code_column(names, by)
    if code_name is None or code_name not in names:
        raise InputError(
            N_("{path} holds no column with codes; it has: {names}."),
            hint=N_("Name it with --code COLUMN."),
            path=path,
            names=", ".join(names[:30]),
        )
    title_name = name_column or _name_column(names, code_name, register=register)
    fields = {name: found.name for name in names if register and (found := field_of(name))}
    entries: dict[str, tuple[str, str, str, str]] = {}
    for row in parsed.rows:
        code = row.get(code_name, "").strip()
        if not code:
            continue
        if register:
            identifier = get("snils" if by == "snils" else "frmo_oid")
            code = identifier.compact(code) if identifier.is_valid(code) else code
        data = {fields.get(name, name): value for name, value in row.items()}
        title = row.get(title_name, "") if title_name else ""
        entry = (code, title, fold(title), json.dumps(data, ensure_ascii=False))
        if code in entries and entries[code] != entry and not register:
            raise InputError(
                N_("The code «{code}» stands in {path} twice with different content."),
                code=code,
                path=path,
            )
        entries[code] = entry
    if not entries:
        raise InputError(
            N_("{path} is not a directory of codes: no rows with a code and a name were found."),
            path=path,
        )
    return list(entries.values())


def _code_column(names: Sequence[str], by: str) -> str | None:
    if by != "code":
        return next((n for n in names if (found := field_of(n)) and found.name == by), None)
    folded = {fold_header(name): name for name in reversed(names)}
    return next((folded[code] for code in _CODES if code in folded), None)


def _name_column(names: Sequence[str], code: str, *, register: bool) -> str | None:
    if register:
        wanted = ("fio", "org_name", "surname")
        for name in names:
            found = field_of(name)
            if found is not None and found.name in wanted:
                return name
    folded = {fold_header(name): name for name in reversed(names)}
    hit = next((folded[name] for name in _NAMES if name in folded and folded[name] != code), None)
    return hit or next((name for name in names if name != code), None)
