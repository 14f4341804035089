"""The broken packages: a good one, and functions that each spoil one thing in it.

``@defect`` says which package the function spoils and which findings must follow from it, and
only those. The test of the samples compares these lists with what medcab finds.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from samples.make import damage, packages, writers
from samples.make.defects_files import FILES, files
from samples.make.packages import Draft, pdf_of, scans
from samples.make.people import DOCTOR, NURSE, SURGEON, WILLOW, inn_person, ogrnip, okpo
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
    draft.form["ogrn"] = _other_last_digit(WILLOW.ogrn)


@defect(ORG, Expect("FLD001", "form.xlsx", field="okpo"))
def okpo_with_wrong_digit(draft: Draft) -> None:
    """The check digit of the ОКПО is wrong."""
    draft.form["okpo"] = _other_last_digit(WILLOW.okpo)


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


PRIMARY = "broken-accreditation-primary"


@defect(PRIMARY, Expect("PKG001"))
def without_licence(draft: Draft) -> None:
    """The licence of the clinic is missing."""
    del draft.files[f"{DOCTOR.fio}_Лицензия.pdf"]


@defect(PRIMARY, Expect("PKG001"))
def without_registration(draft: Draft) -> None:
    """The certificate of registration is missing."""
    del draft.files[f"{DOCTOR.fio}_Свидетельство о регистрации.pdf"]


@defect(PRIMARY, Expect("FIL003", f"{DOCTOR.fio}_Диплом.pdf"))
def diploma_is_a_text_document(draft: Draft) -> None:
    """A Word document was given the extension of a PDF."""
    draft.files[f"{DOCTOR.fio}_Диплом.pdf"] = damage.docx


@defect(PRIMARY, Expect("PDF008", f"{DOCTOR.fio}_Паспорт.pdf"))
def passport_with_a_field(draft: Draft) -> None:
    """The scan of the passport carries a field to fill in."""
    make = pdf_of("passport", DOCTOR)
    draft.files[f"{DOCTOR.fio}_Паспорт.pdf"] = lambda: damage.pdf_text_field(make())


@defect(
    PRIMARY,
    Expect("NAM001", "IMG_2041.pdf", outcome="undetermined"),
    Expect("NAM003", "IMG_2041.pdf"),
)
def nameless_scan(draft: Draft) -> None:
    """A file whose name does not say what it is."""
    draft.files["IMG_2041.pdf"] = pdf_of("slip", DOCTOR, WILLOW)


@defect(PRIMARY, Expect("PKG005", f"{DOCTOR.fio}_Паспорт.pdf"))
def two_passports(draft: Draft) -> None:
    """There is one passport too many."""
    draft.files[f"{DOCTOR.fio}_Паспорт РФ.pdf"] = lambda: writers.pdf(
        scans("slip_tall", DOCTOR, WILLOW)
    )


@defect(PRIMARY, Expect("PKG004", f"{DOCTOR.fio}_Полис ОМС.pdf"))
def policy_nobody_asks_for(draft: Draft) -> None:
    """The profile does not ask for the insurance policy."""
    draft.files[f"{DOCTOR.fio}_Полис ОМС.pdf"] = pdf_of("oms_policy", DOCTOR)


@defect(
    PRIMARY,
    Expect("FIL011", f"{DOCTOR.fio}_Полис.pdf"),
    Expect("PKG004", f"{DOCTOR.fio}_Полис.pdf"),
)
def same_file_twice(draft: Draft) -> None:
    """The same scan lies in the folder under another name."""
    draft.files[f"{DOCTOR.fio}_Полис.pdf"] = draft.files[f"{DOCTOR.fio}_Полис ОМС.pdf"]


@defect(PRIMARY, Expect("FRM002", "form.json", field="phone"))
def without_phone(draft: Draft) -> None:
    """The phone was left out."""
    del draft.form["phone"]


@defect(PRIMARY, Expect("FLD001", "form.json", field="birth_date"))
def short_year_of_birth(draft: Draft) -> None:
    """The year of birth has two digits."""
    draft.form["birth_date"] = "14.05.96"


@defect(PRIMARY, Expect("FLD001", "form.json", field="inn"))
def inn_with_swapped_digits(draft: Draft) -> None:
    """Two digits of the ИНН changed places."""
    inn = DOCTOR.inn
    draft.form["inn"] = inn[:4] + inn[5] + inn[4] + inn[6:]


@defect(PRIMARY, Expect("FLD001", "form.json", field="specialty_code"))
def name_instead_of_code(draft: Draft) -> None:
    """The name of the specialty stands where its code belongs."""
    draft.form["specialty_code"] = DOCTOR.specialty


PERIODIC = "broken-accreditation-periodic"


@defect(PERIODIC, Expect("PKG001"))
def without_receipt(draft: Draft) -> None:
    """The receipt for the fee is missing."""
    del draft.files["Ольшанская_Квитанция.pdf"]


@defect(PERIODIC, Expect("PDF005", "Ольшанская_Диплом.pdf"))
def diploma_with_a_script(draft: Draft) -> None:
    """A script runs when the diploma is opened."""
    make = draft.files["Ольшанская_Диплом.pdf"]
    draft.files["Ольшанская_Диплом.pdf"] = lambda: damage.pdf_javascript(make())


@defect(PERIODIC, Expect("FIL002", "Ольшанская В.А._Справка о состоянии здоровья.jpg"))
def health_certificate_as_photo(draft: Draft) -> None:
    """The health certificate came as JPEG where only PDF is taken."""
    name = "Ольшанская В.А._Справка о состоянии здоровья"
    draft.rename(f"{name}.pdf", f"{name}.jpg")
    draft.files[f"{name}.jpg"] = packages.jpeg_of("health_certificate", SURGEON, WILLOW)


@defect(PERIODIC, Expect("NAM003", "Ольшанская В.А. удостоверение на 1 л.pdf"))
def name_in_the_old_way(draft: Draft) -> None:
    """The name is as people write it, not «ФИО_Тип»; the manifest says what it is."""
    draft.rename("Ольшанская_скан4.pdf", "Ольшанская В.А. удостоверение на 1 л.pdf")


@defect(PERIODIC, Expect("PKG008", "Ольшанская_Диплом.pdf"))
def expired_document(draft: Draft) -> None:
    """By the manifest the document was valid until the spring."""
    draft.manifest["Ольшанская_Диплом.pdf"] = {"type": "diploma", "expires": "01.03.2026"}


@defect(PERIODIC, Expect("INP004", "Ольшанская_Сертификат.pdf"))
def manifest_names_a_file_that_is_not_there(draft: Draft) -> None:
    """The manifest names a file that nobody put into the folder."""
    draft.manifest["Ольшанская_Сертификат.pdf"] = {"type": "specialist_certificate"}


@defect(PERIODIC, Expect("FRM004", "form.toml", field="education.fio"))
def two_surnames(draft: Draft) -> None:
    """In the section on education she still has her maiden name."""
    draft.form["education.fio"] = f"Лаптева {SURGEON.name} {SURGEON.patronymic}"


@defect(PERIODIC, Expect("FRM013", "form.toml", field="license_expires"))
def licence_that_ended(draft: Draft) -> None:
    """The licence ended in the spring."""
    draft.form["license_expires"] = "12.03.2026"


@defect(PERIODIC, Expect("FRM015", "form.toml", field="diploma_date"))
def diploma_before_birth(draft: Draft) -> None:
    """By its date the diploma is older than its owner."""
    draft.form["diploma_date"] = "24.06.1982"


@defect(PERIODIC, Expect("FLD002", "form.toml", field="license_number"))
def licence_of_another_region(draft: Draft) -> None:
    """The authority in the number of the licence does not belong to the region."""
    draft.form["license_number"] = "Л041-01137-69/00345678"


@defect(PERIODIC, Expect("FRM012", "form.toml", field="cpd_date"))
def old_training(draft: Draft) -> None:
    """The advanced training is more than three years old."""
    draft.form["cpd_date"] = "27.03.2022"


@defect(PERIODIC, Expect("FRM011", "form.toml", field="accreditation_end"))
def too_early(draft: Draft) -> None:
    """The accreditation does not end for a year: it is too early to apply."""
    draft.form["accreditation_end"] = "10.12.2027"


@defect(PERIODIC, Expect("FRM016", "form.toml", field="online_test_passed"))
def test_not_passed(draft: Draft) -> None:
    """The online test was not passed."""
    draft.form["online_test_passed"] = "нет"


@defect(PERIODIC, Expect("FLD001", "form.toml", field="snils"))
def snils_with_wrong_sum(draft: Draft) -> None:
    """The check number of the СНИЛС is wrong."""
    draft.form["snils"] = _other_last_digit(SURGEON.snils)


EMPLOYEE = "broken-egisz-employee"
_YE = NURSE.fio.replace("ё", "е")


@defect(
    EMPLOYEE,
    Expect("PKG009", f"{NURSE.fio}_Паспорт.jpg"),
    Expect("PKG009", f"{_YE}_СНИЛС.png"),
    Expect("PKG009", f"{NURSE.fio}_Полис ОМС.jpg"),
)
def pictures_instead_of_pdf(draft: Draft) -> None:
    """Three documents are pictures, which only some sections of the portal take."""
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


SCANS = "broken-scans"


def _page() -> packages.Image.Image:
    return scans("treatment_right", NURSE, WILLOW)[0]


@defect(SCANS, Expect("SCN001", "blurred.pdf", 1))
def out_of_focus(draft: Draft) -> None:
    """The letters run into each other."""
    draft.files["blurred.pdf"] = lambda: writers.pdf([damage.blurred(_page())])


@defect(SCANS, Expect("SCN004", "skewed.pdf", 1))
def crooked(draft: Draft) -> None:
    """The sheet lay crooked by four degrees."""
    draft.files["skewed.pdf"] = lambda: writers.pdf([damage.skewed(_page())])


@defect(SCANS, Expect("SCN005", "turned.pdf", 1))
def on_its_side(draft: Draft) -> None:
    """The sheet lay on its side."""
    draft.files["turned.pdf"] = lambda: writers.pdf([damage.turned(_page())])


@defect(SCANS, Expect("SCN002", "faint.pdf", 1))
def pale(draft: Draft) -> None:
    """Pale grey letters on white."""
    draft.files["faint.pdf"] = lambda: writers.pdf([damage.faint(_page())])


@defect(SCANS, Expect("SCN003", "blank.pdf", 2))
def empty_back(draft: Draft) -> None:
    """The second page is the empty back of the sheet."""
    draft.files["blank.pdf"] = lambda: writers.pdf([_page(), damage.blank(_page())])


@defect(SCANS, Expect("SCN007", "enlarged.pdf", 1), Expect("SCN001", "enlarged.pdf", 1))
def blown_up(draft: Draft) -> None:
    """A scan of 100 dpi enlarged to 300."""
    draft.files["enlarged.pdf"] = lambda: writers.pdf([damage.enlarged(_page())])


@defect(SCANS, Expect("SCN006", "cut.pdf", 1))
def cut_off(draft: Draft) -> None:
    """The beginnings of the lines are off the picture."""
    draft.files["cut.pdf"] = lambda: writers.pdf([damage.cut_left(_page())])


@defect(SCANS, Expect("SCN012", "watermark.pdf", 1))
def with_a_grey_word(draft: Draft) -> None:
    """A grey word lies across the page."""
    draft.files["watermark.pdf"] = lambda: writers.pdf([damage.watermarked(_page())])


@defect(SCANS, Expect("SCN013", "grey.pdf"))
def without_colour(draft: Draft) -> None:
    """A stamped document scanned without colour."""
    draft.files["grey.pdf"] = lambda: writers.pdf([damage.grey(_page())])
    draft.manifest["grey.pdf"] = {"color": "true"}


ARCHIVE = "broken-archive"


_D = DOCTOR.fio


def _slip(number: int) -> packages.Make:
    # Every member differs from the others by a comment at its end.
    return lambda: writers.pdf(scans("slip", DOCTOR, WILLOW)) + b"%% copy %d\n" % number


def _archive() -> Draft:
    draft = packages.accreditation_primary()
    draft.files = {name: _slip(i) for i, name in enumerate(draft.files)}
    draft.archive = True
    return draft


@defect(ARCHIVE, Expect("FIL008", f"{_D}_Диплом.pdf"))
def diploma_of_six_megabytes(draft: Draft) -> None:
    """The diploma takes more than 5 MiB."""
    draft.files[f"{_D}_Диплом.pdf"] = lambda: damage.pdf_padded(_slip(0)(), 6_000_000)


@defect(ARCHIVE, Expect("FIL009", f"{_D}_Лицензия.pdf"))
def licence_just_over_five_million(draft: Draft) -> None:
    """The licence lies between 5 000 000 bytes and 5 MiB."""
    draft.files[f"{_D}_Лицензия.pdf"] = lambda: damage.pdf_padded(_slip(1)(), 5_100_000)


@defect(ARCHIVE, Expect("NAM004", unicodedata.normalize("NFD", f"{_D}_Паспорт й.pdf")))
def name_from_a_mac(draft: Draft) -> None:
    """The name is decomposed, as a Mac writes it: й is и with a breve."""
    name = unicodedata.normalize("NFD", f"{_D}_Паспорт й.pdf")
    draft.rename(f"{_D}_Паспорт.pdf", name)


@defect(ARCHIVE, Expect("NAM002", f"{_D}_Дилпом.pdf"))
def misspelt_type(draft: Draft) -> None:
    """«Дилпом» instead of «Диплом»."""
    draft.files[f"{_D}_Дилпом.pdf"] = _slip(11)


@defect(ARCHIVE, Expect("NAM005", "Соловьёва Анна Игоревна_Диплом.pdf", field="fio"))
def diploma_of_a_colleague(draft: Draft) -> None:
    """A colleague's diploma got into the package."""
    draft.files["Соловьёва Анна Игоревна_Диплом.pdf"] = _slip(12)


@defect(ARCHIVE, Expect("NAM006", "Берестов Глеб_Лицeнзия.pdf"))
def latin_letter_in_the_name(draft: Draft) -> None:
    """In «Лицензия» a Latin «e» stands for the Russian one."""
    draft.files["Берестов Глеб_Лицeнзия.pdf"] = _slip(13)


@defect(ARCHIVE, Expect("NAM007", "Берестов Глеб_Диплом?.pdf"))
def question_mark_in_the_name(draft: Draft) -> None:
    """Windows does not allow a question mark in a name."""
    draft.files["Берестов Глеб_Диплом?.pdf"] = _slip(14)


_LONG = f"{_D}_Диплом {'о высшем медицинском образовании ' * 4}с отличием.pdf"


@defect(ARCHIVE, Expect("NAM008", _LONG))
def endless_name(draft: Draft) -> None:
    """The name takes more than 255 bytes."""
    draft.files[_LONG] = _slip(15)


@defect(ARCHIVE, Expect("NAM009", f"{_D}_диплом.pdf"))
def names_that_differ_by_case(draft: Draft) -> None:
    """On Windows one of the two diplomas would be lost."""
    draft.files[f"{_D}_диплом.pdf"] = _slip(16)


@defect(ARCHIVE, Expect("INP003", f"{_D}_Приказ.pdf.sig"))
def signature_of_nothing(draft: Draft) -> None:
    """A signature without the document it belongs to."""
    draft.files[f"{_D}_Приказ.pdf.sig"] = lambda: b"-----BEGIN CMS-----\n"


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
    ARCHIVE: _archive,
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


def _other_last_digit(number: str) -> str:
    return number[:-1] + str((int(number[-1]) + 1) % 10)
