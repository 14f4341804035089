"""What ``medcab watch`` keeps fresh: the reports of one package.

A report that does not hold any more must not go on looking current: where a package cannot be
read, is gone or is just being judged again, its HTML report says so, and its other reports are
taken away.
"""

from __future__ import annotations

import contextlib
import io
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medcab.commands import _config
from medcab.commands._console import progress, state, stdout, tr, write_result
from medcab.commands._output import PICTURED, Output
from medcab.commands.directory import default_store
from medcab.errors import MedcabError, OutputError
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.formats.base import Writer
    from medcab.formats.html.pages import Line
    from medcab.model import Report

__all__ = ["Settings", "Watched", "write_fresh"]


def write_fresh(data: Any, path: str) -> None:
    """Write a report; its folder is made again where somebody has removed it.

    Raises:
        OutputError: it cannot be written.
    """
    with contextlib.suppress(OSError):  # writing says what is wrong
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    write_result(data, path)


@dataclass(frozen=True, slots=True)
class Settings:
    """How packages are judged; the same for all of a run."""

    profile: str | None
    overlays: tuple[str, ...]
    form: str | None
    jobs: int
    timeout: float
    quiet: bool
    journal: str | None = None
    journal_full: bool = False


class Watched:
    """One package: judged again and again, its reports kept in step with it.

    Args:
        folder: of the package.
        settings: see :class:`Settings`.
        writers: formats and the files they go to.
        label: stands before what is said about the package; empty for a single one.
    """

    def __init__(
        self,
        folder: str,
        settings: Settings,
        writers: Sequence[tuple[Writer, str]],
        label: str = "",
    ) -> None:
        self.folder, self.settings, self.writers, self.label = folder, settings, writers, label
        self.last: Report | None = None
        self.trouble = ""
        self.checked_at: datetime | None = None
        self.pending = True

    def again(self) -> None:
        """Check, tell, write the reports. A package that cannot be read is told, not fatal."""
        self._withdraw(
            N_("The package is being checked again."),
            [tr()(N_("Its files have changed. Open this page again in a minute."))],
            keep_others=True,
        )
        try:
            report = self._check()
        except MedcabError as error:
            self._fail(error)
            return
        finally:
            self.pending = False
        self.trouble, self.checked_at = "", report.checked_at
        self._print(report)
        record = None
        try:
            record = self._record(report)
        except MedcabError as error:
            self._tell(error)
        try:
            self._write(report, record)
        except OutputError as error:
            self._tell(error)  # open in Excel, for instance: the next change tries again
        self.last = report

    def gone(self) -> None:
        """Say that the package is not there any more."""
        self.last, self.trouble = None, tr()(N_("The folder of the package is gone."))
        sys.stderr.write(f"{self._head()}{self.trouble}\n")
        self._withdraw(
            N_("The folder of the package is gone."),
            [tr()(N_("What was reported about it before does not hold any more."))],
        )

    def line(self, name: str) -> Line:
        """The package in the overview."""
        from medcab.formats.html.pages import Line
        from medcab.formats.sentences import counts_line
        from medcab.model import Verdict

        if self.pending:
            return Line(name, None, "", self.checked_at, self._page())
        if self.last is None or self.trouble:
            return Line(name, Verdict.INDETERMINATE, self.trouble, self.checked_at, self._page())
        about = counts_line(self.last, tr())
        return Line(name, self.last.verdict, about, self.checked_at, self._page())

    def _page(self) -> str | None:
        pages = [path for writer, path in self.writers if writer.name == "html"]
        return Path(pages[0]).name if pages else None

    def _fail(self, error: MedcabError) -> None:
        self.trouble = tr()(error.template, **error.arguments)
        self.checked_at = datetime.now(UTC)
        self._tell(error)
        hint = [tr()(error.hint, **error.arguments)] if error.hint else []
        rest = tr()(N_("What was reported about it before does not hold any more."))
        self._withdraw(N_("The package cannot be checked now."), [self.trouble, *hint, rest])

    def _withdraw(self, headline: str, lines: list[str], *, keep_others: bool = False) -> None:
        """Take back the reports that were written before."""
        from medcab.formats.html.pages import notice

        for writer, path in self.writers:
            if not Path(path).exists() and (keep_others or writer.name != "html"):
                continue
            try:
                if writer.name == "html":
                    name = self.label or Path(self.folder).resolve().name
                    page = notice(name, tr()(headline), lines, tr(), datetime.now(UTC))
                    write_fresh(page, path)
                elif not keep_others:
                    Path(path).unlink(missing_ok=True)
            except OutputError as error:
                self._tell(error)
            except OSError as error:
                failed = OutputError(
                    N_("The old report {path} cannot be removed: {reason}."),
                    hint=N_("It does not hold any more. Close it in other programs and delete it."),
                    path=path,
                    reason=error.strerror or str(error),
                )
                self._tell(failed)

    def _check(self) -> Report:
        from medcab import engine
        from medcab.commands._package import profile_names
        from medcab.inputs import PackageOptions, read_package
        from medcab.profile import load

        settings = self.settings
        package = read_package([self.folder], PackageOptions(form=settings.form))
        chosen = load(*profile_names(package, settings.profile, settings.overlays))
        options = engine.CheckOptions(
            jobs=settings.jobs,
            timeout=settings.timeout,
            ignore=_config.load().ignore,
            directory=str(default_store()),
            language=state().language,
        )
        with progress(len(package.documents), tr()("Checking"), quiet=settings.quiet) as advance:
            return engine.run(package, chosen, options, lambda d: advance(1, d.name))

    def _head(self) -> str:
        from medcab.formats.encoding import printable

        label = f"{printable(self.label)}: " if self.label else ""
        return f"{datetime.now().astimezone():%H:%M:%S}  {label}"

    def _print(self, report: Report) -> None:
        from medcab import formats

        sys.stdout.write(self._head())
        quiet = self.settings.quiet or bool(self.label)
        Output(quiet=quiet or self.last is not None).write(report, [(formats.get("text"), None)])
        if self.last is not None and not self.settings.quiet:
            from medcab.diff import compare
            from medcab.formats.difference import print_difference

            print_difference(compare(self.last, report), tr(), stdout())
            stdout().print()
        sys.stdout.flush()

    def _record(self, report: Report) -> str | None:
        """Write the check into the journal, where there is one; its number."""
        settings = self.settings
        if settings.journal is None:
            return None
        from medcab.commands._journal import record

        return str(record(settings.journal, report, command="watch", full=settings.journal_full))

    def _write(self, report: Report, record: str | None) -> None:
        from medcab.formats.base import Options

        with contextlib.ExitStack() as stack:
            draw = None
            if any(writer.name in PICTURED for writer, _ in self.writers):
                from medcab.formats.drawing import PageDrawer

                draw = stack.enter_context(PageDrawer(jobs=self.settings.jobs))
            for writer, path in self.writers:
                stream: Any = io.BytesIO() if writer.binary else io.StringIO()
                writer.write(report, tr(), stream, options=Options(page_image=draw, record=record))
                write_fresh(stream.getvalue(), path)

    def _tell(self, error: MedcabError) -> None:
        translate = tr()
        lines = [translate("Error: {text}", text=translate(error.template, **error.arguments))]
        if error.hint:
            lines.append("  " + translate(error.hint, **error.arguments))
        sys.stderr.write(self._head() + "\n".join(lines) + "\n")
