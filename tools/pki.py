"""A time-stamping authority, OCSP and CRLs on this machine, to try the long-term levels out.

Usage: python tools/pki.py [FOLDER]

Makes a root, an authority, a signer and a time-stamper anew, writes certificates and the signer's
key into the folder and serves until Ctrl-C.
"""

from __future__ import annotations

import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import pki_server

YEAR = timedelta(days=365)


def main() -> int:
    """Serve until interrupted."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "build/pki")
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC).replace(microsecond=0)
    make = pki_server.certify
    span: dict[str, Any] = {"start": now - timedelta(days=1), "end": now + 20 * YEAR}
    with pki_server.Server() as server:
        where = server.address
        root = server.add_authority(make("Пробный корень", purpose="authority", **span))
        issuing = server.add_authority(
            make("Пробный центр", root, purpose="authority", address=where, **span)
        )
        person = server.know(
            make("Иванова Анна Петровна", issuing, address=where,
                 start=now - timedelta(days=1), end=now + YEAR)
        )  # fmt: skip
        stamper = server.know(
            make("Пробная служба меток времени", issuing, purpose="time-stamping",
                 address=where, start=now - timedelta(days=1), end=now + 10 * YEAR)
        )  # fmt: skip
        server.tsas["demo"] = pki_server.Tsa(stamper, [issuing])
        (folder / "root.pem").write_bytes(root.pem)
        (folder / "cert.pem").write_bytes(person.pem + issuing.pem)
        (folder / "key.pem").write_bytes(person.key_pem)
        tsa = f"{where}/tsa/demo"
        sys.stdout.write(
            f"Served at {where} until Ctrl-C. For example:\n\n"
            f"  medcab sign FILE --key {folder}/key.pem --cert {folder}/cert.pem"
            f" --level B-T --tsa {tsa}\n"
            f"  medcab extend FILE.sig --level B-LTA --tsa {tsa} --trust {folder}/root.pem"
            " --online --in-place\n"
            f"  medcab sign FILE.pdf --pades --key {folder}/key.pem --cert {folder}/cert.pem"
            f" --level B-LTA --tsa {tsa} --trust {folder}/root.pem --online\n"
            f"  medcab verify FILE.sig --trust {folder}/root.pem --at {now.year + 4}-06-01"
            " --details\n"
        )
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
