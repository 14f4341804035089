"""``medcab id``: identifiers from the command line or from stdin."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from medcab.commands._console import _h, tr, write_result
from medcab.commands._id_output import STRENGTH, Format, as_csv, as_json, shown, write_rows
from medcab.commands._options import At
from medcab.errors import ExitCode, InputError, UsageError
from medcab.moments import parse_moment
from medcab.text import N_

if TYPE_CHECKING:
    from medcab.validators.ids._base import Identifier, InvalidIdentifier

__all__ = ["command"]


def command(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help=_h(
                "Kind of identifier (snils, inn_legal…); detect finds the kinds that fit, cross "
                "compares FIELD=VALUE pairs, list names all kinds."
            ),
        ),
    ],
    values: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[VALUE]...", help=_h("Values; without any, or with -, lines of stdin.")
        ),
    ] = None,
    output_format: Annotated[
        Format, typer.Option("--format", "-f", help=_h("Format of the result on stdout."))
    ] = Format.TEXT,
    bik: Annotated[
        str | None, typer.Option("--bik", help=_h("БИК of the bank, for accounts."))
    ] = None,
    at: At = None,
    future: Annotated[
        bool, typer.Option("--future", help=_h("Dates may lie in the future."))
    ] = False,
    profile: Annotated[
        str | None,
        typer.Option("--profile", "-p", help=_h("Profile whose time limits cross compares with.")),
    ] = None,
) -> None:
    """Entry point of the command."""
    from medcab.validators.ids import registry

    today = parse_moment(at).date() if at else date.today()  # noqa: DTZ011 - a civil day
    if kind == "list":
        write_result("".join(_list(registry.kinds(), registry.get)), None)
        return
    if kind == "cross":
        raise typer.Exit(_cross(values or [], today, profile, output_format))
    given = _values(values)
    if kind == "detect":
        raise typer.Exit(_detect(given, output_format))
    identifier = registry.get(kind)
    context: dict[str, Any] = {"today": today, "allow_future": future}
    if bik:
        context["bik"] = bik
    rows = [_judge(identifier, value, context) for value in given]
    write_result("".join(write_rows(rows, output_format)), None)
    raise typer.Exit(ExitCode.OK if all(row["valid"] for row in rows) else ExitCode.FAILED)


def _values(values: list[str] | None) -> list[str]:
    if values and values != ["-"]:
        return values
    if sys.stdin.isatty():
        raise UsageError(
            N_("There is no value to check."), hint=N_("Name values, or send lines to stdin.")
        )
    data = sys.stdin.buffer.read()
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise InputError(N_("The lines of stdin are neither UTF-8 nor cp1251."))
    lines = [line.removesuffix("\r") for line in text.split("\n")]
    found = [line for line in lines if line]
    if not found:
        raise InputError(N_("There is no value to check."))
    return found


def _judge(identifier: Identifier, value: str, context: dict[str, Any]) -> dict[str, Any]:
    from medcab.validators.ids._base import InvalidIdentifier

    row: dict[str, Any] = {
        "schema": "medcab.identifier/1",
        "kind": identifier.kind,
        "value": value,
        "canonical": None,
        "valid": False,
        "error": None,
        "suggestions": [],
        "suggestion_reasons": [],
        "warnings": [],
        "components": {},
    }
    try:
        canonical = identifier.validate(value, **context)
    except InvalidIdentifier as error:
        row["error"] = _error(error)
        row["suggestions"] = [suggestion.value for suggestion in error.suggestions]
        row["suggestion_reasons"] = [suggestion.why for suggestion in error.suggestions]
        return row
    row.update(
        canonical=canonical,
        valid=True,
        components=identifier.components(canonical),
        warnings=[_error(doubt) for doubt in identifier.warnings(canonical, **context)],
    )
    return row


def _error(error: InvalidIdentifier) -> dict[str, Any]:
    return {
        "code": error.code,
        "position": error.position,
        "expected": error.expected,
        "found": error.found,
        "warning": error.warning,
        "message": tr()(error.template, **error.arguments),
    }


def _list(kinds: Iterable[str], get: Any) -> Iterator[str]:
    translate = tr()
    for kind in kinds:
        yield f"{kind:24}{translate(get(kind).title)}\n"


def _detect(values: Iterable[str], form: Format) -> int:
    from medcab.validators.ids.detect import detect
    from medcab.validators.ids.registry import get

    lines: list[str] = []
    if form is Format.CSV:
        lines.append(as_csv(("value", "kind", "canonical", "strength")))
    unknown = False
    for value in values:
        guesses = detect(value)
        fits = [guess for guess in guesses if guess.strength != "near"]
        unknown = unknown or not fits
        if form is Format.JSON:
            found = {"value": value, "kinds": [g._asdict() for g in guesses]}
            lines.append(as_json({"schema": "medcab.identifier-kinds/1", **found}))
        elif form is Format.CSV:
            lines += [as_csv((value, g.kind, g.canonical, g.strength)) for g in guesses]
        else:
            lines.append(f"{shown(value)}\n")
            if not guesses:
                lines.append(f"    {tr()('no kind fits')}\n")
            for guess in guesses:
                strength = tr()(STRENGTH[guess.strength])
                title = tr()(get(guess.kind).title)
                lines.append(f"    {guess.kind:24}{title} — {strength}\n")
    write_result("".join(lines), None)
    return ExitCode.FAILED if unknown else ExitCode.OK


def _cross(pairs: Iterable[str], today: date, profile: str | None, form: Format) -> int:
    from medcab.validators.ids.compare import compare

    fields: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise UsageError(N_("{pair} is not FIELD=VALUE."), pair=pair)
        fields[name] = value
    limits: dict[str, Any] = {}
    if profile:
        from medcab.profile import load

        parameters = load(profile).parameters
        if "window_days" in parameters:
            least, most = parameters["window_days"]
            limits["window_days"] = (least, most)
        if "cert_months" in parameters:
            limits["cert_months"] = parameters["cert_months"]
    issues = compare(fields, today=today, **limits)
    lines: list[str] = []
    if form is Format.CSV:
        lines.append(as_csv(("code", "severity", "message")))
    for issue in issues:
        message = tr()(issue.template, **issue.args)
        if form is Format.JSON:
            lines.append(
                as_json(
                    {
                        "schema": "medcab.identifier-issue/1",
                        "code": issue.code,
                        "severity": issue.severity.value,
                        "args": dict(issue.args),
                        "message": message,
                    }
                )
            )
        elif form is Format.CSV:
            lines.append(as_csv((issue.code, issue.severity.value, message)))
        else:
            sign = "✗" if issue.severity == "error" else "!"
            lines.append(f"{sign} {message}\n")
    if not issues and form is Format.TEXT:
        lines.append(f"✓ {tr()('The fields agree.')}\n")
    write_result("".join(lines), None)
    failed = any(issue.severity == "error" for issue in issues)
    return ExitCode.FAILED if failed else ExitCode.OK
