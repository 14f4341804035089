"""Legibility: all measures of a page against the bare decode of its JPEG, on one core.

Run: ``python benchmarks/bench_scan.py [--quick]``. CPU time of this process, medians of ratios of
runs made in turn, so that other load on the machine hits both alike.
"""

from __future__ import annotations

import argparse
import io
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import numpy as np  # noqa: E402
import PIL  # noqa: E402
from _common import median_ratio, paired, write  # noqa: E402
from PIL import Image  # noqa: E402

from benchmarks.accuracy.pages import page  # noqa: E402
from medcab.validators.facts import ProbeLimits  # noqa: E402
from medcab.validators.scan.measure import measure_picture  # noqa: E402
from medcab.validators.scan.picture import from_jpeg  # noqa: E402

CASES = {"letter": 5_005, "form": 5_006, "table": 5_007, "diploma": 5_008}


def cpu(work: Callable[[], object]) -> Callable[[], float]:
    """Seconds of CPU that one call of ``work`` takes."""

    def run() -> float:
        start = time.process_time()
        work()
        return time.process_time() - start

    return run


def main() -> None:
    """Measure and write the section."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    runs = 5 if parser.parse_args().quick else 25
    rows = [
        "| Page | JPEG | Bare decode (RGB) | Decode and all measures | Ratio | Measures alone |",
        "|---|---|---|---|---|---|",
    ]
    for name, seed in CASES.items():
        out = io.BytesIO()
        page(seed).save(out, "JPEG", quality=85, dpi=(300, 300))
        data = out.getvalue()
        picture = from_jpeg(data, (300.0, 300.0), ProbeLimits())

        def bare(data: bytes = data) -> object:
            return Image.open(io.BytesIO(data)).load()

        def whole(data: bytes = data) -> object:
            return measure_picture(from_jpeg(data, (300.0, 300.0), ProbeLimits()))

        def alone(picture: object = picture) -> object:
            return measure_picture(picture)  # type: ignore[arg-type]

        decode, both, measures = paired(runs, cpu(bare), cpu(whole), cpu(alone))
        middle = [1000 * float(np.median(each)) for each in (decode, both, measures)]
        rows.append(
            f"| {name}, {picture.grey.width} × {picture.grey.height} | {len(data) / 1000:.0f} kB "
            f"| {middle[0]:.0f} ms | {middle[1]:.0f} ms | {median_ratio(both, decode):.2f} "
            f"| {middle[2]:.0f} ms ({median_ratio(measures, decode):.2f}) |"
        )
    versions = f"Pillow {PIL.__version__}, numpy {np.__version__}; CPU time, medians of {runs}."
    text = "\n".join(rows)
    write(
        "scan",
        "Legibility of a page",
        f"{versions}\n\nThe page is decoded once in grey and once at an eighth in colour; the "
        f"ratio is to one bare decode in colour by Pillow. Goal: 2.5.\n\n{text}",
    )


if __name__ == "__main__":
    main()
