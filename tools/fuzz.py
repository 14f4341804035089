"""``make fuzz``: run every ``tools/fuzz_*.py`` for its share of ten minutes (``--seconds N``)."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

TOOLS = Path(__file__).resolve().parent


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    seconds = parser.parse_args().seconds
    scripts = sorted(TOOLS.glob("fuzz_*.py"))
    failed = 0
    for script in scripts:
        share = str(max(seconds // len(scripts), 1))
        print(f"== {script.name}, {share} s", flush=True)
        command = [sys.executable, str(script), "--seconds", share]
        failed |= subprocess.run(command, check=False).returncode
    return failed


if __name__ == "__main__":
    raise SystemExit(main())
