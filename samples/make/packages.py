"""The good packages: what lies in each folder before anything is broken."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from pathlib import Path

from PIL import Image

from samples.make import documents as docs
from samples.make import writers
from samples.make.people import DOCTOR, NURSE, SURGEON, WILLOW, Organisation, Person

Make = Callable[[], bytes]


@dataclass
class Draft:
    """A package before it is written: files by name, the form, the manifest.

    Attributes:
        profile: the profile to check it with.
        files: file name to the function that gives its bytes.
        form: canonical field to value; empty for no form.
        staff: a form of several employees, one mapping each; takes the place of ``form``.
        form_file: its name; the suffix decides the format.
        manifest: file name to what is said about it; empty for no manifest.
        archive: the package is handed in as one zip.
        verdict: what the whole package must be judged to be.
    """

    profile: str
    files: dict[str, Make] = field(default_factory=dict)
    form: dict[str, str] = field(default_factory=dict)
    form_file: str = "form.json"
    manifest: dict[str, dict[str, str]] = field(default_factory=dict)
    staff: list[dict[str, str]] = field(default_factory=list)
    archive: bool = False
    verdict: str = "passed"

    def rename(self, old: str, new: str) -> None:
        """Give a file another name, in its place."""
        self.files = {new if name == old else name: make for name, make in self.files.items()}
        if old in self.manifest:
            self.manifest[new] = self.manifest.pop(old)

    def contents(self) -> dict[str, bytes]:
        """All files of the folder with their bytes."""
        made = {name: make() for name, make in self.files.items()}
        if self.staff:
            made[self.form_file] = _staff_csv(self.staff)
        elif self.form:
            made[self.form_file] = FORM_WRITERS[Path(self.form_file).suffix](self.form)
        if self.manifest:
            made["medcab.yaml"] = _manifest(self.manifest)
        return made


def _form_json(form: Mapping[str, str]) -> bytes:
    return (json.dumps(dict(form), ensure_ascii=False, indent=2) + "\n").encode()


def _form_yaml(form: Mapping[str, str]) -> bytes:
    return "".join(f"{k}: {json.dumps(v, ensure_ascii=False)}\n" for k, v in form.items()).encode()


def _form_toml(form: Mapping[str, str]) -> bytes:
    return "".join(f"{k} = {json.dumps(v, ensure_ascii=False)}\n" for k, v in form.items()).encode()


# How a clerk heads the rows of a table.
_LABELS = {
    "fio": "ФИО",
    "birth_date": "Дата рождения",
    "sex": "Пол",
    "snils": "СНИЛС",
    "inn": "ИНН",
    "passport": "Серия и номер паспорта",
    "passport_issued": "Дата выдачи паспорта",
    "passport_dept": "Код подразделения",
    "enp": "Номер полиса ОМС",
    "position": "Должность",
    "department": "Подразделение",
    "phone": "Телефон",
    "email": "Электронная почта",
    "applicant_category": "Категория заявителя",
    "certificate_number": "Номер сертификата",
    "certificate_issued": "Дата выдачи сертификата",
    "certificate_expires": "Срок действия сертификата",
    "certificate_issuer": "Издатель сертификата",
    "certificate_type": "Тип сертификата",
    "org_name": "Наименование организации",
    "org_kind": "Тип заявителя",
    "org_type": "Тип организации",
    "institution_type": "Тип учреждения",
    "org_inn": "ИНН организации",
    "kpp": "КПП",
    "ogrn": "ОГРН",
    "okpo": "Код ОКПО",
    "legal_address": "Юридический адрес",
    "actual_address": "Фактический адрес",
    "founders_count": "Число учредителей",
    "license_number": "Номер лицензии",
    "license_expires": "Срок действия лицензии",
    "head_name": "ФИО руководителя",
    "head_position": "Должность руководителя",
    "head_order_date": "Дата приказа о назначении руководителя",
}


def _rows(form: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(_LABELS.get(name, name), value) for name, value in form.items()]


def _form_csv(form: Mapping[str, str]) -> bytes:
    return _csv(_rows(form))


def _staff_csv(staff: Sequence[Mapping[str, str]]) -> bytes:
    heads = [_LABELS.get(name, name) for name in staff[0]]
    return _csv([heads, *(list(one.values()) for one in staff)])


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    # Excel of a Russian Windows: semicolons, a byte order mark.
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";").writerows(rows)
    return out.getvalue().encode("utf-8-sig")


def _form_xlsx(form: Mapping[str, str]) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"created": datetime(2026, 11, 2)})
        sheet = book.add_worksheet("Форма")
        sheet.set_column(0, 0, 28)
        sheet.set_column(1, 1, 72)
        for row, (name, value) in enumerate(_rows(form)):
            sheet.write_string(row, 0, name)
            sheet.write_string(row, 1, value)
    return out.getvalue()


FORM_WRITERS: dict[str, Callable[[Mapping[str, str]], bytes]] = {
    ".json": _form_json,
    ".yaml": _form_yaml,
    ".toml": _form_toml,
    ".csv": _form_csv,
    ".xlsx": _form_xlsx,
}


def _manifest(files: Mapping[str, Mapping[str, str]]) -> bytes:
    lines = ["documents:\n"]
    for name, said in files.items():
        lines.append(f"  {json.dumps(name, ensure_ascii=False)}:\n")
        lines += [f"    {k}: {json.dumps(v, ensure_ascii=False)}\n" for k, v in said.items()]
    return "".join(lines).encode()


# One name a document; the first argument is a person, an organisation, or both in this order.
_SHEETS: dict[str, Callable[..., docs.Sheet | list[docs.Sheet]]] = {
    "diploma": docs.diploma,
    "passport": docs.passport,
    "whole_passport": docs.whole_passport,
    "snils": docs.snils_card,
    "oms_policy": docs.oms_policy,
    "medical_license": docs.medical_license,
    "equipment_license": docs.equipment_license,
    "org_registration": docs.org_registration,
    "charter": docs.charter,
    "founders_agreement": docs.founders_agreement,
    "head_order": docs.head_order,
    "lease": docs.lease,
    "pd_consent": docs.pd_consent,
    "treatment_right": docs.treatment_right,
    "training_certificate": docs.training_certificate,
    "health_certificate": docs.health_certificate,
    "fee_receipt": docs.fee_receipt,
    "employment_certificate": docs.employment_certificate,
    "slip": docs.appointment_slip,
    "slip_tall": docs.appointment_slip_tall,
}


@cache
def scans(kind: str, *who: Person | Organisation) -> tuple[Image.Image, ...]:
    """The pages of a document as the scanner gave them."""
    drawn = _SHEETS[kind](*who)
    return tuple(sheet.scan() for sheet in (drawn if isinstance(drawn, list) else [drawn]))


def pdf_of(kind: str, *who: Person | Organisation) -> Make:
    """A maker of the document as PDF."""
    return lambda: writers.pdf(scans(kind, *who))


def jpeg_of(kind: str, *who: Person | Organisation) -> Make:
    """A maker of the first page as JPEG."""
    return lambda: writers.jpeg(scans(kind, *who)[0])


def png_of(kind: str, *who: Person | Organisation) -> Make:
    """A maker of the first page as PNG; without grain, which PNG cannot press."""

    def make() -> bytes:
        drawn = _SHEETS[kind](*who)
        sheet = drawn[0] if isinstance(drawn, list) else drawn
        return writers.png(sheet.scan(noise=0))

    return make


def _named(who: Person | str, kind: str, suffix: str = "pdf") -> str:
    return f"{who if isinstance(who, str) else who.fio}_{kind}.{suffix}"


def accreditation_primary() -> Draft:
    """A young doctor's first accreditation: names tell the types, the form is JSON."""
    who, org = DOCTOR, WILLOW
    return Draft(
        "accreditation-primary",
        {
            _named(who, "Диплом"): pdf_of("diploma", who),
            _named(who, "Паспорт"): pdf_of("passport", who),
            _named(who, "Лицензия"): pdf_of("medical_license", org),
            _named(who, "Свидетельство о регистрации"): pdf_of("org_registration", org),
        },
        {
            "fio": who.fio,
            "birth_date": who.birth,
            "snils": who.snils,
            "inn": who.inn,
            "phone": who.phone,
            "email": who.email,
            "accreditation_type": "первичная",
            "specialty_code": who.specialty_code,
            "specialty": who.specialty,
            "diploma_number": who.diploma,
            "diploma_date": who.diploma_date,
            "workplace": org.short,
            "workplace_address": org.actual_address,
            "org_inn": org.inn,
            "ogrn": org.ogrn,
            "license_number": org.licence,
            "license_expires": "бессрочно",
        },
        "form.json",
    )


def accreditation_periodic() -> Draft:
    """A surgeon's periodic accreditation: names as people write them, a manifest for the rest."""
    who, org = SURGEON, WILLOW
    return Draft(
        "accreditation-periodic",
        {
            "Ольшанская_Диплом.pdf": pdf_of("diploma", who),
            "Ольшанская_скан4.pdf": pdf_of("training_certificate", who),
            "Ольшанская В.А._Справка о состоянии здоровья.pdf": pdf_of(
                "health_certificate", who, org
            ),
            "Ольшанская_Квитанция.pdf": pdf_of("fee_receipt", who),
        },
        {
            "fio": who.fio,
            "birth_date": who.birth,
            "snils": who.snils,
            "inn": who.inn,
            "phone": who.phone,
            "email": who.email,
            "accreditation_type": "периодическая",
            "specialty_code": who.specialty_code,
            "specialty": who.specialty,
            "diploma_number": who.diploma,
            "diploma_date": who.diploma_date,
            "workplace": org.short,
            "workplace_address": org.actual_address,
            "org_name": org.short,
            "org_inn": org.inn,
            "license_number": org.licence,
            "license_expires": "бессрочно",
            "online_test_passed": "да",
            "cpd_date": "27.03.2026",
            "accreditation_end": "10.12.2026",
        },
        "form.toml",
        {"Ольшанская_скан4.pdf": {"type": "training_certificate", "issued": "27.03.2026"}},
    )


def egisz_organization() -> Draft:
    """A clinic registers: scans named «ФИО_Тип», the form is a workbook."""
    org = WILLOW
    return Draft(
        "egisz-organization",
        {
            _named(org.head, "Устав"): pdf_of("charter", org),
            _named(org.head, "Учредительный договор"): pdf_of("founders_agreement", org),
            _named(org.head, "Свидетельство ОГРН"): pdf_of("org_registration", org),
            _named(org.head, "Приказ о назначении руководителя"): pdf_of("head_order", org),
            _named(org.head, "Договор аренды"): pdf_of("lease", org),
            _named(org.head, "Лицензия"): pdf_of("medical_license", org),
            _named(org.head, "Лицензия на оборудование"): pdf_of("equipment_license", org),
        },
        {
            "org_name": org.full,
            "org_kind": "ЮЛ",
            "org_type": "Медицинская",
            "institution_type": "поликлиника",
            "org_inn": org.inn,
            "kpp": org.kpp,
            "ogrn": org.ogrn,
            "okpo": org.okpo,
            "legal_address": org.legal_address,
            "actual_address": org.actual_address,
            "founders_count": "2",
            "phone": org.phone,
            "email": org.email,
            "license_number": org.licence,
            "license_expires": "бессрочно",
            "head_name": org.head,
            "head_position": "главный врач",
            "head_order_date": org.head_order_date,
            "equipment_license_required": "да",
            "care_license_required": "нет",
        },
        "form.xlsx",
    )


def egisz_employee(who: Person = NURSE, certificate: str = "01A2B3C4D5E6F70812") -> Draft:
    """An employee is entered: the form is CSV."""
    org = WILLOW
    return Draft(
        "egisz-employee",
        {
            _named(who, "Паспорт"): pdf_of("whole_passport", who),
            _named(who, "СНИЛС"): pdf_of("snils", who),
            _named(who, "Полис ОМС"): pdf_of("oms_policy", who),
            _named(who, "Согласие"): pdf_of("pd_consent", who, org),
        },
        {
            "fio": who.fio,
            "birth_date": who.birth,
            "sex": who.sex,
            "snils": who.snils,
            "inn": who.inn,
            "passport": who.passport,
            "passport_issued": who.passport_issued,
            "passport_dept": who.passport_dept,
            "enp": who.enp,
            "position": who.position,
            "department": "терапевтическое отделение",
            "phone": who.phone,
            "email": who.email,
            "applicant_category": "сотрудник",
            "certificate_number": certificate,
            "certificate_issued": "15.09.2026",
            "certificate_expires": "15.12.2027",
            "certificate_issuer": "АО «Удостоверяющий центр «Верхневолжье»",
            "certificate_type": "усиленная квалифицированная",
        },
        "form.csv",
    )


def scan() -> Draft:
    """Files alone, without form and list of documents."""
    return Draft(
        "scan",
        {
            "passport.pdf": pdf_of("passport", DOCTOR),
            "fee.jpg": jpeg_of("fee_receipt", SURGEON),
            "slip.png": png_of("slip", DOCTOR, WILLOW),
        },
    )


GOOD: dict[str, Callable[[], Draft]] = {
    "good-accreditation-primary": accreditation_primary,
    "good-accreditation-periodic": accreditation_periodic,
    "good-egisz-organization": egisz_organization,
    "good-egisz-employee": egisz_employee,
    "good-scan": scan,
}
