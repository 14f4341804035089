"""The same small world with GOST R 34.10-2012 keys: certificates, lists and time-stamps by hand.

Written from RFC 9215 with nothing but a DER encoder, so that Bouncy Castle can be asked whether
the certificates are what they should be.
"""

from __future__ import annotations

import hashlib
import random
from datetime import datetime

from asn1crypto import tsp, x509
from world import DATA, NOW, YEAR

from medcab.signing.gost.curves import curve_by_oid
from medcab.signing.gost.keys import KEY_KINDS, GostPrivateKey, digest_of
from medcab.signing.tlv import encode, encode_oid

PARAMETER_SETS = {256: "1.2.643.7.1.2.1.1.1", 512: "1.2.643.7.1.2.1.2.1"}


def integer(value: int) -> bytes:
    return encode(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def generalized(moment: datetime) -> bytes:
    return encode(0x18, moment.strftime("%Y%m%d%H%M%SZ").encode())


def utc(moment: datetime) -> bytes:
    text = "%y%m%d%H%M%SZ" if moment.year < 2050 else "%Y%m%d%H%M%SZ"
    return encode(0x17 if moment.year < 2050 else 0x18, moment.strftime(text).encode())


def name(common: str) -> bytes:
    parts = (("2.5.4.6", 0x13, "RU"), ("2.5.4.3", 0x0C, common))
    return encode(
        0x30,
        b"".join(
            encode(0x31, encode(0x30, encode_oid(kind) + encode(tag, text.encode())))
            for kind, tag, text in parts
        ),
    )


def extension(kind: str, value: bytes, *, critical: bool = False) -> bytes:
    flag = b"\x01\x01\xff" if critical else b""
    return encode(0x30, encode_oid(kind) + flag + encode(0x04, value))


class Holder:
    """A GOST key and its certificate."""

    serial = 100

    def __init__(self, common, issuer=None, *, bits=256, purpose="signer", start, end):
        self.kind = next(k for k in KEY_KINDS.values() if k.bits == bits and "2012" in k.family)
        curve = curve_by_oid(PARAMETER_SETS[bits])
        number = random.Random(f"{common}{bits}").randrange(2, curve.q)
        self.key = GostPrivateKey(self.kind, PARAMETER_SETS[bits], number)
        self.name = name(f"{common} {bits}")
        self.issuer = issuer or self
        Holder.serial += 1
        self.number = Holder.serial
        point = b"".join(part.to_bytes(bits // 8, "little") for part in self.key.public_key().point)
        # RFC 9215 4.2 lets the digest be left out with these sets; Bouncy Castle 1.72 misses it.
        named = encode_oid(PARAMETER_SETS[bits]) + encode_oid(self.kind.digest_oid)
        parameters = encode(0x30, named)
        self.spki = encode(
            0x30,
            encode(0x30, encode_oid(self.kind.oid) + parameters)
            + encode(0x03, b"\x00" + encode(0x04, point)),
        )
        self.identifier = hashlib.sha1(point).digest()
        self.der = self._certificate(purpose, start, end)

    def _certificate(self, purpose, start, end):
        authority = purpose == "authority"
        usage = {"authority": b"\x01\x06", "signer": b"\x06\xc0"}.get(purpose, b"\x07\x80")
        extensions = [
            extension("2.5.29.19", encode(0x30, b"\x01\x01\xff" if authority else b""),
                      critical=True),
            extension("2.5.29.15", encode(0x03, usage), critical=True),
            extension("2.5.29.14", encode(0x04, self.identifier)),
            extension("2.5.29.35", encode(0x30, encode(0x80, self.issuer.identifier))),
        ]  # fmt: skip
        if purpose == "time-stamping":
            stamping = encode(0x30, encode_oid("1.3.6.1.5.5.7.3.8"))
            extensions.append(extension("2.5.29.37", stamping, critical=True))
        return self.issuer.signed(
            encode(0xA0, integer(2)),
            integer(self.number),
            self.issuer.algorithm,
            self.issuer.name,
            encode(0x30, utc(start) + utc(end)),
            self.name,
            self.spki,
            encode(0xA3, encode(0x30, b"".join(extensions))),
        )

    @property
    def algorithm(self) -> bytes:
        return encode(0x30, encode_oid(self.kind.signature_oid))

    def signed(self, *parts: bytes) -> bytes:
        body = encode(0x30, b"".join(parts))
        return encode(0x30, body + self.algorithm + encode(0x03, b"\x00" + self.key.sign(body)))

    def crl(self, at: datetime, *revoked: Holder, days: int = 7) -> bytes:
        entries = b"".join(encode(0x30, integer(each.number) + utc(at)) for each in revoked)
        Holder.serial += 1
        return self.signed(
            integer(1), self.algorithm, self.name, utc(at), utc(at + YEAR / 365 * days),
            encode(0x30, entries) if entries else b"",
            encode(0xA0, encode(0x30, extension("2.5.29.20", integer(Holder.serial)))),
        )  # fmt: skip


class Tsa:
    """A GOST time-stamping authority, answering like the one of ``pki_server``."""

    def __init__(self, holder: Holder, chain=()) -> None:
        self.holder = holder
        self.chain = tuple(chain)
        self.fault = ""

    def answer(self, request: bytes, at: datetime) -> bytes:
        asked = tsp.TimeStampReq.load(request)
        Holder.serial += 1
        nonce = asked["nonce"].dump()
        info = encode(
            0x30,
            integer(1) + encode_oid("1.2.643.7.7.7.1") + asked["message_imprint"].dump()
            + integer(Holder.serial) + generalized(at) + encode(0x30, integer(1)) + nonce,
        )  # fmt: skip
        return encode(0x30, encode(0x30, integer(0)) + self.token(info))

    def token(self, info: bytes) -> bytes:
        holder = self.holder
        digest = holder.kind.digest_oid
        algorithm = encode(0x30, encode_oid(digest))
        named = encode(0x30, algorithm + encode(0x04, digest_of(digest, holder.der)))
        attributes = [
            ("1.2.840.113549.1.9.3", encode_oid("1.2.840.113549.1.9.16.1.4")),
            ("1.2.840.113549.1.9.4", encode(0x04, digest_of(digest, info))),
            ("1.2.840.113549.1.9.16.2.47", encode(0x30, encode(0x30, named))),
        ]
        inner = b"".join(
            sorted(encode(0x30, encode_oid(kind) + encode(0x31, v)) for kind, v in attributes)
        )
        value = holder.key.sign(encode(0x31, inner))
        signer = encode(
            0x30,
            integer(1) + encode(0x30, holder.issuer.name + integer(holder.number)) + algorithm
            + encode(0xA0, inner) + holder.algorithm + encode(0x04, value),
        )  # fmt: skip
        content = encode_oid("1.2.840.113549.1.9.16.1.4") + encode(0xA0, encode(0x04, info))
        certificates = b"".join(each.der for each in (holder, *self.chain))
        signed = encode(
            0x30,
            integer(3) + encode(0x31, algorithm) + encode(0x30, content)
            + encode(0xA0, certificates) + encode(0x31, signer),
        )  # fmt: skip
        return encode(0x30, encode_oid("1.2.840.113549.1.7.2") + encode(0xA0, signed))


class GostWorld:
    """Root, issuing authority, signer, two time-stamping authorities, and lists of both."""

    def __init__(self, server, bits: int = 256) -> None:
        self.server = server
        self.bits = bits
        long = {"start": NOW - 5 * YEAR, "end": NOW + 20 * YEAR, "bits": bits}
        self.root = Holder("Корень", purpose="authority", **long)
        self.issuing = Holder("Выпускающий", self.root, purpose="authority", **long)
        self.signer = Holder(
            "Иванова Анна", self.issuing, bits=bits, start=NOW - YEAR / 2, end=NOW + YEAR / 2
        )
        self.stampers = {
            each: Holder(
                f"TSA {each}", self.issuing, bits=bits, purpose="time-stamping",
                start=NOW - YEAR, end=NOW + years * YEAR,
            )
            for each, years in (("short", 2), ("long", 10))
        }  # fmt: skip
        for each, holder in self.stampers.items():
            server.tsas[f"gost{bits}-{each}"] = Tsa(holder, [self.issuing])
        self.lists = (self.root.crl(NOW), self.issuing.crl(NOW))

    @property
    def trust(self):
        from medcab.signing.trust import TrustStore

        return TrustStore.from_certificates([x509.Certificate.load(self.root.der)])

    def verifier(self, at=None, *, crls=(), **policy):
        from medcab.signing.policy import ValidationPolicy
        from medcab.signing.verify import Verifier

        return Verifier(self.trust, ValidationPolicy(**policy), at=at or NOW, crls=crls)

    def tsa(self, each: str = "short"):
        from medcab.signing.longterm.tsa import TsaClient

        return TsaClient([f"{self.server.address}/tsa/gost{self.bits}-{each}"], pause=0.01)

    def sign(self, **options) -> bytes:
        from medcab.signing.sign import Signer, SignOptions

        options.setdefault("signing_time", NOW)
        key = self.signer.key.as_signing_key(
            x509.Certificate.load(self.signer.der), [x509.Certificate.load(self.issuing.der)]
        )
        return Signer(key, SignOptions(force=True, **options)).sign_bytes(DATA)

    def extend(self, data: bytes, level: str, each: str = "short", *, content=DATA) -> bytes:
        from medcab.signing.content import MemoryContent
        from medcab.signing.longterm.extend import Extender, Level

        extender = Extender(lambda: self.verifier(crls=self.lists), self.tsa(each))
        inside = None if content is None else MemoryContent(content)
        return extender.extend(data, Level(level), inside).data
