"""Forms looked up in directories: bundled, imported, absent, broken."""

from __future__ import annotations

import pytest

from medcab import profile as profiles
from medcab.directories import import_file
from medcab.engine import judge
from medcab.model import Outcome, Severity
from medcab.validators.directory import ABSENT
from tests.validators.packages import NOW, form, hits, package, says, unknowns

EMPLOYEE, ORG = "egisz-employee", "egisz-organization"
OID = "1.2.643.5.1.13.13.12.2.77.1234"
WORKERS = """СНИЛС;ФИО;Дата рождения;Должность
112-233-445 95;Берёзова Анна Игоревна;1985-03-02;медицинская сестра
"""
ORGANISATIONS = f"""OID;Наименование организации;ИНН;ОГРН
{OID};ООО «Ромашка»;7707083893;1027700132195
"""
GOOD = {
    "snils": "11223344595",
    "fio": "БЕРЕЗОВА Анна Игоревна",
    "birth_date": "02.03.1985",
    "position": "Медицинская сестра",
}


@pytest.fixture
def store(tmp_path):
    path = tmp_path / "directories.sqlite"
    for key, text in (("frmr", WORKERS), ("frmo", ORGANISATIONS)):
        source = tmp_path / f"{key}.csv"
        source.write_text(text, encoding="cp1251")
        import_file(path, source, key=key)
    return str(path)


def asked(rule, values, directory=None, profile=EMPLOYEE, overlays=("strict",)):
    pack = package("а.pdf", form=form(**values))
    loaded = profiles.load(profile, overlays)
    return [f for f in judge(pack, loaded, NOW, directory=directory) if f.rule == rule]


def told(finding, language="ru"):
    from medcab.formats.sentences import message_of
    from medcab.text import translator

    return message_of(finding, translator(language))


def test_the_bundled_directory_of_specialties_needs_no_import():
    good = form(specialty_code="31.05.01", specialty="лечебное ДЕЛО")
    for rule in ("FRM017", "FRM018"):
        assert hits(rule, package(form=good), "accreditation-primary") == []
        assert unknowns(rule, package(form=good), "accreditation-primary") == []
    (hit,) = hits("FRM017", package(form=form(specialty_code="31.05.99")))
    assert (hit.field, hit.args["version"]) == ("specialty_code", "2013-1061")
    assert (
        says("FRM017", hit) == "Кода специальности 31.05.99 нет в справочнике (версия 2013-1061)."
    )


@pytest.mark.parametrize("code", ["Лечебное дело", "310501", "99.05.01", " 31.05.01"])
def test_a_malformed_code_is_told_by_another_rule(code):
    pack = package(form=form(specialty_code=code, specialty="Педиатрия"))
    assert hits("FRM017", pack) == hits("FRM018", pack) == []
    assert hits("FLD001", pack)


def test_code_and_name_that_do_not_belong_together():
    pack = package(form=form(specialty_code="31.05.01", specialty="Педиатрия"))
    (hit,) = hits("FRM018", pack)
    assert says("FRM018", hit) == (
        "По справочнику код 31.05.01 — это «Лечебное дело», а в анкете указано «Педиатрия»."
    )
    both = form(specialty_code="31.05.01", specialty="31.05.01 Лечебное дело")
    assert hits("FRM018", package(form=both)) == []


def test_every_employee_is_looked_up_and_a_shared_code_once():
    rows = form(employees__1__specialty_code="31.05.99", employees__2__specialty_code="31.05.98")
    assert [h.field for h in hits("FRM017", package(form=rows))] == [
        "employees.1.specialty_code",
        "employees.2.specialty_code",
    ]
    shared = form(employees__1__fio="А", employees__2__fio="Б", specialty_code="31.05.99")
    assert [h.field for h in hits("FRM017", package(form=shared))] == ["specialty_code"]


def test_an_imported_directory_replaces_the_bundled_one(tmp_path):
    source = tmp_path / "s.csv"
    source.write_text("Код;Наименование\n31.05.99;Новое дело\n", encoding="utf-8")
    store = tmp_path / "d.sqlite"
    import_file(store, source, key="specialties", version="7")
    assert asked("FRM017", {"specialty_code": "31.05.99"}, str(store)) == []
    (finding,) = asked("FRM017", {"specialty_code": "31.05.01"}, str(store))
    assert finding.args["version"] == "7"


def test_a_worker_as_registered(store):
    assert asked("FRM019", GOOD, store) == []
    parts = {**GOOD, "surname": "Берёзова", "name": "Анна", "patronymic": "Игоревна"}
    del parts["fio"]
    assert asked("FRM019", parts, store) == []


def test_a_worker_that_the_register_does_not_have(store):
    (finding,) = asked("FRM019", {**GOOD, "snils": "087-654-303 00"}, store)
    assert (finding.outcome, finding.location.field) == (Outcome.VIOLATED, "snils")
    assert told(finding) == "В ФРМР нет работника с таким СНИЛС: 087-654-303 00."


@pytest.mark.parametrize(
    ("name", "value"),
    [("birth_date", "03.03.1985"), ("fio", "Берёзова Яна Игоревна"), ("position", "врач")],
)
def test_the_field_that_differs_is_named(store, name, value):
    (finding,) = asked("FRM019", {**GOOD, name: value}, store)
    assert finding.location.field == name
    assert value in told(finding)
    assert "в реестре" in told(finding)


def test_an_organisation(store):
    good = {"frmo_oid": OID, "org_inn": "7707083893", "ogrn": "1027700132195"}
    assert asked("FRM020", good, store, ORG) == []
    (finding,) = asked("FRM020", {**good, "org_inn": "7736050003"}, store, ORG)
    assert finding.location.field == "org_inn"
    assert "ИНН организации" in told(finding)
    (finding,) = asked("FRM020", {**good, "frmo_oid": OID + "5"}, store, ORG)
    assert told(finding) == f"В ФРМО нет организации с таким OID: {OID}5."


@pytest.mark.parametrize(
    ("rule", "values", "profile", "key"),
    [("FRM019", GOOD, EMPLOYEE, "frmr"), ("FRM020", {"frmo_oid": OID}, ORG, "frmo")],
)
def test_without_a_snapshot_the_check_is_not_made_and_the_command_is_named(
    rule, values, profile, key, tmp_path
):
    for directory in (None, str(tmp_path / "absent.sqlite")):
        (finding,) = asked(rule, values, directory, profile)
        assert (finding.outcome, finding.reason) == (Outcome.UNDETERMINED, ABSENT)
        assert f"medcab directory import ФАЙЛ --as {key}" in told(finding)
        assert finding.severity is Severity.ERROR
    # Only a strict reading lets this decide; an organisation is told, an employee is not.
    (plain,) = asked(rule, values, None, profile, ()) or (None,)
    assert (plain.severity if plain else None) == (Severity.WARNING if profile == ORG else None)


@pytest.mark.parametrize("values", [{}, {"snils": "1"}, {"frmo_oid": "1.2.3"}])
def test_what_is_absent_or_malformed_is_not_looked_up(values):
    assert asked("FRM019", values) == asked("FRM020", values, None, ORG) == []


def test_a_store_that_cannot_be_read_leaves_the_check_open(tmp_path):
    broken = tmp_path / "d.sqlite"
    broken.write_bytes(b"no database at all" * 100)
    for rule, values in (("FRM017", {"specialty_code": "31.05.01"}), ("FRM019", GOOD)):
        (finding,) = asked(rule, values, str(broken))
        assert finding.outcome is Outcome.UNDETERMINED
        assert "d.sqlite" in told(finding)


def test_the_library_and_the_command_take_the_store(store, tmp_path):
    import medcab

    path = tmp_path / "form.yaml"
    path.write_text(f"frmo_oid: {OID}5\n", encoding="utf-8")
    report = medcab.check(path, profile=ORG, directory=store)
    assert [f.outcome for f in report.findings if f.rule == "FRM020"] == [Outcome.VIOLATED]
    report = medcab.check(path, profile=ORG)
    assert [f.outcome for f in report.findings if f.rule == "FRM020"] == [Outcome.UNDETERMINED]
