"""``medcab due``: what expires, and when to act."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from medcab.commands._console import _h, read_password, stderr, stdout, tr, write_result
from medcab.commands._options import At, OutputFile, PasswordFrom, format_option, known_format
from medcab.errors import ExitCode, FormError, InputError, MedcabError
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.due import Due
    from medcab.profile import Profile

__all__ = ["command"]

_CERTIFICATES = (".cer", ".crt", ".pem", ".der", ".p7b")
_CONTAINERS = (".p12", ".pfx")
_WORDS = {
    "overdue": N_("Overdue"),
    "act": N_("Act now"),
    "soon": N_("Soon"),
    "later": N_("Later"),
    "unknown": N_("Date not clear"),
}


def command(
    paths: Annotated[
        list[str],
        typer.Argument(help=_h("Packages, forms, certificates (.cer, .pem, .p7b, .p12).")),
    ],
    profile: Annotated[
        str,
        typer.Option(
            "--profile", "-p", envvar="MEDCAB_PROFILE", help=_h("Profile with the periods.")
        ),
    ] = "accreditation-periodic",
    within: Annotated[
        int, typer.Option("--within", min=0, help=_h("How many days ahead count as soon."))
    ] = 60,
    at: At = None,
    output_format: Annotated[str, format_option("text", "json", "ics")] = "text",
    output: OutputFile = None,
    password_from: PasswordFrom = None,
) -> None:
    """Entry point of the command."""
    from medcab import due
    from medcab.moments import parse_moment
    from medcab.profile import load

    known_format(output_format, "text", "json", "ics")
    now = parse_moment(at) if at else datetime.now(UTC)
    chosen = load(profile)
    items: list[Due] = []
    for path in paths:
        items += _of(path, chosen, password_from)
    items = due.ordered(items)
    today = now.date()
    if output_format == "ics":
        write_result(due.calendar(items, tr(), now), output)
        undated = sum(item.expires is None for item in items)
        if undated:
            few = N_("{n} date could not be read: it is not in the calendar. See: medcab due")
            many = N_("{n} dates could not be read: they are not in the calendar. See: medcab due")
            stderr().print(tr().plural(few, many, undated), style="yellow")
    elif output_format == "json":
        data = {
            "schema": "medcab.due/1",
            "date": today.isoformat(),
            "items": [
                {
                    "what": tr()(i.what),
                    "subject": i.subject,
                    "expires": i.expires.isoformat() if i.expires else None,
                    "act_from": i.act_from.isoformat() if i.act_from else None,
                    "days": i.days(today),
                    "status": i.status(today, within).value,
                    "advice": tr()(i.advised(today)),
                    "source": i.source,
                }
                for i in items
            ],
        }
        write_result(json.dumps(data, ensure_ascii=False, indent=2) + "\n", output)
    else:
        _table(items, today, within)
    states = {i.status(today, within).value for i in items}
    if "overdue" in states:
        raise typer.Exit(ExitCode.FAILED)
    if "unknown" in states or not items:
        raise typer.Exit(ExitCode.INDETERMINATE)


def _table(items: list[Due], today: Any, within: int) -> None:
    from rich.table import Table
    from rich.text import Text

    translate, console = tr(), stdout()
    if not items:
        console.print(translate(N_("No dates were found in what was given.")))
        return
    table = Table(box=None, pad_edge=False)
    for title in (N_("When"), N_("Days"), N_("State"), N_("What"), N_("Whose"), N_("What to do")):
        table.add_column(translate(title))
    for item in items:
        days = item.days(today)
        when = f"{item.expires:%d.%m.%Y}" if item.expires else item.value
        state = translate(_WORDS[item.status(today, within).value])
        cells = (when, "" if days is None else str(days), state, translate(item.what), item.subject)
        table.add_row(*[Text(c) for c in cells], Text(translate(item.advised(today))))
    console.print(table)


def _of(path: str, profile: Profile, password_from: str | None) -> list[Due]:
    from medcab import due
    from medcab.inputs import read_package

    place = Path(path)
    if place.is_dir():
        package = read_package([path])
        for problem in package.problems:
            if problem.kind in ("form", "manifest"):
                raise FormError(problem.reason, **problem.args)  # its dates would be left out
        items = due.documents_due(package.documents, profile)
        if package.form is not None:
            items += due.form_due(package.form, profile)
        for document in package.documents:
            if document.name.lower().endswith(_CERTIFICATES):
                items += _certificates(document.source.read(), document.path)
        return items
    try:
        data = place.read_bytes()
    except OSError as error:
        raise InputError(
            N_("{path} cannot be read: {reason}."),
            path=path,
            reason=error.strerror or str(error),
        ) from error
    if place.suffix.lower() in _CERTIFICATES:
        return _certificates(data, path)
    if place.suffix.lower() in _CONTAINERS:
        from medcab.signing.keys import load_p12

        key = load_p12(data, read_password(password_from or "prompt"))
        return [_one(key.certificate, path)]
    from medcab.forms import read_form

    return due.form_due(read_form(data, path), profile)


def _certificates(data: bytes, path: str) -> list[Due]:
    from medcab.signing.certificates import load_certificates

    try:
        found = load_certificates(data, path)
    except MedcabError as error:
        from medcab.due import Due

        return [Due(N_("Signing certificate"), path, None, None, error.template, path)]
    return [_one(certificate, path) for certificate in found]


def _one(certificate: Any, path: str) -> Due:
    from medcab.due import certificate_due
    from medcab.signing.cert_info import describe

    info = describe(certificate)
    holder = info.holder.fio or info.holder.common_name or info.subject
    return certificate_due(path, holder, info.not_after)
