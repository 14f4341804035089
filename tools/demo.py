"""``make demo``: the main job on the samples, in Russian, with the exit code of each run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def show(*arguments: str, expect: int) -> None:
    print(f"\n$ medcab {' '.join(arguments)}", flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "medcab", *arguments],
        cwd=ROOT,
        check=False,
        env={**os.environ, "MEDCAB_LANG": "ru", "PYTHONUTF8": "1"},
    )
    print(f"[код возврата {done.returncode}]", flush=True)
    if done.returncode != expect:
        raise SystemExit(f"expected exit code {expect}")


def main() -> int:
    show("check", "samples/good-egisz-organization", "--profile", "egisz-organization", expect=0)
    show("check", "samples/broken-egisz-organization", "--profile", "egisz-organization", expect=1)
    show("explain", "DPI001", expect=0)
    show("id", "snils", "112-233-445 95", "112-233-454 95", expect=1)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
