"""CPU of start-up: ``medcab --help`` and ``medcab id`` against a one-command Typer program."""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
from _common import median_ratio, paired, process_times, write

PEER = """
import typer
app = typer.Typer(pretty_exceptions_enable=False)
@app.command()
def hello(name: str = typer.Argument("x", help="A name.")) -> None:
    "Say hello."
    print(name)
app()
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    runs = 5 if parser.parse_args().quick else 21
    env = {**os.environ, "MEDCAB_LANG": "ru"}
    with tempfile.TemporaryDirectory() as folder:
        peer = Path(folder) / "peer.py"
        peer.write_text(PEER, "utf-8")
        medcab = [sys.executable, "-m", "medcab"]
        commands = {
            "one-command Typer program, --help": [sys.executable, str(peer), "--help"],
            "medcab --help": [*medcab, "--help"],
            "one-command Typer program, run": [sys.executable, str(peer), "x"],
            "medcab id snils": [*medcab, "id", "snils", "112-233-445 95"],
            "medcab --version": [*medcab, "--version"],
            "python -c pass": [sys.executable, "-c", "pass"],
            "import medcab": [sys.executable, "-c", "import medcab; medcab.check"],
        }
        subjects = [lambda c=c: process_times(c, env)[0] for c in commands.values()]
        times = dict(zip(commands, paired(runs, *subjects), strict=True))
    names = list(commands)
    rows = [f"| {n} | {statistics.median(times[n]) * 1000:.0f} |" for n in names]
    help_ratio = median_ratio(times[names[1]], times[names[0]])
    id_ratio = median_ratio(times[names[3]], times[names[2]])
    imported = statistics.median(
        a - b for a, b in zip(times["import medcab"], times["python -c pass"], strict=True)
    )
    write(
        "cli",
        "Start-up of the command line",
        f"CPU milliseconds of the whole process, median of {runs} interleaved runs.\n\n"
        "| command | ms |\n|---|---|\n" + "\n".join(rows) + "\n\n"
        f"`medcab --help` / peer: **{help_ratio:.2f}** (goal ≤ 1.3). "
        f"`medcab id snils` / peer: **{id_ratio:.2f}** (goal ≤ 1.6). "
        f"`import medcab; medcab.check` beyond Python itself: **{imported * 1000:.0f} ms** "
        "(goal < 60).",
    )


if __name__ == "__main__":
    main()
