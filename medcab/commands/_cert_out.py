"""Results of ``medcab cert`` on stdout."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from medcab.commands._console import tr, write_result
from medcab.commands._options import Format
from medcab.errors import ExitCode
from medcab.text import N_

if TYPE_CHECKING:
    from datetime import datetime

    from medcab.signing.cert_facts import CertificateFacts, Examination

__all__ = ["exit_code", "tell_fetching", "write_check", "write_expiring", "write_json"]

_SCHEMA: Final = "medcab.certificate/1"


def tell_fetching(how: Examination) -> None:
    """Say on stderr which sources gave nothing."""
    if how.fetch is None:
        return
    from medcab.commands._console import stderr

    for problem in how.fetch.problems:
        stderr().print(f"{problem.url}: {tr()(problem.detail, **problem.args)}")


def write_check(judged: list[Any], now: datetime, output_format: Format) -> None:
    """Write what ``cert check`` found."""
    from medcab.commands._cert_text import finding_lines, sentence
    from medcab.formats.sentences import VERDICTS
    from medcab.model import worst
    from medcab.signing.cert_check import certificate_json, result_json

    translate = tr()
    if output_format is Format.JSON:
        rows = [
            {
                "path": path,
                "verdict": verdict.value,
                "certificate": certificate_json(facts.info) if facts.info else None,
                "path_validation": result_json(facts.path_result, translate)
                if facts.path_result
                else None,
                "accredited": facts.accredited,
                "findings": [
                    {
                        "rule": f.rule,
                        "severity": f.severity.value,
                        "outcome": f.outcome.value,
                        "message": sentence(f),
                        "args": dict(f.args),
                        "field": f.location.field,
                    }
                    for f in findings
                ],
            }
            for path, facts, findings, verdict in judged
        ]
        total = worst(verdict for *_, verdict in judged).value
        write_json({"verdict": total, "checked_at": now.isoformat(), "certificates": rows})
        return
    lines = []
    for path, facts, findings, verdict in judged:
        holder = ""
        if facts.info is not None:
            holder = facts.info.holder.fio or facts.info.holder.common_name or facts.info.subject
        lines.append(f"{translate(VERDICTS[verdict])}: {path}" + (f" ({holder})" if holder else ""))
        lines += finding_lines(findings)
        if facts.path_result is None and facts.info is not None:
            lines.append(
                "  "
                + translate(N_("Give trusted certificates: --trust FILE, or medcab trust add FILE"))
            )
    write_result("\n".join(lines) + "\n", None)


def write_expiring(
    ending: list[tuple[datetime, str, CertificateFacts]],
    unread: list[CertificateFacts],
    files: int,
    now: datetime,
    output_format: Format,
) -> None:
    """Write what ``cert expiring`` found."""
    translate = tr()
    rows = []
    for until, path, facts in ending:
        assert facts.info is not None
        holder = facts.info.holder.fio or facts.info.holder.common_name or facts.info.subject
        rows.append((until, (until - now).days, holder, path, facts.info.fingerprint))
    if output_format is Format.JSON:
        keys = ("ends", "days", "holder", "path", "sha256")
        write_json(
            {
                "checked_at": now.isoformat(),
                "files": files,
                "expiring": [
                    dict(zip(keys, (row[0].isoformat(), *row[1:]), strict=True)) for row in rows
                ],
                "unread": [
                    {"path": f.path, "problem": translate(f.problem, **f.args)} for f in unread
                ],
            }
        )
        return
    lines = [
        translate(N_("{date}  {days} days  {holder}  {path}"), date=until.strftime("%d.%m.%Y"),
                  days=days, holder=holder, path=path)
        for until, days, holder, path, _ in rows
    ]  # fmt: skip
    lines += [
        translate(N_("not read: {problem}"), problem=translate(f.problem, **f.args)) for f in unread
    ]
    lines.append(
        translate(
            N_("Files: {files}; end soon or have ended: {count}; not read: {unread}."),
            files=files,
            count=len(rows),
            unread=len(unread),
        )
    )
    write_result("\n".join(lines) + "\n", None)


def write_json(body: dict[str, Any]) -> None:
    """Write a JSON document under the schema of certificates."""
    document = {"schema": _SCHEMA, **body}
    write_result(json.dumps(document, ensure_ascii=False, indent=2, default=str) + "\n", None)


def exit_code(verdicts: list[Any]) -> int:
    """Exit code of several verdicts."""
    from medcab.model import Verdict, worst

    total = worst(verdicts) if verdicts else Verdict.INDETERMINATE
    return int(
        {
            Verdict.PASSED: ExitCode.OK,
            Verdict.FAILED: ExitCode.FAILED,
            Verdict.INDETERMINATE: ExitCode.INDETERMINATE,
        }[total]
    )
