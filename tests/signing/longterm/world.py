"""A small world with a clock: authorities, signer, two time-stampers, all on loopback."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[3] / "tools"))
import pki_server

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
LATER = datetime(2031, 6, 1, tzinfo=UTC)
YEAR = timedelta(days=365)
DATA = "Диплом о высшем образовании №1".encode()


class World:
    """Root, issuing authority (RSA: refused from 2029), signer, two time-stamping authorities."""

    def __init__(self, server: pki_server.Server) -> None:
        self.server = server
        server.clock = NOW
        where = server.address
        make = pki_server.certify
        long = {"start": NOW - 5 * YEAR, "end": NOW + 20 * YEAR}
        self.root = server.add_authority(make("Корень", purpose="authority", **long))
        self.issuing = server.add_authority(
            make("Выпускающий", self.root, purpose="authority", address=where, **long)
        )
        self.signer = server.know(
            make(
                "Иванова Анна", self.issuing, kind="rsa", address=where,
                start=NOW - YEAR / 2, end=NOW + YEAR / 2,
            )
        )  # fmt: skip
        self.stampers = {}
        for name, kind, end in (
            ("short", "rsa", NOW + 2 * YEAR),
            ("long", "ec", NOW + 10 * YEAR),
            ("expired", "ec", NOW - timedelta(days=1)),
        ):
            holder = server.know(
                make(
                    f"TSA {name}", self.issuing, kind=kind, purpose="time-stamping",
                    address=where, start=NOW - YEAR, end=end,
                )
            )  # fmt: skip
            self.stampers[name] = holder
            server.tsas[name] = pki_server.Tsa(holder, [self.issuing])
        stranger = make("Чужой", purpose="authority", **long)
        foreign = make("TSA foreign", stranger, purpose="time-stamping", **long)
        server.tsas["foreign"] = pki_server.Tsa(foreign, [stranger])
        server.tsas["plain"] = pki_server.Tsa(self.signer, [self.issuing])

    @property
    def trust(self):
        from asn1crypto import x509

        from medcab.signing.trust import TrustStore

        return TrustStore.from_certificates([x509.Certificate.load(self.root.der)])

    def verifier(self, at=None, *, online=False, crls=(), ocsps=(), **policy):
        from medcab.signing.fetch import Fetcher
        from medcab.signing.policy import ValidationPolicy
        from medcab.signing.verify import Verifier

        return Verifier(
            self.trust, ValidationPolicy(**policy), at=at or self.server.clock,
            fetch=Fetcher() if online else None, crls=crls, ocsps=ocsps,
        )  # fmt: skip

    def tsa(self, *names: str, **options):
        from medcab.signing.longterm.tsa import TsaClient

        options.setdefault("pause", 0.01)
        return TsaClient([f"{self.server.address}/tsa/{n}" for n in names or ("short",)], **options)

    def sign(self, holder=None, **options) -> bytes:
        from asn1crypto import x509

        from medcab.signing.keys import SoftwareKey
        from medcab.signing.sign import Signer, SignOptions

        holder = holder or self.signer
        key = SoftwareKey(
            holder.key,
            x509.Certificate.load(holder.der),
            [x509.Certificate.load(self.issuing.der)],
        )
        options.setdefault("signing_time", self.server.clock)
        return Signer(key, SignOptions(force=True, **options)).sign_bytes(DATA)

    def extend(self, data: bytes, level: str, tsa="short", *, content=DATA, online=True) -> bytes:
        from medcab.signing.content import MemoryContent
        from medcab.signing.longterm.extend import Extender, Level

        extender = Extender(lambda: self.verifier(online=online), self.tsa(tsa))
        made = extender.extend(
            data, Level(level), None if content is None else MemoryContent(content)
        )
        return made.data

    def verify(self, data: bytes, at=None, *, content=DATA, **policy):
        from medcab.signing.content import MemoryContent

        report = self.verifier(at, **policy).verify_bytes(
            data, None if content is None else MemoryContent(content)
        )
        return report.signatures[0] if len(report.signatures) == 1 else report
