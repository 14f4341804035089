from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medcab import profile
from medcab.errors import UsageError
from medcab.validators.doctype import parse_type, recognise, split_extension
from medcab.validators.doctype_data import FILE_WORDS, HINTS, PHRASES, VETOES
from medcab.vocabulary import DOCUMENT_TYPES

KNOWN = {
    "Иванов Иван Иванович_Диплом.pdf": "diploma",
    "Иванов_Диплом.pdf": "diploma",
    "диплом.pdf": "diploma",
    "ДИПЛОМ (копия) 2.PDF": "diploma",
    "Diploma_Иванов.pdf": "diploma",
    "diplom_ivanov.pdf": "diploma",
    "Смирнов А.В. трудовая книжка на 3 л.pdf": "employment_record",
    "Трудовая.pdf": "employment_record",
    "Иванов_Иван_Иванович_СНИЛС.png": "snils",
    "Ivanov_Ivan_Диплом.pdf": "diploma",
    "ИвановИИ-Диплом.pdf": "diploma",
    "Приложение_к_диплому.pdf": "diploma_supplement",
    "Перевод_диплома.pdf": "diploma_translation",
    "Нотариально заверенный перевод диплома и приложения.pdf": "diploma_translation",
    "Диплом о профессиональной переподготовке.pdf": "retraining_certificate",
    "Диплом_ординатура.pdf": "internship",
    "Удостоверение о повышении квалификации 2025.pdf": "training_certificate",
    "Свидетельство о ПК.pdf": "training_certificate",
    "Свидетельство о квалификации.pdf": "qualification_certificate",
    "Сертификат специалиста.pdf": "specialist_certificate",
    "Сертификат_ЭП.cer": "signing_certificate",
    "Свидетельство об аккредитации.pdf": "accreditation_certificate",
    "Свидетельство об аккредитации вуза.pdf": "university_accreditation",
    "Справка о несудимости.pdf": "criminal_record",
    "Иванов_СправкаОНесудимости.pdf": "criminal_record",
    "справка с места работы.pdf": "employment_certificate",
    "Медицинская справка 086у.pdf": "health_certificate",
    "мед.справка.pdf": "health_certificate",
    "Справка об обучении.pdf": "education_certificate",
    "Устав ООО Ромашка.pdf": "charter",
    "Договор аренды.pdf": "lease",
    "Учредительный договор.pdf": "founders_agreement",
    "Приказ о назначении главного врача.pdf": "head_order",
    "Лицензия.pdf": "medical_license",
    "Выписка из реестра лицензий.pdf": "medical_license",
    "лицензия на оборудование.pdf": "equipment_license",
    "Свидетельство ОГРН.pdf": "org_registration",
    "свидетельство о государственной регистрации.pdf": "org_registration",
    "ИНН.jpg": "inn",
    "полис омс.jpg": "oms_policy",
    "Согласие на обработку персональных данных.pdf": "pd_consent",
    "квитанция об оплате госпошлины.pdf": "fee_receipt",
    "справка о праве на лечение.pdf": "treatment_right",
    "заявление.xml": "application",
    # A surname that looks like a document stands before «_».
    "Паспортов_Диплом.pdf": "diploma",
    "Дипломова Анна_Паспорт.pdf": "passport",
    "Трудов_Паспорт.pdf": "passport",
    "Уставов_СНИЛС.pdf": "snils",
}


@pytest.mark.parametrize(("name", "document_type"), KNOWN.items())
def test_names_that_people_use(name, document_type):
    found = recognise(name)
    assert found.type == document_type
    assert found.exact
    assert found.candidates[0].type == document_type


@pytest.mark.parametrize("name", [*KNOWN])
def test_macos_names_mean_the_same(name):
    assert recognise(unicodedata.normalize("NFD", name)) == recognise(name)


@pytest.mark.parametrize(
    ("name", "document_type"),
    [
        ("Иванов_Дилпом.pdf", "diploma"),
        ("паспрт.pdf", "passport"),
        ("Иванов_Паспорьт.pdf", "passport"),
        ("лецензия.pdf", "medical_license"),
        ("трудовая кнжика.pdf", "employment_record"),
        ("Квтианция.pdf", "fee_receipt"),
        ("Заявлние.pdf", "application"),
    ],
)
def test_typing_errors_are_understood_and_said(name, document_type):
    found = recognise(name)
    # «трудовая» alone already says it exactly.
    assert found.exact is name.startswith("трудовая")
    assert found.type == document_type


@pytest.mark.parametrize(
    ("name", "among"),
    [
        ("справка.pdf", {"employment_certificate", "criminal_record"}),
        ("Иванов_Справка.pdf", {"employment_certificate"}),
        ("сертификат.pdf", {"specialist_certificate", "training_certificate"}),
        ("свидетельство.pdf", {"org_registration"}),
        ("удостоверение.pdf", {"training_certificate"}),
        ("договор.pdf", {"lease", "founders_agreement"}),
        ("приказ.pdf", {"head_order"}),
        ("паспорт и снилс.pdf", {"passport", "snils"}),
        ("Паспорт_СНИЛС.pdf", {"passport", "snils"}),
        ("паспорт, ИНН, диплом.pdf", {"passport", "inn", "diploma"}),
        ("Дипломова А.А. паспорт.pdf", {"passport", "diploma"}),
        ("снлис.pdf", {"snils"}),
        ("скан001.pdf", set()),
        ("IMG_20260101.jpg", set()),
        ("Документ.pdf", set()),
        ("Иванов Иван.pdf", set()),
        ("бренд.pdf", set()),
        ("123.pdf", set()),
        ("_.pdf", set()),
        ("", set()),
    ],
)  # fmt: skip
def test_what_cannot_be_told_is_never_guessed(name, among):
    found = recognise(name)
    assert found.type is None
    assert among <= {c.type for c in found.candidates}


def test_a_passport_of_a_device_is_no_passport():
    assert recognise("Паспорт прибора.pdf").type is None
    assert recognise("Заявление на отпуск.pdf").type is None


def test_the_types_of_the_profile_come_first():
    loaded = profile.load("accreditation-periodic")
    found = recognise("сертификат.pdf", loaded)
    assert found.type is None
    assert found.candidates[0].type == "training_certificate"


@pytest.mark.parametrize("document_type", [*DOCUMENT_TYPES])
def test_every_type_has_words_and_a_name_that_is_read_back(document_type):
    assert PHRASES[document_type]
    name = f"Иванов Иван Иванович_{FILE_WORDS[document_type]}.pdf"
    found = recognise(name)
    assert (found.type, found.exact) == (document_type, True)


def test_the_dictionary_names_only_known_types():
    assert set(PHRASES) == set(FILE_WORDS) == set(DOCUMENT_TYPES)
    assert set(VETOES) <= set(DOCUMENT_TYPES)
    assert {t for types in HINTS.values() for t in types} <= set(DOCUMENT_TYPES)


@pytest.mark.parametrize(
    ("text", "document_type"),
    [("diploma", "diploma"), (" Diploma ", "diploma"), ("fee-receipt", "fee_receipt"),
     ("Паспорт", "passport"), ("трудовая книжка", "employment_record")],
)  # fmt: skip
def test_types_in_words(text, document_type):
    assert parse_type(text) == document_type


@pytest.mark.parametrize(("text", "near"), [("справка", "employment_certificate"),
                                            ("dipolma", "diploma"), ("Дилпом", "diploma"),
                                            ("xyz", "")])  # fmt: skip
def test_unknown_types_are_refused_with_the_nearest(text, near):
    with pytest.raises(UsageError) as error:
        parse_type(text)
    assert near in error.value.arguments["near"]


@pytest.mark.parametrize(
    ("name", "parts"),
    [("Диплом.pdf", ("Диплом", "pdf")), ("a.pdf.sig", ("a.pdf", "sig")), ("a", ("a", "")),
     (".pdf", (".pdf", "")), ("на 3 л.", ("на 3 л.", "")), ("А.В. книжка", ("А.В. книжка", ""))],
)  # fmt: skip
def test_extensions(name, parts):
    assert split_extension(name) == parts


@given(st.text(max_size=80))
@settings(max_examples=200, deadline=None)
def test_any_name_is_answered(name):
    found = recognise(name)
    assert found.type is None or found.type in DOCUMENT_TYPES
    assert len(found.candidates) <= 40


@given(
    st.sampled_from(sorted(DOCUMENT_TYPES)), st.sampled_from(sorted(DOCUMENT_TYPES)),
    st.sampled_from([", ", " и ", " + "]),
)  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_two_documents_in_one_name_are_not_a_third(one, other, join):
    """Joining the names of two types gives neither a third type nor certainty about a wrong one."""
    text = f"{FILE_WORDS[one]}{join}{FILE_WORDS[other]}.pdf"
    assert recognise(text).type in {None, one, other, *_wider(one, other)}


def _wider(one, other):
    """Types whose phrase holds words of both («Диплом и приложение» is the supplement's)."""
    words = {FILE_WORDS[one].casefold().split()[0][:5], FILE_WORDS[other].casefold().split()[0][:5]}
    return {
        t for t, phrases in PHRASES.items()
        if any(sum(s.lstrip("=")[:5] in words for s in p.split()) >= 2 for p in phrases)
    }  # fmt: skip
