"""Options that several commands share: one name, one help text, one default place to change."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any

import typer

from medcab.commands._console import _h
from medcab.errors import UsageError
from medcab.text import N_

__all__ = [
    "SECRET",
    "At",
    "Chain",
    "Crl",
    "Delimiter",
    "Files",
    "Form",
    "Format",
    "Jobs",
    "KeyName",
    "Ocsp",
    "Online",
    "OutputFile",
    "OutputFormat",
    "Overlay",
    "PasswordFrom",
    "Profile",
    "Quiet",
    "ReportFiles",
    "Revocation",
    "Timeout",
    "Trust",
    "Tsa",
    "TsaPasswordFrom",
    "TsaPolicy",
    "TsaUser",
    "Types",
    "Verbose",
    "format_option",
    "known_format",
]


class Format(StrEnum):
    """How results are written."""

    TEXT = "text"
    JSON = "json"


def format_option(*known: str) -> Any:
    """Return the option ``--format`` of a command that writes the formats ``known``."""
    return typer.Option("--format", "-f", metavar="|".join(known), help=_h("Format of the result."))


def known_format(name: str, *known: str) -> str:
    """Return ``name`` when it is one of ``known``.

    Raises:
        UsageError: it is not.
    """
    if name not in known:
        raise UsageError(
            N_("There is no output format {name}."),
            hint=N_("Formats: {known}."),
            name=name,
            known=", ".join(known),
        )
    return name


SECRET = _h("prompt, env:NAME, fd:N, file:PATH or keyring:NAME")

Files = Annotated[list[str], typer.Argument(metavar="FILE...", help=_h("Certificate files."))]

Profile = Annotated[
    str | None,
    typer.Option(
        "--profile", "-p", envvar="MEDCAB_PROFILE", help=_h("Profile (list: medcab profile list).")
    ),
]
Overlay = Annotated[
    list[str] | None,
    typer.Option(
        "--overlay", envvar="MEDCAB_OVERLAY", help=_h("Overlay on the profile (real-2026).")
    ),
]
Form = Annotated[
    str | None,
    typer.Option("--form", help=_h("The filled-in form (json, yaml, toml, xml, csv, xlsx).")),
]
Types = Annotated[
    list[str] | None,
    typer.Option("--type", metavar="FILE=TYPE", help=_h("Say what a document is.")),
]

OutputFormat = Annotated[
    Format, typer.Option("--format", "-f", help=_h("Format of the result on stdout."))
]
OutputFile = Annotated[str | None, typer.Option("--output", "-o", help=_h("File to write."))]
ReportFiles = Annotated[
    list[str] | None,
    typer.Option(
        "--output", "-o", metavar="FORMAT:FILE", help=_h("Write the result to a file too.")
    ),
]
Delimiter = Annotated[
    str, typer.Option("--delimiter", help=_h("Delimiter of csv; Excel in Russian wants ;"))
]

At = Annotated[
    str | None, typer.Option("--at", help=_h("Judge for this moment (2026-11-21 or ISO 8601)."))
]
Jobs = Annotated[
    int | None,
    typer.Option("--jobs", "-j", min=1, envvar="MEDCAB_JOBS", help=_h("Worker processes.")),
]
Timeout = Annotated[
    float, typer.Option("--timeout", min=0.1, help=_h("Seconds that one document may take."))
]

Trust = Annotated[
    list[str] | None,
    typer.Option(
        "--trust",
        envvar="MEDCAB_TRUST",
        help=_h("Trusted certificates: file, folder or list (repeatable)."),
    ),
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

PasswordFrom = Annotated[str | None, typer.Option("--password-from", help=SECRET)]
KeyName = Annotated[
    str | None, typer.Option("--key-name", help=_h("Which key, when there are several."))
]
Tsa = Annotated[
    list[str] | None,
    typer.Option("--tsa", help=_h("Address of a time-stamping authority (tried in turn).")),
]
TsaUser = Annotated[str | None, typer.Option("--tsa-user", help=_h("User name at the authority."))]
TsaPasswordFrom = Annotated[
    str | None, typer.Option("--tsa-password-from", "--password-from", help=SECRET)
]
TsaPolicy = Annotated[
    str | None, typer.Option("--tsa-policy", help=_h("Policy for the time-stamp (OID)."))
]

Quiet = Annotated[bool, typer.Option("--quiet", "-q", help=_h("Only the verdict."))]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help=_h("Also the checks that passed."))]
