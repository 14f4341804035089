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
from samples.make.people import DOCTOR, NURSE, SURGEON, WILLOW
from samples.make.registry import DEFECTS, Expect, defect

# --- an organisation -------------------------------------------------------------------------

ORG = "broken-egisz-organization"
_HEAD = WILLOW.head


def _organization() -> Draft:
    draft = packages.egisz_organization()
    # The title page alone keeps the folder of samples small.
    draft.files[f"{_HEAD}_Устав.pdf"] = lambda: writers.pdf(scans("charter", WILLOW)[:1])
    return draft


@defect(ORG, Expect("TBD-missing"))
def without_lease(draft: Draft) -> None:
    """The addresses differ, and there is no lease."""
    del draft.files[f"{_HEAD}_Договор аренды.pdf"]


@defect(ORG, Expect("TBD-dpi", f"{_HEAD}_Лицензия.pdf", 1))
def licence_at_150_dpi(draft: Draft) -> None:
    """The licence was scanned at 150 dpi."""

    def make() -> bytes:
        page = scans("medical_license", WILLOW)[0]
        return writers.pdf([page.resize((page.width // 2, page.height // 2), 4)], dpi=150)

    draft.files[f"{_HEAD}_Лицензия.pdf"] = make


@defect(ORG, Expect("TBD-encrypted", f"{_HEAD}_Учредительный договор.pdf"))
def agreement_under_password(draft: Draft) -> None:
    """The founders' agreement asks for a password."""
    name = f"{_HEAD}_Учредительный договор.pdf"
    make = draft.files[name]
    draft.files[name] = lambda: damage.pdf_password(make(), "12345", "12345")


@defect(ORG, Expect("TBD-html", f"{_HEAD}_Свидетельство ОГРН.pdf"))
def registration_is_a_web_page(draft: Draft) -> None:
    """Under the name of the certificate lies the error page of a web server."""
    draft.files[f"{_HEAD}_Свидетельство ОГРН.pdf"] = lambda: damage.HTML


@defect(ORG, Expect("TBD-case", f"{_HEAD}_Приказ о назначении руководителя.PDF"))
def order_in_capitals(draft: Draft) -> None:
    """The extension is written in capitals."""
    name = f"{_HEAD}_Приказ о назначении руководителя"
    draft.rename(f"{name}.pdf", f"{name}.PDF")


@defect(ORG, Expect("TBD-ogrn", "form.xlsx", field="ogrn"))
def ogrn_with_wrong_digit(draft: Draft) -> None:
    """The check digit of the ОГРН is wrong."""
    draft.form["ogrn"] = _other_last_digit(WILLOW.ogrn)


@defect(ORG, Expect("TBD-okpo", "form.xlsx", field="okpo"))
def okpo_with_wrong_digit(draft: Draft) -> None:
    """The check digit of the ОКПО is wrong."""
    draft.form["okpo"] = _other_last_digit(WILLOW.okpo)


@defect(ORG, Expect("TBD-email", "form.xlsx", field="email"))
def email_without_domain(draft: Draft) -> None:
    """The e-mail address stops at the name of the clinic."""
    draft.form["email"] = "priem@belaya-vetla"


@defect(ORG, Expect("TBD-address", "form.xlsx", field="legal_address"))
def address_without_index(draft: Draft) -> None:
    """The registered address has no postal code."""
    draft.form["legal_address"] = WILLOW.legal_address.partition(", ")[2]


@defect(ORG, Expect("TBD-fio", "form.xlsx", field="head_name"))
def head_with_latin_letter(draft: Draft) -> None:
    """In the head's surname a Latin «o» stands for the Russian one."""
    draft.form["head_name"] = WILLOW.head.replace("о", "o", 1)


@defect(ORG, Expect("TBD-type", "form.xlsx", field="org_type"))
def unknown_type_of_organisation(draft: Draft) -> None:
    """The type of the organisation is not one of the four."""
    draft.form["org_type"] = "Стоматологическая"


@defect(ORG, Expect("TBD-date", "form.xlsx", field="head_order_date"))
def order_on_an_impossible_day(draft: Draft) -> None:
    """There is no 31 February."""
    draft.form["head_order_date"] = "31.02.2024"


@defect(ORG, Expect("TBD-absent", "form.xlsx", field="kpp"))
def without_kpp(draft: Draft) -> None:
    """A legal entity without КПП."""
    del draft.form["kpp"]


# --- a first accreditation -------------------------------------------------------------------

PRIMARY = "broken-accreditation-primary"


@defect(PRIMARY, Expect("TBD-missing"))
def without_licence(draft: Draft) -> None:
    """The licence of the clinic is missing."""
    del draft.files[f"{DOCTOR.fio}_Лицензия.pdf"]


@defect(PRIMARY, Expect("TBD-missing"))
def without_registration(draft: Draft) -> None:
    """The certificate of registration is missing."""
    del draft.files[f"{DOCTOR.fio}_Свидетельство о регистрации.pdf"]


@defect(PRIMARY, Expect("TBD-docx", f"{DOCTOR.fio}_Диплом.pdf"))
def diploma_is_a_text_document(draft: Draft) -> None:
    """A Word document was given the extension of a PDF."""
    draft.files[f"{DOCTOR.fio}_Диплом.pdf"] = damage.docx


@defect(PRIMARY, Expect("TBD-field", f"{DOCTOR.fio}_Паспорт.pdf"))
def passport_with_a_field(draft: Draft) -> None:
    """The scan of the passport carries a field to fill in."""
    make = pdf_of("passport", DOCTOR)
    draft.files[f"{DOCTOR.fio}_Паспорт.pdf"] = lambda: damage.pdf_text_field(make())


@defect(PRIMARY, Expect("TBD-type", "IMG_2041.pdf", outcome="undetermined"))
def nameless_scan(draft: Draft) -> None:
    """A file whose name does not say what it is."""
    draft.files["IMG_2041.pdf"] = pdf_of("slip", DOCTOR, WILLOW)


@defect(PRIMARY, Expect("TBD-email", "form.json", field="phone"))
def without_phone(draft: Draft) -> None:
    """The phone was left out."""
    del draft.form["phone"]


@defect(PRIMARY, Expect("TBD-date", "form.json", field="birth_date"))
def short_year_of_birth(draft: Draft) -> None:
    """The year of birth has two digits."""
    draft.form["birth_date"] = "14.05.96"


@defect(PRIMARY, Expect("TBD-inn", "form.json", field="inn"))
def inn_with_swapped_digits(draft: Draft) -> None:
    """Two digits of the ИНН changed places."""
    inn = DOCTOR.inn
    draft.form["inn"] = inn[:4] + inn[5] + inn[4] + inn[6:]


@defect(PRIMARY, Expect("TBD-specialty", "form.json", field="specialty_code"))
def name_instead_of_code(draft: Draft) -> None:
    """The name of the specialty stands where its code belongs."""
    draft.form["specialty_code"] = DOCTOR.specialty


# --- a periodic accreditation ----------------------------------------------------------------

PERIODIC = "broken-accreditation-periodic"


@defect(PERIODIC, Expect("TBD-missing"))
def without_receipt(draft: Draft) -> None:
    """The receipt for the fee is missing."""
    del draft.files["Ольшанская_квитанция.pdf"]


@defect(PERIODIC, Expect("TBD-js", "диплом.pdf"))
def diploma_with_a_script(draft: Draft) -> None:
    """A script runs when the diploma is opened."""
    make = draft.files["диплом.pdf"]
    draft.files["диплом.pdf"] = lambda: damage.pdf_javascript(make())


@defect(PERIODIC, Expect("TBD-format", "Ольшанская В.А. справка о состоянии здоровья.jpg"))
def health_certificate_as_photo(draft: Draft) -> None:
    """The health certificate came as JPEG where only PDF is taken."""
    name = "Ольшанская В.А. справка о состоянии здоровья"
    draft.rename(f"{name}.pdf", f"{name}.jpg")
    draft.files[f"{name}.jpg"] = packages.jpeg_of("health_certificate", SURGEON, WILLOW)


@defect(PERIODIC, Expect("TBD-cpd", "form.toml", field="cpd_date"))
def old_training(draft: Draft) -> None:
    """The advanced training is more than three years old."""
    draft.form["cpd_date"] = "27.03.2022"


@defect(PERIODIC, Expect("TBD-window", "form.toml", field="accreditation_end"))
def too_early(draft: Draft) -> None:
    """The accreditation does not end for a year: it is too early to apply."""
    draft.form["accreditation_end"] = "10.12.2027"


@defect(PERIODIC, Expect("TBD-test", "form.toml", field="online_test_passed"))
def test_not_passed(draft: Draft) -> None:
    """The online test was not passed."""
    draft.form["online_test_passed"] = "нет"


@defect(PERIODIC, Expect("TBD-snils", "form.toml", field="snils"))
def snils_with_wrong_sum(draft: Draft) -> None:
    """The check number of the СНИЛС is wrong."""
    draft.form["snils"] = _other_last_digit(SURGEON.snils)


# --- an employee -----------------------------------------------------------------------------

EMPLOYEE = "broken-egisz-employee"


def _employee() -> Draft:
    draft = packages.egisz_employee()
    del draft.files[f"{NURSE.fio}_Справка о праве на лечение.pdf"]  # an employee needs none
    return draft


@defect(EMPLOYEE, Expect("TBD-trunc", f"{NURSE.fio}_Паспорт.jpg"))
def half_a_passport(draft: Draft) -> None:
    """The second half of the picture did not arrive."""
    name = f"{NURSE.fio}_Паспорт.jpg"
    make = draft.files[name]
    draft.files[name] = lambda: damage.jpeg_truncated(make())


@defect(EMPLOYEE, Expect("TBD-noiend", f"{NURSE.fio}_СНИЛС.png"))
def picture_without_end(draft: Draft) -> None:
    """The closing chunk of the PNG is missing."""
    name = f"{NURSE.fio}_СНИЛС.png"
    make = draft.files[name]
    draft.files[name] = lambda: damage.png_without_end(make())


@defect(EMPLOYEE, Expect("TBD-cmyk", f"{NURSE.fio}_Полис ОМС.jpg"))
def policy_in_printing_inks(draft: Draft) -> None:
    """The policy was saved in CMYK."""
    page = scans("oms_policy", NURSE)[0]
    draft.files[f"{NURSE.fio}_Полис ОМС.jpg"] = lambda: damage.cmyk_jpeg(page)


@defect(EMPLOYEE, Expect("TBD-name", "согласие.pdf"))
def consent_without_owner(draft: Draft) -> None:
    """The name of the file does not say whose consent it is."""
    draft.rename(f"{NURSE.fio}_Согласие.pdf", "согласие.pdf")


@defect(EMPLOYEE, Expect("TBD-enp", "form.csv", field="enp"))
def policy_of_another_birthday(draft: Draft) -> None:
    """The number of the policy says another date of birth than the form."""
    draft.form["birth_date"] = "04.02.1991"


@defect(EMPLOYEE, Expect("TBD-absent", "form.csv", field="position"))
def without_position(draft: Draft) -> None:
    """The position was left out."""
    del draft.form["position"]


@defect(EMPLOYEE, Expect("TBD-dept", "form.csv", field="passport_dept"))
def letter_in_department_code(draft: Draft) -> None:
    """A letter О stands for the zero in the code of the department."""
    draft.form["passport_dept"] = NURSE.passport_dept.replace("0", "О", 1)


# --- scans that cannot be read ---------------------------------------------------------------

SCANS = "broken-scans"


def _page() -> packages.Image.Image:
    return scans("treatment_right", NURSE, WILLOW)[0]


@defect(SCANS, Expect("TBD-blur", "blurred.pdf", 1))
def out_of_focus(draft: Draft) -> None:
    """The letters run into each other."""
    draft.files["blurred.pdf"] = lambda: writers.pdf([damage.blurred(_page())])


@defect(SCANS, Expect("TBD-skew", "skewed.pdf", 1))
def crooked(draft: Draft) -> None:
    """The sheet lay crooked by four degrees."""
    draft.files["skewed.pdf"] = lambda: writers.pdf([damage.skewed(_page())])


@defect(SCANS, Expect("TBD-turned", "turned.pdf", 1))
def on_its_side(draft: Draft) -> None:
    """The sheet lay on its side."""
    draft.files["turned.pdf"] = lambda: writers.pdf([damage.turned(_page())])


@defect(SCANS, Expect("TBD-faint", "faint.pdf", 1))
def pale(draft: Draft) -> None:
    """Pale grey letters on white."""
    draft.files["faint.pdf"] = lambda: writers.pdf([damage.faint(_page())])


@defect(SCANS, Expect("TBD-blank", "blank.pdf", 2))
def empty_back(draft: Draft) -> None:
    """The second page is the empty back of the sheet."""
    draft.files["blank.pdf"] = lambda: writers.pdf([_page(), damage.blank(_page())])


@defect(SCANS, Expect("TBD-enlarged", "enlarged.pdf", 1))
def blown_up(draft: Draft) -> None:
    """A scan of 100 dpi enlarged to 300."""
    draft.files["enlarged.pdf"] = lambda: writers.pdf([damage.enlarged(_page())])


@defect(SCANS, Expect("TBD-cut", "cut.pdf", 1))
def cut_off(draft: Draft) -> None:
    """The beginnings of the lines are off the picture."""
    draft.files["cut.pdf"] = lambda: writers.pdf([damage.cut_left(_page())])


@defect(SCANS, Expect("TBD-watermark", "watermark.pdf", 1))
def with_a_grey_word(draft: Draft) -> None:
    """A grey word lies across the page."""
    draft.files["watermark.pdf"] = lambda: writers.pdf([damage.watermarked(_page())])


@defect(SCANS, Expect("TBD-grey", "grey.pdf", 1))
def without_colour(draft: Draft) -> None:
    """A stamped document scanned without colour."""
    draft.files["grey.pdf"] = lambda: writers.pdf([damage.grey(_page())])


# --- an archive ------------------------------------------------------------------------------

ARCHIVE = "broken-archive"


def _archive() -> Draft:
    draft = packages.accreditation_primary()
    small = pdf_of("slip", DOCTOR, WILLOW)
    draft.files = dict.fromkeys(draft.files, small)
    draft.archive = True
    return draft


@defect(ARCHIVE, Expect("TBD-size", f"{DOCTOR.fio}_Диплом.pdf"))
def diploma_of_six_megabytes(draft: Draft) -> None:
    """The diploma takes more than 5 MiB."""
    draft.files[f"{DOCTOR.fio}_Диплом.pdf"] = lambda: damage.pdf_padded(
        writers.pdf(scans("slip", DOCTOR, WILLOW)), 6_000_000
    )


@defect(ARCHIVE, Expect("TBD-size-warn", f"{DOCTOR.fio}_Лицензия.pdf"))
def licence_just_over_five_million(draft: Draft) -> None:
    """The licence lies between 5 000 000 bytes and 5 MiB."""
    draft.files[f"{DOCTOR.fio}_Лицензия.pdf"] = lambda: damage.pdf_padded(
        writers.pdf(scans("slip", DOCTOR, WILLOW)), 5_100_000
    )


@defect(
    ARCHIVE,
    Expect(
        "TBD-nfd", unicodedata.normalize("NFD", f"{DOCTOR.fio}_Свидетельство о регистрации.pdf")
    ),
)
def name_from_a_mac(draft: Draft) -> None:
    """The name of the file is decomposed, as a Mac writes it: й is и with a breve."""
    old = f"{DOCTOR.fio}_Свидетельство о регистрации.pdf"
    draft.rename(old, unicodedata.normalize("NFD", old))


BROKEN: dict[str, Callable[[], Draft]] = {
    ORG: _organization,
    PRIMARY: packages.accreditation_primary,
    PERIODIC: packages.accreditation_periodic,
    EMPLOYEE: _employee,
    SCANS: lambda: Draft("scan"),
    FILES: files,
    ARCHIVE: _archive,
}


def broken(name: str) -> Draft:
    """The draft of a broken package: the good one with every defect applied."""
    draft = BROKEN[name]()
    for one in DEFECTS[name]:
        one.spoil(draft)
    return draft


def _other_last_digit(number: str) -> str:
    return number[:-1] + str((int(number[-1]) + 1) % 10)
