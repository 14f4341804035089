"""What is known about revocation: the policy, the answer for one certificate, the data at hand."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from dataclasses import field as _field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from asn1crypto import crl, ocsp, x509

from medcab.errors import UsageError
from medcab.signing.certificates import name_key, pem_blocks, raw
from medcab.signing.results import RevocationSummary
from medcab.text import N_

__all__ = [
    "CertificateStatus",
    "RevocationData",
    "RevocationMode",
    "RevocationPolicy",
    "RevocationState",
    "summarize",
]

MAX_CRL: Final = 64 * 1024 * 1024
MAX_OCSP: Final = 1024 * 1024
_MAX_ITEMS: Final = 200


class RevocationMode(StrEnum):
    """How much must be known about revocation."""

    REQUIRE = "require"
    PREFER = "prefer"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class RevocationPolicy:
    """What is asked of revocation data.

    Attributes:
        mode: ``require``: every certificate of the chain needs a fresh answer; ``prefer``: what
            is there is used, and the report says what was not known; ``none``: not looked at.
        later: data made after the moment of validation count, as they do when the moment is that
            of a time-stamp (EN 319 102-1, 5.6.2.2); never for certificates that had expired
            before the data were made, since authorities may drop these from their lists.
    """

    mode: RevocationMode = RevocationMode.PREFER
    later: bool = False

    @classmethod
    def named(cls, name: str) -> RevocationPolicy:
        """Make the policy called ``require``, ``prefer`` or ``none``.

        Raises:
            UsageError: there is no such policy.
        """
        try:
            return cls(RevocationMode(name.strip().lower()))
        except ValueError:
            raise UsageError(
                N_("There is no revocation policy {name}."),
                hint=N_("Use require, prefer or none."),
                name=name,
            ) from None


class RevocationState(StrEnum):
    """What is known about one certificate."""

    GOOD = "good"
    REVOKED = "revoked"
    UNKNOWN = "unknown"
    NOT_CHECKED = "not-checked"


@dataclass(frozen=True, slots=True)
class CertificateStatus:
    """The answer about one certificate.

    Attributes:
        certificate: which one.
        state: the answer.
        source: ``ocsp`` | ``crl`` | None.
        origin: ``given`` | ``fetched`` | None.
        produced_at: thisUpdate of the data.
        next_update: until when the data are fresh.
        revoked_at: when it was revoked.
        reason: reason code of RFC 5280 5.3.1.
        stale: there were data, but too old for the moment.
        detail: template of a sentence about missing or refused data; its holes from ``args``.
    """

    certificate: x509.Certificate
    state: RevocationState
    source: str | None = None
    origin: str | None = None
    produced_at: datetime | None = None
    next_update: datetime | None = None
    revoked_at: datetime | None = None
    reason: str | None = None
    stale: bool = False
    detail: str = ""
    args: Mapping[str, Any] = _field(default_factory=dict)


def summarize(statuses: Iterable[CertificateStatus], policy: RevocationPolicy) -> RevocationSummary:
    """Join the answers about a chain: a revoked certificate, else the first unknown, else the leaf.

    Args:
        statuses: leaf first, anchors left out.
        policy: the policy in force.
    """
    items = tuple(statuses)
    if not items:
        return RevocationSummary("not-checked", policy.mode.value)
    order = (RevocationState.REVOKED, RevocationState.UNKNOWN, RevocationState.NOT_CHECKED)
    chosen = next((s for state in order for s in items if s.state is state), items[0])
    return RevocationSummary(
        status=chosen.state.value,
        policy=policy.mode.value,
        source=chosen.source,
        revoked_at=chosen.revoked_at,
        reason=chosen.reason,
        produced_at=chosen.produced_at,
        next_update=chosen.next_update,
        detail=chosen.detail,
        args=chosen.args,
    )


@dataclass(frozen=True, slots=True)
class CrlItem:
    """A parsed CRL; nothing about it is trusted yet."""

    data: bytes
    parsed: crl.CertificateList
    origin: str

    @property
    def digest(self) -> bytes:
        """SHA-256 of the CRL."""
        return hashlib.sha256(self.data).digest()


@dataclass(frozen=True, slots=True)
class OcspItem:
    """A parsed OCSP answer; nothing about it is trusted yet."""

    data: bytes
    basic: ocsp.BasicOCSPResponse
    origin: str


@dataclass(slots=True)
class RevocationData:
    """CRLs and OCSP answers at hand, parsed; what cannot be parsed is counted.

    Attributes:
        crls, ocsps: in the order they came.
        refused: how many items were not what they should be.
    """

    crls: list[CrlItem] = _field(default_factory=list)
    ocsps: list[OcspItem] = _field(default_factory=list)
    refused: int = 0

    @classmethod
    def parse(cls, crls: Iterable[bytes], ocsps: Iterable[bytes]) -> RevocationData:
        """Parse what was given."""
        made = cls()
        for item in crls:
            made.add_crl(item, "given")
        for item in ocsps:
            made.add_ocsp(item, "given")
        return made

    def add_crl(self, data: bytes, origin: str) -> bool:
        """Add a CRL (DER or PEM); False when it is not one."""
        parsed = parse_crl(data)
        if parsed is None or _full(self.crls, origin):
            self.refused += 1
            return False
        self.crls.append(CrlItem(raw(parsed), parsed, origin))
        return True

    def add_ocsp(self, data: bytes, origin: str) -> bool:
        """Add an OCSPResponse or a bare BasicOCSPResponse; False when it is neither."""
        basic = parse_ocsp(data)
        if basic is None or _full(self.ocsps, origin):
            self.refused += 1
            return False
        self.ocsps.append(OcspItem(data, basic, origin))
        return True


def _full(items: Iterable[CrlItem | OcspItem], origin: str) -> bool:
    """Each origin has its own limit: a heap of lists in a file leaves room for fetched ones."""
    return sum(item.origin == origin for item in items) >= _MAX_ITEMS


_BAD: Final = (ValueError, TypeError, LookupError, AttributeError, OverflowError, RecursionError)


def parse_crl(data: bytes) -> crl.CertificateList | None:
    """Parse a CRL (DER or PEM, RFC 5280 5.1); None when it is not one."""
    if len(data) > MAX_CRL:
        return None
    if b"-----BEGIN " in data[:4096]:
        data = next((der for label, der, _ in pem_blocks(data) if label == b"X509 CRL"), b"")
    try:
        parsed = crl.CertificateList.load(data, strict=True)
        body = parsed["tbs_cert_list"]
        _ = body["this_update"].native, name_key(body["issuer"]), parsed.issuer
        _ = body["next_update"].native, parsed["signature"].native
        _ = parsed.critical_extensions, parsed.issuing_distribution_point_value
    except _BAD:
        return None
    return parsed


def parse_ocsp(data: bytes) -> ocsp.BasicOCSPResponse | None:
    """Parse an OCSP answer (RFC 6960 4.2.1), whole or basic; None when there is none in it."""
    if len(data) > MAX_OCSP:
        return None
    try:
        response = ocsp.OCSPResponse.load(data, strict=True)
        if response["response_status"].native != "successful":
            return None
        basic = response.basic_ocsp_response
    except _BAD:
        try:
            basic = ocsp.BasicOCSPResponse.load(data, strict=True)
        except _BAD:
            return None
    try:
        body = basic["tbs_response_data"]
        _ = body["produced_at"].native, body["responder_id"].name, basic["signature"].native
        if not 0 < len(body["responses"]) <= _MAX_ITEMS:
            return None
    except _BAD:
        return None
    return basic
