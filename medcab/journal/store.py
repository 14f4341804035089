"""The file of the journal: SQLite, write-ahead log, one writer at a time, nothing ever changed."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from medcab.errors import InputError, OutputError
from medcab.journal.chain import GENESIS, ChainProblem, Verification, canonical, link
from medcab.journal.entry import Entry, is_content
from medcab.journal.schema import APPLICATION_ID, LARGEST, State, create, is_sound, read_state
from medcab.text import N_

__all__ = ["Journal", "Record"]

_WAIT: Final = 60.0
_PRUNE: Final = "journal prune"
_PRUNE_MARK: Final = b'"command":"journal prune"'


@dataclass(frozen=True, slots=True)
class Record:
    """A stored record: its number, its content and its hash (hexadecimal)."""

    number: int
    content: dict[str, Any]
    hash: str


class Journal:
    """A journal file, opened (and made, where it does not exist).

    Several processes may append at once. A record is on the disk when :meth:`append` returns.

    Args:
        path: the file; its folder must exist.
        create: make it when it is missing.

    Raises:
        InputError: it is missing (with ``create=False``) or is no journal.
        OutputError: it cannot be made or written.
    """

    def __init__(self, path: str | Path, *, create: bool = True) -> None:
        self.path = Path(path)
        if not create and not self.path.is_file():
            raise InputError(N_("There is no journal {path}."), path=str(path))
        try:
            self._db = sqlite3.connect(self.path, timeout=_WAIT, isolation_level=None)
            self._prepare()
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def _prepare(self) -> None:
        db = self._db
        db.execute(f"PRAGMA busy_timeout = {int(_WAIT * 1000)}")
        db.execute("PRAGMA trusted_schema = OFF")
        with self._writing():
            known = db.execute("PRAGMA application_id").fetchone()[0]
            tables = db.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if known == 0 and tables == 0:
                create(db)
            elif known != APPLICATION_ID:
                raise InputError(
                    N_("{path} is a database, but not a journal of medcab."),
                    hint=N_("Name another file."),
                    path=str(self.path),
                )
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")

    def _state(self) -> State | None:
        """Where the chain begins and ends; None when the file is not what a journal writes."""
        return read_state(self._db) if is_sound(self._db) else None

    def _intact(self) -> State:
        state = self._state()
        if state is None:
            raise InputError(
                N_("{path} is damaged: its tables are not those of a journal."),
                hint=N_("Keep the file as it is and restore it from a copy."),
                path=str(self.path),
            )
        return state

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        # IMMEDIATE takes the write lock before anything is read, so two writers cannot both
        # chain onto the same head.
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            with contextlib.suppress(sqlite3.Error):
                self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    def _failed(self, error: sqlite3.Error) -> InputError | OutputError:
        name = getattr(error, "sqlite_errorname", "")
        if name in ("SQLITE_NOTADB", "SQLITE_CORRUPT"):
            return InputError(
                N_("{path} is damaged or is no journal: {reason}."),
                hint=N_("Keep the file as it is and restore it from a copy."),
                path=str(self.path),
                reason=str(error),
            )
        return OutputError(
            N_("The journal {path} cannot be written: {reason}."),
            hint=N_("Check that the folder exists, may be written to and has free space."),
            path=str(self.path),
            reason=str(error),
        )

    def append(self, entry: Entry) -> int:
        """Add ``entry``; return its number. When this returns, the record is on the disk.

        Raises:
            OutputError: it could not be written (full disk, lock); the journal is as before.
        """
        content = canonical(entry.plain())
        try:
            with self._writing():
                return self._add(content)
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def _add(self, content: bytes) -> int:
        state = self._intact()
        number = state.head_number + 1
        fresh = link(number, state.head_hash, content)
        self._db.execute(
            "INSERT INTO records VALUES (?, ?, ?, ?)", (number, content, state.head_hash, fresh)
        )
        self._db.execute("UPDATE state SET head_number = ?, head_hash = ?", (number, fresh))
        return number

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """See one state of the journal for as long as the block lasts, whatever others append."""
        self._db.execute("BEGIN")
        try:
            yield
        finally:
            self._db.execute("COMMIT")

    def head(self) -> tuple[int, bytes]:
        """Return number and hash of the last record; (0, zeros) when there is none."""
        state = self._intact()
        return state.head_number, state.head_hash

    def first(self) -> int:
        """Return the number that the first record has to have: greater than 1 after pruning."""
        state = self._state()
        return 1 if state is None else state.base_number + 1

    def records(self, *, last: int | None = None) -> Iterator[Record]:
        """Yield the records in order, or only the ``last`` ones.

        Raises:
            InputError: a record is damaged.
        """
        head = self.head()[0]
        first = 0 if last is None else head - last
        rows = self._db.execute(
            "SELECT number, content, hash FROM records WHERE number > ? ORDER BY number", (first,)
        )
        try:
            for number, content, fresh in rows:
                yield Record(number, self._content(number, content), fresh.hex())
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def _content(self, number: int, stored: bytes) -> dict[str, Any]:
        try:
            content = json.loads(stored)
        except (ValueError, TypeError, RecursionError):
            content = None
        if not is_content(content):
            raise InputError(
                N_("Record {number} of the journal {path} is damaged."),
                hint=N_("See: medcab journal verify FILE"),
                number=number,
                path=str(self.path),
            )
        found: dict[str, Any] = content
        return found

    def verify(self) -> Verification:
        """Walk the chain from its base to its head.

        Every edited, removed, added or moved record gives a problem; so does a head that does
        not fit. A rewrite of the whole file can only be found with a seal kept elsewhere.
        """
        problems: list[ChainProblem] = []
        count, expected, previous, first = 0, 1, GENESIS, 1
        pruned_by = False
        try:
            state = self._state()
            if state is None:
                return Verification(0, 1, "", (ChainProblem("damaged", 1),))
            expected = first = state.base_number + 1
            previous = state.base_hash
            rows = self._db.execute(
                "SELECT number, content, previous, hash FROM records ORDER BY number"
            )
            for number, content, before, fresh in rows:
                count += 1
                if number != expected:
                    problems.append(ChainProblem("missing", expected))
                if before != previous:
                    problems.append(ChainProblem("broken", number))
                if not isinstance(content, bytes) or link(number, before, content) != fresh:
                    problems.append(ChainProblem("edited", number))
                elif state.base_number and not pruned_by:
                    pruned_by = _tells_of_pruning(content)
                expected, previous = number + 1, fresh
            if expected - 1 != state.head_number or previous != state.head_hash:
                problems.append(ChainProblem("cut", state.head_number))
            if state.base_number and not pruned_by:
                problems.append(ChainProblem("pruned", state.base_number))
            if len(self.seals()) != self._db.execute("SELECT count(*) FROM seals").fetchone()[0]:
                problems.append(ChainProblem("unreadable-seal", 0))
        except (sqlite3.Error, TypeError, ValueError):
            problems.append(ChainProblem("damaged", expected))
        head = previous.hex() if isinstance(previous, bytes) else ""
        return Verification(count, first, head, tuple(problems))

    def prune(self, before: datetime, entry: Entry) -> int:
        """Remove the records older than ``before``; what remains still verifies.

        The hash of the last removed record becomes the base of the chain, and ``entry`` is
        appended to say who did it: without such a record removed ones are a problem.

        Returns:
            how many records were removed.

        Raises:
            InputError: the journal is damaged.
            OutputError: it could not be written; the journal is as before.
        """
        limit = before.astimezone(UTC).isoformat(timespec="milliseconds")
        try:
            with self._writing():
                self._intact()
                newest = 0
                for number, content in self._db.execute(
                    "SELECT number, content FROM records ORDER BY number"
                ):
                    if str(self._content(number, content)["at"]) >= limit:
                        break
                    newest = number
                if not newest:
                    return 0
                (base,) = self._db.execute(
                    "SELECT hash FROM records WHERE number = ?", (newest,)
                ).fetchone()
                self._db.execute("UPDATE state SET base_number = ?, base_hash = ?", (newest, base))
                removed = self._db.execute(
                    "DELETE FROM records WHERE number <= ?", (newest,)
                ).rowcount
                self._add(canonical(replace(entry, command=_PRUNE).plain()))
                return int(removed)
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def add_seal(self, number: int, statement: bytes, signature: bytes) -> None:
        """Keep a seal (see :mod:`medcab.journal.seal`) beside the records."""
        try:
            with self._writing():
                self._intact()
                self._db.execute(
                    "INSERT INTO seals VALUES (?, ?, ?)", (number, statement, signature)
                )
        except sqlite3.Error as error:
            raise self._failed(error) from error

    def seals(self) -> list[tuple[int, bytes, bytes]]:
        """Return (number, statement, signature) of every seal that can be read."""
        if self._state() is None:
            return []
        return list(
            self._db.execute(
                "SELECT number, statement, signature FROM seals"
                " WHERE typeof(number) = 'integer' AND typeof(statement) = 'blob'"
                " AND typeof(signature) = 'blob'"
            )
        )

    def hash_of(self, number: int) -> bytes | None:
        """Return the hash of record ``number``, or of the base; None when it is not there."""
        state = self._state()
        if state is None or not 1 <= number <= LARGEST:
            return None
        if number == state.base_number:
            return state.base_hash
        row = self._db.execute(
            "SELECT hash FROM records WHERE number = ? AND typeof(hash) = 'blob'", (number,)
        ).fetchone()
        return None if row is None else bytes(row[0])


def _tells_of_pruning(content: bytes) -> bool:
    if _PRUNE_MARK not in content:
        return False
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict) and found.get("command") == _PRUNE
