"""The journal: chained, append-only, found out when touched, safe under kill -9."""

import json
import multiprocessing
import os
import random
import signal
import sqlite3
import time
from datetime import UTC, datetime, timedelta

import pytest

from medcab.errors import InputError, OutputError
from medcab.journal import Entry, Journal, from_report
from medcab.journal.mask import mask_name, mask_text, mask_values
from medcab.model import Finding, Location, Report, Severity

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def entry(n=0, **more):
    return Entry(
        at=START + timedelta(days=n), user="petrova", host="kadry-1", command="check",
        version="0.1.0", profile="scan", verdict="passed",
        inputs=[{"name": "И***_Диплом.pdf", "sha256": "00" * 32}], **more,
    )  # fmt: skip


@pytest.fixture
def filled(tmp_path):
    path = tmp_path / "j.db"
    with Journal(path) as journal:
        for n in range(20):
            assert journal.append(entry(n)) == n + 1
    return path


def test_records_are_chained_and_read_back(filled):
    with Journal(filled, create=False) as journal:
        result = journal.verify()
        assert result.whole
        assert result.records == 20
        records = list(journal.records())
        assert [r.number for r in records] == list(range(1, 21))
        assert records[0].content["user"] == "petrova"
        assert records[-1].hash == result.head == journal.head()[1].hex()
        assert [r.number for r in journal.records(last=3)] == [18, 19, 20]


def test_an_empty_journal_is_whole(tmp_path):
    with Journal(tmp_path / "j.db") as journal:
        assert journal.verify().whole
        assert journal.head() == (0, bytes(32))


def test_changes_are_refused_by_the_database(filled):
    db = sqlite3.connect(filled)
    for statement in ("UPDATE records SET content = x'00'", "DELETE FROM records WHERE number = 3"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            db.execute(statement)
    db.close()


def tamper(path, action):
    db = sqlite3.connect(path)
    db.execute("DROP TRIGGER records_are_not_changed")
    db.execute("DROP TRIGGER records_are_not_removed")
    action(db)
    db.commit()
    db.close()


def one_tampering(rng, db, last=20):
    number = rng.randint(1, last)
    kind = rng.choice(["content", "hash", "previous", "delete", "swap", "number", "insert", "tail"])
    if kind in ("content", "hash", "previous"):
        (value,) = db.execute(f"SELECT {kind} FROM records WHERE number=?", (number,)).fetchone()
        value = bytearray(value)
        value[rng.randrange(len(value))] ^= 1 << rng.randrange(8)
        db.execute(f"UPDATE records SET {kind}=? WHERE number=?", (bytes(value), number))
    elif kind == "delete":
        db.execute("DELETE FROM records WHERE number=?", (number,))
    elif kind == "swap":
        other = rng.choice([n for n in range(1, last + 1) if n != number])
        rows = {n: db.execute("SELECT content, hash FROM records WHERE number=?", (n,)).fetchone()
                for n in (number, other)}  # fmt: skip
        db.execute("UPDATE records SET content=?, hash=? WHERE number=?", (*rows[other], number))
        db.execute("UPDATE records SET content=?, hash=? WHERE number=?", (*rows[number], other))
    elif kind == "number":
        db.execute("UPDATE records SET number=? WHERE number=?", (last + 5, number))
    elif kind == "insert":
        row = db.execute("SELECT content, previous, hash FROM records WHERE number=?", (number,))
        db.execute("INSERT INTO records VALUES (?,?,?,?)", (last + 1, *row.fetchone()))
    else:
        db.execute("DELETE FROM records WHERE number > ?", (last - rng.randint(1, 5),))
    return kind


@pytest.mark.parametrize("block", range(10))
def test_every_one_of_1000_random_tamperings_is_found(filled, tmp_path, block):
    source = sqlite3.connect(filled)
    source.execute("PRAGMA journal_mode = DELETE")  # a database in memory has no WAL
    original = source.serialize()
    source.close()
    kinds = set()
    for seed in range(block * 100, block * 100 + 100):
        rng = random.Random(seed)
        db = sqlite3.connect(":memory:")
        db.deserialize(original)
        db.execute("DROP TRIGGER records_are_not_changed")
        db.execute("DROP TRIGGER records_are_not_removed")
        kinds.add(one_tampering(rng, db))
        db.commit()
        journal = Journal.__new__(Journal)
        journal._db = db
        assert not journal.verify().whole, seed
        db.close()
    assert len(kinds) >= 7


def test_tampering_on_disk_names_the_record(filled):
    def change(db):
        db.execute(
            "UPDATE records SET content = CAST(replace(CAST(content AS TEXT), 'passed', 'failed') AS BLOB) WHERE number=7"
        )

    tamper(filled, change)
    with Journal(filled) as journal:
        assert {(p.kind, p.number) for p in journal.verify().problems} == {("edited", 7)}


def test_pruning_leaves_a_chain_that_verifies_and_says_who(filled):
    with Journal(filled) as journal:
        assert journal.prune(START - timedelta(days=1), entry(40)) == 0
        removed = journal.prune(START + timedelta(days=5), entry(30))
        assert removed == 5
        result = journal.verify()
        assert result.whole
        assert (result.first, result.records) == (6, 16)
        assert journal.append(entry(31)) == 22
        assert journal.verify().whole
        assert journal.hash_of(5) is not None
        assert journal.hash_of(4) is None


def test_a_pruned_journal_still_shows_tampering(filled):
    with Journal(filled) as journal:
        journal.prune(START + timedelta(days=5), entry(30))
    tamper(filled, lambda db: db.execute("DELETE FROM records WHERE number = 6"))
    with Journal(filled) as journal:
        assert not journal.verify().whole


def test_what_is_no_journal(tmp_path):
    (tmp_path / "text.db").write_text("hello " * 500)
    with pytest.raises(InputError, match="no journal"):
        Journal(tmp_path / "text.db")
    other = sqlite3.connect(tmp_path / "other.db")
    other.execute("CREATE TABLE t (x)")
    other.commit()
    other.close()
    with pytest.raises(InputError, match="not a journal"):
        Journal(tmp_path / "other.db")
    with pytest.raises(InputError, match="There is no journal"):
        Journal(tmp_path / "none.db", create=False)
    with pytest.raises(OutputError):
        Journal(tmp_path / "no" / "j.db")


def test_a_full_disk_loses_nothing_acknowledged(tmp_path):
    with Journal(tmp_path / "j.db") as journal:
        journal.append(entry())
        pages = journal._db.execute("PRAGMA page_count").fetchone()[0]
        journal._db.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(OutputError, match="cannot be written"):
            for n in range(1000):
                journal.append(entry(n, findings=[{"rule": "X" * 2000}]))
                acknowledged = n + 2
        assert journal.verify().whole
        assert journal.head()[0] == acknowledged


def _write(path, worker, log):
    with Journal(path) as journal, open(log, "a", encoding="ascii") as acknowledged:
        while True:
            number = journal.append(entry(worker))
            acknowledged.write(f"{number}\n")
            acknowledged.flush()


@pytest.mark.skipif(os.name == "nt", reason="kill -9")
def test_kill_9_of_writers_loses_nothing_acknowledged(tmp_path):
    context = multiprocessing.get_context("spawn")
    path, rng = tmp_path / "j.db", random.Random(1)
    Journal(path).close()
    running = {}
    for worker in range(12):
        process = context.Process(
            target=_write, args=(str(path), worker, str(tmp_path / f"{worker}.log"))
        )
        process.start()
        running[worker] = process
        if len(running) == 4:
            time.sleep(0.3 + rng.random() * 0.5)
            victim = running.pop(rng.choice(list(running)))
            os.kill(victim.pid, signal.SIGKILL)
            victim.join()
    time.sleep(0.5)
    for process in running.values():
        os.kill(process.pid, signal.SIGKILL)
        process.join()
    acknowledged = [
        int(line) for log in tmp_path.glob("*.log") for line in log.read_text().splitlines() if line
    ]
    with Journal(path) as journal:
        result = journal.verify()
        assert result.whole, result.problems[:3]
        stored = {r.number for r in journal.records()}
    assert acknowledged
    assert len(set(acknowledged)) == len(acknowledged)
    assert set(acknowledged) <= stored


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("112-233-445 95", "***-***-*45 95"),
        ("СНИЛС 11223344595.", "С*** *******4595."),
        ("ivanova@clinic.ru", "***@clinic.ru"),
        ("15.07.1985", "**.**.****"),
        ("Иванова Анна", "И*** А***"),
        ("300 dpi, 12345", "300 dpi, 12345"),
        ("+7 (916) 123-45-67", "+* (***) ***-45-67"),
    ],
)
def test_masks(text, masked):
    assert mask_text(text) == masked


def test_names_of_files_keep_what_the_document_is():
    assert mask_name("Иванова Анна_Диплом.pdf", {"диплом"}) == "И*** А***_Диплом.pdf"
    assert mask_name("Петров/скан 12345678.pdf") == "П***/с*** ****5678.pdf"


def test_values_are_masked_deep_down():
    assert mask_values({"a": ["Иванов", 5, {"b": "7707083893"}]}) == {
        "a": ["И***", 5, {"b": "******3893"}]
    }


def test_sentences_of_the_program_are_not_masked():
    """Otherwise they could not be said again in the reader's language."""
    args = {"problem_template": "The part after @ is no domain: {value}.", "value": "Иванов"}
    masked = mask_values(args)
    assert masked == {**args, "value": "И***"}


def test_an_entry_of_a_report_holds_no_personal_data_unless_asked():
    finding = Finding(
        "FLD001", Severity.ERROR, {"value": "112-233-445 96"}, Location("Иванова_Диплом.pdf")
    )
    report = Report("scan", START, "root", (), (finding,))
    common = {"command": "check", "user": "u", "host": "h", "version": "1", "at": START}
    masked = json.dumps(from_report(report, full=False, **common).plain(), ensure_ascii=False)
    assert "Иванова" not in masked
    assert "112-233" not in masked
    full = json.dumps(from_report(report, full=True, **common).plain(), ensure_ascii=False)
    assert "112-233-445 96" in full
    assert "Иванова" in full
