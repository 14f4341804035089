"""What is wrong with the packages for a first and for a periodic accreditation."""

from __future__ import annotations

from samples.make import damage, packages, writers
from samples.make.packages import Draft, pdf_of, scans
from samples.make.people import DOCTOR, SURGEON, WILLOW, other_last_digit
from samples.make.registry import Expect, defect

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
    draft.form["snils"] = other_last_digit(SURGEON.snils)
