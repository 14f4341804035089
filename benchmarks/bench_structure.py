"""Structure rules over 100 scans against file + qpdf --check + pdfimages -list.

    python benchmarks/bench_structure.py [--quick]

Both sides see the same files and the same number of cores. The peers print what they know about a
file; nobody judges it. JPEG files cost the peers one call of ``file`` only, since the other two do
not read them; medcab decodes them.
"""

from __future__ import annotations

import argparse
import io
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter, ImageFont

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from medcab import rules  # noqa: E402
from medcab.model import Document, Package  # noqa: E402
from medcab.profile import load  # noqa: E402
from medcab.sandbox import Sandbox  # noqa: E402
from medcab.sources import FileSource  # noqa: E402
from medcab.validators.facts import ProbeOptions, from_outcome  # noqa: E402
from medcab.validators.probe import probe, worker_limits  # noqa: E402

AREAS = {"FIL", "PDF", "IMG", "DPI", "LIM"}
PEERS = ("file", "qpdf", "pdfimages")
A4 = (2480, 3508)


def scan(seed: int, *, color: bool) -> bytes:
    """A page of print on paper that is not quite white, as a scanner gives it."""
    rng = random.Random(seed)
    page = Image.new("L", A4, 245)
    draw = ImageDraw.Draw(page)
    font = ImageFont.load_default(42)
    y = 260
    while y < A4[1] - 300:
        words = [
            "".join(rng.choices("abcdefghiklmnoprstuvwxyz", k=rng.randint(2, 11)))
            for _ in range(13)
        ]
        draw.text((240, y), " ".join(words)[:84], fill=40, font=font)
        y += 66 if rng.random() > 0.12 else 140
    noise = Image.effect_noise(A4, 14)
    page = Image.blend(page, noise, 0.12).filter(ImageFilter.GaussianBlur(0.6))
    if color:
        page = page.convert("RGB")
        stamp = ImageDraw.Draw(page)
        stamp.ellipse((1500, 2700, 2000, 3200), outline=(40, 60, 170), width=9)
    out = io.BytesIO()
    page.save(out, "JPEG", quality=75, dpi=(300, 300))
    return out.getvalue()


def pdf_of(pages: list[bytes]) -> bytes:
    """A PDF as scanners write it: one JPEG a page."""
    out = io.BytesIO()
    first, *rest = (Image.open(io.BytesIO(page)) for page in pages)
    first.save(out, "PDF", save_all=True, append_images=rest, resolution=300)
    return out.getvalue()


def make(folder: Path, count: int) -> list[Path]:
    """60 % PDFs of one to three pages and 40 % JPEGs; no two files alike."""
    pictures = [scan(seed, color=seed % 2 == 0) for seed in range(6)]
    paths = []
    for number in range(count):
        if number % 5 < 3:
            pages = [pictures[(number + n) % 6] for n in range(number % 3 + 1)]
            data, name = pdf_of(pages) + b"%% %d\n" % number, f"{number:03}.pdf"
        else:
            picture = pictures[number % 6]
            comment = b"\xff\xfe\x00\x06%04d" % number
            data, name = picture[:20] + comment + picture[20:], f"{number:03}.jpg"
        path = folder / name
        path.write_bytes(data)
        paths.append(path)
    return paths


def medcab(paths: list[Path], jobs: int) -> int:
    """Probe in workers and ask every rule of the area; returns the number of files."""
    profile = load("scan")
    options = ProbeOptions()
    wanted = [r for r in rules.all_rules() if r.id[:3] in AREAS and r.scope is rules.Scope.DOCUMENT]
    now = datetime.now(UTC)
    documents = [Document(p.name, FileSource(str(p)), p.name, p.stat().st_size) for p in paths]
    package = Package(".", tuple(documents))
    answers = 0
    with Sandbox(jobs, worker_limits(options)) as sandbox:
        tasks = ((d.source, d.name, options) for d in documents)
        for index, outcome in sandbox.imap(probe, tasks):
            document = documents[index]
            facts = from_outcome(outcome, document.name, document.size, document.source)
            for rule in wanted:
                context = rules.DocumentContext(
                    package, profile, profile.params(rule), now, document, facts
                )
                answers += sum(1 for _ in rule.check(context))
    assert answers == 0, "the files are good"
    return len(documents)


def peers(paths: list[Path], jobs: int) -> int:
    """The chain of the three programs; returns the bytes they printed."""

    def one(path: Path) -> int:
        calls = [["file", "-b", str(path)]]
        if path.suffix == ".pdf":
            calls += [["qpdf", "--check", str(path)], ["pdfimages", "-list", str(path)]]
        return sum(
            len(subprocess.run(call, capture_output=True, check=False).stdout) for call in calls
        )

    with ThreadPoolExecutor(jobs) as pool:
        return sum(pool.map(one, paths))


def timed(function, paths: list[Path], jobs: int) -> tuple[float, float]:
    """(wall, CPU of this process and its children) seconds."""
    before = os.times()
    started = time.perf_counter()
    assert function(paths, jobs)
    wall = time.perf_counter() - started
    after = os.times()
    return wall, sum(after[:4]) - sum(before[:4])


def processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()


def version(program: str) -> str:
    flag = "-v" if program == "pdfimages" else "--version"
    done = subprocess.run([program, flag], capture_output=True, text=True, check=False)
    return (done.stdout or done.stderr).splitlines()[0].strip()


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true", help="20 files, one round")
    quick = parser.parse_args().quick
    missing = [name for name in PEERS if shutil.which(name) is None]
    if missing:
        print("not installed:", ", ".join(missing), file=sys.stderr)
        return 1
    import pikepdf
    import PIL

    rows = []
    with tempfile.TemporaryDirectory() as name:
        paths = make(Path(name), 20 if quick else 100)
        size = sum(p.stat().st_size for p in paths) / 2**20
        for jobs in (1, 2):
            ours, theirs = [], []
            for _ in range(1 if quick else 3):
                theirs.append(timed(peers, paths, jobs))
                ours.append(timed(medcab, paths, jobs))
            wall_a, cpu_a = (statistics.median(x) for x in zip(*ours, strict=True))
            wall_b, cpu_b = (statistics.median(x) for x in zip(*theirs, strict=True))
            rows.append(
                f"| {jobs} | {wall_a:.2f} s | {wall_b:.2f} s | **{wall_b / wall_a:.1f} ×** "
                f"| {cpu_a:.2f} s | {cpu_b:.2f} s | {cpu_b / cpu_a:.1f} × |"
            )
            print(rows[-1], flush=True)
        counts = f"{sum(p.suffix == '.pdf' for p in paths)} PDF, {sum(p.suffix == '.jpg' for p in paths)} JPEG"
    report = [
        "## Structure rules: medcab against file + qpdf --check + pdfimages -list",
        "",
        (
            f"{datetime.now(UTC):%Y-%m-%d}, {processor()}, {os.cpu_count()} cores, "
            f"Python {platform.python_version()}, pikepdf {pikepdf.__version__}, "
            f"Pillow {PIL.__version__}; {'; '.join(version(p) for p in PEERS)}."
        ),
        "",
        (
            f"{len(paths)} files of A4 at 300 dpi ({counts}, {size:.0f} MB), workers' start included, "
            "medians. The peers get one call of `file` for a JPEG and all three for a PDF; medcab "
            "hashes, identifies and walks every file, decodes the JPEG files and asks all rules about "
            "files. Most of the peers' time is qpdf's, which decodes the pictures inside a PDF; "
            "medcab reads their markers."
        ),
        "",
        "| cores | medcab | peers | ratio | medcab CPU | peers CPU | ratio |",
        "|---|---|---|---|---|---|---|",
        *rows,
        "",
    ]
    target = ROOT / "benchmarks" / "results" / "structure.md"
    if not quick:
        target.parent.mkdir(exist_ok=True)
        target.write_text("\n".join(report), encoding="utf-8")
        print(f"written: {target}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
