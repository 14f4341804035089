"""The life of a signature: B-B, B-T, B-LT, B-LTA, and what is left of it in 2031.

Once in a file of its own, once inside a PDF.

Makes its own authorities on the loopback interface; their clocks, and that of the verifier, are
set forward. The commands that a user would type are printed beside each step.
"""

from __future__ import annotations

import io
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import pki_server
from asn1crypto import x509

from medcab.signing.content import MemoryContent
from medcab.signing.fetch import Fetcher
from medcab.signing.keys import SoftwareKey
from medcab.signing.longterm.extend import Extender, Level
from medcab.signing.longterm.tsa import TsaClient
from medcab.signing.pades import sign_pdf
from medcab.signing.sign import Signer, SignOptions
from medcab.signing.trust import TrustStore
from medcab.signing.verify import Verifier
from medcab.text import translator

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LATER = datetime(2031, 6, 1, 9, 0, tzinfo=UTC)
YEAR = timedelta(days=365)
DIPLOMA = "Диплом о высшем образовании № 1".encode()


class Demo:
    """The authorities, the signer, and what is printed."""

    def __init__(self, server: pki_server.Server) -> None:
        server.clock = NOW
        self.server = server
        make, where = pki_server.certify, server.address
        years: dict[str, Any] = {"start": NOW - 5 * YEAR, "end": NOW + 20 * YEAR}
        root = server.add_authority(make("Корневой центр", purpose="authority", **years))
        self.issuing = server.add_authority(
            make("Удостоверяющий центр", root, purpose="authority", address=where, **years)
        )
        self.person = server.know(
            make("Иванова Анна Петровна", self.issuing, kind="rsa", address=where,
                 start=NOW - YEAR / 2, end=NOW + YEAR / 2)
        )  # fmt: skip
        for name, kind, end in (("first", "rsa", NOW + 2 * YEAR), ("second", "ec", NOW + 9 * YEAR)):
            stamper = server.know(
                make(f"Служба меток времени «{name}»", self.issuing, kind=kind,
                     purpose="time-stamping", address=where, start=NOW - YEAR, end=end)
            )  # fmt: skip
            server.tsas[name] = pki_server.Tsa(stamper, [self.issuing])
        self.trust = TrustStore.from_certificates([x509.Certificate.load(root.der)])

    def verifier(self, at: datetime, *, online: bool = False) -> Verifier:
        """A verifier as of ``at``."""
        return Verifier(self.trust, at=at, fetch=Fetcher() if online else None)

    def extend(self, data: bytes, level: Level, tsa: str) -> bytes:
        """Raise ``data`` to ``level``."""
        client = TsaClient([f"{self.server.address}/tsa/{tsa}"])
        extender = Extender(lambda: self.verifier(self.server.now, online=True), client)
        return extender.extend(data, level, _content(data)).data

    def show(self, title: str, command: str, data: bytes, at: datetime) -> str:
        """Verify and print; returns the indication."""
        report = self.verifier(at).verify_bytes(data, _content(data))
        (result,) = report.signatures
        sub = f" / {result.sub_indication}" if result.sub_indication else ""
        form = f" (по форме {result.structure})" if result.structure else ""
        sys.stdout.write(f"\n{title}\n    $ {command}\n")
        sys.stdout.write(
            f"    {at:%d.%m.%Y}: {result.indication}{sub}, {result.level}{form}, {len(data)} байт\n"
        )
        say = translator("ru")
        for stamp in result.timestamps:
            reason = f" / {stamp['sub_indication']}" if stamp["sub_indication"] else ""
            when = f"{stamp['time']:%d.%m.%Y}" if stamp["time"] else "?"
            sys.stdout.write(f"      {stamp['kind']} от {when}: {stamp['indication']}{reason}\n")
        for check in result.open_checks:
            sys.stdout.write(f"      – {say(check.detail, **check.args)}\n")
        return str(result.indication)

    def life(self, name: str, first: str, basic: bytes) -> bool:
        """Raise a signature step by step and look at it again in 2031; True when all is right."""
        steps = (
            ("1. Подпись (B-B)", first, None, ""),
            ("2. Метка времени (B-T)", "--level B-T --tsa URL", Level.T, "first"),
            (
                "3. Сертификаты и сведения об отзыве (B-LT)",
                "--level B-LT --online",
                Level.LT,
                "first",
            ),
            ("4. Архивная метка (B-LTA)", "--level B-LTA --tsa URL --online", Level.LTA, "second"),
        )
        said, made = [], [basic]
        for title, command, level, tsa in steps:
            if level is not None:
                made.append(self.extend(made[-1], level, tsa))
                command = f"medcab extend {name} {command} --in-place"
            said.append(self.show(title, command, made[-1], NOW))
        check = f"medcab verify {name} --at {LATER:%Y-%m-%d}"
        sys.stdout.write(
            "\nПрошло пять лет: сертификаты подписавшего и первой службы меток времени истекли, "
            "RSA больше не принимается.\n"
        )
        without = self.show("5. Без архивной метки (B-LT)", check, made[-2], LATER)
        with_it = self.show("6. С архивной меткой (B-LTA)", check, made[-1], LATER)
        return set(said) == {"TOTAL-PASSED"} and (without, with_it) == (
            "INDETERMINATE", "TOTAL-PASSED",
        )  # fmt: skip


def _content(data: bytes) -> MemoryContent | None:
    """What a signature file is over; a PDF is about itself."""
    return None if data[:5] == b"%PDF-" else MemoryContent(DIPLOMA)


def _page() -> bytes:
    """A PDF with an empty page."""
    from pypdf import PdfWriter

    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    held = io.BytesIO()
    writer.write(held)
    return held.getvalue()


def main() -> int:
    """Run the demonstration; 0 when everything came out as the standard says."""
    with pki_server.Server() as server:
        demo = Demo(server)
        key = SoftwareKey(
            demo.person.key,
            x509.Certificate.load(demo.person.der),
            [x509.Certificate.load(demo.issuing.der)],
        )
        signer = Signer(key, SignOptions(signing_time=NOW, force=True))
        sys.stdout.write("=== Подпись в отдельном файле (CAdES)\n")
        fine = demo.life("diploma.pdf.sig", "medcab sign diploma.pdf", signer.sign_bytes(DIPLOMA))
        sys.stdout.write("\n=== Подпись внутри PDF (PAdES)\n")
        fine &= demo.life(
            "diploma.signed.pdf", "medcab sign --pades diploma.pdf", sign_pdf(signer, _page())
        )
    sys.stdout.write("\n" + ("Всё как требует стандарт.\n" if fine else "НЕ ТАК, КАК НАДО.\n"))
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
