"""``medcab diff OLD NEW``: what was put right and what is new between two stored reports."""

from __future__ import annotations

from typing import Annotated

import typer

from medcab.commands._console import _h, stdout, tr, write_result
from medcab.commands._options import format_option, known_format
from medcab.commands.report import read_report
from medcab.errors import ExitCode

__all__ = ["command"]


def command(
    old: Annotated[str, typer.Argument(metavar="OLD", help=_h("The earlier report (JSON)."))],
    new: Annotated[str, typer.Argument(metavar="NEW", help=_h("The later report (JSON)."))],
    output_format: Annotated[str, format_option("text", "json")] = "text",
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help=_h("Also list what is still there."))
    ] = False,
) -> None:
    """Entry point of the command."""
    from medcab.diff import compare
    from medcab.formats.difference import difference_json, print_difference, verdict_of
    from medcab.model import Verdict

    known_format(output_format, "text", "json")
    difference = compare(read_report(old), read_report(new))
    if output_format == "json":
        write_result(difference_json(difference, tr()), None)
    else:
        print_difference(difference, tr(), stdout(), verbose=verbose)
    codes = {
        Verdict.PASSED: ExitCode.OK,
        Verdict.FAILED: ExitCode.FAILED,
        Verdict.INDETERMINATE: ExitCode.INDETERMINATE,
    }
    raise typer.Exit(codes[verdict_of(difference)])
