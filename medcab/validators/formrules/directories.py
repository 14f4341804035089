"""FRM rules that look the form up in directories and in snapshots of the federal registers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from medcab.model import Severity
from medcab.rules import Hit, PackageContext, Scope, Unknown, rule
from medcab.text import N_
from medcab.validators.directory import (
    ABSENT,
    DirectoryAbsent,
    compare,
    fold,
    info,
    lookup,
)
from medcab.validators.formrules.view import View, views, where

__all__: list[str] = []

_SPECIALTIES: Final = "specialties"
# What of a form is about the worker, and what about the organisation, in the register's terms.
_WORKER: Final = (
    *("fio", "surname", "name", "patronymic", "birth_date", "sex", "inn", "position", "department"),
    *("specialty_code", "specialty", "accreditation_record", "accreditation_end"),
)
_ORGANISATION: Final = (
    *("org_name", "ogrn", "ogrnip", "kpp", "okpo", "oktmo", "legal_address", "actual_address"),
    *("license_number", "license_issued", "license_expires", "head_name", "phone", "email"),
)


def _specialties(ctx: PackageContext) -> Iterator[tuple[View, str]]:
    """Every well-formed code of a specialty; what is malformed is told by FLD001."""
    from medcab.validators.ids import specialty_code

    if ctx.form is None:
        return
    seen = set()
    for view in views(ctx.form):
        code = view.get("specialty_code")
        place = view.field("specialty_code")
        if code is not None and place not in seen and specialty_code.is_valid(code):
            seen.add(place)
            yield view, code


@rule(
    "FRM017",
    "specialty-not-in-directory",
    scope=Scope.PACKAGE,
    severity=Severity.ERROR,
    message=N_("Specialty code {value} is not in the directory (version {version})."),
    since="0.1.0",
)
def specialty_not_in_directory(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """The code of the specialty is well formed, but there is no such specialty.

    What it checks:
        The code against the directory of specialties: the one that was imported, else the one
        that comes with medcab.

    Why it matters:
        The portal offers a list of codes; one that is not on it cannot be chosen.

    How to fix:
        Take the code from the diploma. Find it by its name: medcab directory show specialties
        WORDS. If the code is new, import the present directory: medcab directory import FILE --as
        specialties.

    Source:
        docs/requirements.md, P20; order of the Ministry of Education of 12.09.2013 No. 1061.
    """
    form = ctx.form
    for view, code in _specialties(ctx):
        if form is None or lookup(ctx.directory, _SPECIALTIES, code) is not None:
            continue
        about = info(ctx.directory, _SPECIALTIES)
        field = view.field("specialty_code")
        yield Hit(
            args={
                "field": "specialty_code",
                "value": code,
                "version": about.version if about else "?",
            },
            field=field,
            path=form.path,
            evidence=where(form, field),
        )


@rule(
    "FRM018",
    "specialty-name-differs",
    scope=Scope.PACKAGE,
    severity=Severity.WARNING,
    message=N_("Code {value} means “{text}” in the directory, the form says “{found}”."),
    since="0.1.0",
)
def specialty_name_differs(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """The code and the name of the specialty do not belong together.

    What it checks:
        The name of the specialty in the form against the name that the directory has for its
        code; small and capital letters, and «е» for «ё», count as the same.

    Why it matters:
        The code decides to which commission the application goes; the name shows that it was
        mistaken.

    How to fix:
        Compare both with the diploma and correct the wrong one.

    Source:
        docs/requirements.md, P20.
    """
    form = ctx.form
    for view, code in _specialties(ctx):
        given = view.get("specialty")
        entry = lookup(ctx.directory, _SPECIALTIES, code)
        if form is None or given is None or entry is None or fold(given) == fold(entry.name):
            continue
        if code in given and fold(entry.name) in fold(given):
            continue  # «31.05.01 Лечебное дело»
        field = view.field("specialty")
        yield Hit(
            args={
                "field": "specialty",
                "value": code,
                "found": given,
                "text": entry.name,
            },
            field=field,
            path=form.path,
            evidence=where(form, field),
        )


@rule(
    "FRM019",
    "worker-not-as-registered",
    scope=Scope.PACKAGE,
    severity=Severity.WARNING,
    message=N_("{problem}"),
    since="0.1.0",
    default_on=False,
)
def worker_not_as_registered(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """The worker is not in the register of medical workers, or stands there otherwise.

    What it checks:
        SNILS and the other data of each worker against a snapshot of ФРМР, the register of
        medical workers, that was exported and imported with: medcab directory import FILE --as
        frmr. What the snapshot does not hold is not compared.

    Why it matters:
        The portal compares the application with the register and refuses what differs.

    How to fix:
        Compare with the documents. If the form is wrong, correct it; if the register is wrong,
        have it corrected there first. If the snapshot is old, export and import it again.

    Source:
        docs/requirements.md, P40.
    """
    from medcab.validators.ids import snils

    form = ctx.form
    if form is None:
        return
    for view in views(form):
        number = view.get("snils")
        if number is None or not snils.is_valid(number):
            continue  # FRM002, FLD001
        wanted = {name: text for name in _WORKER if (text := view.get(name)) is not None}
        wanted = {**_names(wanted), **wanted}
        absent = N_("The register ФРМР has no worker with SNILS {value}.")
        yield from _compared(ctx, "frmr", number, wanted, absent, view, "snils")


@rule(
    "FRM020",
    "organisation-not-as-registered",
    scope=Scope.PACKAGE,
    severity=Severity.WARNING,
    message=N_("{problem}"),
    since="0.1.0",
    default_on=False,
)
def organisation_not_as_registered(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """The organisation is not in the register of organisations, or stands there otherwise.

    What it checks:
        The OID and the other data of the organisation against a snapshot of ФРМО, the register of
        medical organisations, that was exported and imported with: medcab directory import FILE
        --as frmo. What the snapshot does not hold is not compared.

    Why it matters:
        The portal compares the application with the register and refuses what differs.

    How to fix:
        Compare with the documents. If the form is wrong, correct it; if the register is wrong,
        have it corrected there first. If the snapshot is old, export and import it again.

    Source:
        docs/requirements.md, P40.
    """
    from medcab.validators.ids import frmo_oid

    form = ctx.form
    if form is None:
        return
    view = View(form)
    oid = view.get("frmo_oid")
    if oid is None or not frmo_oid.is_valid(oid):
        return  # FRM002, FLD001
    wanted = {name: text for name in _ORGANISATION if (text := view.get(name)) is not None}
    if (inn := view.get("org_inn")) is not None:
        wanted |= {"inn": inn, "org_inn": inn}
    absent = N_("The register ФРМО has no organisation with the OID {value}.")
    yield from _compared(ctx, "frmo", oid, wanted, absent, view, "frmo_oid")


def _names(given: Mapping[str, str]) -> dict[str, str]:
    """The full name from its parts, or the parts from the full name."""
    parts = ("surname", "name", "patronymic")
    if "fio" in given:
        return dict(zip(parts, given["fio"].split(maxsplit=2), strict=False))
    if "surname" in given and "name" in given:
        return {"fio": " ".join(given[p] for p in parts if p in given)}
    return {}


def _compared(
    ctx: PackageContext,
    register: str,
    code: str,
    wanted: Mapping[str, str],
    absent: str,
    view: View,
    key: str,
) -> Iterator[Hit | Unknown]:
    form = view.form
    field = view.field(key)
    try:
        outcome = compare(ctx.directory, register, code, wanted)
    except DirectoryAbsent:
        yield Unknown(ABSENT, args={"key": register}, field=field, path=form.path)
        return
    if not outcome.found:
        yield Hit(
            args={"problem_template": absent, "field": key, "value": code},
            field=field,
            path=form.path,
            evidence=where(form, field),
        )
    for one in outcome.differences:
        name = "org_inn" if register == "frmo" and one.field == "inn" else one.field
        place = view.field(name)
        yield Hit(
            args={
                "problem_template": N_(
                    "{field}: the form has “{found}”, the register has “{text}”."
                ),
                "field": name,
                "found": one.given,
                "text": one.registered,
            },
            field=place,
            path=form.path,
            evidence={**where(form, place), "register": register},
        )
