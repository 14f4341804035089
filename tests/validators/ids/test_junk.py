"""Junk over every module: a typed error, in bounded time, never another exception."""

from __future__ import annotations

import pickle
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medcab.text import translator
from medcab.validators.ids import registry
from medcab.validators.ids._base import InvalidIdentifier
from medcab.validators.ids._messages import TEMPLATES

JUNK = {
    "none": None,
    "int": 7707083893,
    "float": float("nan"),
    "bytes": b"7707083893",
    "list": ["1"],
    "dict": {},
    "empty": "",
    "blank": " \t\n",
    "emoji": "👩‍⚕️" * 3,
    "superscript": "²" * 11,
    "full-width": "７７０７０８３８９３",
    "arabic": "٧٧٠٧٠٨٣٨٩٣",
    "nul": "\x00" * 12,
    "surrogate": "\ud800" * 10,
    "broken date": "1\ud800.01.1990",
    "bidi": "\u202e7707083893",
    "sign": "-7707083893",
    "underscores": "7_7_0_7_0_8_3_893",
    "format hole": "{position}{0}",
    "combining": "И" + "\u0306" * 60,
    "points": "." * 60,
    "arcs": "1." * 60,
    "hyphens": "-" * 14,
    "bars": "|" * 30,
    "ats": "@" * 30,
    "huge digits": "1" * 10_000_000,
    "huge letters": "И" * 10_000_000,
    "huge points": "." * 10_000_000,
}


@pytest.mark.parametrize("name", JUNK)
@pytest.mark.parametrize("kind", registry.kinds())
def test_junk_is_a_typed_error(kind, name):
    value = JUNK[name]
    identifier = registry.get(kind)
    started = time.process_time()
    with pytest.raises(InvalidIdentifier) as caught:
        identifier.validate(value)
    error = caught.value
    assert identifier.is_valid(value) is False
    assert isinstance(error.suggestions, tuple)
    for language in ("ru", "en"):
        assert translator(language)(error.template, **error.arguments)
    assert time.process_time() - started < 1
    assert len(error.text) <= 200
    again = pickle.loads(pickle.dumps(error))
    assert (again.kind, again.code, again.suggestions) == (kind, error.code, error.suggestions)


# Characters that occur in wrong values: digits, look-alikes, separators, other scripts.
ALPHABET = "0123456789OОоЗзlIбВABСc.,-‑– \u00a0/|@+()№ЛФСrЙ\u0306²٣３\ud800'иваноИВ_"


@settings(max_examples=400, deadline=None)
@given(st.text(ALPHABET, max_size=40))
def test_any_text_gives_a_verdict_and_both_ways_agree(text):
    for kind in registry.kinds():
        check_one(registry.get(kind), text)


def verdict(identifier, text):
    try:
        return identifier.validate(text), None
    except InvalidIdentifier as error:
        return None, error


def check_one(identifier, text):
    canonical, error = verdict(identifier, text)
    assert identifier.is_valid(text) is (error is None)
    if error is not None:
        assert error.code in TEMPLATES
        assert error.position is None or 1 <= error.position <= len(text)
        # A name may need two corrections; all others are suggested only when they are right.
        if identifier.kind not in ("fio", "filename", "email", "date_ddmmyyyy"):
            assert all(identifier.is_valid(s.value) for s in error.suggestions)
        return
    assert identifier.validate(canonical) == canonical
    assert identifier.format(identifier.compact(canonical)) == identifier.format(canonical)
    assert isinstance(identifier.components(canonical), dict)
    assert all(doubt.warning for doubt in identifier.warnings(canonical))


DIGITS = {"full-width": "７７０７０８３８９３", "arabic": "٧٧٠٧٠٨٣٨٩٣"}


@pytest.mark.parametrize("name", DIGITS)
def test_digits_of_other_scripts_are_named_and_the_plain_ones_suggested(name):
    with pytest.raises(InvalidIdentifier) as caught:
        registry.get("inn_legal").validate(DIGITS[name])
    assert caught.value.code == "foreign_digits"
    assert caught.value.expected == "7"
    assert caught.value.suggestions[0] == ("7707083893", "foreign_digits")


@pytest.mark.parametrize(
    ("kind", "text", "code", "value", "why"),
    [
        ("inn_legal", "7707083893.0", "decimal", "7707083893", "decimal_tail"),
        ("inn_legal", "ИНН 7707083893 г. Москва", "chars", "7707083893", "extract"),
        ("inn_legal", "7707083893 ", "spaces", "7707083893", "trim"),
        ("inn_legal", "77O7083893", "chars", "7707083893", "lookalike"),
        ("inn_legal", "770708389З", "chars", "7707083893", "lookalike"),
        ("inn_legal", "7707O83893", "chars", "7707083893", "lookalike"),
        ("inn_person", "27461383142", "length", "027461383142", "leading_zeros"),
        ("inn_person", "27461383142.0", "decimal", "027461383142", "leading_zeros"),
        ("bik", "44525225", "length", "044525225", "leading_zeros"),
        ("okpo", "32537", "length", "00032537", "leading_zeros"),
        ("snils", "112-2334-45 95", "shape", "112-233-445 95", "separators"),
        ("snils", "112-233-454 95", "checksum", "112-233-445 95", "swap"),
        ("snils", "l12-233-445 95", "chars", "112-233-445 95", "lookalike"),
        ("email", "a@gmail.con", "typo_domain", "a@gmail.com", "typo"),
        ("date_ddmmyyyy", "1.7.1985", "shape", "01.07.1985", "format"),
        ("date_ddmmyyyy", "31243", "excel_serial", "15.07.1985", "format"),
        ("date_ddmmyyyy", "5 мая 2020 г.", "month_name", "05.05.2020", "format"),
        ("date_ddmmyyyy", "5 марта 2020", "month_name", "05.03.2020", "format"),
        ("fio", "иванов иван", "case", "Иванов Иван", "case"),
        ("fio", "Иванов  Иван", "spaces", "Иванов Иван", "trim"),
        ("kpp", "7703АВ001", "cyrillic_letter", "7703AB001", "latin"),
    ],
)
def test_what_may_have_been_meant(kind, text, code, value, why):
    with pytest.raises(InvalidIdentifier) as caught:
        registry.get(kind).validate(text)
    assert caught.value.code == code
    assert (value, why) in caught.value.suggestions


def test_every_sentence_is_in_both_languages():
    russian = translator("ru")
    for code, template in TEMPLATES.items():
        assert russian.has(template), code
    for kind in registry.kinds():
        assert russian.has(registry.get(kind).title), kind


def test_an_unknown_kind_names_its_neighbours():
    from medcab.errors import UsageError

    with pytest.raises(UsageError) as caught:
        registry.get("snil")
    assert "snils" in caught.value.arguments["near"]
