from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from medcab import profile as profiles
from medcab.engine import judge
from medcab.model import Outcome, Severity
from medcab.rules import find_rule
from medcab.validators.formrules.choices import CHOICES
from tests.validators.packages import NOW, form, hits, package, plain, says, severity, unknowns

ORG, EMPLOYEE = "egisz-organization", "egisz-employee"
GOOD_ORG = {
    "org_name": "ООО «Клиника Ромашка»", "org_kind": "ЮЛ", "org_type": "Медицинская",
    "institution_type": "поликлиника", "org_inn": "7707083893", "ogrn": "1027700132195",
    "kpp": "770701001", "okpo": "00032537", "legal_address": "101000, г. Москва, ул. Мясницкая, д. 1",
    "actual_address": "101000, г. Москва, ул. Мясницкая, д. 1", "founders_count": "1",
    "phone": "9161234567", "email": "info@example.ru", "license_number": "Л041-01137-77/00123456",
    "head_name": "Иванов Иван Иванович", "head_position": "главный врач",
    "head_order_date": "01.02.2020",
}  # fmt: skip
GOOD_EMPLOYEE = {
    "fio": "Иванова Анна Петровна", "birth_date": "15.07.1985", "inn": "500100732259",
    "snils": "112-233-445 95", "applicant_category": "сотрудник", "position": "медсестра",
    "department": "терапия", "certificate_number": "01F2", "certificate_issued": "01.03.2026",
    "certificate_expires": "01.03.2028", "certificate_issuer": "УЦ ФНС", "certificate_type": "КЭП",
    "enp": "7752410834001238",
}  # fmt: skip


def judged(data, profile, *names, now=NOW, overlays=()):
    """{rule: [fields]} of all findings of FRM and FLD that are errors or questions."""
    pack = package(*names, form=form(**data))
    found: dict[str, list[str | None]] = {}
    loaded = profiles.load(profile, overlays) if profile else plain()
    for finding in judge(pack, loaded, now):
        if finding.rule[:3] in ("FRM", "FLD"):
            found.setdefault(finding.rule, []).append(finding.location.field)
    return found


def with_(base, **changes):
    return {k: v for k, v in {**base, **changes}.items() if v is not None}


def test_good_forms_give_nothing():
    assert judged(GOOD_ORG, ORG, "а_Устав.pdf") == {}
    found = judged(with_(GOOD_EMPLOYEE, enp=None), EMPLOYEE, "а_СНИЛС.pdf")
    assert found == {"FRM002": ["enp"]}


def test_no_form_is_a_question_not_a_pass():
    pack = package("диплом.pdf")
    assert len(unknowns("FRM001", pack, "accreditation-primary")) == 1
    assert unknowns("FRM001", pack, "scan") == []
    assert unknowns("FRM001", package("диплом.pdf", form=form(fio="А")), "frmr-diploma") == []


def test_no_form_can_be_made_an_error(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        'name = "mine"\nextends = "frmr-diploma"\n[rules]\nFRM001 = { absent = "error" }\n'
    )
    assert len(hits("FRM001", package("диплом.pdf"), str(path))) == 1


@pytest.mark.parametrize("name", [*GOOD_ORG])
def test_each_required_field(name):
    found = judged(with_(GOOD_ORG, **{name: None}), ORG, "а_Устав.pdf")
    if name in ("org_kind", "ogrn"):
        assert name in found["FRM002"]
    else:
        assert found == {"FRM002": [name]}
    blank = judged(with_(GOOD_ORG, **{name: "  "}), ORG, "а_Устав.pdf")
    assert blank == found


def test_a_field_that_may_be_needed_is_a_question():
    data = with_(GOOD_ORG, org_kind=None, ogrn=None)
    found = unknowns("FRM002", package("а.pdf", form=form(**data)), ORG)
    assert {u.field for u in found} == {"ogrn", "ogrnip"}
    assert all(u.args["fields"] == ["org_kind"] for u in found)
    assert "тип заявителя (ЮЛ или ИП)" in says("FRM002", found[0])


def test_the_level_of_a_field():
    data = form(**with_(GOOD_ORG, kpp=None))
    found = hits("FRM002", package("а.pdf", form=data), ORG)
    assert [(h.field, severity(Severity.ERROR, h)) for h in found] == [("kpp", Severity.WARNING)]


def test_inn_or_snils():
    base = {"fio": "Ким Анна", "phone": "9161234567", "email": "a@example.ru"}
    assert judged({**base, "inn": "500100732259"}, "signature-issue") == {}
    assert judged({**base, "snils": "112-233-445 95"}, "signature-issue") == {}
    assert judged(base, "signature-issue") == {"FRM002": ["inn", "snils"]}


def test_conditions_understand_other_words():
    legal = with_(GOOD_ORG, org_kind="юридическое лицо", ogrn=None)
    assert judged(legal, ORG, "а_Устав.pdf") == {"FRM002": ["ogrn"]}
    sole = with_(GOOD_ORG, org_kind="предприниматель")
    pack = package("а_Лицензия.pdf", form=form(**sole))
    assert "charter" not in {h.args["requirement"] for h in hits("PKG002", pack, ORG)}
    # A kind that is none of the list decides nothing.
    odd = package("а_Лицензия.pdf", form=form(**with_(GOOD_ORG, org_kind="ООО", ogrn=None)))
    assert {u.field for u in unknowns("FRM002", odd, ORG)} == {"ogrn", "ogrnip"}
    patient = form(**with_(GOOD_EMPLOYEE, applicant_category="Patient", position=None))
    assert "position" not in {
        h.field for h in hits("FRM002", package("а.pdf", form=patient), EMPLOYEE)
    }


def test_unknown_fields_are_named_with_the_nearest():
    data = form("Дата рожденя: 01.01.1990\nЦвет: синий\n")
    found = hits("FRM003", package("а.pdf", form=data))
    assert [(h.args["name"], h.args["fields"][:1]) for h in found] == [
        ("Дата рожденя", ["birth_date"]), ("Цвет", []),
    ]  # fmt: skip


BAD = [
    ("inn", "500100732258", "checksum_12", None),
    ("inn", "7707083893.0", "decimal", 11),
    ("inn", "77070838 93", None, 9),
    ("org_inn", "7707083894", "checksum", None),
    ("snils", "112-233-454 95", "checksum", None),
    ("snils", "١١٢-233-445 95", "foreign_digits", 1),
    ("ogrn", "1027700132196", "checksum", None),
    ("birth_date", "1985-07-15", "iso", None),
    ("birth_date", "1.7.1985", "shape", None),
    ("birth_date", "31.02.1985", "impossible", None),
    ("birth_date", "15.07.2035", "future", None),
    ("fio", "Иванов2 Иван", "digit", 7),
    ("fio", "Ивaнов Иван Иванович", "homoglyph", 3),
    ("surname", "Ивaнов", "homoglyph", 3),
    ("email", "a@b", "domain", None),
    ("phone", "+380501234567", "country", None),
    ("specialty_code", "Терапия", "name_not_code", None),
    ("employees__2__snils", "112-233-454 95", "checksum", None),
]


@pytest.mark.parametrize(("name", "value", "code", "position"), BAD)
def test_malformed_values(name, value, code, position):
    found = hits("FLD001", package("а.pdf", form=form(**{name: value})))
    assert len(found) == 1
    assert found[0].field == name.replace("__", ".")
    assert found[0].path == "form.yaml"
    if code:
        assert found[0].args["code"] == code
    if position:
        assert found[0].args["position"] == position
    text = says("FLD001", found[0])
    assert "{" not in text
    assert "None" not in text


def test_the_sentence_names_position_and_proposal():
    found = hits("FLD001", package("а.pdf", form=form(snils="112-233-454 95")))[0]
    assert "112-233-445 95" in found.args["suggestions"]
    name = hits("FLD001", package("а.pdf", form=form(fio="Ивaнов Иван Иванович")))[0]
    assert "«a»" in says("FLD001", name)
    assert "3" in says("FLD001", name)


def test_where_it_stood():
    found = hits("FLD001", package("а.pdf", form=form("СНИЛС: 1\n")))
    assert found[0].evidence == {"where": "line 1"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("license_expires", "бессрочно"), ("license_expires", "31.12.2030"),
        ("graduation_date", "2008"), ("graduation_date", "30.06.2008"), ("org_inn", "500100732259"),
        ("phone", "+7 (916) 123-45-67"), ("phone", "8 916 123-45-67"), ("founders_count", "12"),
        ("org_kind", "юридическое лицо"), ("sex", "женский"), ("online_test_passed", "yes"),
        ("org_type", "медицинская организация"), ("reissue_reason", "Истечение срока"),
        ("fio", "Мамедов Али Вагиф оглы"), ("employees__1__inn", "500100732259"),
        ("certificate_number", "7723 03 000001"), ("position", "врач-терапевт"),
    ],
)  # fmt: skip
def test_good_values(name, value):
    assert judged({name: value}, None) == {}


def test_strict_phone():
    pack = package("а.pdf", form=form(phone="+7 (916) 123-45-67"))
    assert hits("FLD001", pack, ORG) == []
    strict = hits("FLD001", pack, ORG, overlays=["strict"])
    assert [h.args["code"] for h in strict] == ["shape"]
    plain = package("а.pdf", form=form(phone="9161234567"))
    assert hits("FLD001", plain, ORG, overlays=["strict"]) == []


def test_the_same_wrong_value_is_told_once():
    data = form("образование: {фио: Иванов2 Иван}\n")
    assert len(hits("FLD001", package("а.pdf", form=data))) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [("org_kind", "ООО"), ("org_type", "Торговая"), ("sex", "Х"), ("category", "водитель"),
     ("accreditation_type", "третья"), ("reissue_reason", "захотелось"), ("founders_count", "два"),
     ("founders_count", "0"), ("online_test_passed", "наверное")],
)  # fmt: skip
def test_values_not_in_their_list(name, value):
    found = hits("FLD003", package("а.pdf", form=form(**{name: value})))
    assert [h.args["value"] for h in found] == [value]
    assert value in says("FLD003", found[0])


def test_every_choice_is_taken():
    kinds = {"org_kind": "org_kind", "org_type": "org_type", "sex": "sex", "category": "category",
             "reissue_reason": "reissue_reason", "accreditation_type": "accreditation_type",
             "applicant_category": "applicant_category", "yes_no": "fee_required"}  # fmt: skip
    for kind, choices in CHOICES.items():
        for choice in choices:
            data = form(**{kinds[kind]: choice.upper()})
            assert hits("FLD003", package("а.pdf", form=data)) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [("101000, г. Москва, ул. Мясницкая, д. 1", False), ("г. Москва, ул. Мясницкая, д. 1", True),
     ("101000, Москва", True), ("101000, г. Москва, ул. Мясницкая", True),
     ("1010000, г. Москва, ул. Мясницкая, д. 1", True),
     ("г. Москва, ул. Мясницкая, д. 1, 101000", False)],
)  # fmt: skip
def test_addresses(text, wrong):
    found = hits("FLD004", package("а.pdf", form=form(legal_address=text)))
    assert bool(found) is wrong
    assert hits("FLD004", package("а.pdf", form=form(actual_address=text))) == []


@pytest.mark.parametrize(
    "text",
    [" главный врач", "главный врач ", "главный  врач", "главный\u00a0врач", "глaвный врач",
     "врач\nтерапевт", "участковыи\u0306"],
)  # fmt: skip
def test_stray_characters(text):
    assert len(hits("FLD005", package("а.pdf", form=form(position=text)))) == 1
    # Identifiers have their own sentences for the same things.
    assert hits("FLD005", package("а.pdf", form=form(inn=" 1"))) == []


def test_doubts_are_warnings():
    data = form(email="ivanov@gmial.com")
    found = hits("FLD002", package("а.pdf", form=data))
    malformed = hits("FLD001", package("а.pdf", form=data))
    assert len(found) + len(malformed) == 1
    assert find_rule("FLD002").severity is Severity.WARNING


@pytest.mark.parametrize(
    ("data", "fields"),
    [
        ({"fio": "Иванов Иван", "education__fio": "Петров Иван"}, ["education.fio"]),
        ({"inn": "500100732259", "contacts__inn": "500100732258"}, ["contacts.inn"]),
        ({"snils": "112-233-445 95", "education__snils": "11223344595"}, []),
        ({"fio": "Иванов  Иван", "education__fio": "иванов иван"}, []),
        ({"fio": "Ковалёв Иван", "education__fio": "Ковалев Иван"}, []),
        ({"education__inn": "1", "experience__inn": "2"}, ["experience.inn"]),
        ({"fio": "Иванов Иван Иванович", "surname": "Иванов", "name": "Иван",
          "patronymic": "Иванович"}, []),
        ({"fio": "Иванов Иван Иванович", "surname": "Петров", "name": "Иван"}, ["surname"]),
        ({"employees__1__fio": "А Б", "employees__1__surname": "В", "employees__1__name": "Б"},
         ["employees.1.surname"]),
        ({"employees__1__inn": "1", "employees__2__inn": "2"}, []),
    ],
)  # fmt: skip
def test_sections_agree(data, fields):
    found = hits("FRM004", package("а.pdf", form=form(**data)))
    assert [h.field for h in found] == fields


def test_yo():
    pack = package(
        "Ковалев_Диплом.pdf", form=form(fio="Ковалёв Пётр", education__fio="Ковалев Петр")
    )
    found = hits("FRM005", pack)
    assert [(h.field, h.path) for h in found] == [
        ("education.fio", "form.yaml"), ("fio", "Ковалев_Диплом.pdf"),
    ]  # fmt: skip
    assert hits("NAM005", pack, "frmr-diploma") == []
    assert "ё" in says("FRM005", found[0])


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({}, []),
        ({"ogrn": None, "ogrnip": "320779617334584"}, ["ogrnip"]),
        ({"org_kind": "ИП"}, ["ogrn", "kpp", "org_inn"]),
        ({"org_inn": "500100732259"}, ["org_inn"]),
        ({"org_kind": "ИП", "org_inn": "500100732259", "ogrn": None, "kpp": None}, []),
    ],
)
def test_numbers_fit_the_kind(changes, fields):
    pack = package("а.pdf", form=form(**with_(GOOD_ORG, **changes)))
    assert [h.field for h in hits("FRM006", pack)] == fields


def test_certificates_are_unique():
    data = form(
        employees__1__certificate_number="AB 12", employees__1__snils="112-233-445 95",
        employees__2__certificate_number="ab12", employees__2__snils="112 233 445 95",
        employees__3__certificate_number="XY", employees__3__snils="087-654-303 00",
    )  # fmt: skip
    found = hits("FRM008", package("а.pdf", form=data))
    assert [h.field for h in found] == ["employees.2.certificate_number", "employees.2.snils"]
    assert "employees.1.certificate_number" in found[0].args["places"]


def test_fields_are_asked_of_every_employee():
    data = form("сотрудники:\n- {фио: Ким Анна, снилс: 112-233-445 95}\n- {фио: Ли Ян}\n")
    missing = {h.field for h in hits("FRM002", package("а.pdf", form=data), EMPLOYEE)}
    assert "employees.2.snils" in missing
    assert "employees.1.snils" not in missing
    assert "employees.1.birth_date" in missing


@pytest.mark.parametrize(
    ("data", "profile", "overlays", "rule", "level"),
    [
        ({"accreditation_end": "20.11.2026"}, "accreditation-periodic", (), "FRM011", "error"),
        ({"accreditation_end": "21.11.2026"}, "accreditation-periodic", (), None, None),
        ({"accreditation_end": "21.12.2026"}, "accreditation-periodic", (), None, None),
        ({"accreditation_end": "22.12.2026"}, "accreditation-periodic", (), "FRM011", "warning"),
        ({"accreditation_end": "22.12.2026"}, "accreditation-periodic", ("real-2026",), None, None),
        ({"accreditation_end": "20.11.2026"}, None, (), None, None),
        ({"cpd_date": "21.11.2023"}, "accreditation-periodic", (), None, None),
        ({"cpd_date": "20.11.2023"}, "accreditation-periodic", (), "FRM012", "error"),
        ({"cpd_date": "20.11.2023"}, "accreditation-periodic", ("real-2026",), None, None),
        ({"license_expires": "20.11.2026"}, None, (), "FRM013", "error"),
        ({"license_expires": "21.11.2026"}, None, (), None, None),
        ({"license_expires": "бессрочно"}, None, (), None, None),
        ({"certificate_expires": "20.11.2026"}, None, (), "FRM014", "error"),
        ({"certificate_expires": "20.05.2027"}, None, (), None, None),
        ({"certificate_expires": "20.05.2027"}, EMPLOYEE, (), "FRM014", "error"),
        ({"certificate_expires": "21.05.2027"}, EMPLOYEE, (), None, None),
        ({"birth_date": "01.01.1990", "passport_issued": "01.01.1980"}, None, (), "FRM015", "error"),
        ({"license_issued": "02.01.2020", "license_expires": "01.01.2030"}, None, (), None, None),
        ({"certificate_issued": "02.01.2030", "certificate_expires": "01.01.2030"}, None, (),
         "FRM015", "error"),
        ({"diploma_date": "01.07.2008", "license_issued": "01.07.2007"}, "frmr-education-update", (),
         "FRM015", "error"),
        ({"diploma_date": "01.07.2008", "license_issued": "01.07.2007"}, None, (), None, None),
        ({"online_test_passed": "нет"}, "accreditation-periodic", (), "FRM016", "error"),
        ({"online_test_passed": "да"}, "accreditation-periodic", (), None, None),
        ({"online_test_passed": "нет"}, "accreditation-periodic", ("real-2026",), None, None),
    ],
)  # fmt: skip
def test_terms(data, profile, overlays, rule, level):
    pack = package("а.pdf", form=form(**data))
    loaded = profiles.load(profile, overlays) if profile else plain()
    found = {
        f.rule: f.severity.value
        for f in judge(pack, loaded, NOW)
        if f.rule in {f"FRM0{n}" for n in range(11, 17)} and f.outcome is Outcome.VIOLATED
    }
    assert found == ({} if rule is None else {rule: level})


def test_the_whole_term_of_a_certificate(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(
        'name = "mine"\nextends = "egisz-employee"\n[parameters]\ncert_months_of = "whole"\n'
    )
    data = {"certificate_issued": "01.12.2025", "certificate_expires": "01.12.2026"}
    pack = package("а.pdf", form=form(**data))
    assert hits("FRM014", pack, str(path)) == []
    assert len(hits("FRM014", pack, EMPLOYEE)) == 1


def test_the_day_is_that_of_the_check_not_of_the_clock():
    pack = package("а.pdf", form=form(license_expires="01.06.2020", birth_date="15.07.1985"))
    early = datetime(2019, 1, 1, tzinfo=UTC)
    assert hits("FRM013", pack, now=early) == []
    assert len(hits("FRM013", pack)) == 1
    born = package("а.pdf", form=form(birth_date="15.07.1985"))
    assert hits("FLD001", born, now=datetime(1980, 1, 1, tzinfo=UTC))[0].args["code"] == "future"
    # 22:00 UTC is already tomorrow in Moscow.
    late = datetime(2020, 6, 1, 22, 0, tzinfo=UTC)
    assert len(hits("FRM013", pack, now=late)) == 1
    assert hits("FRM013", pack, now=late.replace(hour=20)) == []


def cross_vectors():
    root = Path(__file__).resolve().parents[3] / "shared" / "vectors"
    path = Path(os.environ.get("MEDCAB_VECTORS", root)) / "identifiers.json"
    if not path.is_file():
        pytest.skip("identifiers.json is not here")
    return json.loads(path.read_text("utf-8"))["cross_field"]["cases"]


CROSS = {
    "warn_enp_birth_mismatch": ("FRM007", "enp_birth_mismatch", "warning"),
    "warn_enp_sex_mismatch": ("FRM007", "enp_sex_mismatch", "warning"),
    "warn_year_mismatch": ("FRM007", "year_mismatch", "warning"),
    "error_passport_expired_at_20": ("FRM010", "passport_expired_at_20", "error"),
    "warn_blank_year": ("FRM007", "blank_year", "warning"),
    "error_ogrnip_for_legal": ("FRM006", "ogrnip_for_legal", "error"),
    "error_kpp_for_ip": ("FRM006", "kpp_for_ip", "error"),
    "warn_yo_equivalence": ("FRM005", "yo_equivalence", "warning"),
    "error_overdue": ("FRM011", "overdue", "error"),
    "error_less_than_6_months": ("FRM014", "less_than_6_months", "error"),
}
NAMES = {"birth": "birth_date", "surname_1": "surname", "surname_2": "education__surname",
         "cert_not_after": "certificate_expires"}  # fmt: skip
PROFILES = {"seed-periodic": "accreditation-periodic", "egisz": EMPLOYEE}


def test_cross_field_vectors():
    """Every case of the vectors, through the rules; what is expected and nothing beside it."""
    for case in cross_vectors():
        fields = dict(case["fields"])
        day = fields.pop("today", "21.11.2026")
        name = PROFILES.get(fields.pop("profile", ""))
        loaded = profiles.load(name) if name else plain()
        now = datetime.strptime(day, "%d.%m.%Y").replace(hour=9, tzinfo=UTC)
        data = form(**{NAMES.get(k, k): v for k, v in fields.items()})
        found = [
            (f.rule, f.args.get("code"), f.severity.value)
            for f in judge(package("а.pdf", form=data), loaded, now)
            if f.rule in {"FRM005", "FRM006", "FRM007", "FRM010", "FRM011", "FRM014"}
        ]
        expected = CROSS.get(case["expect"])
        assert found == ([] if expected is None else [expected]), case
        assert (expected is None) is case["expect"].startswith("ok")


def test_findings_are_json_able():
    import msgspec

    data = form(**with_(GOOD_ORG, org_inn="7707083894", snils="112-233-454 95", kpp=None))
    for finding in judge(package("а.pdf", form=data), profiles.load(ORG), NOW):
        msgspec.json.encode({"args": dict(finding.args), "evidence": dict(finding.evidence)})


def test_ten_thousand_unknown_fields_take_no_time():
    import time

    names = "".join(f"поле{n}: 1\n" for n in range(9000))
    start = time.process_time()
    found = hits("FRM003", package("а.pdf", form=form(names)))
    assert len(found) == 9000
    assert time.process_time() - start < 15
