"""Options that the commands about certificates share."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from medcab.commands._console import _h

__all__ = [
    "At",
    "Chain",
    "Crl",
    "Files",
    "Format",
    "Ocsp",
    "Online",
    "OutputFormat",
    "PasswordFrom",
    "Revocation",
    "Trust",
]


class Format(StrEnum):
    """How results are written."""

    TEXT = "text"
    JSON = "json"


Files = Annotated[list[str], typer.Argument(metavar="FILE...", help=_h("Certificate files."))]
PasswordFrom = Annotated[
    str | None,
    typer.Option("--password-from", help=_h("prompt, env:NAME, fd:N, file:PATH or keyring:NAME")),
]
OutputFormat = Annotated[Format, typer.Option("--format", help=_h("Form of the result."))]
At = Annotated[
    str | None, typer.Option("--at", help=_h("Judge for this moment (2026-11-21 or ISO 8601)."))
]
Trust = Annotated[
    list[str] | None,
    typer.Option("--trust", help=_h("Trusted certificates: file, folder or list (repeatable).")),
]
Chain = Annotated[
    list[str] | None,
    typer.Option("--chain", help=_h("Certificates of authorities in between (repeatable).")),
]
Crl = Annotated[list[str] | None, typer.Option("--crl", help=_h("Revocation list (repeatable)."))]
Ocsp = Annotated[list[str] | None, typer.Option("--ocsp", help=_h("OCSP answer (repeatable)."))]
Revocation = Annotated[
    str, typer.Option("--revocation", help=_h("How much must be known: require, prefer, none."))
]
Online = Annotated[
    bool, typer.Option("--online", help=_h("Fetch lists and answers from the network."))
]
