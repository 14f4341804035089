from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medcab.conditions import parse
from medcab.conditions_text import describe
from medcab.errors import ProfileError
from medcab.text import translator


def decide(text: str, fields: dict[str, str], parameters: dict | None = None):
    return parse(text).decide(fields.get, parameters)


@pytest.mark.parametrize(
    ("text", "fields", "value"),
    [
        ("founders_count > 1", {"founders_count": "2"}, True),
        ("founders_count > 1", {"founders_count": "1"}, False),
        ("founders_count > 9", {"founders_count": "10"}, True),
        ("founders_count >= 1.5", {"founders_count": "1,5"}, True),
        ("legal_address != actual_address",
         {"legal_address": "101000, г. Москва", "actual_address": "101000 г.Москва"}, False),
        ("legal_address != actual_address",
         {"legal_address": "ул. Озёрная, 1", "actual_address": "ул. Озерная, 2"}, True),
        ("fio == 'Ковалёв'", {"fio": "КОВАЛЕВ"}, True),
        ("fee_required", {"fee_required": "Да"}, True),
        ("fee_required", {"fee_required": "нет"}, False),
        ("not fee_required", {"fee_required": "нет"}, True),
        ("not not fee_required", {"fee_required": "нет"}, False),
        ("fee_required == true", {"fee_required": "да"}, True),
        ("category in ('врач', 'фармацевт')", {"category": "Фармацевт"}, True),
        ("category in ('врач', 'фармацевт')", {"category": "санитар"}, False),
        ("has(inn)", {"inn": "1"}, True),
        ("has(inn)", {}, False),
        ("birth_date < '01.01.2000'", {"birth_date": "31.12.1999"}, True),
        ("birth_date < '01.01.2000'", {"birth_date": "02.01.2001"}, False),
        ("(a == '1' or b == '1') and c == '1'", {"a": "1", "b": "2", "c": "1"}, True),
        # and binds tighter than or
        ("a == '1' or b == '1' and c == '1'", {"a": "1", "b": "2", "c": "2"}, True),
    ],
)  # fmt: skip
def test_known_fields_decide(text, fields, value):
    assert decide(text, fields).value is value


@pytest.mark.parametrize(
    ("text", "fields", "value", "missing"),
    [
        ("founders_count > 1", {}, None, ("founders_count",)),
        ("founders_count > 1", {"founders_count": "много"}, None, ("founders_count",)),
        ("fee_required", {"fee_required": "может быть"}, None, ("fee_required",)),
        ("a == '1' and b == '1'", {"a": "2"}, False, ()),
        ("a == '1' and b == '1'", {"a": "1"}, None, ("b",)),
        ("a == '1' or b == '1'", {"a": "1"}, True, ()),
        ("a == '1' or b == '1'", {}, None, ("a", "b")),
        ("not a", {}, None, ("a",)),
        ("birth_date < '01.01.2000'", {"birth_date": "31.02.1999"}, None, ("birth_date",)),
    ],
)
def test_absent_fields_leave_the_answer_open(text, fields, value, missing):
    found = decide(text, fields)
    assert found.value is value
    assert found.missing == missing


def test_parameters_of_the_profile():
    text = "profile.fee == 'required' or (profile.fee == 'optional' and fee_required)"
    assert decide(text, {}, {"fee": "required"}).value is True
    assert decide(text, {}, {"fee": "none"}).value is False
    assert decide(text, {"fee_required": "да"}, {"fee": "optional"}).value is True
    assert decide(text, {}, {"fee": "optional"}).missing == ("fee_required",)
    assert parse(text).names == ("fee_required",)
    assert decide("profile.mchd", {}, {"mchd": True}).value is True


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("", 1), ("a ==", 5), ("(a", 3), ("a b", 3), ("1 +", 3), ("a in ()", 7), ("has(1)", 5),
        ("__import__('os')", 11), ("a == 'x", 6), ("or", 1), ("a; b", 2), ("(" * 50 + "a", 33),
        ("a.b(c)", 4),
    ],
)  # fmt: skip
def test_grammar_is_kept(text, column):
    with pytest.raises(ProfileError) as error:
        parse(text)
    assert error.value.arguments["column"] == column


def test_length_is_bounded():
    with pytest.raises(ProfileError, match="longer than 1000"):
        parse("a or " * 300 + "a")


@given(st.text(max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_parses_or_is_refused(text):
    try:
        parse(text).decide(lambda _: None)
    except ProfileError:
        pass


_LEAVES = st.sampled_from(["a", "b", "c", "has(a)", "not b", "a == b", "c > 1"])
_TREES = st.recursive(
    _LEAVES,
    lambda t: st.tuples(t, st.sampled_from(["and", "or"]), t).map(
        lambda p: f"({p[0]} {p[1]} {p[2]})"
    ),
    max_leaves=6,
)


@given(_TREES, st.dictionaries(st.sampled_from("abc"), st.sampled_from(["да", "нет", "1", "2"])))
@settings(max_examples=200, deadline=None)
def test_an_answer_never_changes_when_more_is_known(text, known):
    """Kleene logic: what was decided without a field stays so, whatever the field turns out to be.

    has() is about presence itself, so it is left out.
    """
    if "has(" in text:
        return
    before = decide(text, known)
    if before.value is None:
        return
    for extra in ("да", "нет", "1", "2"):
        full = {**dict.fromkeys("abc", extra), **known}
        assert decide(text, full).value is before.value


def test_conditions_in_russian():
    say = translator("ru")
    text = describe(parse("legal_address != actual_address and not has(inn)"), say)
    assert text == "юридический адрес ≠ фактический адрес и не заполнено «ИНН»"
    assert describe(parse("a or (fee_required and founders_count > 1)"), translator("en")) == (
        "“a” = yes or (“a state fee is due” = yes and number of founders > 1)"
    )
