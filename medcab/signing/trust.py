"""Whom to trust: the set of trust anchors of a run.

Nothing is trusted unless it was given: by ``--trust``, by the user's own store
(:mod:`medcab.signing.trust_store`) or by the list of accredited authorities
(:mod:`medcab.signing.tsl`). The set is an argument of every verdict and has a fingerprint.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as _field
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

from asn1crypto import x509

from medcab.errors import InputError
from medcab.signing.certificates import format_name, load_certificates, name_key, sha256_of
from medcab.text import N_

__all__ = ["Anchor", "Period", "TrustStore"]

_SUFFIXES = frozenset({".cer", ".crt", ".pem", ".der", ".p7b", ".p7c", ".xml"})
LIST_NAME = "accredited.json"  # an imported list of authorities in a trust store
_MAX_FILE = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Period:
    """A time in which an anchor is trusted; None means without bound on that side."""

    start: datetime | None = None
    end: datetime | None = None

    def holds(self, moment: datetime) -> bool:
        """Tell whether ``moment`` is inside (the end is outside)."""
        return (self.start is None or self.start <= moment) and (
            self.end is None or moment < self.end
        )


@dataclass(frozen=True, slots=True)
class Anchor:
    """A certificate that is trusted, and why.

    Attributes:
        certificate: the certificate.
        source: file or list it came from, as the user knows it.
        label: name of the authority, or what the user called it.
        periods: when it is trusted (accreditation); empty: always.
        accredited: it stands in the list of accredited authorities.
        details: registry number, ОГРН, classes of tools... (JSON-able).
        subject_key: name of the subject in the form of ``certificates.name_key``, where it was
            worked out before (a list has thousands of anchors); empty: not yet.
    """

    certificate: x509.Certificate
    source: str = ""
    label: str = ""
    periods: tuple[Period, ...] = ()
    accredited: bool = False
    details: Mapping[str, str] = _field(default_factory=dict)
    subject_key: str = ""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, lower-case hex."""
        return sha256_of(self.certificate)

    def trusted_at(self, moment: datetime) -> bool:
        """Tell whether the anchor is trusted at ``moment``."""
        return not self.periods or any(period.holds(moment) for period in self.periods)


class TrustStore:
    """An unchangeable set of anchors, looked up by name and key identifier.

    Attributes:
        anchors: in the order given, each certificate once (the first entry wins, but an entry
            without bounds in time wins over one with).
        fingerprint: SHA-256 over the certificates and their periods, independent of the order.
    """

    __slots__ = ("_by_print", "_by_subject", "anchors", "fingerprint")

    def __init__(self, anchors: Iterable[Anchor] = ()) -> None:
        unique: dict[str, Anchor] = {}
        for anchor in anchors:
            known = unique.get(anchor.fingerprint)
            if known is None or (known.periods and not anchor.periods):
                unique[anchor.fingerprint] = anchor
        self.anchors: tuple[Anchor, ...] = tuple(unique.values())
        self._by_print = MappingProxyType(unique)
        by_subject: dict[str, list[Anchor]] = {}
        for anchor in self.anchors:
            key = anchor.subject_key or name_key(anchor.certificate.subject)
            by_subject.setdefault(key, []).append(anchor)
        self._by_subject = by_subject
        digest = hashlib.sha256()
        for key in sorted(unique):
            digest.update(key.encode())
            for period in unique[key].periods:
                digest.update(f"|{period.start}|{period.end}".encode())
        self.fingerprint: str = digest.hexdigest()

    @classmethod
    def load(cls, paths: Sequence[str | os.PathLike[str]]) -> TrustStore:
        """Read anchors from files and folders.

        Args:
            paths: certificates (DER, PEM, ``.p7b``), lists of accredited authorities (``.xml``),
                or folders of these; in a folder, files with other suffixes are passed over.

        Raises:
            InputError: a path does not exist, or a file holds no certificate.
        """
        anchors: list[Anchor] = []
        for given in paths:
            path = Path(given)
            if path.is_dir():
                for item in sorted(path.rglob("*")):
                    named = item.suffix.lower() in _SUFFIXES or item.name == LIST_NAME
                    if named and item.is_file():
                        anchors += _read(item)
            else:
                anchors += _read(path)
        return cls(anchors)

    @classmethod
    def from_certificates(
        cls, certificates: Iterable[x509.Certificate], source: str = ""
    ) -> TrustStore:
        """Trust these certificates, whatever they are."""
        return cls(Anchor(certificate, source) for certificate in certificates)

    def __or__(self, other: TrustStore) -> TrustStore:
        return TrustStore((*self.anchors, *other.anchors))

    def __len__(self) -> int:
        return len(self.anchors)

    def __repr__(self) -> str:
        return f"<TrustStore of {len(self.anchors)} anchors, {self.fingerprint[:12]}>"

    def find(self, certificate: x509.Certificate) -> Anchor | None:
        """Return the anchor that is this very certificate, or None."""
        return self._by_print.get(sha256_of(certificate))

    def issuers_of(self, certificate: x509.Certificate) -> tuple[Anchor, ...]:
        """Anchors named as the issuer of ``certificate``, the one with the right key first.

        Real authorities keep one name and change keys: the key identifier decides the order
        (RFC 5280 4.2.1.1); the signature decides who it was.
        """
        named = self._by_subject.get(name_key(certificate.issuer), ())
        wanted = certificate.authority_key_identifier
        if not wanted or len(named) < 2:
            return tuple(named)
        return tuple(sorted(named, key=lambda a: a.certificate.key_identifier != wanted))


def _read(path: Path) -> list[Anchor]:
    try:
        if path.stat().st_size > _MAX_FILE:
            raise InputError(N_("{path} is too large for a list of certificates."), path=str(path))
        data = path.read_bytes()
    except OSError as error:
        raise InputError(
            N_("The trusted certificates {path} cannot be read: {why}."),
            hint=N_("Check the path given to --trust."),
            path=str(path),
            why=error.strerror or str(error),
        ) from error
    return read_anchors(data, str(path))


def read_anchors(data: bytes, source: str) -> list[Anchor]:
    """Anchors of one file: certificates, a list of accredited authorities, or a stored list.

    Raises:
        InputError: nothing of that kind is in it.
    """
    head = data[:200].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if head.startswith((b"<", b"\x00<")) or source.lower().endswith(".xml"):
        from medcab.signing.tsl import read_tsl, refuse_changed

        tsl = read_tsl(data, source)
        refuse_changed(tsl)
        return list(tsl.anchors())
    if head.startswith(b"{"):
        from medcab.signing.trust_store import anchors_from_json

        return anchors_from_json(data, source)
    return [
        Anchor(certificate, source, format_name(certificate.subject))
        for certificate in load_certificates(data, source)
    ]
