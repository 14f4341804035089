"""The journal: chained, append-only, found out when touched, safe under kill -9."""

import json
import os
import random
import sqlite3
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from medcab.errors import InputError, OutputError
from medcab.journal import Journal, from_report
from medcab.journal.mask import mask_name, mask_text, mask_values
from medcab.model import Finding, Location, Report, Severity

sys.path.insert(0, str(Path(__file__).parent))
from abuse import CLEVER, PLAIN, START, KilledWriters, entry, in_memory, loosen, over, tamper

try:
    import resource
except ImportError:  # Windows
    resource = None

_FINDING = {
    "rule": "FIL001", "severity": "error", "outcome": "violated", "path": "a.pdf", "page": None,
    "field": None, "args": {}, "reason": None,
}  # fmt: skip


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


def tamper_on_disk(path, action):
    db = sqlite3.connect(path)
    loosen(db)
    action(db)
    db.commit()
    db.close()


@pytest.mark.parametrize("kind", PLAIN)
def test_every_one_of_1000_random_tamperings_is_found(filled, kind):
    db = in_memory(filled)
    loosen(db)
    journal = over(db)
    for seed in range(1000 // len(PLAIN) + 1):
        db.execute("BEGIN")
        number = tamper(random.Random(seed), db, kind)
        assert not journal.verify().whole, (seed, number)
        db.execute("ROLLBACK")
    assert journal.verify().whole
    db.close()


@pytest.mark.parametrize("kind", CLEVER)
def test_a_chain_made_anew_contradicts_what_was_sealed(filled, kind):
    db = in_memory(filled)
    loosen(db)
    journal = over(db)
    number, sealed = journal.head()
    for seed in range(20):
        db.execute("BEGIN")
        tamper(random.Random(seed), db, kind)
        assert journal.verify().whole  # this is why there are seals
        assert journal.hash_of(number) != sealed
        db.execute("ROLLBACK")
    db.close()


def test_tampering_on_disk_names_the_record(filled):
    def change(db):
        db.execute(
            "UPDATE records SET content = CAST(replace(CAST(content AS TEXT), 'passed', 'failed') AS BLOB) WHERE number=7"
        )

    tamper_on_disk(filled, change)
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
    tamper_on_disk(filled, lambda db: db.execute("DELETE FROM records WHERE number = 6"))
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
                journal.append(entry(n, findings=[_FINDING | {"rule": "X" * 2000}]))
                acknowledged = n + 2
        assert journal.verify().whole
        assert journal.head()[0] == acknowledged


@pytest.mark.skipif(resource is None, reason="no limits here")
@pytest.mark.parametrize("room", [70_000, 150_000])
def test_a_disk_that_is_full_in_the_middle_of_a_record(tmp_path, room):
    """The system itself refuses to write on: what was acknowledged stays, the rest is told."""
    child = """
import resource, signal, sys
sys.path.insert(0, {tests!r})
from abuse import entry
from medcab.errors import OutputError
from medcab.journal import Journal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
finding = dict({finding!r}, rule="X" * 3000)
with Journal({path!r}) as journal:
    resource.setrlimit(resource.RLIMIT_FSIZE, ({room}, {room}))
    try:
        for n in range(10_000):
            print(journal.append(entry(n, findings=[finding])), flush=True)
    except OutputError as error:
        print(error, file=sys.stderr)
        sys.exit(3)
"""
    path = tmp_path / "j.db"
    code = child.format(
        tests=str(Path(__file__).parent), path=str(path), room=room, finding=_FINDING
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 3, done.stderr
    assert "cannot be written" in done.stderr
    acknowledged = [int(line) for line in done.stdout.split()]
    assert acknowledged
    with Journal(path) as journal:
        assert journal.verify().whole
        assert {r.number for r in journal.records()} >= set(acknowledged)
        assert journal.append(entry()) > acknowledged[-1]  # there is room again


def test_two_writers_at_once_make_one_chain(tmp_path):
    path = tmp_path / "j.db"
    numbers = [[], []]

    def write(mine):
        with Journal(path) as journal:
            for n in range(150):
                mine.append(journal.append(entry(n)))

    threads = [threading.Thread(target=write, args=(mine,)) for mine in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers[0] + numbers[1]) == list(range(1, 301))
    with Journal(path) as journal:
        assert journal.verify().whole


def test_what_is_read_does_not_change_while_others_append(filled):
    with Journal(filled) as reader, Journal(filled) as writer:
        with reader.reading():
            assert reader.head()[0] == 20
            writer.append(entry(99))
            assert reader.head()[0] == 20
            assert reader.verify().whole
            assert len(list(reader.records())) == 20
        assert reader.head()[0] == 21


@pytest.mark.skipif(os.name == "nt", reason="kill -9")
def test_kill_9_of_writers_loses_nothing_acknowledged(tmp_path):
    (tmp_path / "logs").mkdir()
    abused = KilledWriters(tmp_path / "j.db", tmp_path / "logs")
    abused.run(2000, kills=8, pause=(0.2, 0.6))
    acknowledged = abused.acknowledged()
    with Journal(tmp_path / "j.db") as journal:
        result = journal.verify()
        assert result.whole, result.problems[:3]
        stored = {r.number for r in journal.records()}
    assert len(acknowledged) >= 2000
    assert abused.kills >= 8
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


_STATE = "CREATE TABLE state (one, base_number, base_hash, head_number, head_hash)"
_SEALS = "CREATE TABLE seals (number, statement, signature)"
_ENDLESS = (
    "CREATE VIEW seals AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c)"
    " SELECT n AS number, x'00' AS statement, x'00' AS signature FROM c WHERE n < 0"
)
_TRIGGER = (
    "CREATE TRIGGER more AFTER INSERT ON records BEGIN DELETE FROM seals; END"
)  # fmt: skip


@pytest.mark.parametrize(
    "statements",
    [
        ["DROP TABLE seals"],
        ["DROP TABLE state"],
        ["DROP TABLE records"],
        ["DELETE FROM state"],
        ["DROP TABLE state", _STATE, "INSERT INTO state VALUES (1, 'x', 'y', 'z', 'w')"],
        ["DROP TABLE seals", _SEALS, "INSERT INTO seals VALUES (1, 1, 'text')"],
        ["DROP TABLE seals", _SEALS, "INSERT INTO seals VALUES (1, 1, NULL)"],
        ["DROP TABLE seals", _ENDLESS],
        [_TRIGGER],
        ["UPDATE state SET head_number = -1"],
        ["UPDATE state SET base_number = 21"],
    ],
)
def test_a_file_of_another_shape_is_damaged_and_neither_hangs_nor_crashes(filled, statements):
    db = sqlite3.connect(filled)
    for statement in statements:
        db.execute(statement)
    db.commit()
    db.close()
    with Journal(filled, create=False) as journal:
        assert [p.kind for p in journal.verify().problems] == ["damaged"]
        assert journal.seals() == []
        assert journal.hash_of(1) is None
        for use in (
            journal.head,
            lambda: journal.append(entry(50)),
            lambda: list(journal.records()),
            lambda: journal.prune(START + timedelta(days=5), entry(30)),
            lambda: journal.add_seal(1, b"{}", b"x"),
        ):
            with pytest.raises(InputError, match="damaged"):
                use()


@pytest.mark.parametrize("value", ["text", None, 5])
def test_values_of_another_type_behind_a_schema_that_claims_otherwise(filled, value):
    """Whoever writes the bytes of the file is bound by no schema."""
    db = sqlite3.connect(filled)
    (claimed,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'seals'").fetchone()
    db.execute("DROP TABLE seals")
    db.execute(_SEALS)
    db.execute("INSERT INTO seals VALUES (1, x'00', ?)", (value,))
    db.execute("PRAGMA writable_schema = ON")
    db.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'seals'", (claimed,))
    db.commit()
    db.close()
    with Journal(filled, create=False) as journal:
        assert [p.kind for p in journal.verify().problems] == ["unreadable-seal"]
        assert journal.seals() == []


def test_removed_records_need_a_record_that_says_who_removed_them(filled):
    with Journal(filled) as journal:
        journal.prune(START + timedelta(days=5), entry(30))
        assert journal.verify().whole
        journal.prune(START + timedelta(days=8), entry(31))
        assert journal.verify().whole
        assert [r.content["command"] for r in journal.records(last=2)] == ["journal prune"] * 2
    db = sqlite3.connect(filled)
    db.execute("DROP TRIGGER records_are_not_removed")
    db.execute("DELETE FROM records WHERE number > 20")
    number, digest = db.execute("SELECT number, hash FROM records WHERE number = 20").fetchone()
    db.execute("UPDATE state SET head_number = ?, head_hash = ?", (number, digest))
    db.commit()
    db.close()
    with Journal(filled) as journal:
        assert [p.kind for p in journal.verify().problems] == ["pruned"]


@pytest.mark.parametrize(
    "patch",
    [
        {"at": 5}, {"at": "x"}, {"at": "0001-01-01T00:00:00+14:00"}, {"user": None},
        {"command": ["a"]}, {"verdict": {}}, {"inputs": 5}, {"inputs": ["a"]},
        {"inputs": [{"name": "a"}]}, {"inputs": [{"name": "a", "sha256": 5}]}, {"findings": [1]},
        {"findings": [{"rule": "FIL001"}]}, {"findings": [_FINDING | {"severity": "x"}]},
        {"findings": [_FINDING | {"severity": []}]}, {"findings": [_FINDING | {"page": "1"}]},
        {"findings": [_FINDING | {"args": []}]}, {"findings": [_FINDING | {"path": 5}]},
    ],
)  # fmt: skip
def test_a_record_of_another_shape_is_named_as_damaged(tmp_path, patch):
    with Journal(tmp_path / "j.db") as journal:
        journal.append(entry(1, findings=[_FINDING]))
        (record,) = journal.records()
        loosen(journal._db)
        changed = json.dumps(record.content | patch).encode()
        journal._db.execute("UPDATE records SET content = ?", (changed,))
        assert [p.kind for p in journal.verify().problems] == ["edited"]
        with pytest.raises(InputError, match="Record 1"):
            list(journal.records())
