"""``medcab verify``: signature files, signed PDFs, whole trees."""

from __future__ import annotations

import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from medcab.commands._console import _h, progress, stderr, tr, write_result
from medcab.commands._options import (
    At,
    Crl,
    Ocsp,
    Online,
    OutputFile,
    Revocation,
    Timeout,
    Trust,
    format_option,
    known_format,
)
from medcab.errors import ExitCode, UsageError
from medcab.formats.sentences import VERDICTS
from medcab.model import Verdict
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.bulk.verification import BulkOptions, BulkResult
    from medcab.signing.discovery import Task
    from medcab.signing.policy import ValidationPolicy

__all__ = ["command"]

_KINDS = {
    "signature": N_("Signature"),
    "counter-signature": N_("Counter-signature"),
    "time-stamp": N_("Time-stamp"),
}
_FORMATS = ("text", "json", "jsonl", "etsi-xml")
_EXIT_CODES = {
    Verdict.PASSED: ExitCode.OK,
    Verdict.FAILED: ExitCode.FAILED,
    Verdict.INDETERMINATE: ExitCode.INDETERMINATE,
}
_MARKS = {Verdict.PASSED: "✓", Verdict.FAILED: "✗", Verdict.INDETERMINATE: "?"}


def command(
    paths: Annotated[
        list[str], typer.Argument(help=_h("Signature files, signed PDFs, folders (with -r)."))
    ],
    content: Annotated[
        str | None, typer.Option("--content", "-c", help=_h("The signed document."))
    ] = None,
    trust: Trust = None,
    cert: Annotated[
        list[str] | None,
        typer.Option(
            "--chain", "--cert", help=_h("Certificates of authorities in between (repeatable).")
        ),
    ] = None,
    crl: Crl = None,
    ocsp: Ocsp = None,
    online: Online = False,
    revocation: Revocation = "prefer",
    at: At = None,
    lenient: Annotated[
        bool, typer.Option("--lenient", help=_h("Accept plain CMS, and say so."))
    ] = False,
    validation_policy: Annotated[
        str | None, typer.Option("--validation-policy", help=_h("Validation policy (TOML)."))
    ] = None,
    policy_document: Annotated[
        list[str] | None,
        typer.Option("--policy-document", help=_h("OID=FILE of a signature policy.")),
    ] = None,
    certificate_policy: Annotated[
        list[str] | None,
        typer.Option("--certificate-policy", help=_h("Acceptable certificate policy (OID).")),
    ] = None,
    explicit_policy: Annotated[
        bool, typer.Option("--explicit-policy", help=_h("A certificate policy is required."))
    ] = False,
    inhibit_mapping: Annotated[
        bool, typer.Option("--inhibit-policy-mapping", help=_h("Policies are not mapped."))
    ] = False,
    inhibit_any: Annotated[
        bool, typer.Option("--inhibit-any-policy", help=_h("anyPolicy does not count."))
    ] = False,
    recursive: Annotated[
        bool, typer.Option("--recursive", "-r", help=_h("Descend into folders."))
    ] = False,
    require_signed: Annotated[
        bool,
        typer.Option("--require-signed", help=_h("A document without a signature is not passed.")),
    ] = False,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", "-j", min=0, envvar="MEDCAB_JOBS", help=_h("Worker processes.")),
    ] = None,
    timeout: Timeout = 60.0,
    journal: Annotated[
        str | None,
        typer.Option("--journal", help=_h("Go on where an interrupted run stopped.")),
    ] = None,
    output_format: Annotated[str, format_option(*_FORMATS)] = "text",
    output: OutputFile = None,
    details: Annotated[
        bool, typer.Option("--details", "--verbose", "-v", help=_h("Also the checks that passed."))
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help=_h("Only what is wrong."))] = False,
) -> None:
    """Entry point of the command."""
    from medcab.signing.discovery import find_tasks
    from medcab.signing.policy import ValidationPolicy

    known_format(output_format, *_FORMATS)
    if content is not None and len(paths) != 1:
        raise UsageError(N_("--content goes with exactly one signature file."))
    documents = _policy_documents(policy_document or [])
    policy = ValidationPolicy(
        lenient=lenient,
        revocation=revocation,
        certificate_policies=tuple(certificate_policy or ()),
        explicit_policy=explicit_policy,
        inhibit_mapping=inhibit_mapping,
        inhibit_any=inhibit_any,
    )
    if validation_policy is not None:
        policy = _from_file(policy, validation_policy)
    given = (trust or [], cert or [], crl or [], ocsp or [])
    options = _options(
        policy, given, documents, online=online, at=at, timeout=timeout, journal=journal
    )
    tasks = list(find_tasks(paths, recursive=recursive, content=content))
    unsigned = [task for task in tasks if task.kind == "unsigned"]
    work = [task for task in tasks if task.kind != "unsigned"]
    shown = _Shown(output_format, output, details=details, quiet=quiet)
    if not quiet:
        _warn_if_slow(work)
    interrupted = False
    counts: Counter[Verdict] = Counter()
    started = datetime.now(UTC)
    try:
        with progress(len(work), tr()(N_("Verifying")), quiet=quiet) as advance:
            for result in _results(work, options, jobs, journal):
                counts[result.verdict] += 1
                shown.add(result)
                advance(1)
    except KeyboardInterrupt:
        interrupted = True
    verdict = _together(counts, lacking=require_signed and bool(unsigned))
    shown.finish(verdict, counts, unsigned, interrupted=interrupted)
    if len(work) > 1 or interrupted or unsigned:
        seconds = max((datetime.now(UTC) - started).total_seconds(), 0.001)
        _summary(counts, len(work), unsigned, seconds, interrupted=interrupted)
    raise typer.Exit(ExitCode.INTERRUPTED if interrupted else _EXIT_CODES[verdict])


def _warn_if_slow(work: list[Task]) -> None:
    """Say beforehand that large documents take long where the GOST hash is not compiled."""
    largest = max((task.size for task in work), default=0)
    if largest < 16 << 20:  # spares everybody else the import
        return
    from medcab.signing.gost import streebog

    if streebog.is_slow_for(largest):
        message = N_(
            "GOST hashes are computed without compiled code here, about 1 MB a second: "
            "large documents take long («medcab doctor» says what is installed)."
        )
        stderr().print(tr()(message))


def _options(
    policy: ValidationPolicy,
    given: tuple[list[str], list[str], list[str], list[str]],
    documents: tuple[tuple[str, bytes], ...],
    *,
    online: bool,
    at: str | None,
    timeout: float,
    journal: str | None,
) -> BulkOptions:
    from medcab.bulk.journal import remembered_moment
    from medcab.bulk.verification import BulkOptions
    from medcab.commands._console import state
    from medcab.commands._trust import load_trust, read_certificates, read_data
    from medcab.moments import parse_moment
    from medcab.signing.revocation import RevocationPolicy

    RevocationPolicy.named(policy.revocation)
    trust, cert, crl, ocsp = given
    when = parse_moment(at) if at else None
    if when is None and journal is not None:
        when = remembered_moment(Path(journal))
    return BulkOptions(
        trust=load_trust(trust),
        policy=policy,
        at=(when or datetime.now(UTC)).astimezone(UTC).replace(microsecond=0),
        language=state().language,
        certificates=tuple(each.dump() for each in read_certificates(cert)),
        crls=read_data(crl),
        ocsps=read_data(ocsp),
        online=online,
        policy_documents=documents,
        seconds=timeout,
    )


def _from_file(policy: ValidationPolicy, path: str) -> ValidationPolicy:
    """What the file says holds, but ``--revocation`` on the command line is not weakened."""
    from dataclasses import replace

    from medcab.commands._trust import read_data
    from medcab.signing.longterm.policy_file import read_policy

    made = read_policy(read_data([path])[0].decode("utf-8", "replace"), policy, path)
    return made if policy.revocation == "prefer" else replace(made, revocation=policy.revocation)


def _policy_documents(given: list[str]) -> tuple[tuple[str, bytes], ...]:
    from medcab.commands._trust import read_data

    made = []
    for item in given:
        oid, _, path = item.partition("=")
        if not path:
            raise UsageError(N_("--policy-document wants OID=FILE, not {item}."), item=item)
        made.append((oid, read_data([path])[0]))
    return tuple(made)


def _results(work: list[Task], options: BulkOptions, jobs: int | None, journal: str | None) -> Any:
    from medcab.bulk.verification import journal_at, verify_many
    from medcab.sandbox import usable_cores

    # A single small file is verified in a killable worker as well: it comes from a stranger.
    wanted = jobs if jobs is not None else min(usable_cores(), max(1, len(work) // 200))
    if journal is None:
        yield from verify_many(work, options, jobs=wanted)
        return
    with journal_at(Path(journal), options) as kept:
        yield from verify_many(work, options, jobs=wanted, journal=kept)


class _Shown:
    """Writes results as they come, in the form that was asked for."""

    def __init__(self, form: str, output: str | None, *, details: bool, quiet: bool) -> None:
        self.form, self.output, self.details, self.quiet = form, output, details, quiet
        self._kept: list[bytes] = []
        self._lines: list[str] = []

    def add(self, result: BulkResult) -> None:
        if self.form in ("json", "etsi-xml"):
            self._kept.append(result.line)
        elif self.form == "jsonl":
            if self.output is None:
                write_result(result.line + b"\n", None)
            else:
                self._kept.append(result.line)
        else:
            text = "\n".join(_lines(result, details=self.details, quiet=self.quiet))
            if text and self.output is None:
                write_result(text + "\n", None)
            elif text:
                self._lines.append(text)

    def finish(
        self,
        verdict: Verdict,
        counts: Counter[Verdict],
        unsigned: list[Task],
        *,
        interrupted: bool,
    ) -> None:
        if self.form == "json":
            made = self._json(verdict, counts, unsigned, interrupted=interrupted)
            write_result(made, self.output)
        elif self.form == "etsi-xml":
            import json

            from medcab.signing.longterm.etsi_report import etsi_report

            write_result(etsi_report(json.loads(line) for line in self._kept), self.output)
        elif self.output is not None:
            data = b"".join(line + b"\n" for line in self._kept) or "\n".join(self._lines) + "\n"
            write_result(data, self.output)

    def _json(
        self,
        verdict: Verdict,
        counts: Counter[Verdict],
        unsigned: list[Task],
        *,
        interrupted: bool,
    ) -> bytes:
        import json

        files = [json.loads(line) for line in self._kept]
        made: Any = {
            "schema": "medcab.signatures/1",
            "verdict": verdict.value,
            "complete": not interrupted,
            "counts": {verdict.value: counts[verdict] for verdict in Verdict},
            "unsigned": [task.path for task in unsigned],
            "files": files,
        }
        if len(files) == 1 and not unsigned and not interrupted:
            made = files[0]
        return json.dumps(made, ensure_ascii=False, indent=2).encode("utf-8") + b"\n"


def _together(counts: Counter[Verdict], *, lacking: bool) -> Verdict:
    """The verdict on all files; ``lacking``: one has no signature, which was demanded."""
    if counts[Verdict.FAILED]:
        return Verdict.FAILED
    if counts[Verdict.INDETERMINATE] or lacking or not counts[Verdict.PASSED]:
        return Verdict.INDETERMINATE
    return Verdict.PASSED


def _mark(verdict: Verdict) -> str:
    mark = _MARKS[verdict]
    try:
        mark.encode(sys.stdout.encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return {"✓": "+", "✗": "-"}.get(mark, mark)
    return mark


def _lines(result: BulkResult, *, details: bool, quiet: bool) -> list[str]:
    if quiet and result.verdict is Verdict.PASSED:
        return []
    say = tr()
    made = [f"{_mark(result.verdict)} {result.path}: {say(VERDICTS[result.verdict])}"]
    made += [f"    {reason}" for reason in result.reasons]
    made += [f"    ! {warning}" for warning in result.warnings]
    for signer in result.signers:
        indent = "        " if signer.kind == "counter-signature" else "    "
        kind = say(_KINDS[signer.kind])
        status = signer.indication + (
            f" / {signer.sub_indication}" if signer.sub_indication else ""
        )
        name = signer.name or say(N_("unknown signer"))
        level = signer.level
        if signer.structure:
            level = say(
                N_("{level} (in form {structure}, which is not confirmed)"),
                level=level, structure=signer.structure,
            )  # fmt: skip
        made.append(f"{indent}{kind}: {name}, {level}: {status}")
        if signer.claimed is not None:
            claimed = signer.claimed.strftime("%d.%m.%Y %H:%M:%S UTC")
            made.append(
                indent
                + "  "
                + say(N_("claimed signing time: {claimed} (no proof)"), claimed=claimed)
            )
        if signer.proven is not None:
            proven = signer.proven.strftime("%d.%m.%Y %H:%M:%S UTC")
            made.append(indent + "  " + say(N_("time-stamped: {proven}"), proven=proven))
        made += [f"{indent}  – {reason}" for reason in signer.reasons]
        made += [f"{indent}  ! {warning}" for warning in signer.warnings]
    if details:
        from medcab.commands._details import details as tree

        made += tree(result.line)
    return made


def _summary(
    counts: Counter[Verdict],
    total: int,
    unsigned: list[Task],
    seconds: float,
    *,
    interrupted: bool,
) -> None:
    say = tr()
    done = sum(counts.values())
    console = stderr()
    parts = ", ".join(f"{say(VERDICTS[v])}: {counts[v]}" for v in Verdict)
    console.print(parts, highlight=False)
    console.print(
        say(N_("{done} of {total} files in {seconds} s, {rate} a second"),
            done=done, total=total, seconds=round(seconds, 1), rate=round(done / seconds)),
        highlight=False,
    )  # fmt: skip
    if unsigned:
        console.print(
            say(N_("Documents without a signature: {n}"), n=len(unsigned)), highlight=False
        )
        for task in unsigned[:20]:
            console.print(f"    {task.path}", highlight=False, markup=False)
    if interrupted:
        console.print(say(N_("Interrupted: the result is not complete.")), highlight=False)
