"""What is wrong inside a zip archive: sizes, names, signatures of nothing."""

from __future__ import annotations

import unicodedata

from samples.make import damage, packages, writers
from samples.make.packages import Draft, scans
from samples.make.people import DOCTOR, WILLOW
from samples.make.registry import Expect, defect

ARCHIVE = "broken-archive"


_D = DOCTOR.fio


def _slip(number: int) -> packages.Make:
    # Every member differs from the others by a comment at its end.
    return lambda: writers.pdf(scans("slip", DOCTOR, WILLOW)) + b"%% copy %d\n" % number


def archive() -> Draft:
    """A small page under every name of a good package."""
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
