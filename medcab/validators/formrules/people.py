"""FRM rules that compare fields: one person, one organisation, one certificate."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from medcab.model import Form, Severity
from medcab.rules import Hit, PackageContext, Scope, Unknown, rule
from medcab.text import N_
from medcab.validators.formrules.choices import choice
from medcab.validators.formrules.view import View, issue_hit, views, where

__all__: list[str] = []

_SECTIONS = ("education", "experience", "contacts", "employer")
_COMPARED = ("fio", "surname", "inn", "snils", "birth_date", "passport")
_BLANKS = re.compile(r"[\s\-\u2010-\u2015]+")


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _same(name: str, one: str, other: str) -> bool:
    if name in ("fio", "surname"):
        return _plain(one) == _plain(other)
    return _BLANKS.sub("", one) == _BLANKS.sub("", other)


def _pairs(form: Form) -> Iterator[tuple[str, str, str, str, str]]:
    """(field, dotted name, text, other dotted name, other text) of values that should agree."""
    for field in _COMPARED:
        names = [n for n in (field, *(f"{s}.{field}" for s in _SECTIONS)) if form.get(n)]
        for other in names[1:]:
            yield field, names[0], form.get(names[0]) or "", other, form.get(other) or ""
    for view in views(form):
        parts = [view.get(n) for n in ("surname", "name", "patronymic")]
        fio, prefix = view.get("fio"), view.prefix
        if fio and parts[0] and parts[1]:
            whole = " ".join(p for p in parts if p)
            # The patronymic may be left out in one of the two places only by mistake.
            yield "fio", f"{prefix}fio", fio, f"{prefix}surname", whole


@rule(
    "FRM004",
    "fields-differ",
    scope=Scope.PACKAGE,
    severity=Severity.ERROR,
    message=N_("{field}: “{one}” and “{other}” differ ({first_place}, {second_place})."),
    since="0.1.0",
)
def fields_differ(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """The same data of a person is written differently in two sections of the form.

    What it checks:
        Full name, surname, INN, SNILS, date of birth and passport in all sections of the form;
        the full name against surname, name and patronymic.

    Why it matters:
        The portal compares the sections with each other and refuses the form when they differ.

    How to fix:
        Write the value in both places as it stands in the passport.

    Source:
        docs/requirements.md, P03, P23, P31.
    """
    from medcab.validators.ids import cross

    form = ctx.form
    if form is None:
        return
    for field, name, one, place, other in _pairs(form):
        if _same(field, one, other):
            continue
        if field in ("fio", "surname") and cross.surname_yo_equivalence(one, other):
            continue
        yield Hit(
            args={
                "field": field,
                "one": one,
                "other": other,
                "first_place": name,
                "second_place": place,
            },
            field=place,
            path=form.path,
            evidence=where(form, place),
        )


@rule(
    "FRM005",
    "name-differs-in-yo",
    scope=Scope.PACKAGE,
    severity=Severity.WARNING,
    message=N_("{problem}"),
    since="0.1.0",
)
def name_differs_in_yo(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """A name is written with «ё» in one place and with «е» in another.

    What it checks:
        Full name and surname in all sections of the form, and the names of the files.

    Why it matters:
        For a person this is one name, for a program two. Documents with both spellings cause
        questions about whose they are.

    How to fix:
        Write the name everywhere as in the passport.

    Source:
        docs/requirements.md, P03, P23; section 9.
    """
    from medcab.validators.ids import cross
    from medcab.validators.naming import person_of

    form = ctx.form
    if form is None:
        return
    for field, _name, one, place, other in _pairs(form):
        if field in ("fio", "surname"):
            issue = cross.surname_yo_equivalence(one, other)
            if issue is not None:
                yield issue_hit(form, place, issue)
    surname = (form.get("fio") or form.get("surname") or "").split()
    for document in ctx.package.documents:
        person = (person_of(document.name) or "").split()
        if surname and person:
            issue = cross.surname_yo_equivalence(surname[0], person[0])
            if issue is not None:
                yield Hit(
                    args={**issue.args, "code": issue.code, "problem_template": issue.template},
                    path=document.path,
                    member=document.member,
                    field="fio",
                )


@rule(
    "FRM006",
    "organisation-kind-mismatch",
    scope=Scope.PACKAGE,
    severity=Severity.ERROR,
    message=N_("{problem}"),
    since="0.1.0",
)
def organisation_kind_mismatch(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """The numbers of the organisation do not fit its kind.

    What it checks:
        A legal entity has an INN of 10 digits and an OGRN; a sole trader an INN of 12 digits and
        an OGRNIP, and no KPP.

    Why it matters:
        The application is looked up in the register by these numbers and is not found.

    How to fix:
        Correct the kind of the applicant, or the number.

    Source:
        docs/requirements.md, P05, P15, P41.
    """
    from medcab.validators.ids import cross

    form = ctx.form
    if form is None:
        return
    view = View(form)
    kind = choice("org_kind", view.get("org_kind") or "")
    if kind is None:
        return
    for name in ("ogrn", "ogrnip"):
        number = view.get(name)
        issue = cross.org_kind_vs_ogrn(kind, number) if number else None
        if issue is not None:
            yield issue_hit(form, name, issue)
    issue = cross.org_kind_vs_kpp(kind, view.get("kpp"))
    if issue is not None:
        yield issue_hit(form, "kpp", issue)
    inn = view.get("org_inn") or ""
    wanted = 10 if kind == "ЮЛ" else 12
    if inn.isascii() and inn.isdecimal() and len(inn) in (10, 12) and len(inn) != wanted:
        yield Hit(
            args={
                "problem_template": N_("The INN of the applicant has {expected} digits, not {n}."),
                "expected": wanted,
                "n": len(inn),
                "code": "inn_of_other_kind",
            },
            field="org_inn",
            path=form.path,
        )


@rule(
    "FRM007",
    "identifiers-disagree",
    scope=Scope.PACKAGE,
    severity=Severity.WARNING,
    message=N_("{problem}"),
    since="0.1.0",
)
def identifiers_disagree(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """What is coded in a number does not agree with another field.

    What it checks:
        Date of birth and sex in the policy number; the year in the number of the accreditation
        record against the commission's record; the year of the blank in the passport series
        against its date of issue.

    Why it matters:
        Usually one of the two fields has a typing error, or belongs to another person. There are
        lawful exceptions, so this is a warning.

    How to fix:
        Compare both fields with the documents.

    Source:
        docs/requirements.md, P19, P31, P33.
    """
    from medcab.validators.ids import cross

    form = ctx.form
    if form is None:
        return
    for view in views(form):
        enp, birth, sex = view.get("enp"), view.date("birth_date"), view.get("sex")
        record, protocol = view.get("accreditation_record"), view.date("protocol_date")
        passport, issued = view.get("passport"), view.date("passport_issued")
        for field, issue in (
            ("enp", cross.enp_vs_birth(enp, birth) if enp and birth else None),
            ("enp", cross.enp_vs_sex(enp, sex) if enp and sex else None),
            (
                "accreditation_record",
                cross.accreditation_record_vs_protocol(record, protocol)
                if record and protocol
                else None,
            ),
            (
                "passport",
                cross.passport_blank_year(passport, issued) if passport and issued else None,
            ),
        ):
            if issue is not None:
                yield issue_hit(form, view.field(field), issue)


@rule(
    "FRM008",
    "number-not-unique",
    scope=Scope.PACKAGE,
    severity=Severity.ERROR,
    message=N_("{field}: {number} stands at several employees: {places}."),
    since="0.1.0",
)
def number_not_unique(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """One certificate, or one SNILS, belongs to several employees of the form.

    What it checks:
        Certificate numbers and SNILS of all rows of employees.

    Why it matters:
        A certificate is tied to one person; the portal refuses the second one.

    How to fix:
        Find out whose number it is and correct the other row.

    Source:
        docs/requirements.md, P17, P18.
    """
    form = ctx.form
    if form is None:
        return
    for field in ("certificate_number", "snils"):
        places: dict[str, list[str]] = defaultdict(list)
        for view in views(form):
            own = form.get(view.prefix + field) if view.prefix else None
            if own:
                places[_BLANKS.sub("", own).casefold()].append(view.prefix + field)
        for names in places.values():
            if len(names) > 1:
                yield Hit(
                    args={
                        "field": field,
                        "number": form.get(names[0]),
                        "places": ", ".join(names),
                    },
                    field=names[-1],
                    path=form.path,
                    evidence=where(form, names[-1]),
                )
