"""``medcab cert``: show, check, convert certificates; list those that end soon."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from medcab.commands._cert_out import (
    exit_code,
    tell_fetching,
    write_check,
    write_expiring,
    write_json,
)
from medcab.commands._console import _h, progress, read_password, tr, write_result
from medcab.commands._options import (
    At,
    Chain,
    Crl,
    Files,
    Format,
    KeyName,
    Ocsp,
    Online,
    OutputFormat,
    PasswordFrom,
    Revocation,
    Trust,
)
from medcab.commands._trust import (
    load_trust,
    make_fetcher,
    moment_of,
    read_certificates,
    read_data,
)
from medcab.errors import ExitCode, InputError, UsageError
from medcab.text import N_

if TYPE_CHECKING:
    from datetime import datetime

    from medcab.model import Form
    from medcab.signing.cert_facts import CertificateFacts, Examination

__all__ = ["app"]

app = typer.Typer(help=_h("Show, check and convert certificates."), no_args_is_help=True)


def _passwords(spec: str | None, data: bytes, path: str) -> str | None:
    from medcab.signing.cert_facts import is_pkcs12

    if spec is None or not is_pkcs12(data):
        return None
    return read_password(spec, tr()(N_("Password of {path}"), path=path))


def _examine(
    files: list[str], how: Examination, password_from: str | None
) -> Iterator[tuple[str, tuple[CertificateFacts, ...]]]:
    from medcab.signing.cert_facts import examine, unopened

    for path in files:
        try:
            data = read_data([path])[0]
            yield path, examine(data, path, how, _passwords(password_from, data, path))
        except InputError as error:
            yield path, (unopened(path, error),)


@app.command("show", help=_h("Show what certificates say; nothing is judged."))
def show(
    files: Files,
    password_from: PasswordFrom = None,
    output_format: OutputFormat = Format.TEXT,
) -> None:
    """Entry point of ``cert show``."""
    from medcab.commands._cert_text import info_lines
    from medcab.signing.cert_check import certificate_json
    from medcab.signing.cert_facts import Examination

    how = Examination(moment_of(None))
    opened = list(_examine(files, how, password_from))
    if output_format is Format.JSON:
        rows = [
            {
                "path": path,
                "container": facts.container or None,
                "private_key": facts.has_key,
                "certificate": certificate_json(facts.info) if facts.info else None,
                "problem": tr()(facts.problem, **facts.args) if facts.problem else None,
            }
            for path, found in opened
            for facts in found
        ]
        write_json({"certificates": rows})
    else:
        lines: list[str] = []
        for path, found in opened:
            lines.append(path)
            for facts in found:
                lines += [*info_lines(facts), ""]
        write_result("\n".join(lines).rstrip() + "\n", None)
    unread = any(facts.info is None for _, found in opened for facts in found)
    raise typer.Exit(int(ExitCode.INDETERMINATE if unread else ExitCode.OK))


@app.command("check", help=_h("Judge certificates: validity, chain, revocation, rules C01–C14."))
def check(
    files: Files,
    password_from: PasswordFrom = None,
    trust: Trust = None,
    chain: Chain = None,
    crl: Crl = None,
    ocsp: Ocsp = None,
    revocation: Revocation = "prefer",
    online: Online = False,
    form: Annotated[
        str | None, typer.Option("--form", help=_h("Form to compare the holder with."))
    ] = None,
    profile: Annotated[
        str | None, typer.Option("--profile", "-p", help=_h("Profile whose levels hold."))
    ] = None,
    need_key: Annotated[
        bool, typer.Option("--need-key", help=_h("The file must be a .pfx with a private key."))
    ] = False,
    within: Annotated[
        str, typer.Option("--within", help=_h("Warn when this little is left, e.g. 30d."))
    ] = "30d",
    at: At = None,
    output_format: OutputFormat = Format.TEXT,
) -> None:
    """Entry point of ``cert check``."""
    from medcab import profile as profiles
    from medcab.signing.cert_check import check_certificate, plain_profile, verdict_of
    from medcab.signing.cert_facts import Examination
    from medcab.signing.revocation import RevocationPolicy

    now = moment_of(at)
    chosen = profiles.load(profile) if profile else plain_profile()
    params: dict[str, dict[str, Any]] = {
        "CRT010": {"required": need_key},
        "CRT012": {"warn_days": _days(within)},
    }
    how = Examination(
        now,
        load_trust(trust or ()),
        read_certificates(chain or ()),
        read_data(crl or ()),
        read_data(ocsp or ()),
        RevocationPolicy.named(revocation),
        make_fetcher(online=online),
    )
    filled = _form(form)
    judged = []
    for path, found in _examine(files, how, password_from):
        for facts in found:
            findings = check_certificate(facts, chosen, now, form=filled, params=params)
            judged.append((path, facts, findings, verdict_of(findings, facts)))
    tell_fetching(how)
    write_check(judged, now, output_format)
    raise typer.Exit(exit_code([verdict for *_, verdict in judged]))


@app.command("expiring", help=_h("List the certificates in files and folders that end soon."))
def expiring(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help=_h("Files and folders."))],
    within: Annotated[
        str, typer.Option("--within", help=_h("How far ahead to look, e.g. 30d."))
    ] = "30d",
    password_from: PasswordFrom = None,
    at: At = None,
    output_format: OutputFormat = Format.TEXT,
) -> None:
    """Entry point of ``cert expiring``."""
    from medcab.signing.cert_facts import SUFFIXES, Examination
    from medcab.signing.certrules.common import usable_until

    now = moment_of(at)
    limit = now + timedelta(days=_days(within))
    files: list[str] = []
    for path in paths:
        folder = Path(path)
        if folder.is_dir():
            inside = (p for p in sorted(folder.rglob("*")) if p.suffix.lower() in SUFFIXES)
            files += [str(p) for p in inside if p.is_file()]
        else:
            files.append(path)
    if not files:
        raise InputError(N_("There are no certificate files in {path}."), path=", ".join(paths))
    ending: list[tuple[datetime, str, CertificateFacts]] = []
    unread: list[CertificateFacts] = []
    with progress(len(files), tr()(N_("Certificates"))) as advance:
        for path, found in _examine(files, Examination(now), password_from):
            advance(1, path)
            for facts in found:
                if facts.info is None:
                    unread.append(facts)
                elif usable_until(facts) < limit:
                    ending.append((usable_until(facts), path, facts))
    ending.sort(key=lambda row: (row[0], row[1]))
    write_expiring(ending, unread, len(files), now, output_format)
    if ending:
        raise typer.Exit(int(ExitCode.FAILED))
    raise typer.Exit(int(ExitCode.INDETERMINATE if unread else ExitCode.OK))


class Target(StrEnum):
    """What to make."""

    P12 = "p12"
    PEM = "pem"
    DER = "der"
    P7B = "p7b"


@app.command("convert", help=_h("Make .p12 from PEM and back; change the form of certificates."))
def convert(
    files: Files,
    output: Annotated[str, typer.Option("--output", "-o", "--out", help=_h("File to write."))],
    target: Annotated[Target | None, typer.Option("--to", help=_h("p12, pem, der, p7b"))] = None,
    password_from: PasswordFrom = None,
    new_password_from: Annotated[
        str | None,
        typer.Option("--new-password-from", help=_h("Password of the new file, same forms.")),
    ] = None,
    key_name: KeyName = None,
    name: Annotated[str, typer.Option("--name", help=_h("Friendly name in the new .p12."))] = "",
    legacy: Annotated[
        bool, typer.Option("--legacy", help=_h("Triple DES, for programs that need it."))
    ] = False,
    no_password: Annotated[
        bool, typer.Option("--no-password", help=_h("Leave the key in PEM without a password."))
    ] = False,
    force: Annotated[bool, typer.Option("--force", help=_h("Overwrite an existing file."))] = False,
) -> None:
    """Entry point of ``cert convert``."""
    from medcab.commands._convert import Conversion, run_conversion

    wanted = target or _target_of(output)
    if Path(output).exists() and not force:
        raise UsageError(
            N_("{path} exists already."), hint=N_("Add --force to overwrite it."), path=output
        )
    written = run_conversion(
        Conversion(
            tuple(files),
            output,
            wanted.value,
            password_from,
            new_password_from,
            key_name,
            name,
            legacy,
            no_password,
        )
    )
    from medcab.commands._console import stderr

    stderr().print(tr()(written, path=output))


def _target_of(output: str) -> Target:
    known = {
        ".p12": Target.P12,
        ".pfx": Target.P12,
        ".pem": Target.PEM,
        ".crt": Target.PEM,
        ".cer": Target.DER,
        ".der": Target.DER,
        ".p7b": Target.P7B,
    }
    found = known.get(Path(output).suffix.lower())
    if found is None:
        raise UsageError(
            N_("The name {path} does not tell what to make."),
            hint=N_("Add --to p12, pem, der or p7b."),
            path=output,
        )
    return found


def _days(text: str) -> int:
    number = text.strip().lower()
    factor = {"d": 1, "w": 7, "m": 30}.get(number[-1:], 0)
    digits = number[:-1] if factor else number
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 5:
        raise UsageError(
            N_("{value} is not a length of time."), hint=N_("For example: 30d, 8w, 6m"), value=text
        )
    return int(digits) * (factor or 1)


def _form(path: str | None) -> Form | None:
    if path is None:
        return None
    from medcab.forms import read_form

    return read_form(read_data([path])[0], path)
