"""The tables of the journal, and whether a file has them and nothing besides."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import Any, Final

from medcab.journal.chain import GENESIS

__all__ = ["APPLICATION_ID", "LARGEST", "State", "create", "is_sound", "read_state"]

APPLICATION_ID: Final = 0x6D63_6A6C  # "mcjl"
LARGEST: Final = (1 << 63) - 1  # of an INTEGER of SQLite
_TABLES: Final = (
    """CREATE TABLE records (
        number INTEGER PRIMARY KEY,
        content BLOB NOT NULL,
        previous BLOB NOT NULL,
        hash BLOB NOT NULL
    ) STRICT""",
    """CREATE TABLE state (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        base_number INTEGER NOT NULL, base_hash BLOB NOT NULL,
        head_number INTEGER NOT NULL, head_hash BLOB NOT NULL
    ) STRICT""",
    """CREATE TABLE seals (
        number INTEGER NOT NULL, statement BLOB NOT NULL, signature BLOB NOT NULL
    ) STRICT""",
)
_TRIGGERS: Final = (
    """CREATE TRIGGER records_are_not_changed BEFORE UPDATE ON records
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
    """CREATE TRIGGER records_are_not_removed BEFORE DELETE ON records
        WHEN old.number > (SELECT base_number FROM state)
        BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END""",
)


@dataclass(frozen=True, slots=True)
class State:
    """Where the chain begins and ends."""

    base_number: int
    base_hash: bytes
    head_number: int
    head_hash: bytes


def create(db: sqlite3.Connection) -> None:
    """Make the tables of a new journal, in the transaction of the caller."""
    # executescript would commit first: the schema must appear whole or not at all.
    for statement in (*_TABLES, *_TRIGGERS):
        db.execute(statement)
    db.execute("INSERT INTO state VALUES (1, 0, ?, 0, ?)", (GENESIS, GENESIS))
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def is_sound(db: sqlite3.Connection) -> bool:
    """Whether the file has the tables of a journal.

    A view in place of a table may never come to an end, and a trigger of somebody else's would
    run with every record: such a file is not read and not written. The own triggers may be
    missing, for they only keep from mistakes.
    """
    rows = db.execute("SELECT type, name, sql FROM sqlite_master LIMIT 100").fetchall()
    found = [sql for _, name, sql in rows if not str(name).startswith("sqlite_")]
    return set(_TABLES) <= set(found) <= {*_TABLES, *_TRIGGERS} and len(found) == len(set(found))


def read_state(db: sqlite3.Connection) -> State | None:
    """The state; None when there is none, or it is not what a journal writes."""
    rows: list[tuple[Any, ...]] = db.execute(
        "SELECT base_number, base_hash, head_number, head_hash FROM state LIMIT 2"
    ).fetchall()
    if len(rows) != 1:
        return None
    base, base_hash, head, head_hash = rows[0]
    if type(base) is not int or type(head) is not int or not 0 <= base <= head <= LARGEST:
        return None
    if not isinstance(base_hash, bytes) or not isinstance(head_hash, bytes):
        return None
    return State(base, base_hash, head, head_hash)
