"""What is done to journals on purpose: writers that are killed, records that are tampered with.

Shared by the tests and by benchmarks/bench_journal.py, which does it at full size.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from medcab.journal import Entry, Journal
from medcab.journal.chain import link

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
_LINE = 10  # bytes of one acknowledgement


def entry(n: int = 0, **more: object) -> Entry:
    """A record of a check of one document."""
    return Entry(
        at=START + timedelta(days=n % 3000), user="petrova", host="kadry-1", command="check",
        version="0.1.0", profile="scan", verdict="passed",
        inputs=[{"name": "И***_Диплом.pdf", "sha256": "00" * 32}], **more,
    )  # fmt: skip


def write_for_ever(path: str, worker: int, log: str) -> None:
    """Append, and write down each number that was acknowledged, until killed."""
    with Journal(path) as journal, open(log, "ab", buffering=0) as acknowledged:
        while True:
            number = journal.append(entry(worker))
            acknowledged.write(b"%0*d\n" % (_LINE - 1, number))


class KilledWriters:
    """Four writers at once; again and again one of them is killed with SIGKILL and replaced.

    Attributes:
        path: the journal.
        logs: folder of the acknowledgements.
        kills: how many writers were killed while they worked.
    """

    def __init__(self, path: Path, logs: Path, *, writers: int = 4, seed: int = 1) -> None:
        self.path, self.logs, self.writers = path, logs, writers
        self.kills = 0
        self._random = random.Random(seed)
        self._started = 0

    def run(self, records: int, kills: int, pause: tuple[float, float] = (0.2, 1.5)) -> None:
        """Go on until so many records were acknowledged and so many writers killed."""
        context = multiprocessing.get_context("spawn")
        Journal(self.path).close()
        running: list[multiprocessing.process.BaseProcess] = []
        try:
            while self.count() < records or self.kills < kills:
                while len(running) < self.writers:
                    log = str(self.logs / f"{self._started}.log")
                    process = context.Process(
                        target=write_for_ever, args=(str(self.path), self._started, log)
                    )
                    process.start()
                    running.append(process)
                    self._started += 1
                time.sleep(self._random.uniform(*pause))
                victim = running.pop(self._random.randrange(len(running)))
                self._kill(victim)
        finally:
            for process in running:
                self._kill(process)

    def _kill(self, process: multiprocessing.process.BaseProcess) -> None:
        assert process.pid is not None
        assert process.exitcode is None, "a writer ended by itself"
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        self.kills += 1

    def count(self) -> int:
        """Records acknowledged so far."""
        return sum(log.stat().st_size for log in self.logs.glob("*.log")) // _LINE

    def acknowledged(self) -> list[int]:
        """Numbers of the records that were acknowledged."""
        return [
            int(line)
            for log in self.logs.glob("*.log")
            for line in log.read_bytes().split(b"\n")
            if len(line) == _LINE - 1
        ]


PLAIN = ("content", "hash", "previous", "delete", "swap", "number", "insert", "tail", "swallow")
"""Kinds that :meth:`Journal.verify` finds by itself."""
CLEVER = ("rewrite", "forget")
"""Kinds that leave a chain that fits, and the head with it: only a seal shows them."""


def loosen(db: sqlite3.Connection) -> None:
    """Take away what keeps the records from being changed."""
    db.execute("DROP TRIGGER records_are_not_changed")
    db.execute("DROP TRIGGER records_are_not_removed")


def tamper(rng: random.Random, db: sqlite3.Connection, kind: str) -> int:
    """Do one thing of ``kind`` to one record; return its number."""
    (last,) = db.execute("SELECT max(number) FROM records").fetchone()
    number = rng.randint(1, last)
    if kind in ("content", "hash", "previous"):
        (value,) = db.execute(f"SELECT {kind} FROM records WHERE number=?", (number,)).fetchone()
        value = bytearray(value)
        value[rng.randrange(len(value))] ^= 1 << rng.randrange(8)
        db.execute(f"UPDATE records SET {kind}=? WHERE number=?", (bytes(value), number))
    elif kind == "delete":
        db.execute("DELETE FROM records WHERE number=?", (number,))
    elif kind == "swap":
        other = rng.choice([n for n in (number - 1, number + 1, 1, last) if 0 < n <= last != n])
        other = other if other != number else number % last + 1
        rows = {n: db.execute("SELECT content, hash FROM records WHERE number=?", (n,)).fetchone()
                for n in (number, other)}  # fmt: skip
        db.execute("UPDATE records SET content=?, hash=? WHERE number=?", (*rows[other], number))
        db.execute("UPDATE records SET content=?, hash=? WHERE number=?", (*rows[number], other))
    elif kind == "number":
        db.execute("UPDATE records SET number=? WHERE number=?", (last + 5, number))
    elif kind == "insert":
        row = db.execute("SELECT content, previous, hash FROM records WHERE number=?", (number,))
        db.execute("INSERT INTO records VALUES (?,?,?,?)", (last + 1, *row.fetchone()))
    elif kind == "tail":
        db.execute("DELETE FROM records WHERE number > ?", (last - rng.randint(1, 5),))
    elif kind == "swallow":
        _swallow(db, number, last)
    elif kind == "rewrite":
        _rewrite(db, number)
    else:
        number = rng.randint(1, last - 1)
        db.execute("DELETE FROM records WHERE number > ?", (number,))
        db.execute(
            "UPDATE state SET head_number = ?, head_hash = (SELECT hash FROM records"
            " WHERE number = ?)",
            (number, number),
        )
    return number


def _swallow(db: sqlite3.Connection, number: int, last: int) -> None:
    """Take a record out and move those after it up, a few of them, hashes as they were."""
    db.execute("DELETE FROM records WHERE number=?", (number,))
    for each in range(number + 1, min(number + 20, last) + 1):
        db.execute("UPDATE records SET number=? WHERE number=?", (each - 1, each))


def _rewrite(db: sqlite3.Connection, number: int) -> None:
    """Change a record and make all hashes after it anew, the head included."""
    rows = db.execute(
        "SELECT number, content, previous FROM records WHERE number >= ? ORDER BY number",
        (number,),
    ).fetchall()
    before = rows[0][2]
    for each, content, _ in rows:
        if each == number:
            content = content.replace(b'"passed"', b'"failed"')
        fresh = link(each, before, content)
        db.execute(
            "UPDATE records SET content=?, previous=?, hash=? WHERE number=?",
            (content, before, fresh, each),
        )
        before = fresh
    db.execute("UPDATE state SET head_hash = ?", (before,))


def over(db: sqlite3.Connection) -> Journal:
    """A journal over an open database, without the checks of opening a file."""
    journal = Journal.__new__(Journal)
    journal.path = Path("in memory")
    journal._db = db
    return journal


def in_memory(path: Path) -> sqlite3.Connection:
    """A copy of the journal in memory that may be changed and rolled back."""
    source = sqlite3.connect(path)
    source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    source.execute("PRAGMA journal_mode = DELETE")  # a database in memory has no WAL
    original = source.serialize()
    source.execute("PRAGMA journal_mode = WAL")
    source.close()
    db = sqlite3.connect(":memory:", isolation_level=None)
    db.deserialize(original)
    return db
