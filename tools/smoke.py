"""Build the wheel, install it into an empty environment and let it do the main job there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run(*command: str | Path, expect: tuple[int, ...] = (0,), **options: object) -> str:
    done = subprocess.run(
        [str(c) for c in command],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONPATH": "", "MEDCAB_LANG": "en"},
        **options,  # type: ignore[call-overload]
    )
    if done.returncode not in expect:
        print(done.stdout, done.stderr, sep="\n")
        raise SystemExit(f"{command}: exit code {done.returncode}, expected {expect}")
    return str(done.stdout)


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run(sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder / "dist", ROOT)
        wheel = next((folder / "dist").glob("medcab-*.whl"))
        venv.create(folder / "env", with_pip=True)
        python = folder / "env" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        run(python, "-m", "pip", "install", "-q", "--disable-pip-version-check", wheel)
        medcab: list[str | Path] = [python, "-m", "medcab"]
        # Run elsewhere, so that the source tree cannot stand in for the wheel.
        print(run(*medcab, "--version", cwd=folder).strip())
        good = ROOT / "samples" / "good-egisz-organization"
        bad = ROOT / "samples" / "broken-egisz-organization"
        options = ("--profile", "egisz-organization", "--format", "json")
        report = json.loads(run(*medcab, "check", good, *options, cwd=folder))
        assert report["verdict"] == "passed", report["findings"]
        report = json.loads(run(*medcab, "check", bad, *options, cwd=folder, expect=(1,)))
        assert report["verdict"] == "failed"
        run(*medcab, "rules", cwd=folder)
        print(f"{wheel.name}: {wheel.stat().st_size // 1024} KB, installed and working")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
