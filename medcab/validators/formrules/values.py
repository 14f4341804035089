"""FLD rules: each value of the form by itself."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from medcab.model import Severity
from medcab.rules import Hit, PackageContext, Scope, Unknown, rule
from medcab.text import N_
from medcab.validators.formrules.choices import CHOICES, choice
from medcab.validators.formrules.view import PERPETUAL, problem_args, today, where
from medcab.validators.ids._base import InvalidIdentifier
from medcab.vocabulary import FIELD_KINDS

__all__: list[str] = []

_FUTURE: Final = frozenset({"license_expires", "certificate_expires", "accreditation_end"})
_YEAR = re.compile(r"(?:19|20)[0-9]{2}\Z")
_MIXED = re.compile(r"[^\W\d_]+")
_SPACES = re.compile(r"  |[\u00a0\u202f\u2007\t\r\n]")


def _kinds(ctx: PackageContext) -> dict[str, str]:
    return {**FIELD_KINDS, **{f.name: f.kind for f in ctx.profile.fields}}


def _filled(ctx: PackageContext) -> Iterator[tuple[str, str, str]]:
    """(dotted name, kind, text) of every filled field."""
    form = ctx.form
    if form is None:
        return
    kinds = _kinds(ctx)
    for name, value in form.values.items():
        if not value.text.strip():
            continue
        # A copy lifted out of a section is the same value in the same cell: judged once.
        last = name.rpartition(".")[2]
        if "." in name and form.values.get(last) == value:
            continue
        yield name, kinds.get(last, "text"), value.text


@rule(
    "FLD001",
    "field-malformed",
    scope=Scope.PACKAGE,
    severity=Severity.ERROR,
    message=N_("{field}: {problem}"),
    since="0.1.0",
    params={"strict_phone": False},
)
def field_malformed(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """A value of the form is not a valid number, date, name or address of its kind.

    What it checks:
        Shape and check digits of SNILS, INN, OGRN, OGRNIP, KPP, OKPO, OKTMO, OKVED, insurance
        policy, passport, licence, diploma, specialty code, OID; the calendar of dates written
        ДД.ММ.ГГГГ; phone and e-mail; names in Russian letters without digits and look-alikes.

    Why it matters:
        One wrong digit is enough for a refusal, and the portal does not say which. The message
        names the position and, where it can, what was meant.

    How to fix:
        Correct the value as the original document has it. Proposed values are only likely ones:
        compare them with the document.

    Source:
        docs/requirements.md, P01-P02, P04-P09, P14-P16, P19-P21, P34; K5, K17.
    """
    form = ctx.form
    if form is None:
        return
    for name, kind, text in _filled(ctx):
        error = _malformed(name, kind, text, ctx)
        if error is not None:
            yield Hit(
                args=problem_args(name, error),
                field=name,
                path=form.path,
                severity=Severity.WARNING if error.warning else None,
                evidence=where(form, name),
            )


def _malformed(name: str, kind: str, text: str, ctx: PackageContext) -> InvalidIdentifier | None:
    from medcab.validators.ids import fio, inn_legal, inn_person, registry

    last = name.rpartition(".")[2]
    day = today(ctx)
    try:
        if kind == "name_part":
            fio.check_letters("fio", text, text)
        elif kind == "inn":
            digits = sum(c.isdecimal() for c in text)
            (inn_person if digits > 10 else inn_legal).validate(text)
        elif kind == "date_ddmmyyyy":
            _date(last, text, day)
        elif kind == "phone" and ctx.params.get("strict_phone"):
            _strict_phone(text)
        elif kind in registry.kinds():
            registry.get(kind).validate(text, today=day)
    except InvalidIdentifier as error:
        return error
    return None


def _date(last: str, text: str, day: date) -> None:
    from medcab.validators.ids import date_ddmmyyyy

    if last == "license_expires" and text.strip().casefold() in PERPETUAL:
        return
    if last == "graduation_date" and _YEAR.match(text) and int(text) <= day.year:
        return
    date_ddmmyyyy.parse(text, today=day, allow_future=last in _FUTURE)


def _strict_phone(text: str) -> None:
    from medcab.validators.ids import phone

    digits = phone.validate(text)
    if digits != text:
        raise InvalidIdentifier("phone", "shape", text, expected="NNNNNNNNNN", suggestions=())


@rule(
    "FLD002",
    "field-doubtful",
    scope=Scope.PACKAGE,
    severity=Severity.WARNING,
    message=N_("{field}: {problem}"),
    since="0.1.0",
)
def field_doubtful(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """A value is well formed, but something in it is unlikely.

    What it checks:
        Regions and years inside numbers, authorities that issue licences, domains of e-mail
        addresses that look like a slip.

    Why it matters:
        Such values are often typing errors that happen to pass the check digits.

    How to fix:
        Compare the value with the document. If it is right, nothing has to be done.

    Source:
        docs/requirements.md, P07, P14, P21, P34; section 9.
    """
    from medcab.validators.ids import registry

    form = ctx.form
    if form is None:
        return
    for name, kind, text in _filled(ctx):
        if kind not in registry.kinds() or _malformed(name, kind, text, ctx) is not None:
            continue
        day = today(ctx)
        doubts = registry.get(kind).warnings(text, today=day)
        for error in doubts:
            yield Hit(
                args=problem_args(name, error),
                field=name,
                path=form.path,
                evidence=where(form, name),
            )


@rule(
    "FLD003",
    "value-not-in-list",
    scope=Scope.PACKAGE,
    severity=Severity.ERROR,
    message=N_("{field}: “{value}” is not one of: {allowed}."),
    since="0.1.0",
)
def value_not_in_list(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """A field with a closed list of values holds another value.

    What it checks:
        Kind of applicant, type of organisation (one of four), sex, category of the worker, type
        of accreditation, reason for reissue, yes-or-no fields; the number of founders is a whole
        number.

    Why it matters:
        The portal's list has no such item, so the application cannot be registered.

    How to fix:
        Choose one of the values that the message names.

    Source:
        docs/requirements.md, P12, P15, P25, P36; C13.
    """
    form = ctx.form
    if form is None:
        return
    for name, kind, text in _filled(ctx):
        last = name.rpartition(".")[2]
        allowed: tuple[str, ...]
        if kind == "count":
            if re.fullmatch(r"[1-9][0-9]{0,5}", text):
                continue
            allowed = ("1", "2", "3", "…")
        elif kind in CHOICES:
            allowed = CHOICES[kind]
            if choice(kind, text) is not None:
                continue
        else:
            continue
        yield Hit(
            args={"field": last, "value": text, "allowed": ", ".join(allowed)},
            field=name,
            path=form.path,
            evidence=where(form, name),
        )


@rule(
    "FLD004",
    "address-incomplete",
    scope=Scope.PACKAGE,
    severity=Severity.ERROR,
    message=N_("{field}: {problem}"),
    since="0.1.0",
)
def address_incomplete(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """The registered address lacks the postcode, the street or the house.

    What it checks:
        That the registered address has a postcode of six digits and at least three parts divided
        by commas, one of them with the number of the house.

    Why it matters:
        The address is compared with the register of legal entities; an incomplete one is refused.

    How to fix:
        Write the address in full: «101000, г. Москва, ул. Мясницкая, д. 1».

    Source:
        docs/requirements.md, P10.
    """
    form = ctx.form
    if form is None:
        return
    for name, kind, text in _filled(ctx):
        if kind != "address":
            continue
        problem = None
        rest = re.sub(r"(?<![0-9])[1-9][0-9]{5}(?![0-9])", "", text)
        if rest == text:
            problem = N_("there is no postcode (six digits).")
        elif len([p for p in rest.split(",") if p.strip()]) < 3 or not re.search(r"[0-9]", rest):
            problem = N_("write the town, the street and the house, divided by commas.")
        if problem:
            yield Hit(
                args={"field": name.rpartition(".")[2], "problem_template": problem},
                field=name,
                path=form.path,
                evidence=where(form, name),
            )


@rule(
    "FLD005",
    "field-stray-characters",
    scope=Scope.PACKAGE,
    severity=Severity.WARNING,
    message=N_("{field}: {problem}"),
    since="0.1.0",
)
def field_stray_characters(ctx: PackageContext) -> Iterator[Hit | Unknown]:
    """A text of the form has extra blanks, or Latin letters inside Russian words.

    What it checks:
        Free texts such as the name of the organisation and the position: blanks at the ends,
        double and no-break blanks, line breaks, letters of two alphabets in one word, letters
        written as two characters.

    Why it matters:
        The portal compares texts letter by letter: with two blanks «Главный врач» is another text.

    How to fix:
        Type the value anew; do not paste it from another program.

    Source:
        docs/requirements.md, P02, P39; P11.
    """
    from medcab.validators.ids import registry

    form = ctx.form
    if form is None:
        return
    known = {*registry.kinds(), *CHOICES, "inn", "count", "name_part"}
    for name, kind, text in _filled(ctx):
        found = None if kind in known else _stray(text)
        if found:
            yield Hit(
                args={"field": name.rpartition(".")[2], **found},
                field=name,
                path=form.path,
                evidence=where(form, name),
            )


def _stray(text: str) -> dict[str, Any] | None:
    if text != text.strip():
        return {"problem_template": N_("there is a blank at the beginning or the end.")}
    spaces = _SPACES.search(text)
    if spaces:
        return {
            "problem_template": N_("an extra or unusual blank stands at position {position}."),
            "position": spaces.start() + 1,
        }
    composed = unicodedata.normalize("NFC", text)
    if composed != text:
        return {"problem_template": N_("some letters are written as two characters (macOS).")}
    for word in _MIXED.finditer(text):
        latin = re.search(r"[A-Za-z]", word[0])
        if latin and re.search(r"[А-Яа-яЁё]", word[0]):
            return {
                "problem_template": N_("“{word}” holds the Latin letter “{found}”."),
                "word": word[0],
                "found": latin[0],
                "position": word.start() + latin.start() + 1,
            }
    return None
