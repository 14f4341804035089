"""The journal under writers that are killed and hands that tamper, and what a record costs.

One run: 100 000 records by four processes of which one is killed (SIGKILL) again and again, the
chain verified, every acknowledged record looked for; 1 000 random tamperings of that journal; the
speed of appending against a bare SQLite table filled with the same bytes as durably (write-ahead
log, synchronous = FULL, one transaction a record); the register of 10 000 records as PDF.
"""

import argparse
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "tests" / "journal"))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from _common import median_ratio, paired, write  # noqa: E402 - the folder is no package
from abuse import CLEVER, PLAIN, KilledWriters, entry, in_memory, loosen, over, tamper  # noqa: E402

from medcab.journal import Journal  # noqa: E402
from medcab.journal.chain import canonical  # noqa: E402


def killed_writers(work, records, kills):
    """Rows about the run with kill -9, and the journal it leaves."""
    path, logs = work / "killed.db", work / "logs"
    logs.mkdir()
    abused = KilledWriters(path, logs)
    start = time.perf_counter()
    abused.run(records, kills, pause=(0.05, 0.4))
    wall = time.perf_counter() - start
    acknowledged = abused.acknowledged()
    with Journal(path) as journal:
        start = time.perf_counter()
        result = journal.verify()
        verifying = time.perf_counter() - start
        stored = {record.number for record in journal.records()}
    missing = set(acknowledged) - stored
    twice = len(acknowledged) - len(set(acknowledged))
    if missing or twice or not result.whole:
        sys.exit(f"missing {len(missing)}, twice {twice}, problems {result.problems[:5]}")
    size = path.stat().st_size / result.records  # closing the journal took in the log
    rows = [
        ("records acknowledged", f"{len(acknowledged):,}"),
        ("writers killed with SIGKILL", f"{abused.kills}"),
        ("acknowledged records missing, or given twice", "0"),
        ("problems found by verify", "0"),
        ("records a second, four writers, restarts included", f"{len(acknowledged) / wall:,.0f}"),
        ("verify", f"{verifying:.2f} s ({result.records / verifying:,.0f} records/s)"),
        ("bytes a record (one document, no findings)", f"{size:.0f}"),
    ]
    return path, rows


def tamperings(path, count):
    """Rows about the tamperings; those that leave a fitting chain are compared with the seal."""
    db = in_memory(path)
    loosen(db)
    journal = over(db)
    number, sealed = journal.head()
    kinds = [*PLAIN, *CLEVER]
    found = dict.fromkeys(kinds, 0)
    start = time.perf_counter()
    for seed in range(count):
        kind = kinds[seed % len(kinds)]
        db.execute("BEGIN")
        tamper(random.Random(seed), db, kind)
        seen = not journal.verify().whole if kind in PLAIN else journal.hash_of(number) != sealed
        db.execute("ROLLBACK")
        if not seen:
            sys.exit(f"tampering {seed} ({kind}) was not found")
        found[kind] += 1
    wall = time.perf_counter() - start
    if not journal.verify().whole:
        sys.exit("the journal was not put back between tamperings")
    alone = sum(found[kind] for kind in PLAIN)
    rows = [
        ("random tamperings", f"{count:,}"),
        ("found by verify alone", f"{alone} of {alone}"),
        (
            "hashes made anew to fit: found by the sealed head",
            f"{count - alone} of {count - alone}",
        ),
        ("time for all", f"{wall:.0f} s"),
    ]
    return rows, ", ".join(kinds)


def speeds(work, records, runs):
    """Rows of records a second and CPU a record: the journal, and a bare table as durable."""
    contents = [canonical(entry(n).plain()) for n in range(records)]
    turn = iter(range(1_000_000))
    busy = {"ours": [], "bare": []}

    def timed(name, work):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        busy[name].append((time.process_time() - cpu) / records * 1e6)
        return time.perf_counter() - wall

    def ours():
        with Journal(work / f"ours{next(turn)}.db") as journal:
            return timed("ours", lambda: [journal.append(entry(n)) for n in range(records)])

    def bare():
        db = sqlite3.connect(work / f"bare{next(turn)}.db", isolation_level=None)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("CREATE TABLE records (number INTEGER PRIMARY KEY, content BLOB NOT NULL)")
        insert = "INSERT INTO records (content) VALUES (?)"
        wall = timed("bare", lambda: [db.execute(insert, (content,)) for content in contents])
        db.close()
        return wall

    mine, theirs = paired(runs, ours, bare)
    rows = [
        (name, f"{records / statistics.median(walls):,.0f}", f"{statistics.median(busy[key]):.0f}")
        for name, key, walls in (("medcab", "ours", mine), ("bare SQLite insert", "bare", theirs))
    ]
    return rows, median_ratio(mine, theirs)


REGISTER = """
import io, resource, sys, time
sys.path.insert(0, {root!r})
from datetime import UTC, datetime
from medcab.formats.register import Summary
from medcab.formats.register_pdf import write_pdf
from medcab.journal import Journal
from medcab.text import translator
with Journal({path!r}) as journal, open({out!r}, "wb") as out:
    start = time.process_time()
    records = journal.records(last={count})
    told = Summary("journal.db", {count}, 1, "0" * 64, True, (), datetime.now(UTC))
    write_pdf(records, told, translator("ru"), out)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(time.process_time() - start, peak)
"""


def register(work, count):
    """A row about the PDF of so many records, each of a package that did not pass."""
    path = work / f"register{count}.db"
    finding = {
        "rule": "DPI001", "severity": "error", "outcome": "violated", "path": "И***_Диплом.pdf",
        "page": 1, "field": None, "reason": None, "args": {"page": 1, "index": 1, "limit": 300},
    }  # fmt: skip
    with Journal(path) as journal:
        for n in range(count):
            journal.append(entry(n, findings=[finding, {**finding, "rule": "LIM001"}]))
    out = work / "register.pdf"
    code = REGISTER.format(root=str(ROOT), path=str(path), out=str(out), count=count)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    seconds, peak = map(float, done.stdout.split())
    size = out.stat().st_size / 2**20
    return (f"{count:,} records, 2 findings each", f"{seconds:.1f}", f"{peak:.0f}", f"{size:.1f}")


def table(rows):
    """Two columns."""
    return ["| What | Measured |", "|---|---:|", *(f"| {a} | {b} |" for a, b in rows), ""]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a hundredth of the size")
    quick = parser.parse_args().quick
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        # First, while this process is small: its children count its memory as theirs.
        papers = [register(work, count) for count in ((100,) if quick else (1_000, 10_000))]
        path, killed = killed_writers(work, *((1_000, 8) if quick else (100_000, 40)))
        tampered, kinds = tamperings(path, 110 if quick else 1_000)
        speed, ratio = speeds(work, 200 if quick else 2_000, 3 if quick else 9)
    lines = [
        "Four writers append to one journal; one of them is killed and replaced again and again.",
        "",
        *table(killed),
        f"Tampering with that journal: {kinds}.",
        "",
        *table(tampered),
        "One writer, each record on the disk before the next begins (write-ahead log, synchronous =",
        "FULL, one transaction a record); the bare table gets the same bytes and no chain.",
        "",
        "| Writer | Records/s (median) | CPU a record, µs |",
        "|---|---:|---:|",
        *("| " + " | ".join(row) + " |" for row in speed),
        "",
        f"Ratio of wall times, median of pairs: {ratio:.2f}.",
        "",
        "The register as PDF (`journal export -f pdf`):",
        "",
        "| Journal | CPU, s | Peak memory, MB | Size, MB |",
        "|---|---:|---:|---:|",
        *("| " + " | ".join(row) + " |" for row in papers),
        "",
        f"SQLite {sqlite3.sqlite_version}",
    ]
    write("journal", "Journal", "\n".join(lines))


if __name__ == "__main__":
    main()
