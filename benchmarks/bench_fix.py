"""Repair of ten scanned pages of 32.7 MB against ``ocrmypdf -O3 --tesseract-timeout 0``.

Run: ``python benchmarks/bench_fix.py [--quick] [--ocrmypdf PATH]``. ocrmypdf (with Ghostscript,
Tesseract, pngquant) is a peer for this benchmark only; without it medcab is measured alone. Both
run in turn on the same file; the whole command is measured, and for medcab the repair alone too.
"""

from __future__ import annotations

import argparse
import io
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import numpy as np  # noqa: E402
import pikepdf  # noqa: E402
import PIL  # noqa: E402
from _common import as_installed, peak_memory, process_times, write  # noqa: E402
from PIL import Image  # noqa: E402

from benchmarks.accuracy.pages import page  # noqa: E402
from medcab.repair.build import build  # noqa: E402
from medcab.repair.compare import render  # noqa: E402
from medcab.repair.encode import Encoded  # noqa: E402
from medcab.repair.images import Leaf  # noqa: E402

PAGES = 10
SIZE = 32.7e6


def scan(pages: int) -> bytes:
    """A PDF of ``pages`` A4 scans with the grain of a scanner, about 3.27 MB a page."""
    grain = np.random.default_rng(7)
    leaves = []
    for number in range(pages):
        clean = np.asarray(page(7_000 + number).convert("RGB"), dtype=np.int16)
        noise = grain.normal(0, 7.0, clean.shape)
        image = Image.fromarray(np.clip(clean + noise, 0, 255).astype(np.uint8))
        low, high = 70, 99
        while low < high:  # the quality at which the page takes its share
            middle = (low + high) // 2
            if len(jpeg(image, middle)) < SIZE / PAGES:
                low = middle + 1
            else:
                high = middle
        encoded = Encoded(jpeg(image, low), "jpeg", image.size, 3)
        leaves.append(Leaf((300.0, 300.0), encoded, lossy=True))
    return build(leaves, None, 300, 40, grey=False)[0]


def jpeg(image: Image.Image, quality: int) -> bytes:
    """A baseline JPEG, as scanners write it."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality, subsampling="4:2:0")
    return out.getvalue()


def measures(data: bytes, original: bytes, pages: int) -> tuple[float, int, float]:
    """(megabytes, least dpi, mean difference in grey levels at 150 dpi)."""
    least = 10_000.0
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for own in pdf.pages:
            for image in own.get_images().values():
                width = float(own.mediabox[2]) - float(own.mediabox[0])
                least = min(least, int(image.Width) / width * 72)
    apart = []
    for number in (0, pages - 1):
        one, two = render(original, number, 150), render(data, number, 150)
        rows, columns = (min(a, b) for a, b in zip(one.shape, two.shape, strict=True))
        apart.append(np.abs(one[:rows, :columns].astype(int) - two[:rows, :columns]).mean())
    return len(data) / 1e6, round(least), float(np.mean(apart))


def alone(source: Path) -> Callable[[], tuple[float, float]]:
    """The repair itself, in this process: no checks before and after."""
    from medcab import engine
    from medcab.inputs import read_package
    from medcab.profile import load
    from medcab.repair.mend import mend
    from medcab.repair.model import FixOptions
    from medcab.repair.plan import make_plan
    from medcab.repair.run import order_of

    package, profile = read_package([str(source)]), load("scan")
    report = engine.run(package, profile, engine.CheckOptions(jobs=0))
    task = make_plan(package, profile, report, FixOptions()).tasks[0]
    order = order_of(task, profile, FixOptions())

    def run() -> tuple[float, float]:
        cpu, wall = time.process_time(), time.perf_counter()
        mend(order)
        return time.process_time() - cpu, time.perf_counter() - wall

    return run


def main() -> None:
    """Measure and write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--ocrmypdf", default=shutil.which("ocrmypdf"))
    options = parser.parse_args()
    runs, pages = (1, 3) if options.quick else (3, PAGES)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        source = place / "in" / "scan.pdf"
        source.parent.mkdir()
        source.write_bytes(original := scan(pages))
        ours = [sys.executable, "-m", "medcab", "fix", str(source.parent), "-p", "scan"]
        ours += ["--out", str(place / "out"), "--force", "--quiet"]
        theirs = [options.ocrmypdf or "", "-O3", "--tesseract-timeout", "0", "--quiet"]
        theirs += [str(source), str(place / "peer.pdf")]
        environment = as_installed(place / "code")
        subjects: dict[str, Callable[[], tuple[float, float]]] = {
            "medcab fix (check, repair, check)": lambda: process_times(ours, environment),
            "of it the repair alone": alone(source),
        }
        if options.ocrmypdf:
            peer_environment = {k: v for k, v in environment.items() if k != "PYTHONPATH"}
            subjects["ocrmypdf -O3 --tesseract-timeout 0"] = lambda: process_times(
                theirs, peer_environment
            )
        memory = {"medcab fix (check, repair, check)": peak_memory(ours, environment)}
        if options.ocrmypdf:  # each has run once by now: the byte code is there
            memory["ocrmypdf -O3 --tesseract-timeout 0"] = peak_memory(theirs, peer_environment)
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in subjects}
        for _ in range(runs):
            for name, subject in subjects.items():
                taken[name].append(subject())
        rows = [
            "| | CPU s | wall s | memory, MB | MB | dpi | difference, grey levels |",
            "|---|---:|---:|---:|---:|---:|---:|",
            f"| the file | | | | {len(original) / 1e6:.1f} | 300 | |",
        ]
        results = {"medcab fix (check, repair, check)": place / "out" / "scan.pdf"}
        results["ocrmypdf -O3 --tesseract-timeout 0"] = place / "peer.pdf"
        for name, times in taken.items():
            cpu, wall = (statistics.median(t[i] for t in times) for i in (0, 1))
            row = f"| {name} | {cpu:.2f} | {wall:.2f} |"
            row += f" {memory[name]:.0f} |" if name in memory else " |"
            made = results.get(name)
            if made is not None and made.is_file():
                size, dpi, apart = measures(made.read_bytes(), original, pages)
                row += f" {size:.2f} | {dpi} | {apart:.2f} |"
            else:
                row += " | | |"
            rows.append(row)
        text = "\n".join(rows)
        if options.ocrmypdf:
            peer = taken["ocrmypdf -O3 --tesseract-timeout 0"]
            told = []
            for name in list(subjects)[:2]:
                ratios = [
                    statistics.median(p[i] / o[i] for p, o in zip(peer, taken[name], strict=True))
                    for i in (0, 1)
                ]
                told.append(f"{name}: **{ratios[1]:.1f} ×** by the clock, {ratios[0]:.1f} × in CPU")
            version = subprocess.run(
                [options.ocrmypdf, "--version"], capture_output=True, text=True, check=False
            )
            text += "\n\nocrmypdf takes, against " + "; against ".join(told) + ". Goal: 6 ×."
            text += f"\n\nocrmypdf {version.stdout.strip()}, pikepdf {pikepdf.__version__}, "
            text += f"Pillow {PIL.__version__}; medians of {runs} runs in turn, {pages} pages; "
            text += "memory: the most that all processes held together, shared pages counted once."
    write("fix", "Repair of a scan that is too large", text)


if __name__ == "__main__":
    main()
