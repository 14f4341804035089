"""``make demo``: the main jobs on the samples, in Russian, with the exit code of each run.

The moment is given (``--at``), so that the demo says the same in every year.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
AT = ("--at", "2026-11-23")
PROFILE = ("--profile", "egisz-organization", *AT)


def show(*arguments: str, expect: int) -> None:
    """Run medcab and print what it says; the demo fails when the exit code is another."""
    print(f"\n$ medcab {' '.join(arguments)}", flush=True)
    done = subprocess.run(
        [sys.executable, "-m", "medcab", *arguments],
        cwd=ROOT,
        check=False,
        env={
            **os.environ,
            "MEDCAB_LANG": "ru",
            "PYTHONUTF8": "1",
            "DEMO_PASSWORD": "medcab-demo",
        },
    )
    print(f"[код возврата {done.returncode}]", flush=True)
    if done.returncode != expect:
        raise SystemExit(f"expected exit code {expect}")


def main() -> int:
    show("check", "samples/good-egisz-organization", *PROFILE, expect=0)
    show("check", "samples/broken-egisz-organization", *PROFILE, expect=1)
    show("explain", "DPI001", expect=0)
    show("id", "snils", "112-233-445 95", "112-233-454 95", expect=1)
    with tempfile.TemporaryDirectory() as folder:
        page = next((ROOT / "samples" / "good-scan").glob("*.pdf"))
        document = Path(folder) / page.name
        document.write_bytes(page.read_bytes())
        key = ("--p12", "samples/keys/ivanova.p12", "--password-from", "env:DEMO_PASSWORD")
        show("sign", str(document), *key, expect=0)
        trust = ("--trust", "samples/keys/root.pem")
        crl = ("--crl", "samples/keys/issuing.crl", "--crl", "samples/keys/root.crl")
        show("verify", f"{document}.sig", *trust, *crl, expect=0)
        document.write_bytes(document.read_bytes() + b"\n")
        show("verify", f"{document}.sig", *trust, *crl, expect=1)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
