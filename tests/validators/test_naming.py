from __future__ import annotations

import json
import os
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medcab.validators.doctype import recognise
from medcab.validators.naming import person_of, suggested_name
from tests.validators.packages import document, form, hits, package, says, unknowns

ORG, EMPLOYEE = "egisz-organization", "egisz-employee"
NFD = unicodedata.normalize("NFD", "Йогансон_Диплом.pdf")
NAMES = ("NAM003", "NAM004", "NAM006", "NAM007", "NAM008")


def broken(name, profile=EMPLOYEE):
    return [rule for rule in NAMES if hits(rule, package(name), profile)]


def test_type_unknown():
    pack = package("скан001.pdf", "справка.pdf", "диплом.pdf")
    found = unknowns("NAM001", pack, "accreditation-primary")
    assert len(found) == 2
    assert "nearest" not in found[0].args
    assert found[1].args["nearest"][0] == "employment_certificate"
    assert says("NAM001", found[1]).startswith(
        "Не проверено: «По имени нельзя понять, что это за документ». Имя «справка.pdf» может "
        "означать: справка с места работы,"
    )
    assert unknowns("NAM001", pack, "scan") == []
    assert unknowns("NAM001", package(document("скан001.pdf", "diploma")), ORG) == []


def test_a_typing_error_is_mentioned():
    found = hits("NAM002", package("Иванов_Дилпом.pdf", "Иванов_Паспорт.pdf"), ORG)
    assert [h.args["type"] for h in found] == ["diploma"]
    assert says("NAM002", found[0]) == "Имя понято как «диплом», хотя в нём опечатка."


@pytest.mark.parametrize(
    "name",
    ["Иванов Иван Иванович_Диплом.pdf", "Иванов_Иван_Иванович_СНИЛС.png", "Ivanov_Ivan_Диплом.pdf",
     "ООО Ромашка_Устав.pdf"],
)  # fmt: skip
def test_the_scheme_is_followed(name):
    assert broken(name) == []


@pytest.mark.parametrize(
    ("name", "rules"),
    [
        ("ИвановИИ-Диплом.pdf", ["NAM003"]),
        ("скан001.pdf", ["NAM003"]),
        ("диплом.pdf", ["NAM003"]),
        ("_Диплом.pdf", ["NAM003"]),
        ("123_Диплом.pdf", ["NAM003"]),
        ("Иванов_.pdf", ["NAM003"]),
        ("Иванов_1.pdf", ["NAM003"]),
        ("Diploma_Иванов.pdf", ["NAM003"]),
        (NFD, ["NAM004"]),
        ("Ивaнов_Диплом.pdf", ["NAM006"]),
        ("Иванов_Диплoм.pdf", ["NAM006"]),
        ("Иванов?_Диплом.pdf", ["NAM007"]),
        ("Иванов_Диплом.pdf ", ["NAM007"]),
        ("Иванов_Диплом.pdf.", ["NAM007"]),
        (" Иванов_Диплом.pdf", ["NAM007"]),
        ("Иванов_Дип\u200bлом.pdf", ["NAM007"]),
        ("Иванов_Диплом\u202efdp.exe", ["NAM007"]),
        ("Иванов\n_Диплом.pdf", ["NAM007"]),
        ("con.pdf", ["NAM003", "NAM007"]),
        ("LPT1 .pdf", ["NAM003", "NAM007"]),
        ("Ж" * 128 + "_Диплом.pdf", ["NAM008"]),
        ("Ж" * 200 + "_Диплом.pdf", ["NAM008"]),
    ],
)
def test_the_scheme_is_broken(name, rules):
    assert broken(name) == rules


def test_levels_of_the_scheme():
    pack = package("диплом.pdf")
    for profile, overlays, scheme in (
        (EMPLOYEE, (), "ФИО_ТипДокумента.расширение"),
        ("accreditation-primary", ("real-2026",), "Фамилия И.О. документ на N л.pdf"),
    ):
        found = hits("NAM003", pack, profile, overlays=overlays)
        assert found[0].args["scheme"] == scheme
    assert hits("NAM003", pack, "scan") == []
    text = says("NAM003", hits("NAM003", pack, EMPLOYEE)[0])
    assert text == (
        "Имя не соответствует образцу «ФИО_ТипДокумента.расширение»: "
        "нет знака «_» между ФИО и типом документа."
    )


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("Смирнов А.В. трудовая книжка на 3 л.pdf", True),
        ("Смирнов А.В. трудовая книжка на 3 л..pdf", True),
        ("Смирнов А. В. диплом на 12л.pdf", True),
        ("Ким А. диплом на 1 л.pdf", True),
        ("Смирнов_Диплом.pdf", True),
        ("Смирнов А.В. трудовая книжка.pdf", False),
        ("Смирнов трудовая книжка на 3 л.pdf", False),
        ("Смирнов А.В. диплом на 0 л.pdf", False),
    ],
)
def test_names_of_frmr(name, good):
    assert (hits("NAM003", package(name), "frmr-diploma", overlays=["real-2026"]) == []) is good


def test_macos_and_collisions():
    letter = hits("NAM004", package(NFD))[0]
    assert letter.args["letter"] == "Й"
    assert letter.args["position"] == 1
    pack = package("Устав.pdf", "УСТАВ.PDF", NFD, unicodedata.normalize("NFC", NFD), "Иной.pdf")
    assert [h.args["other_path"] for h in hits("NAM009", pack)] == ["Устав.pdf", NFD]


def test_the_latin_letter_is_named():
    found = hits("NAM006", package("Ивaнов_Диплом.pdf"))[0]
    assert found.args == {"word": "Ивaнов", "letter": "a", "position": 3, "expected": "а"}
    assert says("NAM006", found) == "В слове «Ивaнов» латинская буква «a» на месте 3."


@pytest.mark.parametrize(
    ("name", "fio", "differs"),
    [
        ("Иванов_Диплом.pdf", "Иванов Иван", False),
        ("Петров_Диплом.pdf", "Иванов Иван", True),
        ("Ковалев_Диплом.pdf", "Ковалёв Пётр", False),
        ("Ивaнов_Диплом.pdf", "Иванов Иван", False),
        ("Смирнов А.В. трудовая книжка на 3 л.pdf", "Иванов Иван", True),
        ("Ivanov_Диплом.pdf", "Иванов Иван", False),
        ("диплом.pdf", "Иванов Иван", False),
        ("Diploma_Петров.pdf", "Иванов Иван", True),
    ],
)
def test_the_person_of_the_name(name, fio, differs):
    pack = package(name, form=form(fio=fio))
    assert bool(hits("NAM005", pack, "frmr-diploma")) is differs


def test_documents_of_an_organisation_bear_other_names():
    pack = package("Петров_Устав.pdf", form=form(org_name="ООО «Ромашка»", head_name="Иванов Иван"))
    assert hits("NAM005", pack, ORG) == []
    assert hits("NAM005", package("Петров_Устав.pdf"), ORG) == []


def test_a_form_that_names_the_employer_is_still_about_the_person():
    """Accreditation forms have both: another person's diploma must not slip through."""
    mine = form(fio="Иванов Иван Иванович", org_name="ООО «Клиника Ромашка»")
    for name, differs in (
        ("Петров Пётр_Диплом.pdf", True),
        ("Иванов Иван_Диплом.pdf", False),
        ("Ромашка_Лицензия.pdf", False),
    ):
        assert bool(hits("NAM005", package(name, form=mine), "accreditation-primary")) is differs
    by_surname = form(surname="Иванов", org_name="ООО «Ромашка»")
    assert hits("NAM005", package("Петров_Диплом.pdf", form=by_surname), "accreditation-primary")


@pytest.mark.parametrize(
    ("name", "person"),
    [("Иванов Иван_Диплом.pdf", "Иванов Иван"), ("Иванов_Иван_СНИЛС.png", "Иванов Иван"),
     ("Diploma_Иванов.pdf", "Иванов"), ("диплом.pdf", None), ("Устав_копия.pdf", None),
     ("Паспорт_Диплом.pdf", None), ("Смирнов А.В. диплом.pdf", "Смирнов А.В.")],
)  # fmt: skip
def test_person_of(name, person):
    assert person_of(name) == person


def test_suggested_names_follow_the_scheme():
    made = suggested_name(document("скан.pdf", "diploma"), "Иванов Иван Иванович")
    assert made == "Иванов Иван Иванович_Диплом.pdf"
    assert broken(made) == []
    assert recognise(made).type == "diploma"
    assert suggested_name(document("скан.pdf", None), "Иванов Иван") is None
    assert suggested_name(document("скан.pdf", "diploma"), None) is None
    assert hits("NAM003", package("диплом.pdf", form=form(fio="Ким Анна")), EMPLOYEE)[
        0
    ].evidence == {"suggested": "Ким Анна_Диплом.pdf"}


def vectors():
    root = Path(__file__).resolve().parents[3] / "shared" / "vectors"
    path = Path(os.environ.get("MEDCAB_VECTORS", root)) / "identifiers.json"
    if not path.is_file():
        pytest.skip("identifiers.json is not here")
    return json.loads(path.read_text("utf-8"))["filename"]


def test_vectors():
    """The extension itself is the business of the FIL rules."""
    rule = {"no_underscore": "NAM003", "nfd": "NAM004", "homoglyph": "NAM006"}
    data = vectors()
    for case in data["valid"]:
        assert broken(case["value"]) == [], case
    for case in data["invalid"]:
        if case["reason"] in ("ext", "ext_case"):
            assert broken(case["value"]) == [], case
        else:
            assert rule[case["reason"]] in broken(case["value"]), case


@given(st.text(min_size=1, max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_name_is_judged(name):
    pack = package(document(name))
    for rule in (*NAMES, "NAM001", "NAM002", "NAM005"):
        for hit in hits(rule, pack, EMPLOYEE):
            assert says(rule, hit)
