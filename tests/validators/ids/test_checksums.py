"""Checksums against a second, independent implementation written as the orders word them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medcab.validators.ids import inn_legal, inn_person, ogrn, ogrnip, snils
from medcab.validators.ids._base import InvalidIdentifier


def digits(n, first="0123456789"):
    return st.tuples(
        st.sampled_from(first), st.text("0123456789", min_size=n - 1, max_size=n - 1)
    ).map("".join)


def second_snils(nine):
    total = 0
    for position_from_right, digit in enumerate(reversed(nine), 1):
        total += int(digit) * position_from_right
    while total > 101:
        total %= 101
    if total in (100, 101):
        total = 0
    return str(total).zfill(2)


def second_inn(body, weights):
    total = 0
    for i in range(len(body)):
        total = total + (ord(body[i]) - 48) * weights[i]
    remainder = total - (total // 11) * 11
    return "0" if remainder == 10 else str(remainder)


def long_division(number, divisor):
    """Remainder by the school method, digit by digit, so that no big number is made."""
    rest = 0
    for digit in number:
        rest = (rest * 10 + int(digit)) % divisor
    return rest


@settings(max_examples=300, deadline=None)
@given(digits(9, "123456789"))
def test_snils(nine):
    number = nine + second_snils(nine)
    assert snils.is_valid(number)
    assert snils.validate(number) == snils.format(number)
    wrong = str((int(number[-2:]) + 1) % 100).zfill(2)
    assert not snils.is_valid(nine + wrong)
    with pytest.raises(InvalidIdentifier) as caught:
        snils.validate(nine + wrong)
    assert caught.value.code == "checksum"
    assert caught.value.expected == number[-2:]


@settings(max_examples=300, deadline=None)
@given(digits(9, "123456789"))
def test_inn_legal(nine):
    number = nine + second_inn(nine, [2, 4, 10, 3, 5, 9, 4, 6, 8])
    assert inn_legal.is_valid(number)
    for other in set("0123456789") - {number[-1]}:
        assert not inn_legal.is_valid(nine + other)


@settings(max_examples=300, deadline=None)
@given(digits(10, "123456789"))
def test_inn_person(ten):
    eleven = ten + second_inn(ten, [7, 2, 4, 10, 3, 5, 9, 4, 6, 8])
    number = eleven + second_inn(eleven, [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8])
    assert inn_person.is_valid(number)
    assert inn_person.check_digits(ten) == number[10:]


@settings(max_examples=300, deadline=None)
@given(st.sampled_from("15"), st.integers(2, 26), digits(9, "123456789"))
def test_ogrn(sign, year, rest):
    body = f"{sign}{year:02d}{rest}"
    number = body + str(long_division(body, 11))[-1]
    assert ogrn.is_valid(number)
    assert ogrn.validate(number) == number


@settings(max_examples=300, deadline=None)
@given(st.integers(4, 26), digits(11, "123456789"))
def test_ogrnip(year, rest):
    body = f"3{year:02d}{rest}"
    number = body + str(long_division(body, 13))[-1]
    assert ogrnip.is_valid(number)
    assert ogrnip.validate(number) == number


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(("snils", "inn_person")), digits(10, "23456789"), st.data())
def test_a_single_wrong_digit_is_found_and_the_right_value_is_suggested(kind, ten, data):
    if kind == "snils":
        module, number = snils, ten[:9] + second_snils(ten[:9])
    else:
        module, number = inn_person, ten + inn_person.check_digits(ten)
    at = data.draw(st.integers(1, len(number) - 1))
    other = data.draw(st.sampled_from(sorted(set("0123456789") - {number[at]})))
    wrong = number[:at] + other + number[at + 1 :]
    if module.is_valid(wrong):
        # ИНН: weights 10 and 0 of the remainder share a digit, and СНИЛС 100 and 0 do.
        total = second_snils(wrong[:9]) if kind == "snils" else inn_person.check_digits(wrong[:10])
        assert wrong.endswith(total)
        return
    with pytest.raises(InvalidIdentifier) as caught:
        module.validate(wrong)
    values = [s.value for s in caught.value.suggestions]
    assert module.format(number) in values
    assert all(module.is_valid(value) for value in values)
