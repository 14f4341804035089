"""``medcab table``: check a table of employees and write a marked copy."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medcab.commands._console import _h, stdout, tr, write_result
from medcab.commands._options import At, format_option
from medcab.errors import ExitCode, OutputError, UsageError
from medcab.moments import parse_moment
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.tables.check import Result

__all__ = ["command"]

_SHOWN = 20


def command(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help=_h("CSV, XLSX or Parquet; it is never changed."))
    ],
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help=_h("Marked copy: .xlsx, .csv or .json by its name; - with --format for stdout."),
        ),
    ] = None,
    output_format: Annotated[str | None, format_option("xlsx", "csv", "json")] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            "--column",
            metavar="FIELD=COLUMN",
            help=_h("Which column holds a field: header, letter or number; may be repeated."),
        ),
    ] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help=_h("Sheet of the workbook."))] = None,
    header_row: Annotated[
        int | None, typer.Option("--header-row", min=1, help=_h("Row that holds the headers."))
    ] = None,
    encoding: Annotated[
        str | None, typer.Option("--encoding", help=_h("Encoding of the CSV file."))
    ] = None,
    delimiter: Annotated[
        str | None, typer.Option("--delimiter", help=_h("Delimiter of the CSV file."))
    ] = None,
    date_system: Annotated[
        str, typer.Option("--date-system", help=_h("Days are counted from: auto, 1900 or 1904."))
    ] = "auto",
    suggest: Annotated[
        bool, typer.Option("--suggest", help=_h("Suggest values in CSV too (takes longer)."))
    ] = False,
    at: At = None,
) -> None:
    """Entry point of the command."""
    from medcab.tables import check_table, read_table, write_table

    if date_system not in ("auto", "1900", "1904"):
        raise UsageError(N_("--date-system is auto, 1900 or 1904."))
    if delimiter is not None and len(delimiter.replace("\\t", "\t")) != 1:
        raise UsageError(N_("The delimiter is one character."))
    form = _form(output, output_format)
    _refuse_input(file, output)
    named = _named(column or [])
    today: date | None = parse_moment(at).date() if at else None
    table = read_table(
        file,
        sheet=sheet,
        encoding=encoding,
        delimiter=delimiter.replace("\\t", "\t") if delimiter else None,
        header_row=header_row,
    )
    result = check_table(
        table,
        columns=named,
        today=today,
        date1904=None if date_system == "auto" else date_system == "1904",
    )
    if form is not None:
        write_result(write_table(result, form, tr(), suggest=suggest), output)
    if form is None or output not in (None, "-"):
        _summary(result)
    if not result.checked:
        raise typer.Exit(ExitCode.INDETERMINATE)
    raise typer.Exit(ExitCode.FAILED if result.problems else ExitCode.OK)


def _form(output: str | None, named: str | None) -> str | None:
    from medcab.tables.writers import FORMATS

    form = named
    if form is None and output not in (None, "-"):
        form = Path(str(output)).suffix.lower().lstrip(".")
    if form is not None and form not in FORMATS:
        raise UsageError(
            N_("A table cannot be written as «{form}»."),
            hint=N_("Forms: xlsx, csv, json."),
            form=form,
        )
    if form is None and output == "-":
        raise UsageError(N_("Name the form of the result: --format xlsx, csv or json."))
    return form


def _refuse_input(file: str, output: str | None) -> None:
    if output in (None, "-"):
        return
    target = Path(str(output))
    if target.exists() and Path(file).exists() and target.samefile(file):
        raise OutputError(N_("The result would replace the table {path} itself."), path=file)


def _named(pairs: list[str]) -> dict[str, str]:
    named: dict[str, str] = {}
    for pair in pairs:
        name, equals, where = pair.partition("=")
        if not equals:
            raise UsageError(N_("{pair} is not FIELD=COLUMN."), pair=pair)
        named[name] = where
    return named


def _summary(result: Result) -> None:
    from rich.table import Table as RichTable
    from rich.text import Text

    translate, console = tr(), stdout()
    grid = RichTable(box=None, pad_edge=False)
    for title in (
        N_("Column"),
        N_("Field"),
        N_("Values"),
        N_("Wrong"),
        N_("Repeated"),
    ):
        grid.add_column(translate(title), overflow="fold")
    for column in result.columns:
        numbers = ("", "", "")
        if column.field is not None:
            numbers = (str(column.values), str(column.wrong), str(column.duplicates))
        grid.add_row(Text(column.header), Text(column.field or "—"), *numbers)
    console.print(grid)
    if not result.checked:
        console.print(Text(translate(N_("No column was recognised; name them with --column."))))
        return
    for problem in result.problems[:_SHOWN]:
        sentence = translate(problem.template, **problem.args)
        header = result.table.headers[problem.column]
        line = translate(N_("Row {row}"), row=result.line(problem.row))
        console.print(Text(f"✗ {line}, {header}: {sentence}"))
    more = len(result.problems) - _SHOWN
    if more > 0:
        console.print(Text(translate(N_("… and {n} more; see --output."), n=more)))
    if not result.problems:
        console.print(Text(f"✓ {translate(N_('No wrong values were found.'))}"))
