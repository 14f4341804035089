"""``make pki``: a certification and time-stamping authority on loopback, until Ctrl-C.

Writes ``root.pem``, ``issuing.pem`` and ``ivanova.p12`` (password ``medcab-demo``) into a folder
and prints the commands to try. Nothing of it is fit for anything but trying out.
"""

from __future__ import annotations

import argparse
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pki_server
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

YEAR = timedelta(days=365)
PASSWORD = b"medcab-demo"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("build") / "pki")
    folder: Path = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    now = datetime.now(UTC)
    start, end = now - YEAR, now + 10 * YEAR
    make = pki_server.certify
    with pki_server.Server() as server:
        where = server.address
        root = server.add_authority(
            make("Пробный корневой центр", purpose="authority", start=start, end=end)
        )
        issuing = server.add_authority(
            make("Пробный центр", root, purpose="authority", address=where, start=start, end=end)
        )
        person = server.know(
            make("Иванова Анна Петровна", issuing, kind="rsa", address=where, start=start, end=end)
        )
        stamper = server.know(
            make(
                "Пробная служба меток времени",
                issuing,
                purpose="time-stamping",
                address=where,
                start=start,
                end=end,
            )
        )
        server.tsas["demo"] = pki_server.Tsa(stamper, [issuing])
        (folder / "root.pem").write_bytes(root.pem)
        (folder / "issuing.pem").write_bytes(issuing.pem)
        (folder / "ivanova.p12").write_bytes(
            pkcs12.serialize_key_and_certificates(
                b"ivanova",
                person.key,
                person.certificate,
                [issuing.certificate],
                serialization.BestAvailableEncryption(PASSWORD),
            )
        )
        key = f"--p12 {folder}/ivanova.p12 --password-from prompt"
        sys.stdout.write(
            f"TSA, OCSP, CRL: {where}   password: {PASSWORD.decode()}   end: Ctrl-C\n\n"
            f"medcab sign FILE {key} --level B-T --tsa {where}/tsa/demo\n"
            f"medcab extend FILE.sig --level B-LTA --tsa {where}/tsa/demo --online --in-place"
            f" --trust {folder}/root.pem\n"
            f"medcab verify FILE.sig --trust {folder}/root.pem\n"
        )
        sys.stdout.flush()
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            sys.stdout.write("\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
