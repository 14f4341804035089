"""``medcab fix``: make the documents of a package comply, as copies."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from medcab.commands import _config
from medcab.commands._console import _h, progress, stderr, stdout, tr, write_result
from medcab.commands._options import (
    At,
    Form,
    Jobs,
    Overlay,
    Profile,
    Quiet,
    Timeout,
    Types,
    format_option,
    known_format,
)
from medcab.commands._package import pairs, profile_names
from medcab.errors import ExitCode, InputError, UsageError
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.repair.model import FixResult, Left
    from medcab.repair.report import Row

__all__ = ["command"]

_TERMINATED: Final = 143  # 128 + SIGTERM, as shells report it


def command(
    paths: Annotated[
        list[str],
        typer.Argument(help=_h("Folder, files or a .zip with documents."), show_default=False),
    ],
    out: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            "--out",
            metavar="DIR",
            help=_h("Folder for the copies; made if need be."),
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=_h("Show what would be done; write nothing."))
    ] = False,
    profile: Profile = None,
    overlay: Overlay = None,
    form: Form = None,
    types: Types = None,
    join: Annotated[
        bool,
        typer.Option("--join", help=_h("Make pictures that belong together one PDF.")),
    ] = False,
    turn: Annotated[
        list[str] | None,
        typer.Option(
            "--turn", metavar="FILE=DEGREES", help=_h("Turn the pages of a file clockwise.")
        ),
    ] = None,
    remove_restrictions: Annotated[
        bool,
        typer.Option(
            "--remove-restrictions", help=_h("Lift passwords that forbid printing or changing.")
        ),
    ] = False,
    drop_pages: Annotated[
        bool, typer.Option("--drop-pages", help=_h("Remove blank and repeated scanned pages."))
    ] = False,
    clean: Annotated[
        bool, typer.Option("--clean", help=_h("Make pale print darker and dark paper lighter."))
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help=_h("Replace files of the same name in DIR."))
    ] = False,
    output_format: Annotated[str, format_option("text", "json")] = "text",
    at: At = None,
    jobs: Jobs = None,
    timeout: Timeout = 120.0,
    quiet: Quiet = False,
) -> None:
    """Entry point of the command; the help is set below, in the reader's language."""
    from medcab.engine import CheckOptions
    from medcab.inputs import PackageOptions, read_package
    from medcab.moments import parse_moment
    from medcab.profile import load
    from medcab.repair import FixOptions
    from medcab.repair.run import fix, plan_only
    from medcab.sandbox import usable_cores

    known_format(output_format, "text", "json")
    if out is None and not dry_run:
        raise UsageError(
            N_("It is not said where the copies go."),
            hint=N_("Give a folder: --out FOLDER, or look first: --dry-run"),
        )
    package = read_package(
        paths, PackageOptions(types=pairs(types or [], "--type", "scan1.pdf=diploma"), form=form)
    )
    if not package.documents:
        raise InputError(
            N_("There is nothing to repair in {root}."),
            hint=N_("Name the folder in which the documents lie."),
            root=package.root,
        )
    name, overlays = profile_names(package, profile, overlay or ())
    chosen = load(name, overlays)
    workers = jobs or usable_cores()
    check = CheckOptions(
        now=parse_moment(at) if at else None,
        jobs=workers,
        timeout=timeout,
        ignore=_config.load().ignore,
    )
    options = FixOptions(
        timeout=timeout,
        join=join,
        remove_restrictions=remove_restrictions,
        drop_blank=drop_pages,
        clean=clean,
        turns=_turns(turn or []),
        force=force,
    )
    if out is None or dry_run:
        result = plan_only(package, chosen, check, options)
    else:
        shown = progress(len(package.documents), tr()("Repairing"), quiet=quiet)
        with _ended_cleanly(), shown as advance:
            result = fix(
                package,
                chosen,
                Path(out),
                check,
                options,
                profile_name="+".join((str(name), *overlays)),
                form=form,
                observer=lambda n: advance(1, n),
            )
    _print(result, output_format, quiet=quiet)
    raise typer.Exit(exit_code(result))


@contextlib.contextmanager
def _ended_cleanly() -> Iterator[None]:
    """Let a request to end (SIGTERM) leave nothing behind, as Ctrl-C does."""

    def stop(*_: object) -> None:
        raise SystemExit(_TERMINATED)

    try:
        before = signal.signal(signal.SIGTERM, stop)
    except ValueError:  # not the main thread: who called this sees to it
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before or signal.SIG_DFL)


def exit_code(result: FixResult) -> ExitCode:
    """1 when something failed or was not repaired, 3 when something is undetermined, else 0."""
    from medcab.model import Verdict

    refused = any(not one.kept for one in result.left)
    if result.dry_run:
        return ExitCode.FAILED if refused else ExitCode.OK
    if refused or result.after is None or result.after.verdict is Verdict.FAILED:
        return ExitCode.FAILED
    undetermined = result.after.verdict is Verdict.INDETERMINATE
    return ExitCode.INDETERMINATE if undetermined else ExitCode.OK


def _turns(given: list[str]) -> dict[str, int]:
    made = {}
    for path, value in pairs(given, "--turn", "scan1.pdf=90").items():
        if value not in ("90", "180", "270"):
            raise UsageError(
                N_("Pages can be turned by 90, 180 or 270 degrees, not by {value}."), value=value
            )
        made[path] = int(value)
    return made


def _print(result: FixResult, output_format: str, *, quiet: bool) -> None:
    import json

    from medcab.repair.report import as_json, rows

    if output_format == "json":
        text = json.dumps(as_json(result, tr(), _say), ensure_ascii=False, indent=2)
        write_result((text + "\n").encode("utf-8"), None)
        return
    shown = rows(result)
    if not quiet:
        stdout().print(_table(result, shown))
        for row in shown:
            _steps(row, result)
        _left(result)
    _verdict(result)


def _table(result: FixResult, shown: list[Row]) -> Any:
    from rich import box
    from rich.table import Table

    t = tr()
    table = Table(box=box.ROUNDED if _draws() else box.ASCII2, padding=(0, 1))
    table.add_column(t("File"), overflow="fold")
    for title in ("Size", "dpi"):
        table.add_column(t(title), justify="right", overflow="fold")
    table.add_column(t("Verdict"), overflow="fold", min_width=9)
    for row in shown:
        old, new = _path(row.before), _path(row.after)
        name = old if new == old else f"{old}\n→ {new or t('not written')}"
        if result.dry_run:
            size, dpi, verdict = _size(row.size_before), _dpi(row.dpi_before), _word(row, old=True)
        else:
            size = _both(_size(row.size_before), _size(row.size_after))
            dpi = _both(_dpi(row.dpi_before), _dpi(row.dpi_after))
            verdict = _both(_word(row, old=True), _word(row, old=False))
        table.add_row(name, size, dpi, verdict)
    return table


def _draws() -> bool:
    from medcab.commands._console import text_options

    return text_options(quiet=False, verbose=False).unicode


def _path(path: str) -> str:
    from medcab.formats.encoding import printable

    return printable(path)


def _both(old: str, new: str) -> str:
    return old if old == new else f"{old}\n{new}"


def _size(size: int | None) -> str:
    from medcab.formats.sentences import show_size

    return "—" if size is None else show_size(size, tr())


def _dpi(value: float | None) -> str:
    # Rounded down: 299.7 must not be called 300 when 300 is asked for.
    return "—" if value is None else str(int(value + 0.05))


def _word(row: Row, *, old: bool) -> str:
    from medcab.formats.sentences import verdict_word

    verdict = row.verdict_before if old else row.verdict_after
    return "—" if verdict is None else verdict_word(verdict, tr())


def _steps(row: Row, result: FixResult) -> None:
    from medcab.repair.report import told

    if not row.steps:
        return
    done = "; ".join([*(told(s, tr()) for s in row.steps), *(told(n, tr()) for n in row.notes)])
    stdout().print(f"{_path(row.before)}: {done}", soft_wrap=True)


def _left(result: FixResult) -> None:
    """What is left to be done by hand, one advice once."""
    t = tr()
    for kept, title in (
        (False, N_("Not repaired, nothing was written")),
        (True, N_("Left to do by hand")),
    ):
        lines = [one for one in result.left if one.kept is kept]
        if not lines:
            continue
        stdout().print()
        stdout().print(t(title), style="bold")
        hints: dict[str, list[Left]] = {}
        for one in lines:
            hints.setdefault(one.hint, []).append(one)
        for hint, group in hints.items():
            for line in dict.fromkeys(_line(one) for one in group):
                stdout().print(f"  {line}", soft_wrap=True)
            if hint:
                advice = t(hint, **dict(group[0].args))
                stdout().print(f"    → {advice}", soft_wrap=True, style="dim")


def _line(one: Left) -> str:
    from medcab.repair.report import told

    rule = f" [{one.rule}]" if one.rule else ""
    place = f"{_path(one.path)}: " if one.path else ""
    return f"{place}{told(one, tr(), _say)}{rule}"


def _say(finding: Any, t: Any) -> str:
    from medcab.formats.sentences import message_of, reason_of

    return reason_of(finding, t) if finding.reason is not None else message_of(finding, t)


def _verdict(result: FixResult) -> None:
    from medcab.formats.sentences import verdict_word

    t = tr()
    if result.dry_run:
        count = sum(bool(task.steps) for task in result.plan.tasks)
        text = t.plural(
            N_("Plan: {n} file will be repaired; nothing was written."),
            N_("Plan: {n} files will be repaired; nothing was written."),
            count,
        )
        stdout().print(text, style="bold")
        return
    if result.after is None:
        stdout().print(t("Nothing could be written: no document complies."), style="bold")
        return
    word = verdict_word(result.after.verdict, t)
    stdout().print()
    stdout().print(t("After the repair: {verdict}", verdict=word), style="bold")
    refused = len({one.path for one in result.left if not one.kept})
    if refused:
        text = t.plural(
            N_("{n} file was not repaired."), N_("{n} files were not repaired."), refused
        )
        stdout().print(text)
    stderr().print(t("Written: {path}", path=result.out))
