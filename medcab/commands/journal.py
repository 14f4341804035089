"""``medcab journal``: show, verify, export, prune and seal the journal."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Annotated

import typer

from medcab.commands._console import _h, stdout, tr, write_result
from medcab.commands._journal_out import (
    about_seal,
    seal_data,
    summary_of,
    verdict_words,
    writing,
)
from medcab.commands._options import (
    SECRET,
    Chain,
    Crl,
    Ocsp,
    Online,
    OutputFile,
    PasswordFrom,
    Trust,
    Tsa,
    TsaPolicy,
    TsaUser,
    format_option,
    known_format,
)
from medcab.errors import ExitCode, UsageError
from medcab.text import N_

__all__ = ["app"]

app = typer.Typer(
    help=_h("Show, verify, export, prune and seal the journal."), no_args_is_help=True
)

_File = Annotated[
    str, typer.Argument(metavar="FILE", help=_h("The journal."), envvar="MEDCAB_JOURNAL")
]
_KINDS = {
    "edited": N_("record {number} was changed"),
    "broken": N_("record {number} does not follow the one before it"),
    "missing": N_("record {number} was removed or moved"),
    "cut": N_("the end does not fit: the last record should be {number}"),
    "seal": N_("the sealed record {number} is not in this chain"),
    "pruned": N_("records up to {number} are gone, and no record says who removed them"),
    "unreadable-seal": N_("a seal kept in the journal is damaged"),
    "damaged": N_("the file is damaged from record {number} on"),
}


@app.callback()
def _root() -> None:
    pass


@app.command("show", help=_h("Show the last records."))
def show(
    file: _File,
    last: Annotated[int, typer.Option("--last", "-n", min=1, help=_h("How many."))] = 20,
) -> None:
    """Print a table of the last records."""
    from rich.table import Table
    from rich.text import Text

    from medcab.formats.register import operation_word
    from medcab.formats.values import moment
    from medcab.journal import Journal

    translate = tr()
    table = Table(box=None, pad_edge=False)
    for title in (
        "No.",
        "When (UTC)",
        "User",
        "Command",
        "Profile",
        "Verdict",
        "Files",
        "Findings",
    ):
        table.add_column(translate(title), overflow="fold")
    with Journal(file, create=False) as journal:
        for record in journal.records(last=last):
            c = record.content
            cells = [
                str(record.number),
                moment(datetime.fromisoformat(c["at"])).removesuffix(" UTC"),
                f"{c['user']}@{c['host']}",
                operation_word(c["command"], translate),
                c["profile"],
                translate(verdict_words(c["verdict"])),
                str(len(c["inputs"])),
                str(len(c["findings"])),
            ]
            table.add_row(*[Text(cell) for cell in cells])
    stdout().print(table)


@app.command("verify", help=_h("Find any edited, removed or moved record."))
def verify(
    file: _File,
    seal: Annotated[
        list[str] | None, typer.Option("--seal", help=_h("A seal kept elsewhere (repeatable)."))
    ] = None,
    trust: Trust = None,
    chain: Chain = None,
    crl: Crl = None,
    ocsp: Ocsp = None,
    online: Online = False,
    output_format: Annotated[str, format_option("text", "json")] = "text",
) -> None:
    """Walk the chain and judge the seals; exit with 1 when something does not fit."""
    known_format(output_format, "text", "json")
    from medcab.commands._tsa import verifier_maker
    from medcab.journal import Journal
    from medcab.journal.seal import Seals, check_seals

    with Journal(file, create=False) as journal, journal.reading():
        result = journal.verify()
        seals = Seals((), ())
        if seal or journal.seals():
            verifier = verifier_maker(
                trust or [], chain or [], crl or [], ocsp or [], online=online
            )
            seals = check_seals(journal, seal or [], verifier())
    problems = [*result.problems, *seals.problems]
    if output_format == "json":
        data = {
            "schema": "medcab.journal/1",
            "whole": not problems,
            "records": result.records,
            "first": result.first,
            "head": result.head,
            "problems": [{"kind": p.kind, "record": p.number} for p in problems],
            "seals": [seal_data(one) for one in seals.seals],
        }
        write_result(json.dumps(data, ensure_ascii=False, indent=2) + "\n", None)
    else:
        translate, console = tr(), stdout()
        for problem in problems[:50]:
            console.print(translate(_KINDS[problem.kind], number=problem.number))
        for one in seals.seals:
            text = N_("seal of record {number}: {about}")
            said = translate(text, number=one.number, about=about_seal(one))
            console.print(said, markup=False, highlight=False, soft_wrap=True)
            for template, args in one.problems:
                said = "  " + translate(template, **args)
                console.print(said, markup=False, highlight=False, soft_wrap=True)
        verdict = (
            N_("The journal was tampered with: {n} problems.")
            if problems
            else N_("The journal is whole: {n} records.")
        )
        console.print(translate(verdict, n=len(problems) if problems else result.records))
        if not problems and not seals.seals:
            console.print(
                translate(N_("Only a seal shows a rewrite of the whole: medcab journal seal"))
            )
    if problems or any(s.verdict == "failed" for s in seals.seals):
        raise typer.Exit(ExitCode.FAILED)
    if any(s.verdict != "passed" for s in seals.seals):
        raise typer.Exit(ExitCode.INDETERMINATE)


@app.command("export", help=_h("Write the journal as csv, xlsx, pdf or jsonl."))
def export(
    file: _File,
    output_format: Annotated[str, format_option("csv", "xlsx", "pdf", "jsonl")] = "csv",
    output: OutputFile = None,
    trust: Trust = None,
    chain: Chain = None,
    crl: Crl = None,
    ocsp: Ocsp = None,
    online: Online = False,
) -> None:
    """Write all records in one of the formats; a PDF also tells of the chain and its seals."""
    known_format(output_format, "csv", "xlsx", "pdf", "jsonl")
    if output_format == "xlsx" and output is None:
        raise UsageError(N_("A workbook needs a file: --output FILE.xlsx"))
    if output_format == "pdf" and output is None:
        raise UsageError(N_("A PDF needs a file: --output FILE.pdf"))
    from medcab.commands._tsa import verifier_maker
    from medcab.formats import register
    from medcab.journal import Journal

    writers = {
        "csv": register.write_csv,
        "jsonl": register.write_jsonl,
        "xlsx": register.write_xlsx,
    }
    with Journal(file, create=False) as journal, journal.reading():
        if output_format == "pdf":
            from medcab.formats.register_pdf import write_pdf

            verifier = verifier_maker(
                trust or [], chain or [], crl or [], ocsp or [], online=online
            )
            summary = summary_of(journal, verifier)
            with writing(output) as stream:
                write_pdf(journal.records(), summary, tr(), stream)
            return
        with writing(output) as stream:
            writers[output_format](journal.records(), tr(), stream)


@app.command("prune", help=_h("Remove old records; the rest still verifies."))
def prune(
    file: _File,
    before: Annotated[
        str, typer.Option("--before", help=_h("Remove what is older than this day."))
    ],
) -> None:
    """Remove old records and say so in a new one."""
    from medcab.commands._journal import new_entry
    from medcab.journal import Journal
    from medcab.moments import parse_moment

    limit = parse_moment(before)
    with Journal(file, create=False) as journal:
        removed = journal.prune(limit, new_entry("journal prune"))
    stdout().print(tr()(N_("Records removed: {n}."), n=removed))


@app.command("seal", help=_h("Sign the head of the chain, so that even a full rewrite shows."))
def seal(
    file: _File,
    p12: Annotated[
        str | None, typer.Option("--p12", help=_h("Key and certificate (PKCS#12)."))
    ] = None,
    key: Annotated[str | None, typer.Option("--key", help=_h("Private key (PEM)."))] = None,
    cert: Annotated[
        str | None, typer.Option("--cert", help=_h("Certificate of the private key (PEM)."))
    ] = None,
    password_from: PasswordFrom = None,
    tsa: Tsa = None,
    tsa_user: TsaUser = None,
    tsa_password_from: Annotated[
        str | None, typer.Option("--tsa-password-from", help=SECRET)
    ] = None,
    tsa_policy: TsaPolicy = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", help=_h("Keep a copy of the seal in this file."))
    ] = None,
) -> None:
    """Seal the journal."""
    from medcab.commands._signing import load_key
    from medcab.commands._tsa import make_client
    from medcab.journal import Journal
    from medcab.journal.seal import make_seal

    client = None
    if tsa:
        client = make_client(tsa, user=tsa_user, password_from=tsa_password_from, policy=tsa_policy)
    opened = load_key(p12, key, cert, password_from, None)
    with Journal(file, create=False) as journal:
        number, blob = make_seal(journal, opened, client)
    if output is not None:
        write_result(blob, output)
    done = (
        N_("Sealed with a time-stamp: record {number}.") if tsa else N_("Sealed: record {number}.")
    )
    stdout().print(tr()(done, number=number))
