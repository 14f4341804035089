"""A package of thirty scanned pages judged whole: time on one worker and on two, and memory.

Run: ``python benchmarks/bench_package.py [--quick]``. The same pages as one document and as six,
with all rules of the profile «scan», legibility included; the whole command is measured.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

from _common import as_installed, peak_memory, process_times, write  # noqa: E402

from benchmarks.accuracy.pages import page  # noqa: E402
from medcab.repair.build import build  # noqa: E402
from medcab.repair.encode import Encoded  # noqa: E402
from medcab.repair.images import Leaf  # noqa: E402

PAGES = 30
DOCUMENTS = 6


def leaf(number: int) -> Leaf:
    """A page of A4 or half of it, as a scanner stores it."""
    import io

    image = page(9_000 + number).convert("RGB")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=75, subsampling="4:2:0")
    return Leaf((300.0, 300.0), Encoded(out.getvalue(), "jpeg", image.size, 3), lossy=True)


def main() -> None:
    """Measure and write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    runs, pages = (1, 6) if quick else (5, PAGES)
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        leaves = [leaf(n) for n in range(pages)]
        each = pages // DOCUMENTS
        packages = {"one document": [leaves]}
        packages[f"{DOCUMENTS} documents"] = [
            leaves[at : at + each] for at in range(0, pages, each)
        ]
        environment = as_installed(place / "code")
        rows = [
            "| Package | Workers | wall s | CPU s | memory, MB |",
            "|---|---:|---:|---:|---:|",
        ]
        size = 0.0
        for number, (name, documents) in enumerate(packages.items()):
            root = place / f"in{number}"
            root.mkdir()
            for at, part in enumerate(documents):
                data = build(part, None, 300, 40, grey=False)[0]
                (root / f"{at}.pdf").write_bytes(data)
            size = sum(f.stat().st_size for f in root.iterdir()) / 1e6
            for jobs in (1, 2):
                command = [sys.executable, "-m", "medcab", "check", str(root), "-p", "scan"]
                command += ["--jobs", str(jobs), "--quiet"]
                memory = peak_memory(command, environment)
                taken = [process_times(command, environment) for _ in range(runs)]
                cpu, wall = (statistics.median(t[i] for t in taken) for i in (0, 1))
                rows.append(f"| {name} | {jobs} | {wall:.2f} | {cpu:.2f} | {memory:.0f} |")
        text = "\n".join(rows)
        text += f"\n\n{pages} pages at 300 dpi, {size:.0f} MB; medians of {runs}. Goal: 3 s on two "
        text += "cores, 400 MB. Memory is the most that all processes held together, shared pages "
        text += "counted once."
    write("package", "A package of thirty scanned pages", text)


if __name__ == "__main__":
    main()
