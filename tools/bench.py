"""Run the benchmarks (all, or those named) and join their tables into BENCHMARKS.md."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEAD = """# Benchmarks

Each table was made by one command, medcab and its peers in the same run, on the machine that it
names. The ratios are what counts: the machines have two cores and are noisy. Make them anew with
`make bench` (all) or `python benchmarks/bench_NAME.py` and then `python tools/bench.py --join`.
"""


def main() -> int:
    arguments = sys.argv[1:]
    failed = 0
    if "--join" not in arguments:
        wanted = {a for a in arguments if not a.startswith("-")}
        flags = [a for a in arguments if a.startswith("-")]
        for script in sorted((ROOT / "benchmarks").glob("bench_*.py")):
            if not wanted or script.stem.removeprefix("bench_") in wanted:
                print(f"== {script.name}", flush=True)
                failed |= subprocess.run(
                    [sys.executable, str(script), *flags], check=False
                ).returncode
    parts = [
        p.read_text("utf-8").strip() for p in sorted((ROOT / "benchmarks/results").glob("*.md"))
    ]
    (ROOT / "BENCHMARKS.md").write_text("\n\n".join([HEAD.strip(), *parts]) + "\n", "utf-8")
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
