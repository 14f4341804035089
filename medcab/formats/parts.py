"""Form fields and signatures of a report, arranged for people (see :mod:`medcab.formats.view`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from medcab.formats import sentences as say
from medcab.formats.encoding import printable
from medcab.formats.values import moment
from medcab.model import Report, Verdict, worst
from medcab.text import N_, Translator
from medcab.vocabulary import FIELDS

__all__ = ["Event", "FieldRow", "Holder", "SignatureRow", "fields", "signatures"]


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field of the form with what was found about it."""

    key: str
    label: str
    text: str
    where: str
    verdict: Verdict
    verdict_word: str
    messages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Holder:
    """One certificate of a chain, from the signer upwards."""

    name: str
    issuer: str
    serial: str
    valid: str


@dataclass(frozen=True, slots=True)
class Event:
    """A moment on the time line of a signature."""

    moment: str
    about: str


@dataclass(frozen=True, slots=True)
class SignatureRow:
    """One signer of one signature file."""

    path: str
    content: str
    signer: str
    level: str
    algorithm: str
    indication: str
    reason: str
    revocation: str
    verdict: Verdict
    verdict_word: str
    chain: tuple[Holder, ...]
    events: tuple[Event, ...]
    open_checks: tuple[str, ...]


def fields(report: Report, tr: Translator) -> tuple[FieldRow, ...]:
    """Rows of the form; fields that are missing but complained about come last."""
    form = report.form
    found: dict[str, list[Any]] = {}
    for finding in report.findings:
        if finding.location.field:
            found.setdefault(finding.location.field, []).append(finding)
    values = dict(form.values) if form is not None and _form_was_asked(report) else {}
    rows = []
    for key in (*values, *(k for k in found if k not in values)):
        about = found.get(key, [])
        verdict = worst(f.verdict for f in about)
        value = values.get(key)
        title = FIELDS.get(key)
        word = say.verdict_word(verdict, tr)
        if title is None and verdict is Verdict.PASSED:
            # Nobody looked at a field that nobody knows: that is no «passed».
            verdict, word = Verdict.INDETERMINATE, tr(N_("not checked"))
        rows.append(
            FieldRow(
                key=printable(key),
                label=tr(title) if title is not None else printable(key),
                text=printable(value.text) if value is not None else "",
                where=printable(value.where or "") if value is not None else "",
                verdict=verdict,
                verdict_word=word,
                messages=tuple(say.message_of(f, tr) for f in about),
            )
        )
    return tuple(rows)


def _form_was_asked(report: Report) -> bool:
    """False where the profile has the rules about forms off: silence is no «passed»."""
    return not report.checks or any(rule.startswith(("FRM", "FLD")) for rule in report.checks)


_VERDICTS: Final = {
    "TOTAL-PASSED": Verdict.PASSED,
    "TOTAL-FAILED": Verdict.FAILED,
}
_REVOCATION: Final = {
    "good": N_("not revoked"),
    "revoked": N_("revoked"),
    "unknown": N_("unknown"),
    "not-checked": N_("not checked"),
}


def signatures(report: Report, tr: Translator) -> tuple[SignatureRow, ...]:
    """One row a signer, counter-signers after the signer they vouch for."""
    rows: list[SignatureRow] = []
    for stored in report.signatures:
        waiting = list(_mappings(stored.get("signatures")))
        if not waiting:
            rows.append(_unread(stored, tr))
        while waiting:
            one = waiting.pop(0)
            rows.append(_signature(stored, one, tr))
            waiting[:0] = _mappings(one.get("counter_signatures"))
    return tuple(rows)


def _unread(stored: Mapping[str, Any], tr: Translator) -> SignatureRow:
    """A signature file in which no signer was found."""
    verdicts = {v.value: v for v in (Verdict.FAILED, Verdict.INDETERMINATE)}
    verdict = verdicts.get(str(stored.get("verdict")), Verdict.INDETERMINATE)
    return SignatureRow(
        path=_text(stored.get("path")),
        content=_text(stored.get("content")),
        signer=tr(N_("not found")),
        level="",
        algorithm="",
        indication="",
        reason="",
        revocation=tr(_REVOCATION["not-checked"]),
        verdict=verdict,
        verdict_word=say.verdict_word(verdict, tr),
        chain=(),
        events=(),
        open_checks=_open(stored.get("checks")),
    )


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    items = value if isinstance(value, (list, tuple)) else ()
    return [item for item in items if isinstance(item, Mapping)]


def _text(value: Any) -> str:
    return "" if value is None else printable(str(value))


def _signature(stored: Mapping[str, Any], one: Mapping[str, Any], tr: Translator) -> SignatureRow:
    indication = _text(one.get("indication"))
    # Anything but the two firm words stays open.
    verdict = _VERDICTS.get(indication, Verdict.INDETERMINATE)
    signer = one.get("signer")
    known = one.get("revocation")
    status = str(known.get("status")) if isinstance(known, Mapping) else "not-checked"
    detail = _text(known.get("detail")) if isinstance(known, Mapping) else ""
    said = tr(_REVOCATION.get(status, _REVOCATION["unknown"]))
    return SignatureRow(
        path=_text(stored.get("path")),
        content=_text(stored.get("content")),
        signer=_name(signer) if isinstance(signer, Mapping) else tr(N_("not found")),
        level=_text(one.get("level")),
        algorithm=_text(one.get("algorithm")),
        indication=indication,
        reason=_text(one.get("sub_indication")),
        revocation=f"{said}. {detail}".rstrip(".") if detail else said,
        verdict=verdict,
        verdict_word=say.verdict_word(verdict, tr),
        chain=tuple(_holder(c, tr) for c in _mappings(one.get("chain"))),
        events=_events(stored, one, tr),
        open_checks=(*_open(stored.get("checks")), *_open(one.get("checks"))),
    )


def _check(check: Mapping[str, Any]) -> str:
    # The sentence was made when the signature was judged: it is no template any more.
    detail, name = _text(check.get("detail")), _text(check.get("id"))
    return f"{detail} ({name})" if detail else name


def _open(checks: Any) -> tuple[str, ...]:
    failing = ("failed", "undetermined", "warning")
    return tuple(_check(c) for c in _mappings(checks) if c.get("outcome") in failing)


def _name(certificate: Mapping[str, Any]) -> str:
    holder = certificate.get("holder")
    if isinstance(holder, Mapping):
        person = " ".join(
            str(holder[key])
            for key in ("surname", "given_name")
            if isinstance(holder.get(key), str)
        )
        for name in (person, holder.get("common_name"), holder.get("organization")):
            if name:
                return _text(name)
    return _text(certificate.get("subject"))


def _holder(certificate: Mapping[str, Any], tr: Translator) -> Holder:
    span = [_moment(certificate.get(key)) for key in ("not_before", "not_after")]
    return Holder(
        name=_name(certificate),
        issuer=_text(certificate.get("issuer")),
        serial=_text(certificate.get("serial")),
        valid=" — ".join(text for _, text in filter(None, span)),
    )


def _moment(value: Any) -> tuple[datetime, str] | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime) or value.tzinfo is None:
        return None
    return value, moment(value)


_SOURCES: Final = {
    "signature-time-stamp": N_("time-stamp on the signature"),
    "content-time-stamp": N_("time-stamp on the document"),
    "document-time-stamp": N_("time-stamp on the document"),
    "archive-time-stamp": N_("archive time-stamp"),
    "archive-time-stamp-v2": N_("archive time-stamp"),
    "archive-time-stamp-v3": N_("archive time-stamp"),
    "cades-c-time-stamp": N_("time-stamp on the references"),
    "references-time-stamp": N_("time-stamp on the references"),
    "time-stamp": N_("time-stamp"),
}


def _source(name: Any, tr: Translator) -> str:
    """What a proof of existence is; a source that is not known by its own name."""
    known = _SOURCES.get(str(name))
    return _text(name) if known is None else tr(known)


def _events(stored: Mapping[str, Any], one: Mapping[str, Any], tr: Translator) -> tuple[Event, ...]:
    signer = one.get("signer")
    known = one.get("revocation")
    signer = signer if isinstance(signer, Mapping) else {}
    known = known if isinstance(known, Mapping) else {}
    told = [
        (signer.get("not_before"), tr(N_("certificate valid from"))),
        (one.get("claimed_signing_time"), tr(N_("signed, as the signer says (no proof)"))),
        *(
            (
                proof.get("time"),
                tr(N_("proved to exist: {source}"), source=_source(proof.get("source"), tr)),
            )
            for proof in _mappings(one.get("proofs"))
            if proof.get("source") != "current-time"  # that is when it was checked
        ),
        (known.get("produced_at"), tr(N_("state of revocation as of"))),
        (known.get("revoked_at"), tr(N_("certificate revoked"))),
        (stored.get("checked_at"), tr(N_("checked"))),
        (signer.get("not_after"), tr(N_("certificate valid until"))),
    ]
    dated = []
    for value, about in told:
        moment = _moment(value)
        if moment is not None:
            dated.append((*moment, about))
    return tuple(Event(text, about) for _, text, about in sorted(dated, key=lambda e: e[0]))
