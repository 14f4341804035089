"""The JSON form of a verification, ``medcab.signature/1`` (documented in docs/verification.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from medcab.signing.results import (
    SCHEMA,
    CertificateSummary,
    Check,
    CheckOutcome,
    RevocationSummary,
    SignatureResult,
    VerificationReport,
)
from medcab.text import Translator

__all__ = ["report_dict", "report_json"]


def _time(moment: datetime | None) -> str | None:
    if moment is None:
        return None
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@lru_cache(maxsize=1024)
def _passed(check_id: str, rule: str) -> dict[str, Any]:
    return {"id": check_id, "outcome": "passed", "rule": rule, "detail": ""}


def _check(check: Check, tr: Translator) -> dict[str, Any]:
    if check.outcome is CheckOutcome.PASSED and not check.detail:
        return _passed(check.id, check.rule)
    return {
        "id": check.id,
        "outcome": check.outcome.value,
        "rule": check.rule,
        "detail": tr(check.detail, **check.args),
    }


def certificate_dict(summary: CertificateSummary) -> dict[str, Any]:
    """A certificate for people and programs."""
    return {
        "subject": summary.subject,
        "issuer": summary.issuer,
        "serial": summary.serial,
        "fingerprint": summary.fingerprint,
        "not_before": _time(summary.not_before),
        "not_after": _time(summary.not_after),
        "key": summary.key,
        "holder": dict(summary.holder),
    }


def _revocation(found: RevocationSummary | None, tr: Translator) -> dict[str, Any]:
    if found is None:
        return {"status": "not-checked"}
    return {
        "status": found.status,
        "policy": found.policy,
        "source": found.source,
        "revoked_at": _time(found.revoked_at),
        "reason": found.reason,
        "produced_at": _time(found.produced_at),
        "next_update": _time(found.next_update),
        "detail": tr(found.detail, **found.args) if found.detail else "",
    }


class _Shared:
    """Parts that many results of one run have in common, converted once."""

    def __init__(self, tr: Translator) -> None:
        self.tr = tr
        self._chains: dict[int, tuple[object, Any]] = {}

    def chain(self, chain: tuple[CertificateSummary, ...]) -> list[dict[str, Any]]:
        known = self._chains.get(id(chain))
        if known is None or known[0] is not chain:
            if len(self._chains) > 1000:
                self._chains.clear()
            known = (chain, [certificate_dict(each) for each in chain])
            self._chains[id(chain)] = known
        made: list[dict[str, Any]] = known[1]
        return made


def report_dict(
    report: VerificationReport, tr: Translator, shared: _Shared | None = None
) -> dict[str, Any]:
    """The report as JSON-able values; sentences in the language of ``tr``."""
    shared = shared or _Shared(tr)
    made: dict[str, Any] = {
        "schema": SCHEMA,
        "path": report.path,
        "content": report.content,
        "verdict": report.verdict.value,
        "checked_at": _time(report.checked_at),
        "encoding": report.encoding,
        "container": report.container,
        "lenient": report.lenient,
        "signatures": [_signature(each, shared) for each in report.signatures],
        "checks": [_check(each, tr) for each in report.problems],
    }
    return made


def _signature(result: SignatureResult, shared: _Shared) -> dict[str, Any]:
    made: dict[str, Any] = {
        "index": result.index,
        "kind": result.kind,
        "indication": result.indication.value,
        "sub_indication": result.sub_indication.value if result.sub_indication else None,
        "level": result.level.value,
        "algorithm": result.algorithm,
        "signer": None
        if result.signer is None
        else shared.chain((result.signer,))[0]
        if not result.chain
        else shared.chain(result.chain)[0],
        "claimed_signing_time": _time(result.claimed_signing_time),
        "chain": shared.chain(result.chain),
        "revocation": _revocation(result.revocation, shared.tr),
        "checks": [_check(each, shared.tr) for each in result.checks],
        "attributes": _plain(result.attributes),
        "proofs": [{"time": _time(p.moment), "source": p.source} for p in result.proofs],
        "timestamps": [_plain(each) for each in result.timestamps],
        "counter_signatures": [_signature(each, shared) for each in result.counter_signatures],
    }
    if result.field is not None:
        made["field"] = result.field
    return made


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return dict(values)


class ReportWriter:
    """Writes many reports as JSON, sharing what they have in common."""

    def __init__(self, tr: Translator) -> None:
        import msgspec

        self._tr = tr
        self._shared = _Shared(tr)
        self._encode = msgspec.json.Encoder().encode

    def line(self, report: VerificationReport) -> bytes:
        """One report on one line, without the line's end."""
        return self._encode(report_dict(report, self._tr, self._shared))


def report_json(report: VerificationReport, tr: Translator, *, indent: int = 2) -> str:
    """The report as indented JSON text."""
    import json

    return json.dumps(report_dict(report, tr), ensure_ascii=False, indent=indent) + "\n"
