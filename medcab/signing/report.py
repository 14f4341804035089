"""The JSON form of a verification, ``medcab.signature/1`` (documented in docs/verification.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from medcab.signing.results import (
    SCHEMA,
    CertificateSummary,
    Check,
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


def _check(check: Check, tr: Translator) -> dict[str, Any]:
    return {
        "id": check.id,
        "outcome": check.outcome.value,
        "rule": check.rule,
        "detail": tr(check.detail, **check.args) if check.detail else "",
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
    """Converts parts of reports; a subclass remembers what many results have in common."""

    def __init__(self, tr: Translator) -> None:
        self.tr = tr

    def chain(self, chain: tuple[CertificateSummary, ...]) -> Any:
        return [certificate_dict(each) for each in chain]

    def certificate(self, summary: CertificateSummary) -> Any:
        return certificate_dict(summary)

    def check(self, check: Check) -> Any:
        return _check(check, self.tr)

    def checks(self, checks: tuple[Check, ...]) -> Any:
        return [self.check(each) for each in checks]

    def revocation(self, found: RevocationSummary | None) -> Any:
        return _revocation(found, self.tr)


class _Remembering(_Shared):
    """Keeps the encoded form of objects that come again: checks that passed, chains, answers.

    Found by identity; the object is kept beside, so that its id cannot pass to another.
    """

    def __init__(self, tr: Translator) -> None:
        super().__init__(tr)
        import msgspec

        self._encode = msgspec.json.Encoder().encode
        self._raw = msgspec.Raw
        self._known: dict[int, tuple[object, Any]] = {}
        self._lists: dict[tuple[int, ...], tuple[object, Any]] = {}

    def _remember(self, thing: object, convert: Any) -> Any:
        known = self._known.get(id(thing))
        if known is not None and known[0] is thing:
            return known[1]
        if len(self._known) > 8192:
            self._known.clear()
        made = self._raw(self._encode(convert(thing)))
        self._known[id(thing)] = (thing, made)
        return made

    def chain(self, chain: tuple[CertificateSummary, ...]) -> Any:
        return self._remember(chain, super().chain)

    def certificate(self, summary: CertificateSummary) -> Any:
        return self._remember(summary, super().certificate)

    def checks(self, checks: tuple[Check, ...]) -> Any:
        # Most signatures of a run make the same checks with the same outcome: the same objects.
        key = tuple(map(id, checks))
        known = self._lists.get(key)
        if known is not None:
            return known[1]
        if len(self._lists) > 512:
            self._lists.clear()
        made = self._raw(self._encode([super(_Remembering, self).check(c) for c in checks]))
        self._lists[key] = (checks, made)
        return made

    def revocation(self, found: RevocationSummary | None) -> Any:
        return self._remember(found, super().revocation)


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
        "checks": shared.checks(report.problems),
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
        "signer": None if result.signer is None else shared.certificate(result.signer),
        "claimed_signing_time": _time(result.claimed_signing_time),
        "chain": shared.chain(result.chain),
        "revocation": shared.revocation(result.revocation),
        "checks": shared.checks(result.checks),
        "attributes": _plain(result.attributes),
        "proofs": [{"time": _time(p.moment), "source": p.source} for p in result.proofs],
        "timestamps": [_time_stamp(each, shared) for each in result.timestamps],
        "counter_signatures": [_signature(each, shared) for each in result.counter_signatures],
    }
    if result.field is not None:
        made["field"] = result.field
    if result.structure is not None:
        made["structure"] = result.structure.value
    return made


def _time_stamp(found: Mapping[str, Any], shared: _Shared) -> dict[str, Any]:
    made = dict(found)
    made["time"] = _time(found["time"])
    made["judged_at"] = _time(found["judged_at"])
    made["authority"] = (
        None if found["authority"] is None else shared.certificate(found["authority"])
    )
    made["checks"] = shared.checks(found["checks"])
    return made


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return dict(values)


class ReportWriter:
    """Writes many reports as JSON, sharing what they have in common."""

    def __init__(self, tr: Translator) -> None:
        import msgspec

        self._tr = tr
        self._shared = _Remembering(tr)
        self._encode = msgspec.json.Encoder().encode

    def line(self, report: VerificationReport) -> bytes:
        """One report on one line, without the line's end."""
        return self._encode(report_dict(report, self._tr, self._shared))


def report_json(report: VerificationReport, tr: Translator, *, indent: int = 2) -> str:
    """The report as indented JSON text."""
    import json

    return json.dumps(report_dict(report, tr), ensure_ascii=False, indent=indent) + "\n"
