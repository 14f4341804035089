"""``medcab extend``: signatures in files of their own and in PDF are raised to B-T, B-LT, B-LTA."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medcab.commands._console import _h, progress, stderr, stdout, tr
from medcab.commands._options import (
    Crl,
    Ocsp,
    Online,
    Trust,
    Tsa,
    TsaPasswordFrom,
    TsaPolicy,
    TsaUser,
)
from medcab.errors import ExitCode, InputError, MedcabError, SigningError, UsageError
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.signing.discovery import Task
    from medcab.signing.longterm.extend import Extender, Level

__all__ = ["command"]

_IN_FLIGHT = 8


def command(
    paths: Annotated[
        list[str], typer.Argument(help=_h("Signature files, signed PDF files, folders (with -r)."))
    ],
    level: Annotated[str, typer.Option("--level", "-l", help="B-T | B-LT | B-LTA")],
    tsa: Tsa = None,
    tsa_user: TsaUser = None,
    password_from: TsaPasswordFrom = None,
    tsa_policy: TsaPolicy = None,
    tsa_digest: Annotated[
        str | None, typer.Option("--tsa-digest", help="sha256 | sha384 | sha512")
    ] = None,
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
    recursive: Annotated[
        bool, typer.Option("--recursive", "-r", help=_h("Descend into folders."))
    ] = False,
    output: Annotated[
        str | None, typer.Option("--output", "-o", help=_h("File, or folder for several."))
    ] = None,
    in_place: Annotated[bool, typer.Option("--in-place", help=_h("Replace the files."))] = False,
    requests: Annotated[
        int, typer.Option("--requests", min=1, max=64, help=_h("Requests in flight."))
    ] = _IN_FLIGHT,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help=_h("Only errors."))] = False,
) -> None:
    """Entry point of the command."""
    from medcab.commands._tsa import make_client, verifier_maker
    from medcab.signing.discovery import find_tasks
    from medcab.signing.longterm.extend import Extender, Level

    wanted = Level.named(level)
    if (output is None) == (not in_place):
        raise UsageError(N_("Say where the result goes."), hint=N_("--output PATH, or --in-place"))
    client = None
    if tsa:
        client = make_client(
            tsa, user=tsa_user, password_from=password_from, policy=tsa_policy, digest=tsa_digest
        )
    found = find_tasks(paths, recursive=recursive, content=content, every=False)
    tasks = [task for task in found if task.kind != "unsigned"]
    if not tasks:
        raise InputError(N_("There is no signature file to extend."))
    target = _target(output, tasks)
    make = verifier_maker(trust or [], cert or [], crl or [], ocsp or [], online=online)
    extender = Extender(make, client)
    failed: list[MedcabError] = []
    with progress(len(tasks), tr()(N_("Extending")), quiet=quiet) as advance:
        for task, outcome in _run(extender, tasks, wanted, target, requests):
            advance(1)
            if isinstance(outcome, MedcabError):
                failed.append(outcome)
                _complain(task.path, outcome)
            elif not quiet:
                stdout().print(outcome, highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(max((error.exit_code for error in failed), default=ExitCode.OK))


def _target(output: str | None, tasks: list[Task]) -> Path | None:
    if output is None:
        return None
    target = Path(output)
    if len(tasks) > 1 and not target.is_dir():
        raise UsageError(N_("{path} is not a folder."), path=output)
    return target


def _run(
    extender: Extender, tasks: list[Task], level: Level, target: Path | None, requests: int
) -> Iterator[tuple[Task, str | MedcabError]]:
    """Several at a time: the time goes into waiting for authorities."""

    def one(task: Task) -> str | MedcabError:
        try:
            return _extend(extender, task, level, target)
        except MedcabError as error:
            return error

    with ThreadPoolExecutor(max_workers=min(requests, len(tasks))) as pool:
        yield from zip(tasks, pool.map(one, tasks), strict=True)


def _extend(extender: Extender, task: Task, level: Level, target: Path | None) -> str:
    from medcab.commands._trust import read_data
    from medcab.signing.codec import decode, encode
    from medcab.signing.content import StreamContent
    from medcab.signing.discovery import signature_beside
    from medcab.signing.sign import write_signature
    from medcab.sources import FileSource

    place = Path(task.path)
    if target is not None:
        place = target / place.name if target.is_dir() else target
    elif task.kind == "pdf" and (beside := signature_beside(task.path)) is not None:
        raise SigningError(
            N_("{path} is signed in a file of its own too, {beside}: it must not be changed."),
            hint=N_("Write the extended file elsewhere: --output PATH"),
            path=task.path, beside=beside,
        )  # fmt: skip
    data = read_data([task.path], largest=None)[0]
    content = StreamContent(FileSource(task.content), task.content) if task.content else None
    made = extender.extend(data, level, content)
    if made.changed or target is not None:
        pdf = data[:5] == b"%PDF-"
        write_signature(place, made.data if pdf else encode(made.data, decode(data).encoding))
    return f"{place}: {made.level.value}"


def _complain(path: str, error: MedcabError) -> None:
    say, console = tr(), stderr()
    text = say(error.template, **error.arguments)
    console.print(f"{path}: {text}", highlight=False, markup=False)
    if error.hint:
        console.print(f"    {say(error.hint, **error.arguments)}", highlight=False, markup=False)
