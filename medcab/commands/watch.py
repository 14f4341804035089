"""``medcab watch``: judge a package again whenever its files change."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from medcab.commands import _config
from medcab.commands._console import _h, progress, state, stderr, stdout, tr, write_result
from medcab.commands._options import Form, Jobs, Overlay, Profile, Timeout
from medcab.commands._output import PICTURED, Output, choose_writers
from medcab.commands.directory import default_store
from medcab.errors import InputError, MedcabError, OutputError, UsageError
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.formats.base import Writer
    from medcab.model import Report

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
    writers = choose_writers(None, output or [])
    for _, path in writers:
        _demand_outside(path or "", folder)
    watch = _Watch(
        folder,
        profile,
        tuple(overlay or ()),
        form,
        writers,
        jobs or _cores(),
        timeout,
        quiet=quiet,
    )
    watch.load()
    if not quiet:
        stderr().print(tr()("Watching {path}; Ctrl+C ends it.", path=folder), markup=False)
    for _changed in changes(folder, interval=interval, settle=settle, poll=poll):
        watch.again()


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


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Watch:
    """Checks one folder again and again, and remembers the last result."""

    def __init__(
        self,
        folder: str,
        profile: str | None,
        overlays: tuple[str, ...],
        form: str | None,
        writers: list[tuple[Writer, str | None]],
        jobs: int,
        timeout: float,
        *,
        quiet: bool,
    ) -> None:
        self.folder, self.profile, self.overlays, self.form = folder, profile, overlays, form
        self.writers, self.jobs, self.timeout, self.quiet = writers, jobs, timeout, quiet
        self.last: Report | None = None

    def load(self) -> None:
        """Fail now, and not at every change, when the profile or the settings are wrong."""
        from medcab.profile import load

        if self.profile is not None:
            load(self.profile, self.overlays)
        _config.load()

    def again(self) -> None:
        """Check, tell, write the reports. A package that cannot be read is told, not fatal."""
        try:
            report = self._check()
        except MedcabError as error:
            self._tell(error)
            return
        self._print(report)
        try:
            self._write(report)
        except OutputError as error:
            self._tell(error)  # open in Excel, for instance: the next change tries again
        self.last = report

    def _check(self) -> Report:
        from medcab import engine
        from medcab.commands._package import profile_names
        from medcab.inputs import PackageOptions, read_package
        from medcab.profile import load

        package = read_package([self.folder], PackageOptions(form=self.form))
        chosen = load(*profile_names(package, self.profile, self.overlays))
        options = engine.CheckOptions(
            jobs=self.jobs,
            timeout=self.timeout,
            ignore=_config.load().ignore,
            directory=str(default_store()),
            language=state().language,
        )
        with progress(len(package.documents), tr()("Checking"), quiet=self.quiet) as advance:
            return engine.run(package, chosen, options, lambda d: advance(1, d.name))

    def _print(self, report: Report) -> None:
        from medcab import formats

        sys.stdout.write(_clock() + "  ")
        first = self.last is None and not self.quiet
        Output(quiet=not first).write(report, [(formats.get("text"), None)])
        if self.last is not None and not self.quiet:
            from medcab.diff import compare
            from medcab.formats.difference import print_difference

            print_difference(compare(self.last, report), tr(), stdout())
            stdout().print()
        sys.stdout.flush()

    def _write(self, report: Report) -> None:
        from medcab.formats.base import Options

        with contextlib.ExitStack() as stack:
            draw = None
            if any(writer.name in PICTURED for writer, _ in self.writers):
                from medcab.formats.drawing import PageDrawer

                draw = stack.enter_context(PageDrawer(jobs=self.jobs))
            for writer, path in self.writers:
                stream: Any = io.BytesIO() if writer.binary else io.StringIO()
                writer.write(report, tr(), stream, options=Options(page_image=draw))
                write_result(stream.getvalue(), path)

    def _tell(self, error: MedcabError) -> None:
        translate = tr()
        lines = [translate("Error: {text}", text=translate(error.template, **error.arguments))]
        if error.hint:
            lines.append("  " + translate(error.hint, **error.arguments))
        sys.stderr.write(f"{_clock()}  " + "\n".join(lines) + "\n")


def _clock() -> str:
    from datetime import datetime

    return datetime.now().astimezone().strftime("%H:%M:%S")
