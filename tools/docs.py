"""Make (or with ``--check`` compare) every generated page: runs all ``tools/gen_*.py``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TOOLS = Path(__file__).resolve().parent


def main() -> int:
    failed = []
    for script in sorted(TOOLS.glob("gen_*.py")):
        done = subprocess.run([sys.executable, str(script), *sys.argv[1:]], check=False)
        if done.returncode:
            failed.append(script.name)
    for name in failed:
        print(f"{name}: stale or broken; run: make docs", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
