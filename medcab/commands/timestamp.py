"""``medcab timestamp``: time-stamps over files as they are (RFC 3161)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from medcab.commands._console import _h, stderr, stdout, tr
from medcab.commands._options import TsaPasswordFrom, TsaPolicy, TsaUser
from medcab.errors import ExitCode, MedcabError, OutputError, UsageError
from medcab.files import unreadable
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.signing.longterm.tsa import TsaClient

__all__ = ["command"]

SUFFIX = ".tst"


def command(
    paths: Annotated[list[str], typer.Argument(help=_h("Files to time-stamp."))],
    tsa: Annotated[
        list[str],
        typer.Option("--tsa", help=_h("Address of a time-stamping authority (tried in turn).")),
    ],
    tsa_user: TsaUser = None,
    password_from: TsaPasswordFrom = None,
    tsa_policy: TsaPolicy = None,
    tsa_digest: Annotated[
        str | None, typer.Option("--tsa-digest", help="sha256 | sha384 | sha512")
    ] = None,
    output: Annotated[
        str | None, typer.Option("--output", "-o", help=_h("File, or folder for several."))
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help=_h("Replace a time-stamp that is there."))
    ] = False,
) -> None:
    """Entry point of the command."""
    from medcab.commands._tsa import make_client

    client = make_client(
        tsa, user=tsa_user, password_from=password_from, policy=tsa_policy, digest=tsa_digest
    )
    target = Path(output) if output else None
    if target is not None and len(paths) > 1 and not target.is_dir():
        raise UsageError(N_("{path} is not a folder."), path=str(target))
    failed: list[MedcabError] = []
    say = tr()
    for given in paths:
        try:
            place = _stamp(client, Path(given), target, overwrite=overwrite)
        except MedcabError as error:
            failed.append(error)
            console = stderr()
            text = say(error.template, **error.arguments)
            console.print(f"{given}: {text}", highlight=False, markup=False)
            if error.hint:
                hint = say(error.hint, **error.arguments)
                console.print(f"    {hint}", highlight=False, markup=False)
        else:
            stdout().print(str(place), highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(max((error.exit_code for error in failed), default=ExitCode.OK))


def _stamp(client: TsaClient, path: Path, target: Path | None, *, overwrite: bool) -> Path:
    from medcab.signing.content import StreamContent
    from medcab.signing.sign import write_signature
    from medcab.sources import FileSource

    place = path.with_name(path.name + SUFFIX)
    if target is not None:
        place = target / place.name if target.is_dir() else target
    if place.exists() and not overwrite:
        raise OutputError(
            N_("{path} is there already."), hint=N_("To replace it: --overwrite."), path=str(place)
        )
    oid = client.algorithm.oid
    try:
        digest = StreamContent(FileSource(str(path)), str(path)).digests((oid,)).values[oid]
    except OSError as error:
        raise unreadable(str(path), error) from error
    write_signature(place, client.stamp(digest).raw)
    return place
