"""Fields that must agree with one another: pure functions, None when they do.

They judge what is given and never read the clock: ``today`` is always an argument. Values that
are not valid by themselves are the business of their own modules; here they give None.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from medcab.model import Severity
from medcab.text import N_
from medcab.validators.ids import accreditation_record, enp, passport_rf

__all__ = [
    "Issue",
    "accreditation_record_vs_protocol",
    "accreditation_window",
    "add_months",
    "cert_remaining",
    "enp_vs_birth",
    "enp_vs_sex",
    "license_region",
    "ogrn_year",
    "org_kind_vs_kpp",
    "org_kind_vs_ogrn",
    "passport_blank_year",
    "passport_renewal",
    "surname_yo_equivalence",
]


class Issue(NamedTuple):
    """Two fields do not agree.

    Attributes:
        code: what is wrong, stable.
        severity: error, or warning where the rule is of low confidence.
        template: English msgid with holes.
        args: values for the holes.
    """

    code: str
    severity: Severity
    template: str
    args: Mapping[str, Any]


_LEGAL: Final = frozenset(("юл", "ul", "legal", "юридическое лицо", "организация"))
_ENTREPRENEUR: Final = frozenset(("ип", "ip", "entrepreneur", "индивидуальный предприниматель"))
_MALE: Final = frozenset(("м", "m", "муж", "мужской", "male"))
_FEMALE: Final = frozenset(("ж", "f", "жен", "женский", "female"))

# Renewal is due on these birthdays; 90 days are given to do it (decree 828, item 15).
_RENEWAL_AGES: Final = (20, 45)
_GRACE_DAYS: Final = 90


def _dd(day: date) -> str:
    return f"{day.day:02d}.{day.month:02d}.{day.year:04d}"


def enp_vs_birth(number: str, birth: date) -> Issue | None:
    """Compare the date of birth in an ЕНП with ``birth``; a difference is a warning.

    A policy keeps its number when the date in it was wrong, so this is no error.
    """
    if not enp.is_valid(number):
        return None
    found = enp.components(number)["birth_date"]
    if found == _dd(birth):
        return None
    return Issue(
        "enp_birth_mismatch",
        Severity.WARNING,
        N_("The policy number holds the date of birth {found}, the form says {expected}."),
        {"found": found, "expected": _dd(birth)},
    )


def enp_vs_sex(number: str, sex: str) -> Issue | None:
    """Compare the sex in an ЕНП with ``sex`` (М, Ж, male…); a difference is a warning."""
    said = sex.strip().lower()
    mine = "М" if said in _MALE else "Ж" if said in _FEMALE else None
    if mine is None or not enp.is_valid(number):
        return None
    found = enp.components(number)["sex"]
    if found == mine:
        return None
    return Issue(
        "enp_sex_mismatch",
        Severity.WARNING,
        N_("The policy number is of the sex «{found}», the form says «{expected}»."),
        {"found": found, "expected": mine},
    )


def accreditation_record_vs_protocol(number: str, protocol: date) -> Issue | None:
    """Compare the year in the number of a record with the date of the protocol."""
    if not accreditation_record.is_valid(number):
        return None
    found = accreditation_record.components(number)["year"]
    if found == protocol.year:
        return None
    return Issue(
        "year_mismatch",
        Severity.WARNING,
        N_("The number of the record is of the year {found}, the protocol of {expected}."),
        {"found": found, "expected": protocol.year},
    )


def _birthday(birth: date, age: int) -> date:
    try:
        return birth.replace(year=birth.year + age)
    except ValueError:  # 29 February: the day after 28 February of a common year
        return date(birth.year + age, 3, 1)


def passport_renewal(birth: date, issued: date, today: date) -> Issue | None:
    """Tell whether a passport has outlived the owner's 20th or 45th birthday.

    Ninety days after the birthday the old passport still holds.

    Source: decree of the Government 828 of 08.07.1997, items 7 and 15.
    """
    if issued < _birthday(birth, 14):
        return Issue(
            "passport_before_14",
            Severity.ERROR,
            N_("The passport was issued on {issued}, before the owner was 14."),
            {"issued": _dd(issued)},
        )
    for age in _RENEWAL_AGES:
        due = _birthday(birth, age)
        if issued < due and (today - due).days > _GRACE_DAYS:
            return Issue(
                f"passport_expired_at_{age}",
                Severity.ERROR,
                N_(
                    "The passport was issued on {issued} and had to be changed at the age of "
                    "{age}, on {due}."
                ),
                {"issued": _dd(issued), "age": age, "due": _dd(due)},
            )
    return None


def passport_blank_year(passport: str, issued: date, tolerance: int = 3) -> Issue | None:
    """Compare the year of the blank in the series with the date of issue (a warning)."""
    if not passport_rf.is_valid(passport):
        return None
    found = passport_rf.components(passport)["blank_year"]
    if abs(found - issued.year) <= tolerance:
        return None
    return Issue(
        "blank_year",
        Severity.WARNING,
        N_("The series names a blank of {found}, the passport was issued in {expected}."),
        {"found": found, "expected": issued.year},
    )


def org_kind_vs_ogrn(kind: str, number: str) -> Issue | None:
    """An organisation (ЮЛ) has an ОГРН of 13 digits, an entrepreneur (ИП) an ОГРНИП of 15."""
    said = kind.strip().lower()
    if said in _LEGAL and len(number) == 15:
        return Issue(
            "ogrnip_for_legal",
            Severity.ERROR,
            N_("An organisation has an OGRN of 13 digits; {found} is an OGRNIP."),
            {"found": number},
        )
    if said in _ENTREPRENEUR and len(number) == 13:
        return Issue(
            "ogrn_for_ip",
            Severity.ERROR,
            N_("An entrepreneur has an OGRNIP of 15 digits; {found} is an OGRN."),
            {"found": number},
        )
    return None


def org_kind_vs_kpp(kind: str, kpp: str | None) -> Issue | None:
    """An entrepreneur has no КПП, an organisation has one."""
    said = kind.strip().lower()
    if said in _ENTREPRENEUR and kpp:
        return Issue(
            "kpp_for_ip",
            Severity.ERROR,
            N_("An entrepreneur has no KPP; leave the field empty."),
            {"found": kpp},
        )
    return None


def _without_yo(text: str) -> str:
    return text.replace("ё", "е").replace("Ё", "Е")


def surname_yo_equivalence(one: str, other: str) -> Issue | None:
    """Two surnames that differ in ё and е only: the same person for a reader, not for a program."""
    if one == other or _without_yo(one) != _without_yo(other):
        return None
    return Issue(
        "yo_equivalence",
        Severity.WARNING,
        N_("«{one}» and «{other}» differ only in the letters е and ё."),
        {"one": one, "other": other},
    )


def accreditation_window(end: date, today: date, window_days: tuple[int, int]) -> Issue | None:
    """Tell whether documents can be handed in: ``window_days`` (least, most) before ``end``."""
    left = (end - today).days
    least, most = window_days
    if left < least:
        return Issue(
            "overdue",
            Severity.ERROR,
            N_("The accreditation ended on {end}; the full procedure is needed."),
            {"end": _dd(end), "left": left},
        )
    if left > most:
        return Issue(
            "too_early",
            Severity.WARNING,
            N_(
                "The accreditation ends on {end}, in {left} days; documents are taken not earlier "
                "than {most} days before."
            ),
            {"end": _dd(end), "left": left, "most": most},
        )
    return None


def add_months(day: date, months: int) -> date:
    """Return ``day`` so many months later, the last day of a shorter month where needed."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    last = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]
    if month == 2 and year % 4 == 0 and (year % 100 != 0 or year % 400 == 0):
        last = 29
    return date(year, month, min(day.day, last))


def cert_remaining(not_after: date, today: date, months: int) -> Issue | None:
    """Tell whether a certificate stays valid for ``months`` more months."""
    if not_after >= add_months(today, months):
        return None
    return Issue(
        f"less_than_{months}_months",
        Severity.ERROR,
        N_("The certificate ends on {end}; at least {months} months must remain."),
        {"end": _dd(not_after), "months": months},
    )


def ogrn_year(number: str, registered: date) -> Issue | None:
    """Compare the year in an ОГРН or ОГРНИП with the date of registration.

    Organisations that were registered before 2002 got their number later, so only a number that
    is older than the registration is a contradiction (a warning).
    """
    if len(number) not in (13, 15) or not number.isascii() or not number.isdecimal():
        return None
    found = 2000 + int(number[1:3])
    if found >= registered.year:
        return None
    return Issue(
        "ogrn_year",
        Severity.WARNING,
        N_("The number is of {found}, but the registration of {expected}."),
        {"found": found, "expected": registered.year},
    )


def license_region(number: str, region: str) -> Issue | None:
    """Compare the region in the number of a licence with ``region`` (two digits); a warning."""
    from medcab.validators.ids import license as _license

    if not _license.is_valid(number):
        return None
    found = _license.components(number)["region"]
    if found == region:
        return None
    return Issue(
        "license_region",
        Severity.WARNING,
        N_("The licence is of the region {found}, the organisation of {expected}."),
        {"found": found, "expected": region},
    )
