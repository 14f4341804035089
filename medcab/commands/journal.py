"""``medcab journal``: show, verify, export, prune and seal the journal."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Annotated, Any

import typer

from medcab.commands._console import _h, stdout, tr, write_result
from medcab.commands._options import OutputFile, PasswordFrom, Trust, format_option, known_format
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
        table.add_column(translate(title))
    with Journal(file, create=False) as journal:
        for record in journal.records(last=last):
            c = record.content
            cells = [
                str(record.number),
                c["at"][:19].replace("T", " "),
                f"{c['user']}@{c['host']}",
                c["command"],
                c["profile"],
                translate(_verdict(c["verdict"])),
                str(len(c["inputs"])),
                str(len(c["findings"])),
            ]
            table.add_row(*[Text(cell) for cell in cells])
    stdout().print(table)


def _verdict(verdict: str) -> str:
    return {"passed": "Passed", "failed": "Failed", "indeterminate": "Needs clarification"}.get(
        verdict, verdict
    )


@app.command("verify", help=_h("Find any edited, removed or moved record."))
def verify(
    file: _File,
    seal: Annotated[
        list[str] | None, typer.Option("--seal", help=_h("A seal kept elsewhere (repeatable)."))
    ] = None,
    trust: Trust = None,
    output_format: Annotated[str, format_option("text", "json")] = "text",
) -> None:
    """Walk the chain; exit with 1 when it is broken."""
    known_format(output_format, "text", "json")
    from medcab.journal import Journal
    from medcab.journal.seal import check_seals

    with Journal(file, create=False) as journal:
        result = journal.verify()
        seals = check_seals(journal, seal or [], trust or [])
    problems = [*result.problems, *seals.problems]
    if output_format == "json":
        data = {
            "schema": "medcab.journal/1",
            "whole": not problems,
            "records": result.records,
            "first": result.first,
            "head": result.head,
            "problems": [{"kind": p.kind, "record": p.number} for p in problems],
            "seals": [{"record": s.number, "verdict": s.verdict} for s in seals.seals],
        }
        write_result(json.dumps(data, ensure_ascii=False, indent=2) + "\n", None)
    else:
        translate, console = tr(), stdout()
        for problem in problems[:50]:
            console.print(translate(_KINDS[problem.kind], number=problem.number))
        for one in seals.seals:
            text = N_("seal of record {number}: {verdict}")
            console.print(
                translate(text, number=one.number, verdict=translate(_verdict(one.verdict)))
            )
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
    if problems:
        raise typer.Exit(ExitCode.FAILED)
    if any(s.verdict != "passed" for s in seals.seals):
        raise typer.Exit(ExitCode.INDETERMINATE)


@app.command("export", help=_h("Write the journal as csv, xlsx or jsonl."))
def export(
    file: _File,
    output_format: Annotated[str, format_option("csv", "xlsx", "jsonl")] = "csv",
    output: OutputFile = None,
) -> None:
    """Write all records in one of the formats."""
    from medcab.journal import Journal

    makers: dict[str, Callable[[list[Any]], str | bytes]] = {
        "csv": _csv,
        "jsonl": _jsonl,
        "xlsx": _xlsx,
    }
    known_format(output_format, *makers)
    if output_format == "xlsx" and output is None:
        raise UsageError(N_("A workbook needs a file: --output FILE.xlsx"))
    with Journal(file, create=False) as journal:
        write_result(makers[output_format](list(journal.records())), output)


_COLUMNS = ("number", "at", "user", "host", "command", "version", "profile", "verdict")


def _rows(records: list[Any]) -> list[list[str]]:
    from medcab.formats.encoding import guard_formula

    rows = []
    for record in records:
        c = record.content
        row = [str(record.number), *(str(c[k]) for k in _COLUMNS[1:])]
        row.append("; ".join(f"{i['name']} {i['sha256'] or ''}".strip() for i in c["inputs"]))
        row.append("; ".join(f"{f['rule']} {f['path'] or ''}".strip() for f in c["findings"]))
        rows.append([guard_formula(cell) for cell in [*row, record.hash]])
    return rows


def _titles() -> list[str]:
    names = ("No.", "When (UTC)", "User", "Computer", "Command", "Version", "Profile", "Verdict")
    return [tr()(name) for name in (*names, "Files", "Findings", "Hash")]


def _csv(records: list[Any]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, delimiter=";", lineterminator="\r\n")
    writer.writerow(_titles())
    writer.writerows(_rows(records))
    return stream.getvalue().encode("utf-8-sig", "backslashreplace")


def _jsonl(records: list[Any]) -> str:
    return "".join(
        json.dumps({"number": r.number, "hash": r.hash, **r.content}, ensure_ascii=False) + "\n"
        for r in records
    )


def _xlsx(records: list[Any]) -> bytes:
    import xlsxwriter

    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        sheet = book.add_worksheet(tr()("Journal"))
        bold = book.add_format({"bold": True})
        sheet.write_row(0, 0, _titles(), bold)
        for number, row in enumerate(_rows(records), 1):
            sheet.write_row(number, 0, [cell[:32_000] for cell in row])
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(records), 1), 10)
        sheet.set_column(1, 1, 24)
        sheet.set_column(8, 9, 50)
    return stream.getvalue()


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
    p12: Annotated[str, typer.Option("--p12", help=_h("Key and certificate (PKCS#12)."))],
    password_from: PasswordFrom = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", help=_h("Keep a copy of the seal in this file."))
    ] = None,
) -> None:
    """Seal the journal."""
    from medcab.commands._signing import load_key
    from medcab.journal import Journal
    from medcab.journal.seal import make_seal

    key = load_key(p12, None, None, password_from, None)
    with Journal(file, create=False) as journal:
        number, blob = make_seal(journal, key)
    if output is not None:
        write_result(blob, output)
    stdout().print(tr()(N_("Sealed: record {number}."), number=number))
