"""Certificates as a verifier sees them: parsed once, found again by their bytes."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from medcab.signing.algorithms import (
    UnsupportedAlgorithmError,
    VerifyingKey,
    digest_algorithm,
    load_public_key,
)
from medcab.signing.cms import algorithm_identifier
from medcab.signing.results import CertificateSummary
from medcab.signing.tlv import DerError, children, integer, read

__all__ = ["CertificateRecord", "Lru", "RecordCache", "summary_of"]

_K = TypeVar("_K")
_V = TypeVar("_V")

# What asn1crypto raises on malformed structures, in the order of surprise.
_DAMAGE: Final = (
    ValueError, TypeError, KeyError, OverflowError, RecursionError, AttributeError, IndexError,
)  # fmt: skip
_HOLDER: Final = {
    "2.5.4.3": "common_name",
    "2.5.4.4": "surname",
    "2.5.4.42": "given_name",
    "2.5.4.10": "organization",
    "2.5.4.12": "title",
    "1.2.840.113549.1.9.1": "email",
    "1.2.643.3.131.1.1": "inn",
    "1.2.643.100.4": "inn_le",
    "1.2.643.100.3": "snils",
    "1.2.643.100.1": "ogrn",
    "1.2.643.100.5": "ogrnip",
}


class Lru(Generic[_K, _V]):
    """A dictionary that forgets what was not asked for the longest."""

    __slots__ = ("_items", "_size")

    def __init__(self, size: int) -> None:
        self._size = size
        self._items: OrderedDict[_K, _V] = OrderedDict()

    def get(self, key: _K) -> _V | None:
        value = self._items.get(key)
        if value is not None:
            self._items.move_to_end(key)
        return value

    def put(self, key: _K, value: _V) -> None:
        self._items[key] = value
        if len(self._items) > self._size:
            self._items.popitem(last=False)


class CertificateRecord:
    """One certificate.

    Attributes:
        der: as it came.
        serial: serial number.
        issuer_der: DER Name of the issuer.
        subject_der: DER Name of the subject.
        spki_der: SubjectPublicKeyInfo.
        key_identifier: the extension, or None.

    Raises:
        DerError: this is no certificate.
    """

    __slots__ = (
        "_asn1", "_digests", "_key", "_summary", "der", "issuer_der", "key_identifier", "serial",
        "sha256", "spki_der", "spki_oid", "subject_der",
    )  # fmt: skip

    def __init__(self, der: bytes) -> None:
        self.der = der
        self.sha256 = hashlib.sha256(der).digest()
        tag, pos, stop = read(der, 0, len(der))
        if tag != 0x30 or stop != len(der):
            raise DerError("certificate expected")
        tag, pos, end = read(der, pos, stop)
        if tag != 0x30:
            raise DerError("certificate without contents")
        fields = list(children(der, pos, end, 20))
        if fields and fields[0][0] == 0xA0:
            del fields[0]
        tags = [field[0] for field in fields[:6]]
        if tags != [0x02, 0x30, 0x30, 0x30, 0x30, 0x30]:
            raise DerError("malformed certificate")
        self.serial = integer(der[fields[0][2] : fields[0][3]])
        self.issuer_der = der[fields[2][1] : fields[2][3]]
        self.subject_der = der[fields[4][1] : fields[4][3]]
        self.spki_der = der[fields[5][1] : fields[5][3]]
        _, _, after = read(der, fields[5][2], fields[5][3])
        self.spki_oid, _ = algorithm_identifier(der[fields[5][2] : after])
        self.key_identifier = _key_identifier(der, fields[6:])
        self._asn1: Any = None
        self._key: VerifyingKey | Exception | None = None
        self._summary: CertificateSummary | None = None
        self._digests: dict[str, bytes] = {}

    @property
    def asn1(self) -> Any:
        """The certificate as asn1crypto knows it.

        Raises:
            ValueError: asn1crypto refuses it.
        """
        if self._asn1 is None:
            from asn1crypto import x509

            from medcab.signing.certificates import touch

            try:
                made = x509.Certificate.load(self.der, strict=True)
                touch(made)
                # What later steps look at is parsed here, where damage is expected.
                for algorithm in (
                    made["signature_algorithm"],
                    made["tbs_certificate"]["signature"],
                ):
                    _ = algorithm["algorithm"].dotted, algorithm["parameters"].dump()
                for usage in (made.key_usage_value, made.extended_key_usage_value):
                    _ = None if usage is None else usage.native
            except _DAMAGE as error:
                raise ValueError(str(error)) from error
            self._asn1 = made
        return self._asn1

    @property
    def key(self) -> VerifyingKey:
        """The public key.

        Raises:
            UnsupportedAlgorithmError: of a kind nobody here knows.
            ValueError: malformed.
        """
        if self._key is None:
            try:
                self._key = load_public_key(self.spki_der, self.spki_oid)
            except (UnsupportedAlgorithmError, ValueError) as error:
                self._key = error
        if isinstance(self._key, Exception):
            raise self._key
        return self._key

    def digest(self, name: str) -> bytes:
        """Digest of the whole certificate. Raises UnsupportedAlgorithmError."""
        found = self._digests.get(name)
        if found is None:
            found = self._digests[name] = digest_algorithm(name).digest(self.der)
        return found

    def is_named(self, issuer: bytes, serial: int) -> bool:
        """Tell whether issuer and serial number are these."""
        return self.serial == serial and same_name(self.issuer_der, issuer)

    @property
    def summary(self) -> CertificateSummary:
        """What a reader wants to know; works for every record."""
        if self._summary is None:
            self._summary = summary_of(self)
        return self._summary


def _key_identifier(der: bytes, fields: list[tuple[int, int, int, int]]) -> bytes | None:
    for tag, _, inner, end in fields:
        if tag != 0xA3:
            continue
        _, start, stop = read(der, inner, end)
        for _, _, first, last in children(der, start, stop, 200):
            kind, name, name_end = read(der, first, last)
            if kind == 0x06 and der[name:name_end] == b"\x55\x1d\x0e":
                for field, _, begun, finish in children(der, name_end, last, 3):
                    if field == 0x04:
                        _, value, value_end = read(der, begun, finish)
                        return der[value:value_end]
    return None


def same_name(one: bytes, other: bytes) -> bool:
    """Compare two DER Names: bytes first, then as RFC 5280 7.1 says."""
    if one == other:
        return True
    from asn1crypto import x509

    try:
        return bool(x509.Name.load(one).hashable == x509.Name.load(other).hashable)
    except _DAMAGE:
        return False


def summary_of(record: CertificateRecord) -> CertificateSummary:
    """Describe a certificate for people; fields that cannot be read stay empty."""
    from medcab.signing.certificates import format_name, text_of

    subject = issuer = key = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    holder: dict[str, str] = {}
    try:
        parsed = record.asn1
        subject, issuer = format_name(parsed.subject), format_name(parsed.issuer)
        not_before, not_after = parsed.not_valid_before, parsed.not_valid_after
        for rdn in parsed.subject.chosen:
            for pair in rdn:
                name = _HOLDER.get(pair["type"].dotted)
                if name:
                    holder.setdefault(name, text_of(pair["value"]))
        key = record.key.name
    except (*_DAMAGE, UnsupportedAlgorithmError):
        key = key or record.spki_oid
    return CertificateSummary(
        subject=subject,
        issuer=issuer,
        serial=f"{record.serial:X}",
        fingerprint=record.sha256.hex(),
        not_before=not_before,
        not_after=not_after,
        key=key,
        holder=holder,
    )


class RecordCache:
    """Records by the bytes of the certificate, and whole bags of certificates by theirs.

    What is remembered is found by all bytes of the certificate: a stranger's certificate under
    the same name is another certificate.
    """

    __slots__ = ("_bags", "_records")

    def __init__(self, records: int = 4096, bags: int = 512) -> None:
        self._records: Lru[bytes, CertificateRecord] = Lru(records)
        self._bags: Lru[bytes, tuple[CertificateRecord, ...]] = Lru(bags)

    def record(self, der: bytes) -> CertificateRecord:
        """The record of one certificate. Raises DerError."""
        found = self._records.get(der)
        if found is None:
            found = CertificateRecord(der)
            self._records.put(der, found)
        return found

    def bag(self, field: bytes, ders: Iterable[bytes]) -> tuple[CertificateRecord, ...]:
        """Records of a bag whose encoding is ``field``; what is no certificate is left out."""
        found = self._bags.get(field)
        if found is None:
            made = []
            for der in ders:
                try:
                    made.append(self.record(der))
                except DerError:
                    continue
            found = tuple(made)
            self._bags.put(field, found)
        return found
