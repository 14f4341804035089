"""Make ``docs/images/check.svg``: what a terminal shows when the broken sample is judged."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
COMMAND = [
    "check",
    "samples/broken-accreditation-periodic",
    "--profile",
    "accreditation-periodic",
    "--at",
    "2026-11-23",
]


def main() -> int:
    env = {**os.environ, "MEDCAB_LANG": "ru", "FORCE_COLOR": "1", "COLUMNS": "100"}
    env.pop("NO_COLOR", None)
    done = subprocess.run(
        [sys.executable, "-m", "medcab", *COMMAND],
        cwd=ROOT,
        env={**env, "PYTHONIOENCODING": "utf-8"},
        check=False,
        capture_output=True,
    )
    if done.returncode != 1:
        raise SystemExit(done.stderr.decode())
    console = Console(record=True, width=100, file=io.StringIO(), force_terminal=True)
    console.print(Text(f"$ medcab {' '.join(COMMAND)}\n", style="bold"))
    console.print(Text.from_ansi(done.stdout.decode()))
    target = ROOT / "docs" / "images" / "check.svg"
    target.parent.mkdir(parents=True, exist_ok=True)
    # A fixed id keeps the file the same from run to run.
    svg = console.export_svg(title="medcab", theme=MONOKAI, unique_id="medcab")
    target.write_text(svg, "utf-8")
    print(target.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
