"""The broken packages: a good one, and functions that each spoil one thing in it.

``@defect`` says which package the function spoils and which findings must follow from it, and
only those. The test of the samples compares these lists with what medcab finds.
"""

from __future__ import annotations

from collections.abc import Callable

from samples.make import damage, packages, writers
from samples.make.defects_accreditation import PERIODIC, PRIMARY
from samples.make.defects_archive import ARCHIVE, archive
from samples.make.defects_files import FILES, files
from samples.make.defects_scans import SCANS
from samples.make.packages import Draft, pdf_of, scans
from samples.make.people import (
    DOCTOR,
    NURSE,
    SURGEON,
    WILLOW,
    inn_person,
    ogrnip,
    okpo,
    other_last_digit,
)
from samples.make.registry import DEFECTS, Expect, defect

# What cannot be said of a PDF that does not open.
UNREAD_PDF = (
    *("DPI001", "PDF002", "PDF004", "PDF005", "PDF006", "PDF007", "PDF008", "PDF009", "PDF010"),
    *("PDF011", "PDF012", "PDF013", "PDF014", "PDF015", "PDF016", "PDF017", "PDF018", "SCN001"),
)

ORG = "broken-egisz-organization"
_HEAD = WILLOW.head


@defect(ORG, Expect("PKG001"))
def without_lease(draft: Draft) -> None:
    """The addresses differ, and there is no lease."""
    del draft.files[f"{_HEAD}_Договор аренды.pdf"]


@defect(ORG, Expect("PKG002"))
def without_charter(draft: Draft) -> None:
    """The charter is missing: one source asks for it, another takes it «if there is one»."""
    del draft.files[f"{_HEAD}_Устав.pdf"]


@defect(ORG, Expect("PKG003"))
def without_equipment_licence(draft: Draft) -> None:
    """The licence for the X-ray machine is missing."""
    del draft.files[f"{_HEAD}_Лицензия на оборудование.pdf"]


@defect(ORG, Expect("DPI001", f"{_HEAD}_Лицензия.pdf", 1))
def licence_at_150_dpi(draft: Draft) -> None:
    """The licence was scanned at 150 dpi."""

    def make() -> bytes:
        page = scans("medical_license", WILLOW)[0]
        return writers.pdf([page.resize((page.width // 2, page.height // 2), 4)], dpi=150)

    draft.files[f"{_HEAD}_Лицензия.pdf"] = make


@defect(
    ORG,
    Expect("PDF003", f"{_HEAD}_Учредительный договор.pdf"),
    *(
        Expect(rule, f"{_HEAD}_Учредительный договор.pdf", outcome="undetermined")
        for rule in UNREAD_PDF
    ),
)
def agreement_under_password(draft: Draft) -> None:
    """The founders' agreement asks for a password."""
    name = f"{_HEAD}_Учредительный договор.pdf"
    make = draft.files[name]
    draft.files[name] = lambda: damage.pdf_password(make(), "12345", "12345")


@defect(ORG, Expect("FIL004", f"{_HEAD}_Свидетельство ОГРН.pdf"))
def registration_is_a_web_page(draft: Draft) -> None:
    """Under the name of the certificate lies the error page of a web server."""
    draft.files[f"{_HEAD}_Свидетельство ОГРН.pdf"] = lambda: damage.HTML


@defect(ORG, Expect("FIL005", f"{_HEAD}_Приказ о назначении руководителя.PDF"))
def order_in_capitals(draft: Draft) -> None:
    """The extension is written in capitals."""
    name = f"{_HEAD}_Приказ о назначении руководителя"
    draft.rename(f"{name}.pdf", f"{name}.PDF")


@defect(ORG, Expect("FLD001", "form.xlsx", field="ogrn"))
def ogrn_with_wrong_digit(draft: Draft) -> None:
    """The check digit of the ОГРН is wrong."""
    draft.form["ogrn"] = other_last_digit(WILLOW.ogrn)


@defect(ORG, Expect("FLD001", "form.xlsx", field="okpo"))
def okpo_with_wrong_digit(draft: Draft) -> None:
    """The check digit of the ОКПО is wrong."""
    draft.form["okpo"] = other_last_digit(WILLOW.okpo)


@defect(ORG, Expect("FLD001", "form.xlsx", field="email"))
def email_without_domain(draft: Draft) -> None:
    """The e-mail address stops at the name of the clinic."""
    draft.form["email"] = "priem@belaya-vetla"


@defect(ORG, Expect("FLD004", "form.xlsx", field="legal_address"))
def address_without_index(draft: Draft) -> None:
    """The registered address has no postal code."""
    draft.form["legal_address"] = WILLOW.legal_address.partition(", ")[2]


@defect(ORG, Expect("FLD001", "form.xlsx", field="head_name"))
def head_with_latin_letter(draft: Draft) -> None:
    """In the head's surname a Latin «o» stands for the Russian one."""
    draft.form["head_name"] = WILLOW.head.replace("о", "o", 1)


@defect(ORG, Expect("FLD003", "form.xlsx", field="org_type"))
def unknown_type_of_organisation(draft: Draft) -> None:
    """The type of the organisation is not one of the four."""
    draft.form["org_type"] = "Стоматологическая"


@defect(ORG, Expect("FLD001", "form.xlsx", field="head_order_date"))
def order_on_an_impossible_day(draft: Draft) -> None:
    """There is no 31 February."""
    draft.form["head_order_date"] = "31.02.2024"


@defect(ORG, Expect("FRM002", "form.xlsx", field="kpp"))
def without_kpp(draft: Draft) -> None:
    """A legal entity without КПП."""
    del draft.form["kpp"]


EMPLOYEE = "broken-egisz-employee"
_YE = NURSE.fio.replace("ё", "е")


@defect(
    EMPLOYEE,
    Expect("PKG009", f"{NURSE.fio}_Паспорт.jpg"),
    Expect("PKG009", f"{_YE}_СНИЛС.png"),
    Expect("PKG009", f"{NURSE.fio}_Полис ОМС.jpg"),
    Expect("PKG013", f"{NURSE.fio}_Паспорт.jpg"),
)
def pictures_instead_of_pdf(draft: Draft) -> None:
    """Three documents are pictures, which only some sections take and which hold one page each."""
    for kind, suffix in (("Паспорт", "jpg"), ("СНИЛС", "png"), ("Полис ОМС", "jpg")):
        draft.rename(f"{NURSE.fio}_{kind}.pdf", f"{NURSE.fio}_{kind}.{suffix}")
    draft.files[f"{NURSE.fio}_Паспорт.jpg"] = packages.jpeg_of("passport", NURSE)
    draft.files[f"{NURSE.fio}_СНИЛС.png"] = packages.png_of("snils", NURSE)
    draft.files[f"{NURSE.fio}_Полис ОМС.jpg"] = packages.jpeg_of("oms_policy", NURSE)


@defect(
    EMPLOYEE,
    Expect("IMG001", f"{NURSE.fio}_Паспорт.jpg"),
    Expect("SCN001", f"{NURSE.fio}_Паспорт.jpg", 1, outcome="undetermined"),
)
def half_a_passport(draft: Draft) -> None:
    """The second half of the picture did not arrive."""
    name = f"{NURSE.fio}_Паспорт.jpg"
    make = draft.files[name]
    draft.files[name] = lambda: damage.jpeg_truncated(make())


@defect(EMPLOYEE, Expect("IMG001", f"{_YE}_СНИЛС.png"))
def picture_without_end(draft: Draft) -> None:
    """The closing chunk of the PNG is missing."""
    name = f"{NURSE.fio}_СНИЛС.png"
    make = draft.files[name]
    draft.files[name] = lambda: damage.png_without_end(make())


@defect(EMPLOYEE, Expect("IMG003", f"{NURSE.fio}_Полис ОМС.jpg"))
def policy_in_printing_inks(draft: Draft) -> None:
    """The policy was saved in CMYK."""
    draft.files[f"{NURSE.fio}_Полис ОМС.jpg"] = lambda: damage.cmyk_jpeg(
        scans("oms_policy", NURSE)[0]
    )


@defect(EMPLOYEE, Expect("NAM003", "согласие.pdf"))
def consent_without_owner(draft: Draft) -> None:
    """The name of the file does not say whose consent it is."""
    draft.rename(f"{NURSE.fio}_Согласие.pdf", "согласие.pdf")


@defect(EMPLOYEE, Expect("FRM005", f"{_YE}_СНИЛС.png", field="fio"))
def name_without_yo(draft: Draft) -> None:
    """The name of one file has е where the form has ё."""
    draft.rename(f"{NURSE.fio}_СНИЛС.png", f"{_YE}_СНИЛС.png")


@defect(EMPLOYEE, Expect("FRM010", "form.csv", field="passport_issued"))
def passport_of_a_schoolgirl(draft: Draft) -> None:
    """The passport was issued before the twentieth birthday and had to be changed then."""
    draft.form["passport_issued"] = "28.01.2011"


@defect(EMPLOYEE, Expect("FRM014", "form.csv", field="certificate_expires"))
def certificate_about_to_end(draft: Draft) -> None:
    """Less than six months are left to the certificate."""
    draft.form["certificate_expires"] = "15.02.2027"


@defect(EMPLOYEE, Expect("FRM003", "form.csv", field="Размер халата"))
def field_of_no_meaning(draft: Draft) -> None:
    """The table has a row that no one knows."""
    draft.form["Размер халата"] = "46"


@defect(EMPLOYEE, Expect("FLD005", "form.csv", field="department"))
def double_blank(draft: Draft) -> None:
    """Two blanks between two words."""
    draft.form["department"] = draft.form["department"].replace(" ", "  ")


@defect(EMPLOYEE, Expect("FRM007", "form.csv", field="enp"))
def policy_of_another_birthday(draft: Draft) -> None:
    """The number of the policy says another date of birth than the form."""
    draft.form["birth_date"] = "04.02.1991"


@defect(EMPLOYEE, Expect("FRM002", "form.csv", field="position"))
def without_position(draft: Draft) -> None:
    """The position was left out."""
    del draft.form["position"]


@defect(EMPLOYEE, Expect("FLD001", "form.csv", field="passport_dept"))
def letter_in_department_code(draft: Draft) -> None:
    """A letter О stands for the zero in the code of the department."""
    draft.form["passport_dept"] = NURSE.passport_dept.replace("0", "О", 1)


EMPTY = "broken-empty"


@defect(EMPTY, Expect("PKG006", outcome="undetermined"))
def no_scans_at_all(draft: Draft) -> None:
    """The form was filled in, and no scan was added."""
    draft.files.clear()


NO_FORM = "broken-without-form"


@defect(NO_FORM, Expect("FRM001", outcome="undetermined"))
def form_left_out(draft: Draft) -> None:
    """Nobody put the form into the folder."""
    draft.form.clear()


@defect(NO_FORM, *[Expect("PKG001")] * 3)
def diploma_alone(draft: Draft) -> None:
    """Only the diploma was scanned."""
    draft.files = {f"{DOCTOR.fio}_Диплом.pdf": pdf_of("slip", DOCTOR, WILLOW)}


TRADER = "broken-egisz-sole-trader"


def _trader() -> Draft:
    draft = packages.egisz_organization()
    slips = iter(("slip", "slip_tall"))
    draft.files = {
        f"{_HEAD}_{kind}.pdf": pdf_of(next(slips), DOCTOR, WILLOW)
        for kind in ("Свидетельство ОГРНИП", "Лицензия")
    }
    draft.form_file = "form.yaml"
    draft.form["org_kind"] = "ИП"
    draft.form["ogrnip"] = ogrnip("32169000001234")
    draft.form["org_inn"] = inn_person("6901445566")
    draft.form["okpo"] = okpo("201234567")
    draft.form["actual_address"] = draft.form["legal_address"]
    for name in ("ogrn", "kpp", "founders_count", "head_name", "head_position", "head_order_date"):
        del draft.form[name]
    return draft


@defect(TRADER, Expect("FRM006", "form.yaml", field="kpp"))
def trader_with_kpp(draft: Draft) -> None:
    """A sole trader has no КПП."""
    draft.form["kpp"] = WILLOW.kpp


@defect(TRADER, Expect("PKG003"))
def trader_without_equipment_licence(draft: Draft) -> None:
    """There is no licence for equipment."""


STAFF = "broken-egisz-staff"


def _staff() -> Draft:
    draft = packages.egisz_employee()
    draft.files = {}
    other = packages.egisz_employee(SURGEON, "01A2B3C4D5E6F70999")
    draft.staff = [draft.form, other.form]
    return draft


@defect(STAFF, Expect("FRM008", "form.csv", field="employees.2.certificate_number"))
def one_certificate_for_two(draft: Draft) -> None:
    """Two employees have the same certificate."""
    nurse, surgeon = draft.staff
    surgeon["certificate_number"] = nurse["certificate_number"]


@defect(STAFF, Expect("PKG006", outcome="undetermined"))
def staff_without_scans(draft: Draft) -> None:
    """There is nothing but the table."""


_VERDICTS = {EMPTY: "indeterminate"}

BROKEN: dict[str, Callable[[], Draft]] = {
    ORG: packages.egisz_organization,
    PRIMARY: packages.accreditation_primary,
    PERIODIC: packages.accreditation_periodic,
    EMPLOYEE: packages.egisz_employee,
    SCANS: lambda: Draft("scan"),
    FILES: files,
    ARCHIVE: archive,
    EMPTY: packages.accreditation_primary,
    NO_FORM: packages.accreditation_primary,
    TRADER: _trader,
    STAFF: _staff,
}


def broken(name: str) -> Draft:
    """The draft of a broken package: the good one with every defect applied."""
    draft = BROKEN[name]()
    draft.verdict = _VERDICTS.get(name, "failed")
    for one in DEFECTS[name]:
        one.spoil(draft)
    return draft
