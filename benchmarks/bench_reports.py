"""What a report costs beyond the check itself, and how large it grows.

Each writer runs in a fresh process on a stored report, imports included, pictures drawn from the
documents in workers where said so; "beyond" is that minus a process that only reads the report,
and finds the documents where there are pictures: a check has both. Byte code is at hand, as it is
where medcab is installed.
Peers: openpyxl writing the same cells, dataclasses.asdict + json writing the same findings.
"""

import argparse
import importlib.metadata as metadata
import os
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CODE = Path(tempfile.gettempdir()) / "medcab-bench-code"
sys.path.insert(0, str(Path(__file__).resolve().parent))

from _common import write  # noqa: E402 - the folder is no package

CHILD = """
import sys, time
sys.path.insert(0, {root!r})
from medcab.formats.convert import load
from medcab.formats import get, Options
from medcab.text import translator
import io, contextlib
report = load(open({report!r}, "rb").read())
name = {name!r}
if {documents!r}:
    from medcab.commands.report import _with_sources
    report, _ = _with_sources(report, {documents!r})
    from medcab.formats.drawing import PageDrawer
if name != "nothing":
    with contextlib.ExitStack() as stack:
        draw = None
        if {documents!r}:
            draw = stack.enter_context(PageDrawer(jobs=2))
        out = io.BytesIO() if get(name).binary else io.StringIO()
        get(name).write(report, translator("ru"), out, options=Options(page_image=draw))
    print(len(out.getvalue()))
else:
    print(0)
"""

OPENPYXL = """
import json, sys, io
import openpyxl
from openpyxl.styles import Alignment, Font, PatternFill
data = json.load(open({report!r}))
book = openpyxl.Workbook()
for title, rows in (("findings", data["findings"]), ("documents", data["documents"])):
    sheet = book.create_sheet(title)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row.values(), 1):
            cell = sheet.cell(number, column, str(value))
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(name="Arial", size=10)
            if column == 3:
                cell.fill = PatternFill("solid", fgColor="FDECEC")
out = io.BytesIO(); book.save(out); print(len(out.getvalue()))
"""

STDLIB = """
import sys, io, json, dataclasses
sys.path.insert(0, {root!r})
from medcab.formats.convert import load
report = load(open({report!r}, "rb").read())
print(len(json.dumps([dataclasses.asdict(f) for f in report.findings], ensure_ascii=False)))
"""


def run(code):
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(CODE)
    begin = time.perf_counter()
    before = os.times()
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    after = os.times()
    cpu = (
        after.children_user + after.children_system - before.children_user - before.children_system
    )
    return time.perf_counter() - begin, cpu, int(done.stdout.split()[-1])


def median_of(code, repeats):
    run(code)  # makes the byte code
    made = [run(code) for _ in range(repeats)]
    return statistics.median(m[0] for m in made), statistics.median(m[1] for m in made), made[0][2]


def scan_pages(folder, documents, pages):
    """Grey A4 scans at 300 dpi with text-like strokes, as PDF."""
    import random

    from PIL import Image, ImageDraw, ImageFilter

    for number in range(documents):
        sheets = []
        for page in range(pages):
            noise = random.Random(number * 100 + page)
            image = Image.new("L", (2480, 3508), 248)
            pen = ImageDraw.Draw(image)
            for line in range(45):
                x = 200
                while x < 2250:
                    width = noise.randint(20, 160)
                    pen.rectangle((x, 200 + line * 68, x + width, 226 + line * 68), fill=40)
                    x += width + 26
            sheets.append(image.filter(ImageFilter.GaussianBlur(1.1)))
        path = folder / f"{number:02}.pdf"
        sheets[0].save(
            path, "PDF", resolution=300, save_all=True, append_images=sheets[1:], quality=60
        )


def stored_report(folder, path, findings):
    """A report about the folder with so many findings, spread over pages, each with a box."""
    import hashlib

    sys.path.insert(0, str(ROOT))
    from medcab.formats import render
    from medcab.formats.convert import StoredFacts
    from medcab.model import Document, Finding, Location, Report, Severity
    from medcab.sources import BytesSource
    from medcab.text import translator

    documents = []
    for file in sorted(folder.glob("*.pdf")):
        data = file.read_bytes()
        facts = StoredFacts("pdf", 2, hashlib.sha256(data).hexdigest())
        documents.append(
            Document(
                path=file.name,
                source=BytesSource(b""),
                name=file.name,
                size=len(data),
                type="diploma",
                facts=facts,
            )
        )
    found = tuple(
        Finding(
            "DPI001",
            (Severity.ERROR, Severity.WARNING, Severity.INFO)[n % 3],
            {"page": n % 2 + 1, "index": 1, "measured": 150 + n, "limit": 300},
            Location(
                documents[n % len(documents)].path,
                page=n % 2 + 1,
                box=(0.1, 0.1 + n % 7 / 10, 0.4, 0.2 + n % 7 / 10),
            ),
            {"measured": 150 + n, "limit": 300, "unit": "dpi"},
        )
        for n in range(findings)
    )
    report = Report(
        "scan", datetime(2026, 11, 21, tzinfo=UTC), str(folder), tuple(documents), found
    )
    path.write_bytes(render(report, "json", translator("ru")))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    options = parser.parse_args()
    repeats = 3 if options.quick else 7
    rows = []
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        folder = work / "package"
        folder.mkdir()
        scan_pages(folder, 10, 2)
        small, large = work / "small.json", work / "large.json"
        stored_report(folder, small, 20)
        stored_report(folder, large, 1000)

        def measure(what, report, documents=""):
            code = CHILD.format(root=str(ROOT), report=str(report), name=what, documents=documents)
            return median_of(code, repeats)

        base = {report: measure("nothing", report) for report in (small, large)}
        found = measure("nothing", small, str(folder))
        goals = {"html": 0.3, "pdf": 0.6, "xlsx": 0.2}
        for label, report in (("20 findings", small), ("1 000 findings", large)):
            for what in ("html", "pdf", "xlsx", "text", "json", "sarif"):
                wall, cpu, size = measure(what, report)
                goal = f"{goals[what]:.1f}" if report is small and what in goals else ""
                rows.append(
                    (label, what, wall - base[report][0], cpu - base[report][1], size, goal)
                )
        for what in ("html", "pdf", "xlsx"):
            wall, cpu, size = measure(what, small, str(folder))
            label = "20 findings, 10 scans at 300 dpi, with pictures"
            goal = f"{goals[what]:.1f}"
            rows.append((label, what, wall - found[0], cpu - found[1], size, goal))
        for label, report in (("20 findings", small), ("1 000 findings", large)):
            empty = median_of(f"import json; json.load(open({str(report)!r})); print(0)", repeats)
            wall, cpu, size = median_of(OPENPYXL.format(report=str(report)), repeats)
            rows.append((label, "xlsx by openpyxl", wall - empty[0], cpu - empty[1], size, ""))
            wall, cpu, size = median_of(STDLIB.format(root=str(ROOT), report=str(report)), repeats)
            base_json = base[report]
            rows.append(
                (label, "json by asdict + json", wall - base_json[0], cpu - base_json[1], size, "")
            )
    lines = [
        f"Median of {repeats} fresh processes, imports included, seconds beyond a process that only",
        "reads the stored report (with pictures: and finds the documents). Pages are drawn by 2",
        "workers within that time, their start included.",
        "",
        "| Report | Writer | Wall, s | CPU, s | Goal, s | Size, KB |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for label, what, wall, cpu, size, goal in rows:
        numbers = f"{max(wall, 0):.3f} | {max(cpu, 0):.3f} | {goal} | {size / 1024:.0f}"
        lines.append(f"| {label} | {what} | {numbers} |")
    names = ("jinja2", "reportlab", "xlsxwriter", "openpyxl", "msgspec")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in names)
    write("reports", "Reports", "\n".join([*lines, "", versions]))


if __name__ == "__main__":
    main()
