"""Between :class:`medcab.model.Report` and the frozen JSON types, both ways."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, Final, cast

import msgspec

from medcab._version import __version__
from medcab.errors import InputError
from medcab.formats import json_types as j
from medcab.formats import sentences as say
from medcab.formats.view import fact
from medcab.model import (
    Document,
    Finding,
    Form,
    FormValue,
    Location,
    Outcome,
    Report,
    Severity,
    TypeCandidate,
)
from medcab.sources import BytesSource
from medcab.text import N_, Translator

__all__ = [
    "StoredFacts",
    "checked_at",
    "document_json",
    "finding_json",
    "header",
    "load",
    "plain",
    "report_json",
]


def clean(text: str) -> str:
    """Text that UTF-8 can carry: lone surrogates (broken names) become visible escapes."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def plain(value: Any) -> Any:
    """Reduce ``value`` to what JSON knows, without ever failing."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else None
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {clean(str(k)): plain(v) for k, v in value.items()}
    if isinstance(value, (set, frozenset)):
        return [plain(v) for v in sorted(value, key=str)]
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode("ascii")
    return clean(str(value))


def checked_at(report: Report) -> str:
    """RFC 3339, UTC, whole seconds."""
    return report.checked_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _maybe(text: str | None) -> str | None:
    return None if text is None else clean(text)


def finding_json(finding: Finding, tr: Translator) -> j.FindingJson:
    """One finding as JSON type; message and help in the language of ``tr``."""
    where = finding.location
    evidence = {k: v for k, v in finding.evidence.items() if k != say.STORED}
    return j.FindingJson(
        rule=clean(finding.rule),
        name=clean(say.name_of(finding)),
        severity=finding.severity.value,
        outcome=finding.outcome.value,
        location=j.LocationJson(
            path=_maybe(where.path),
            member=_maybe(where.member),
            page=where.page,
            field=_maybe(where.field),
            box=where.box,
        ),
        args=plain(finding.args),
        evidence=plain(evidence),
        reason=_maybe(finding.reason),
        message=clean(say.message_of(finding, tr)),
        help=clean(say.help_of(finding, tr)),
    )


def document_json(document: Document, report: Report) -> j.DocumentJson:
    """One document as JSON type."""
    pages = fact(document, "pages")
    kind = fact(document, "format")
    return j.DocumentJson(
        path=clean(document.path),
        member=_maybe(document.member),
        type=_maybe(document.type),
        type_from=_maybe(document.type_from),
        candidates=[
            j.CandidateJson(type=c.type, score=round(float(c.score), 1))
            for c in document.candidates
        ],
        format=None if kind is None else clean(str(kind)),
        size=document.size,
        pages=pages if isinstance(pages, int) else None,
        sha256=fact(document, "sha256"),
        verdict=say.document_verdict(report, document.path).value,
    )


def header(report: Report, tr: Translator) -> dict[str, Any]:
    """What is said about the run as a whole, in the order of the schema."""
    return {
        "schema": j.SCHEMA,
        "tool": j.ToolJson(name="medcab", version=__version__),
        "profile": clean(report.profile),
        "root": clean(report.root),
        "checked_at": checked_at(report),
        "language": tr.language,
        "verdict": report.verdict.value,
        "counts": j.CountsJson(
            error=report.count(Severity.ERROR),
            warning=report.count(Severity.WARNING),
            info=report.count(Severity.INFO),
            undetermined=report.undetermined,
            ignored=len(report.ignored),
            documents=len(report.documents),
        ),
    }


def report_json(report: Report, tr: Translator) -> j.ReportJson:
    """The whole report as JSON type."""
    form = report.form
    return j.ReportJson(
        **header(report, tr),
        documents=[document_json(d, report) for d in report.documents],
        form=None
        if form is None
        else j.FormJson(
            path=clean(form.path),
            values={
                clean(name): j.FormValueJson(text=clean(value.text), where=_maybe(value.where))
                for name, value in form.values.items()
            },
            unknown=[clean(name) for name in form.unknown],
        ),
        findings=[finding_json(f, tr) for f in report.findings],
        ignored=[finding_json(f, tr) for f in report.ignored],
        signatures=[plain(s) for s in report.signatures],
        checks={clean(k): int(v) for k, v in sorted(report.checks.items())},
    )


@dataclass(frozen=True, slots=True)
class StoredFacts:
    """What a stored report still knows about a document; ``limits`` as in ``FileFacts``."""

    format: str | None
    pages: int | None
    sha256: str | None
    limits: tuple[str, ...] = ()


# A template from a file must not make Python build a string of a gigabyte ("{x:>999999999}").
_HOLE: Final = re.compile(r"\{[a-z_][a-z0-9_]{0,40}(:[0-9.,a-z%]{0,4})?\}")


def _template(text: str | None) -> str | None:
    if text is None:
        return None
    return text if not re.search(r"[{}]", _HOLE.sub("", text)) else re.sub(r"[{}]", "", text)


def _finding(stored: j.FindingJson) -> Finding:
    where = stored.location
    args = {
        key: _template(value) if key.endswith("_template") and isinstance(value, str) else value
        for key, value in stored.args.items()
    }
    kept = {"name": stored.name, "message": stored.message, "help": stored.help}
    return Finding(
        rule=stored.rule,
        severity=Severity(stored.severity),
        args=args,
        location=Location(where.path, where.member, where.page, where.field, where.box),
        evidence={**stored.evidence, say.STORED: kept},
        outcome=Outcome(stored.outcome),
        reason=_template(stored.reason),
    )


def load(data: bytes, name: str = "-") -> Report:
    """Read a report that medcab wrote as JSON.

    Documents have no bytes any more: their sources are empty and their facts are
    :class:`StoredFacts`.

    Args:
        data: content of the file.
        name: how the user calls it, for the error.

    Raises:
        InputError: it is not a report of schema ``medcab.report/1``.
    """
    try:
        stored = msgspec.json.decode(data.removeprefix(b"\xef\xbb\xbf"), type=j.ReportJson)
        when = datetime.fromisoformat(stored.checked_at)
        if when.tzinfo is None:
            when = when.replace(tzinfo=UTC)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise InputError(
            N_("{name} is not a report of medcab: {problem}."),
            hint=N_("Make one with: medcab check … --output json:report.json"),
            name=name,
            **_problem(str(error)),
        ) from error
    form = stored.form
    return Report(
        profile=stored.profile,
        checked_at=when,
        root=stored.root,
        documents=tuple(
            Document(
                path=d.path,
                source=BytesSource(b""),
                name=d.path.rsplit("/", 1)[-1],
                size=d.size,
                member=d.member,
                type=d.type,
                type_from=d.type_from,
                candidates=tuple(TypeCandidate(c.type, c.score) for c in d.candidates),
                facts=cast("Any", StoredFacts(d.format, d.pages, d.sha256)),
            )
            for d in stored.documents
        ),
        findings=tuple(_finding(f) for f in stored.findings),
        checks=stored.checks,
        signatures=tuple(stored.signatures),
        ignored=tuple(_finding(f) for f in stored.ignored),
        form=None
        if form is None
        else Form(
            path=form.path,
            values={k: FormValue(v.text, v.where) for k, v in form.values.items()},
            unknown=tuple(form.unknown),
        ),
    )


def _problem(said: str) -> dict[str, str]:
    """What the decoder said, as a template with its arguments."""
    if "truncated" in said:
        return {"problem_template": N_("the file is cut off")}
    if "malformed" in said or "utf-8" in said.lower():
        return {"problem_template": N_("there is no JSON in it")}
    if said.endswith("`$.schema`"):
        return {"problem_template": N_("it is of another kind, or of another version of medcab")}
    quoted = re.findall(r"`([^`]*)`", said)
    place = quoted[-1] if quoted and ("$" in quoted[-1] or "missing" in said) else "$"
    return {"problem_template": N_("its content is not as expected at {place}"), "place": place}
