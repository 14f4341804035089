"""Second, independent implementations of the other checksums, and what they guarantee."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medcab.validators.ids import account, enp, inn_legal, inn_person, ogrn, ogrnip, okpo, registry

DIGIT = st.sampled_from("0123456789")


def text(n):
    return st.text("0123456789", min_size=n, max_size=n)


def luhn_table_free(number):
    """ISO/IEC 7812 as people do it on paper: from the right, double, add the two digits."""
    total = 0
    for place, char in enumerate(reversed(number)):
        value = "0123456789".index(char)
        if place % 2 == 1:
            value = sum(map(int, str(value * 2)))
        total += value
    return total % 10 == 0


def second_okpo(body):
    first = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 2, 3]
    second = [3, 4, 5, 6, 7, 8, 9, 10, 1, 2, 3, 4, 5]
    for weights in (first, second):
        rest = 0
        for weight, char in zip(weights, body, strict=False):
            rest = (rest + weight * "0123456789".index(char)) % 11
        if rest != 10:
            return str(rest)
    return "0"


def second_key_holds(number, bik):
    centre = number[:3] == "301" or number[:5] == "40102" or bik[6:] in {"000", "001", "002"}
    row = ("0" + bik[4:6] if centre else bik[-3:]) + number
    weights = "71371371371371371371371"
    lows = [str(int(a) * int(b))[-1] for a, b in zip(row, weights, strict=True)]
    return sum(map(int, lows)) % 10 == 0


@settings(max_examples=300, deadline=None)
@given(
    st.integers(1890, 2026),
    st.integers(1, 12),
    st.integers(1, 28),
    st.booleans(),
    st.integers(1, 99),
    text(5),
)
def test_enp(year, month, day, male, region, serial):
    shifted = month + (20 if year <= 1950 else 40 if year <= 2000 else 0)
    coded = f"{shifted:02d}{str(year)[::-1]}{day + 50 * male:02d}"
    body = f"{region:02d}" + coded.translate(str.maketrans("0123456789", "9876543210")) + serial
    (check,) = (c for c in "0123456789" if luhn_table_free(body + c))
    number = body + check
    assert enp.is_valid(number)
    assert enp.validate(number) == number
    parts = enp.components(number)
    assert parts["birth_date"] == f"{day:02d}.{month:02d}.{year}"
    assert parts["sex"] == ("М" if male else "Ж")
    for other in set("0123456789") - {check}:
        assert not enp.is_valid(body + other)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from((7, 9)).flatmap(text))
def test_okpo(body):
    number = body + second_okpo(body)
    assert okpo.is_valid(number) == (number.strip("0") != "")
    assert okpo.check_digit(body) == second_okpo(body)
    if len(number) == 8 and number.strip("0"):
        assert okpo.is_valid(number + "000123")
        assert okpo.components(number + "000123")["branch"] == "000123"


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(("407", "301", "401", "408", "406")), text(17), text(6), st.data())
def test_account(head, tail, end, data):
    bik = "04" + "4" + end
    number = head + tail
    good = [number[:8] + key + number[9:] for key in "0123456789"]
    good = [n for n in good if second_key_holds(n, bik)]
    assert len(good) == 1
    assert account.is_valid(f"{good[0]}|{bik}")
    assert account.validate(good[0], bik=bik) == good[0]
    at = data.draw(st.integers(0, 19))
    other = good[0][:at] + data.draw(DIGIT) + good[0][at + 1 :]
    assert account.is_valid(f"{other}|{bik}") == second_key_holds(other, bik)


def test_a_letter_of_a_clearing_currency_counts_as_its_digit():
    bik = "044525225"
    plain = "40702" + "3" + "10" + "0" + "00000000001"
    key = account.key(plain, bik)
    number = plain[:8] + key + plain[9:]
    assert account.is_valid(f"{number}|{bik}")
    assert account.is_valid(f"{number[:5]}E{number[6:]}|{bik}")
    assert not account.is_valid(f"{number[:5]}Е{number[6:]}|{bik}"), "Cyrillic"


GUARANTEED = ("enp",)
# Remainders 10 and 0 share a digit (ИНН, ОГРН, ОКПО), 10-12 and 0-2 do in ОГРНИП: the share of
# single wrong digits that pass is a property of the numbers, not of the check.
LOOSE = {"inn_legal": 0.03, "inn_person": 0.01, "ogrn": 0.03, "ogrnip": 0.06}


def make(kind, rng):
    if kind == "inn_legal":
        body = f"{rng.randrange(10**8, 96 * 10**7):09d}"
        return body + inn_legal.check_digit(body)
    if kind == "inn_person":
        body = f"{rng.randrange(10**9, 96 * 10**8):010d}"
        return body + inn_person.check_digits(body)
    if kind == "ogrn":
        body = f"1{rng.randrange(2, 26):02d}77{rng.randrange(10**7):07d}"
        return body + ogrn.check_digit(body)
    if kind == "ogrnip":
        body = f"3{rng.randrange(4, 26):02d}77{rng.randrange(10**9):09d}"
        return body + ogrnip.check_digit(body)
    return "7752410834001238"


@pytest.mark.parametrize("kind", [*GUARANTEED, *LOOSE])
def test_share_of_single_wrong_digits_that_pass(kind):
    import random

    rng = random.Random(2)
    is_valid = registry.get(kind).is_valid
    tried = passed = 0
    for _ in range(60):
        number = make(kind, rng)
        assert is_valid(number)
        for at in range(len(number)):
            for other in set("0123456789") - {number[at]}:
                tried += 1
                passed += is_valid(number[:at] + other + number[at + 1 :])
    assert passed / tried <= LOOSE.get(kind, 0)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(registry.kinds()), st.data())
def test_format_of_compact_is_stable(kind, data):
    identifier = registry.get(kind)
    value = data.draw(st.text("0123456789-. АБВ|@", max_size=25))
    once = identifier.format(identifier.compact(value))
    assert identifier.format(identifier.compact(once)) == once
