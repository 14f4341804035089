"""``medcab watch``: judge packages again whenever their files change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medcab.commands import _config
from medcab.commands._console import _h, stderr, tr
from medcab.commands._options import Form, Jobs, Overlay, Profile, Timeout
from medcab.commands._output import choose_writers
from medcab.errors import InputError, UsageError
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.commands._watched import Settings
    from medcab.formats.base import Writer

__all__ = ["command"]


def command(
    folder: Annotated[str, typer.Argument(metavar="DIR", help=_h("Folder of the package."))],
    profile: Profile = None,
    overlay: Overlay = None,
    form: Form = None,
    output: Annotated[
        list[str] | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FORMAT:FILE",
            help=_h("Keep this file fresh; it lies outside the folder. Repeatable."),
        ),
    ] = None,
    each: Annotated[
        bool,
        typer.Option(
            "--each",
            help=_h("Every folder in DIR is a package; --output FORMAT:DIR takes their reports."),
        ),
    ] = False,
    jobs: Jobs = None,
    timeout: Timeout = 20.0,
    interval: Annotated[
        float, typer.Option("--interval", min=0.1, help=_h("Seconds between two looks."))
    ] = 1.0,
    settle: Annotated[
        float,
        typer.Option(
            "--settle", min=0.0, help=_h("Seconds without a change before the check begins.")
        ),
    ] = 1.0,
    poll: Annotated[
        bool,
        typer.Option("--poll", help=_h("Only look, do not ask the system (network drives).")),
    ] = False,
    journal: Annotated[
        str | None,
        typer.Option(
            "--journal", envvar="MEDCAB_JOURNAL", help=_h("Record each check in this journal.")
        ),
    ] = None,
    journal_full: Annotated[
        bool,
        typer.Option("--journal-full", help=_h("Keep names and values in the journal unmasked.")),
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help=_h("One line a check, nothing else."))
    ] = False,
) -> None:
    """Entry point of the command; the help is set below, in the reader's language."""
    from medcab.watching import changes

    if form is not None and not Path(form).is_file():
        raise InputError(N_("There is no form {path}."), path=form)
    if not Path(folder).is_dir():
        raise InputError(
            N_("There is no folder {path} to watch."),
            hint=N_("Check the path; a single file is judged with: medcab check"),
            path=folder,
        )
    if each and form is not None:
        raise UsageError(
            N_("--form belongs to one package and does not go with --each."),
            hint=N_("Put each form into the folder of its package."),
        )
    writers = [(writer, path or "") for writer, path in choose_writers(None, output or [])]
    for _, path in writers:
        _demand_outside(path, folder)
    if journal is not None:
        _demand_outside(journal, folder)
    from medcab.commands._watched import Settings, Watched
    from medcab.commands._watched_folder import Folder
    from medcab.sandbox import usable_cores

    settings = Settings(
        profile,
        tuple(overlay or ()),
        form,
        jobs or usable_cores(),
        timeout,
        quiet,
        journal,
        journal_full,
    )
    _demand_profile(settings)
    if each:
        _demand_folders(writers)
    if not quiet:
        stderr().print(tr()("Watching {path}; Ctrl+C ends it.", path=folder), markup=False)
    one, many = Watched(folder, settings, writers), Folder(folder, settings, writers)
    for changed in changes(folder, interval=interval, settle=settle, poll=poll):
        if each:
            many.again(changed)
        elif Path(folder).is_dir():
            one.again()
        else:
            one.gone()


command.__doc__ = _h(
    "Judge a package, and again whenever its files change. Reports named by --output are kept "
    "fresh. Ctrl+C ends the watch."
)


def _demand_outside(path: str, folder: str) -> None:
    """A report inside the folder would be judged as a document itself, again and again."""
    if Path(path).resolve().is_relative_to(Path(folder).resolve()):
        raise UsageError(
            N_("The report {path} would lie in the folder that is watched."),
            hint=N_("Write it elsewhere, for example: --output html:../report.html"),
            path=path,
        )


def _demand_profile(settings: Settings) -> None:
    """Fail now, and not at every change, when the profile or the settings are wrong."""
    from medcab.profile import load

    if settings.profile is not None:
        load(settings.profile, settings.overlays)
    _config.load()


def _demand_folders(writers: list[tuple[Writer, str]]) -> None:
    """Many packages have many reports: each format goes to a folder of its own or a common one."""
    for writer, path in writers:
        if not Path(path).is_dir():
            raise UsageError(
                N_("{path} is not a folder."),
                hint=N_("With --each every package has a report: --output {name}:FOLDER"),
                path=path,
                name=writer.name,
            )
