from __future__ import annotations

from dataclasses import replace

import pytest

from medcab import profile as profiles
from medcab.engine import judge
from medcab.model import Package, Report, Severity, SignatureFile, Verdict
from medcab.sources import BytesSource
from tests.validators.packages import NOW, document, form, hits, package, says, unknowns

PRIMARY = "accreditation-primary"
FULL = ("Иванов_Паспорт.pdf", "Иванов_Диплом.pdf", "Иванов_Свидетельство ОГРН.pdf",
        "Иванов_Лицензия.pdf")  # fmt: skip


def test_complete():
    pack = package(*FULL)
    for rule in ("PKG001", "PKG002", "PKG003", "PKG004", "PKG005", "PKG006"):
        assert hits(rule, pack, PRIMARY) == unknowns(rule, pack, PRIMARY) == []


@pytest.mark.parametrize("left_out", range(4))
def test_each_missing_document_is_named(left_out):
    pack = package(*(n for i, n in enumerate(FULL) if i != left_out))
    found = hits("PKG001", pack, PRIMARY)
    wanted = profiles.load(PRIMARY).documents[left_out]
    assert [h.args["types"] for h in found] == [list(wanted.types)]
    assert found[0].args["source"] == "D04"


def test_the_sentence_is_in_the_language_of_the_reader():
    found = hits("PKG001", package(*FULL[1:]), PRIMARY)
    assert says("PKG001", found[0]) == "Нет обязательного документа: паспорт."
    assert says("PKG001", found[0], "en") == "A required document is missing: passport."


def test_any_of_two_types_will_do():
    general = "accreditation-general"
    data = form(training_required="нет", region_requires_criminal_record="нет", fee_required="нет")
    base = ["паспорт.pdf", "снилс.pdf", "диплом.pdf", "согласие.pdf", "сертификат специалиста.pdf"]
    for name in ("трудовая книжка.pdf", "справка с места работы.pdf"):
        pack = package(*base, name, form=data)
        assert hits("PKG001", pack, general) == unknowns("PKG001", pack, general) == []
    missing = hits("PKG001", package(*base, form=data), general)
    assert [h.args["requirement"] for h in missing] == ["experience"]
    assert "трудовая книжка, справка с места работы" in says("PKG001", missing[0])


@pytest.mark.parametrize(
    ("count", "kind", "missing"),
    [("1", "ЮЛ", []), ("2", "ЮЛ", ["founders_agreement"]), ("2", "ИП", [])],
)
def test_condition_on_the_founders(count, kind, missing):
    data = form(founders_count=count, org_kind=kind, legal_address="а", actual_address="а")
    pack = package("а_ОГРН.pdf", "а_Лицензия.pdf", "а_Устав.pdf",
                   "а_Приказ о назначении директора.pdf", form=data)  # fmt: skip
    found = hits("PKG001", pack, "egisz-organization")
    assert [h.args["requirement"] for h in found] == missing
    assert unknowns("PKG001", pack, "egisz-organization") == []


def test_a_condition_that_cannot_be_decided_is_a_question():
    data = form(org_kind="ЮЛ", legal_address="а")
    names = ("а_ОГРН.pdf", "а_Лицензия.pdf", "а_Приказ о назначении директора.pdf", "а_Устав.pdf")
    found = unknowns("PKG001", package(*names, form=data), "egisz-organization")
    assert [(u.args["requirement"], u.args["fields"]) for u in found] == [
        ("founders_agreement", ["founders_count"]), ("lease", ["actual_address"]),
    ]  # fmt: skip
    assert found[0].field == "founders_count"
    assert says("PKG001", found[1]) == (
        "Не проверено: «В пакете нет обязательного документа». Нужно ли «договор аренды», "
        "зависит от анкеты, а в ней нет: фактический адрес."
    )
    # A document that is there needs no answer.
    more = package(*names, "а_Договор аренды.pdf", form=data)
    assert [u.args["requirement"] for u in unknowns("PKG001", more, "egisz-organization")] == [
        "founders_agreement"
    ]


def test_without_a_form_conditions_are_open_not_missing():
    pack = package("а_ОГРН.pdf", "а_Лицензия.pdf")
    found = unknowns("PKG001", pack, "egisz-organization")
    assert {u.args["requirement"] for u in found} == {"founders_agreement", "head_order", "lease"}
    assert [h.args["requirement"] for h in hits("PKG001", pack, "egisz-organization")] == []


def test_the_charter_weighs_as_the_contradiction_says():
    data = form(org_kind="ЮЛ", founders_count="1", legal_address="а", actual_address="а")
    pack = package("а_ОГРН.pdf", "а_Лицензия.pdf", "а_Приказ о назначении директора.pdf", form=data)
    assert [h.args["requirement"] for h in hits("PKG002", pack, "egisz-organization")] == [
        "charter"
    ]
    assert hits("PKG001", pack, "egisz-organization") == []
    strict = hits("PKG001", pack, "egisz-organization", overlays=["strict"])
    assert [h.args["requirement"] for h in strict] == ["charter"]
    sole = package(*(d.name for d in pack.documents), form=form(org_kind="ИП"))
    assert hits("PKG002", sole, "egisz-organization") == []
    optional = hits("PKG003", pack, "egisz-organization")
    assert [h.args["requirement"] for h in optional] == ["equipment_license"]


@pytest.mark.parametrize(
    ("fee", "answer", "missing", "open_"),
    [("optional", "да", True, False), ("optional", "нет", False, False), ("none", "да", False, False),
     ("required", "нет", True, False), ("optional", None, False, True)],
)  # fmt: skip
def test_the_fee(fee, answer, missing, open_):
    loaded = profiles.load("accreditation-general")
    loaded = replace(loaded, parameters={**loaded.parameters, "fee": fee})
    data = form(**({"fee_required": answer} if answer else {"fio": "А"}))
    pack = package("паспорт.pdf", form=data)
    assert (
        "fee_receipt" in {h.args["requirement"] for h in hits("PKG001", pack, loaded)}
    ) is missing
    found = {u.args["requirement"] for u in unknowns("PKG001", pack, loaded)}
    assert ("fee_receipt" in found) is open_


def test_an_unknown_file_may_be_the_missing_one():
    pack = package(*FULL[1:], "скан001.pdf")
    assert hits("PKG001", pack, PRIMARY) == []
    found = unknowns("PKG001", pack, PRIMARY)
    assert [u.args["requirement"] for u in found] == ["passport"]
    # One unknown file cannot be two missing documents.
    worse = package(*FULL[2:], "скан001.pdf")
    assert len(hits("PKG001", worse, PRIMARY)) == 2


def test_unexpected():
    pack = package(*FULL, "Иванов_СНИЛС.pdf")
    assert [h.args["type"] for h in hits("PKG004", pack, PRIMARY)] == ["snils"]
    assert hits("PKG004", pack, "scan") == []


def test_duplicates():
    pack = package(*FULL, "Паспорт стр 2.pdf", "Паспорт стр 3.pdf", "Диплом второй.pdf")
    found = hits("PKG005", pack, PRIMARY)
    assert [(h.args["n"], h.args["requirement"]) for h in found] == [(2, "passport")]
    assert says("PKG005", found[0]).startswith("2 лишних документа типа «паспорт»")
    assert says("PKG005", replace(found[0], args={**found[0].args, "n": 5})).startswith("5 лишних")


def test_empty_is_never_passed():
    found = unknowns("PKG006", package(), PRIMARY)
    assert len(found) == 1
    assert hits("PKG001", package(), PRIMARY) == []
    loaded = profiles.load("scan")
    report = Report("scan", NOW, "p", (), tuple(judge(package(), loaded, NOW)))
    assert report.verdict is Verdict.INDETERMINATE


@pytest.mark.parametrize(
    ("expires", "wrong", "open_"),
    [("20.11.2026", 1, 0), ("21.11.2026", 0, 0), ("31.12.2030", 0, 0), ("2030-12-31", 0, 1),
     ("31.02.2030", 0, 1), ("", 0, 0)],
)  # fmt: skip
def test_expiry_in_the_manifest(expires, wrong, open_):
    pack = package(document("лицензия.pdf", meta={"expires": expires}))
    assert len(hits("PKG008", pack)) == wrong
    assert len(unknowns("PKG008", pack)) == open_
    snils = package(document("снилс.pdf", meta={"expires": "01.01.2000"}))
    assert hits("PKG008", snils) == []


def test_pdf_is_preferred():
    pack = package("а_ОГРН.jpg", "а_Лицензия.pdf", "а_Устав.png", "а_Приказ.docx")
    found = hits("PKG009", pack, "egisz-organization")
    assert [h.args["format"] for h in found] == ["jpeg", "png"]
    # Where only PDF is accepted another rule says so.
    assert hits("PKG009", pack, "egisz-organization", overlays=["strict"]) == []
    assert hits("PKG009", pack, "scan") == []


def test_levels_never_rise():
    loaded = profiles.load("egisz-organization")
    findings = judge(package("а_Лицензия.pdf"), loaded, NOW)
    levels = {f.rule: f.severity for f in findings}
    assert levels["PKG001"] is Severity.ERROR
    assert levels["PKG002"] is Severity.WARNING
    assert levels["PKG003"] is Severity.INFO


@pytest.mark.parametrize(
    ("name", "signature", "profile", "wrong"),
    [
        ("Заявление.pdf", None, "signature-issue-frmr", 1),
        ("Заявление.pdf", "Заявление.pdf", "signature-issue-frmr", 0),
        ("Заявление.pdf", "Паспорт.pdf", "signature-issue-frmr", 1),
        ("Заявление.pdf", None, "frmr-credential", 0),
        ("Паспорт.pdf", None, "signature-issue-frmr", 0),
    ],
)
def test_signatures_that_are_required(name, signature, profile, wrong):
    from medcab.validators.facts import PdfFacts

    made = document(name)
    made = replace(made, facts=replace(made.facts, pdf=PdfFacts()))
    sigs = (SignatureFile("x.sig", BytesSource(b""), 1, signature),) if signature else ()
    pack = Package("p", (made,), signatures=sigs)
    assert len(hits("SIG001", pack, profile)) == wrong
    inside = replace(made, facts=replace(made.facts, pdf=PdfFacts(signature_fields=1)))
    assert hits("SIG001", Package("p", (inside,)), profile) == []
    unseen = Package("p", (replace(made, facts=replace(made.facts, pdf=None)),), signatures=sigs)
    assert len(unknowns("SIG001", unseen, profile)) == wrong


@pytest.mark.parametrize(("found", "wrong"), [("pfx", 1), ("cer", 0), ("pdf", 0)])
def test_private_keys_are_not_for_upload(found, wrong):
    made = document("Сертификат подписи.pdf")
    made = replace(made, facts=replace(made.facts, format=found))
    assert len(hits("PKG011", package(made), "signature-reissue")) == wrong


@pytest.mark.parametrize(
    ("name", "declared", "pages", "wrong"),
    [
        ("Иванов И.И. трудовая книжка на 3 л.pdf", None, 3, 0),
        ("Иванов И.И. трудовая книжка на 3 л.pdf", None, 6, 0),
        ("Иванов И.И. трудовая книжка на 3 л.pdf", None, 2, 1),
        ("Иванов И.И. трудовая книжка на 3 л.pdf", None, 7, 1),
        ("Иванов И.И. трудовая книжка на 3 л..pdf", None, 2, 1),
        ("Приказ на 3 лет.pdf", None, 1, 0),
        ("Диплом.pdf", "2", 2, 0),
        ("Диплом.pdf", "2", 3, 1),
        ("Диплом.pdf", "2", 1, 1),
        ("Диплом на 1 л.pdf", "5", 3, 2),
        ("Диплом.pdf", None, 9, 0),
    ],
)
def test_pages_as_declared(name, declared, pages, wrong):
    made = document(name, meta={"pages": declared} if declared else {})
    made = replace(made, facts=replace(made.facts, pages=pages))
    found = hits("PKG012", package(made))
    assert len(found) == wrong
    for each in found:
        assert each.args["n"] == pages
        assert "указано" in says("PKG012", each)


def test_a_number_of_pages_that_cannot_be_told_stays_open():
    made = document("Диплом.pdf", meta={"pages": "2"})
    unread = replace(made, facts=replace(made.facts, pages=None))
    assert len(unknowns("PKG012", package(unread))) == 1
    assert len(unknowns("PKG012", package(replace(made, meta={"pages": "две"})))) == 1
    assert hits("PKG012", package(replace(made, meta={"pages": "две"}))) == []


@pytest.mark.parametrize(
    ("pages", "answer"),
    [((2,), None), ((1, 1), None), ((1,), "hit"), ((None,), "open"), ((1, None), "open"),
     ((None, 2), None), ((), None)],
)  # fmt: skip
def test_a_passport_needs_both_spreads(pages, answer):
    made = []
    for number, count in enumerate(pages):
        one = document(f"Иванов_Паспорт {number}.pdf", "passport")
        made.append(replace(one, facts=replace(one.facts, pages=count)))
    pack = package(*made)
    assert len(hits("PKG013", pack, "egisz-employee")) == (answer == "hit")
    assert len(unknowns("PKG013", pack, "egisz-employee")) == (answer == "open")
    # Only where the profile asks for the whole document.
    assert hits("PKG013", pack, PRIMARY) == unknowns("PKG013", pack, PRIMARY) == []
