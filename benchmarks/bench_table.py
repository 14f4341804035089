"""medcab table: 200 000 rows and six identifier columns, beside polars reading and writing them.

Run: python benchmarks/bench_table.py [--quick]
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path

from bench_ids import cpu, numbers, version

from medcab import ids

RESULT = Path(__file__).parent / "results" / "table.md"
KINDS = ("snils", "inn_person", "ogrn", "ogrnip", "enp", "inn_legal")
HEADERS = ("СНИЛС", "ИНН", "ОГРН", "ОГРНИП", "ЕНП", "ИНН организации")

# Each runs in a process of its own: wall and CPU time of the work, peak memory of the process.
HEAD = """
import io, json, sys, time
source, target = sys.argv[1:3]
def peak():
    # ru_maxrss of a child may still hold the parent's peak; VmHWM is its own.
    try:
        for line in open("/proc/self/status"):
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return None
def done(times, **more):
    print(json.dumps({"wall": min(t[0] for t in times), "cpu": min(t[1] for t in times),
                      "first": times[0][0], "peak": peak(), **more}))
times = []
"""
POLARS = """
import polars as pl
for _ in range(3):
    wall, cpu = time.perf_counter(), time.process_time()
    data = open(source, "rb").read()
    if "cp1251" in source:
        data = data.decode("cp1251").encode()
    frame = pl.read_csv(io.BytesIO(data), separator=";", infer_schema=False)
    frame.write_csv(target, separator=";")
    times.append((time.perf_counter() - wall, time.process_time() - cpu))
done(times)
"""
MEDCAB = """
from medcab.tables import check_table, read_table, write_table
from medcab.text import translator
for _ in range(3):
    wall, cpu = time.perf_counter(), time.process_time()
    result = check_table(read_table(source))
    data = write_table(result, target.rpartition(".")[2], translator("ru"))
    open(target, "wb").write(data)
    times.append((time.perf_counter() - wall, time.process_time() - cpu))
done(times, found=[[p.row, p.column] for p in result.problems])
"""
ONCE = MEDCAB.replace("range(3)", "range(1)")


def table(rows, rng):
    """Columns with 1 % of rows spoiled, and the spoiled cells."""
    columns = []
    for kind in KINDS:
        values = set()
        while len(values) < rows:
            values.update(numbers(kind, rows - len(values), rng))
        ordered = sorted(values)
        rng.shuffle(ordered)
        columns.append([ids.get(kind).format(value) for value in ordered])
    wrong = []
    for row in rng.sample(range(rows), rows // 100):
        column = rng.randrange(len(KINDS))
        columns[column][row] = spoil(columns[column][row], KINDS[column], rng)
        wrong.append([row, column])
    return columns, sorted(wrong)


def spoil(value, kind, rng):
    while True:
        at = rng.randrange(len(value))
        other = value[:at] + rng.choice("0123456789") + value[at + 1 :]
        if value[at] in "0123456789" and not ids.is_valid(kind, other):
            return other


def run(code, *arguments):
    done = subprocess.run(
        [sys.executable, "-c", HEAD + code, *map(str, arguments)],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)},
    )
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    rows, repeat = (20_000, 2) if quick else (200_000, 5)
    columns, wrong = table(rows, random.Random(20261121))
    lines = [
        "## Tables",
        "",
        (
            f"{date.today().isoformat()}; {cpu()}, {os.cpu_count()} cores; "
            f"Python {platform.python_version()}, polars {version('polars')}, "
            f"XlsxWriter {version('xlsxwriter')}, python-calamine {version('python-calamine')}. "
            f"{rows} rows, {len(KINDS)} identifier columns, {len(wrong)} spoiled cells. Medians of "
            f"{repeat} processes, the best of three passes in each; peak memory of the process."
        ),
        "",
        "| task | wall | CPU | peak memory | ratio to polars (wall) | exactly the spoiled cells |",
        "|---|---:|---:|---:|---:|---|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        for encoding in ("utf-8", "cp1251"):
            source = Path(folder) / f"{encoding}.csv"
            text = "\r\n".join(";".join(row) for row in (HEADERS, *zip(*columns, strict=True)))
            source.write_bytes((text + "\r\n").encode(encoding))
            base, mine = [], []
            for _ in range(repeat):
                base.append(run(POLARS, source, Path(folder) / "polars.csv"))
                mine.append(run(MEDCAB, source, Path(folder) / "medcab.csv"))
            ratio = statistics.median(
                m["wall"] / b["wall"] for m, b in zip(mine, base, strict=True)
            )
            lines.append(row_of(f"polars: read and write CSV ({encoding}) as text", base, "1.0"))
            exact = all(sorted(m["found"]) == wrong for m in mine)
            lines.append(
                row_of(
                    f"medcab: read, check, write CSV ({encoding}) with remarks",
                    mine,
                    f"{ratio:.2f}",
                    "yes" if exact else "NO",
                )
            )
            print(*lines[-2:], sep="\n")
        import polars as pl

        source = Path(folder) / "t.xlsx"
        pl.DataFrame(dict(zip(HEADERS, columns, strict=True))).write_excel(source)
        book = run(ONCE, source, Path(folder) / "medcab.xlsx")
        exact = sorted(book["found"]) == wrong
        lines.append(
            row_of(
                "medcab: read, check XLSX, write marked XLSX", [book], "—", "yes" if exact else "NO"
            )
        )
        print(lines[-1])
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(f"-> {RESULT}")


def row_of(title, runs, ratio, exact="—"):
    wall = statistics.median(r["wall"] for r in runs)
    spent = statistics.median(r["cpu"] for r in runs)
    peaks = [r["peak"] for r in runs if r["peak"] is not None]
    memory = f"{max(peaks):.0f} MB" if peaks else "—"
    return f"| {title} | {wall:.2f} s | {spent:.2f} s | {memory} | {ratio} | {exact} |"


if __name__ == "__main__":
    main()
