"""``medcab check``: judge a package of documents."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from medcab.commands import _config
from medcab.commands._console import _h, progress, state, stderr, tr
from medcab.commands._options import (
    At,
    Chain,
    Crl,
    Delimiter,
    Form,
    Jobs,
    Overlay,
    PasswordFrom,
    Profile,
    Quiet,
    ReportFiles,
    Revocation,
    Timeout,
    Trust,
    Types,
    Verbose,
)
from medcab.commands._output import PICTURED, Output, choose_writers
from medcab.commands.directory import default_store
from medcab.errors import ExitCode, InputError, UsageError
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.formats.base import FixHint
    from medcab.inputs import PackageOptions
    from medcab.model import Package, Report

__all__ = ["command"]


def command(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            help=_h("Folder, files, a .zip, or - for standard input."), show_default=False
        ),
    ] = None,
    profile: Profile = None,
    overlay: Overlay = None,
    form: Form = None,
    types: Types = None,
    output_format: Annotated[
        str,
        typer.Option(
            "--format", "-f", envvar="MEDCAB_FORMAT", help=_h("Format of the result on stdout.")
        ),
    ] = "text",
    output: ReportFiles = None,
    stdin_name: Annotated[
        str | None, typer.Option("--stdin-name", help=_h("Name of the document on standard input."))
    ] = None,
    files_from: Annotated[
        str | None,
        typer.Option("--files-from", help=_h("List of paths, one a line (- for stdin).")),
    ] = None,
    files0_from: Annotated[
        str | None, typer.Option("--files0-from", help=_h("List of paths, separated by NUL."))
    ] = None,
    at: At = None,
    jobs: Jobs = None,
    timeout: Timeout = 20.0,
    fail_on: Annotated[
        str,
        typer.Option(
            "--fail-on",
            envvar="MEDCAB_FAIL_ON",
            help=_h("Exit with 1 from this severity on: error, warning, info."),
        ),
    ] = "error",
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help=_h("Exit with 0 where it would be 1."))
    ] = False,
    fix_hint: Annotated[
        bool, typer.Option("--fix-hint", help=_h("Tell which findings medcab fix can repair."))
    ] = False,
    journal: Annotated[
        str | None,
        typer.Option(
            "--journal", envvar="MEDCAB_JOURNAL", help=_h("Record the run in this journal.")
        ),
    ] = None,
    journal_full: Annotated[
        bool,
        typer.Option("--journal-full", help=_h("Keep names and values in the journal unmasked.")),
    ] = False,
    trust: Trust = None,
    chain: Chain = None,
    crl: Crl = None,
    revocation: Revocation = "prefer",
    sign_report: Annotated[
        str | None,
        typer.Option("--sign-report", metavar="P12", help=_h("Sign the PDF report with this key.")),
    ] = None,
    password_from: PasswordFrom = None,
    delimiter: Delimiter = ",",
    quiet: Quiet = False,
    verbose: Verbose = False,
) -> None:
    """Entry point of the command; the help is set below, in the reader's language."""
    from medcab import engine
    from medcab.commands._package import profile_names
    from medcab.commands._trust import user_store
    from medcab.moments import parse_moment
    from medcab.profile import load
    from medcab.sandbox import usable_cores
    from medcab.signing.trust_options import TrustOptions
    from medcab.workshop import Workshop

    writers = choose_writers(output_format, output or [])
    signer = _report_signer(sign_report, password_from, [w.name for w, _ in writers])
    if fail_on not in ("error", "warning", "info"):
        raise UsageError(
            N_("--fail-on does not know {value}."),
            hint=N_("Use error, warning or info."),
            value=fail_on,
        )
    named = _paths(paths or [], files_from, files0_from)
    package = _read(named, _options(types or [], form, stdin_name, named))
    _tell_of_settings(package)
    chosen = load(*profile_names(package, profile, overlay or ()))
    if not package.documents and not package.problems and not package.form:
        raise InputError(
            N_("{path} is empty: there is nothing to check."),
            hint=N_("Put the documents into it, or lay out a package: medcab new PROFILE DIR"),
            path=package.root,
        )
    options = engine.CheckOptions(
        now=parse_moment(at) if at else None,
        jobs=jobs or usable_cores(),
        timeout=timeout,
        ignore=_config.load().ignore,
        directory=str(default_store()),
        trust=TrustOptions(
            tuple(trust or ()),
            tuple(chain or ()),
            tuple(crl or ()),
            revocation,
            str(user_store().folder),
        ),
        language=state().language,
    )
    with contextlib.ExitStack() as stack:
        shop = stack.enter_context(Workshop(options))
        with progress(len(package.documents), tr()("Checking"), quiet=quiet) as advance:
            report = engine.run(package, chosen, options, lambda d: advance(1, d.name), shop)
        record = None
        if journal:
            from medcab.commands import _journal

            record = str(_journal.record(journal, report, command="check", full=journal_full))
        draw = None
        if any(writer.name in PICTURED for writer, _ in writers):
            from medcab.formats.drawing import PageDrawer

            draw = stack.enter_context(PageDrawer(sandbox=shop.sandbox))
        Output(
            quiet=quiet,
            verbose=verbose,
            fix_hint=_repairs(package, chosen, report, asked=fix_hint, writers=writers),
            tell_fixes=fix_hint,
            delimiter=delimiter,
            record=record,
            page_image=draw,
            sign=signer,
        ).write(report, writers)
    raise typer.Exit(exit_code(report, fail_on=fail_on, exit_zero=exit_zero))


def _repairs(
    package: Package, profile: Any, report: Report, *, asked: bool, writers: list[tuple[Any, Any]]
) -> FixHint | None:
    """What medcab fix would make of the findings, where somebody will read it."""
    if not asked and not any(writer.name == "html" for writer, _ in writers):
        return None
    from medcab.repair.hints import hints

    return hints(package, profile, report)


def exit_code(report: Report, *, fail_on: str = "error", exit_zero: bool = False) -> ExitCode:
    """Return the exit code of ``report``: 1 failed, 3 undetermined, else 0."""
    from medcab.model import Outcome, Severity, Verdict

    limit = Severity(fail_on).rank
    failed = any(
        f.outcome is Outcome.VIOLATED and f.severity.rank <= limit for f in report.findings
    )
    if failed:
        return ExitCode.OK if exit_zero else ExitCode.FAILED
    # A check that would have decided, had it been made, decides nothing: --exit-zero or not.
    open_ = any(
        f.outcome is Outcome.UNDETERMINED and f.severity.rank <= limit for f in report.findings
    )
    unsettled = open_ or report.verdict is Verdict.INDETERMINATE
    return ExitCode.INDETERMINATE if unsettled else ExitCode.OK


def _tell_of_settings(package: Package) -> None:
    """Say so when the settings in force lie among what is checked: a sender may have put them."""
    found = _config.load().path
    if found is None or state().config is not None:
        return
    folder = Path(found).resolve().parent
    places = (d.source.local_path for d in package.documents)
    if any(p is not None and p.resolve().parent == folder for p in places):
        stderr().print(
            tr()(
                N_("Note: settings from {path} are in force; the file lies beside what is checked. "
                   "Without it: --isolated"),
                path=found,
            )
        )  # fmt: skip


def _report_signer(p12: str | None, password_from: str | None, formats: list[str]) -> Any:
    """Open the key before the work begins, so that a wrong password does not cost the run."""
    if p12 is None:
        return None
    if "pdf" not in formats:
        raise UsageError(
            N_("--sign-report signs a PDF report, and none is asked for."),
            hint=N_("Add: --output pdf:report.pdf"),
        )
    from medcab.commands._signing import load_key
    from medcab.signing.sign import Signer

    return Signer(load_key(p12, None, None, password_from, None))


def _paths(paths: list[str], lines: str | None, nul: str | None) -> list[str]:
    from medcab.commands._trust import read_data
    from medcab.inputs import split_file_list

    listed: list[str] = []
    for source, zero in ((lines, False), (nul, True)):
        if source is None:
            continue
        data = sys.stdin.buffer.read() if source == "-" else read_data([source])[0]
        listed += split_file_list(data, zero=zero)
    return [*paths, *listed]


def _options(
    types: list[str], form: str | None, stdin_name: str | None, paths: list[str]
) -> PackageOptions:
    from medcab.commands._package import pairs
    from medcab.inputs import InputLimits, PackageOptions

    limits = InputLimits()
    data = None
    if "-" in paths:
        data = sys.stdin.buffer.read(limits.stdin + 1)
        if len(data) > limits.stdin:
            raise InputError(
                N_("Standard input is longer than {limit} MB."), limit=limits.stdin >> 20
            )
    return PackageOptions(
        types=pairs(types, "--type", "scan1.pdf=diploma"),
        form=form,
        stdin=data,
        stdin_name=stdin_name,
        limits=limits,
    )


def _read(paths: list[str], options: PackageOptions) -> Any:
    from medcab.inputs import read_package

    return read_package(paths, options)
