"""Fields that must agree, at their borders."""

from __future__ import annotations

from datetime import date

import pytest

from medcab.errors import UsageError
from medcab.validators.ids import cross
from medcab.validators.ids._base import InvalidIdentifier
from medcab.validators.ids.compare import compare

BIRTH = date(1990, 1, 10)


@pytest.mark.parametrize(
    ("issued", "today", "code"),
    [
        (date(2006, 2, 15), date(2010, 1, 9), None),
        (date(2006, 2, 15), date(2010, 4, 10), None),  # day 90 after the birthday
        (date(2006, 2, 15), date(2010, 4, 11), "passport_expired_at_20"),
        (date(2010, 1, 10), date(2026, 11, 21), None),
        (date(2010, 2, 15), date(2035, 4, 10), None),
        (date(2010, 2, 15), date(2035, 4, 11), "passport_expired_at_45"),
        (date(2035, 1, 10), date(2060, 1, 1), None),
        (date(2004, 1, 9), date(2005, 1, 1), "passport_before_14"),
    ],
)
def test_renewal_of_a_passport(issued, today, code):
    issue = cross.passport_renewal(BIRTH, issued, today)
    assert (issue.code if issue else None) == code


def test_a_leap_day_has_birthdays():
    leap = date(2004, 2, 29)
    assert cross.passport_renewal(leap, date(2020, 1, 1), date(2024, 2, 29)) is None
    issue = cross.passport_renewal(date(2001, 2, 28), date(2015, 3, 1), date(2021, 5, 30))
    assert issue.code == "passport_expired_at_20"
    assert cross.add_months(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert cross.add_months(date(2023, 8, 31), 6) == date(2024, 2, 29)
    assert cross.add_months(date(2026, 12, 1), 1) == date(2027, 1, 1)


@pytest.mark.parametrize(
    ("end", "code"),
    [
        (date(2026, 11, 20), "overdue"),
        (date(2026, 11, 21), None),
        (date(2026, 12, 21), None),
        (date(2026, 12, 22), "too_early"),
    ],
)
def test_the_window_of_accreditation(end, code):
    issue = cross.accreditation_window(end, date(2026, 11, 21), (0, 30))
    assert (issue.code if issue else None) == code


@pytest.mark.parametrize(
    ("kind", "number", "code"),
    [
        ("ЮЛ", "320779617334584", "ogrnip_for_legal"),
        ("ЮЛ", "1027700132195", None),
        ("ИП", "1027700132195", "ogrn_for_ip"),
        ("ип", "320779617334584", None),
        ("?", "320779617334584", None),
    ],
)
def test_kind_of_applicant(kind, number, code):
    issue = cross.org_kind_vs_ogrn(kind, number)
    assert (issue.code if issue else None) == code


def test_what_is_not_valid_by_itself_is_not_compared():
    assert cross.enp_vs_birth("7752410834001239", BIRTH) is None
    assert cross.enp_vs_sex("7752410834001238", "не указан") is None
    assert cross.passport_blank_year("45 11 12345", BIRTH) is None
    assert cross.accreditation_record_vs_protocol("7723", BIRTH) is None
    assert cross.ogrn_year("１" * 13, BIRTH) is None


def test_other_pairs():
    assert cross.enp_vs_sex("7752410834001238", "М") is None
    assert cross.passport_blank_year("45 11 123456", date(2014, 1, 1)) is None
    assert cross.passport_blank_year("45 11 123456", date(2015, 1, 1)).code == "blank_year"
    assert cross.org_kind_vs_kpp("ИП", "") is None
    assert cross.org_kind_vs_kpp("ЮЛ", "770301001") is None
    assert cross.surname_yo_equivalence("Ковалев", "Ковалев") is None
    assert cross.surname_yo_equivalence("Ковалев", "Петров") is None
    assert cross.ogrn_year("1027700132195", date(2001, 5, 5)) is None
    assert cross.ogrn_year("1027700132195", date(2004, 5, 5)).code == "ogrn_year"
    assert cross.license_region("Л041-01137-77/00000001", "50").code == "license_region"
    assert cross.license_region("Л041-01137-77/00000001", "77") is None


def test_compare_refuses_what_it_does_not_know():
    with pytest.raises(UsageError):
        compare({"colour": "red"}, today=BIRTH)
    with pytest.raises(UsageError):
        compare({"enp": "7752410834001238"}, today=BIRTH)
    with pytest.raises(InvalidIdentifier):
        compare({"enp": "7752410834001238", "birth": "1985-07-15"}, today=BIRTH)
