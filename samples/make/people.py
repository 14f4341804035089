"""Invented people and organisations, with identifiers whose check digits are right."""

from __future__ import annotations

from dataclasses import dataclass


def snils(nine: str) -> str:
    """СНИЛС from nine digits: sum of digit × (9 - i), modulo 101, 100 gives 00."""
    check = sum(int(d) * (9 - i) for i, d in enumerate(nine)) % 101 % 100
    return f"{nine[:3]}-{nine[3:6]}-{nine[6:]} {check:02d}"


def _weighed(digits: str, weights: tuple[int, ...]) -> str:
    return str(sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11 % 10)


def inn_legal(nine: str) -> str:
    """ИНН of an organisation from nine digits."""
    return nine + _weighed(nine, (2, 4, 10, 3, 5, 9, 4, 6, 8))


def inn_person(ten: str) -> str:
    """ИНН of a person from ten digits."""
    eleven = ten + _weighed(ten, (7, 2, 4, 10, 3, 5, 9, 4, 6, 8))
    return eleven + _weighed(eleven, (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8))


def ogrn(twelve: str) -> str:
    """ОГРН from twelve digits."""
    return twelve + str(int(twelve) % 11 % 10)


def ogrnip(fourteen: str) -> str:
    """ОГРНИП from fourteen digits."""
    return fourteen + str(int(fourteen) % 13 % 10)


def okpo(seven: str) -> str:
    """ОКПО from seven digits (an organisation) or nine (a sole trader)."""
    for first in (1, 3):
        rest = sum(int(d) * ((first - 1 + i) % 10 + 1) for i, d in enumerate(seven)) % 11
        if rest != 10:
            return seven + str(rest)
    return seven + "0"


def enp(region: str, birth: str, sex: str, serial: str) -> str:
    """Number of the policy: date of birth and sex are coded in it, the last digit is Luhn's."""
    day, month, year = birth.split(".")
    shift = 20 if int(year) <= 1950 else 40 if int(year) <= 2000 else 0
    coded = f"{int(month) + shift:02d}{year[::-1]}{int(day) + (50 if sex == 'М' else 0):02d}"
    body = region + "".join(str(9 - int(d)) for d in coded) + serial
    total = 0
    for i, d in enumerate(reversed(body)):
        value = int(d) * (2 if i % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


@dataclass(frozen=True)
class Person:
    """Somebody who does not exist."""

    surname: str
    name: str
    patronymic: str
    sex: str
    birth: str
    birth_place: str
    snils: str
    inn: str
    passport: str
    passport_issued: str
    passport_dept: str
    phone: str
    email: str
    enp: str
    diploma: str
    diploma_date: str
    university: str
    specialty: str
    specialty_code: str
    position: str
    address: str

    @property
    def fio(self) -> str:
        """Surname, name, patronymic."""
        return f"{self.surname} {self.name} {self.patronymic}"

    @property
    def short(self) -> str:
        """Surname with initials."""
        return f"{self.surname} {self.name[0]}.{self.patronymic[0]}."


@dataclass(frozen=True)
class Organisation:
    """A clinic that does not exist."""

    full: str
    short: str
    inn: str
    kpp: str
    ogrn: str
    okpo: str
    legal_address: str
    actual_address: str
    phone: str
    email: str
    licence: str
    licence_date: str
    registered: str
    head: str
    head_genitive: str
    head_short: str
    head_order_date: str


WILLOW = Organisation(
    full="Общество с ограниченной ответственностью «Поликлиника «Белая ветла»",
    short="ООО «Поликлиника «Белая ветла»",
    inn=inn_legal("690123456"),
    kpp="690101001",
    ogrn=ogrn("117690041230"),
    okpo=okpo("1234567"),
    legal_address="170026, Тверская область, г. Тверь, ул. Аптекарский Взвоз, д. 7, помещ. 2",
    actual_address="170026, Тверская область, г. Тверь, ул. Лекарская, д. 14",
    phone="4822550147",
    email="priem@belaya-vetla.example",
    licence="Л041-01186-69/00345678",
    licence_date="12.03.2021",
    registered="06.07.2017",
    head="Ковылёва Марина Олеговна",
    head_genitive="Ковылёвой М.О.",
    head_short="Ковылёва М.О.",
    head_order_date="15.01.2024",
)

DOCTOR = Person(
    surname="Берестов",
    name="Глеб",
    patronymic="Тимофеевич",
    sex="М",
    birth="14.05.1996",
    birth_place="гор. Тверь",
    snils=snils("154837261"),
    inn=inn_person("6901837265"),
    passport="28 16 483920",
    passport_issued="02.06.2016",
    passport_dept="690-003",
    phone="9101234567",
    email="berestov@belaya-vetla.example",
    enp=enp("69", "14.05.1996", "М", "00417"),
    diploma="106924 0013579",
    diploma_date="28.06.2024",
    university="Верхневолжский медицинский университет",
    specialty="Лечебное дело",
    specialty_code="31.05.01",
    position="врач-терапевт участковый",
    address="170034, Тверская область, г. Тверь, ул. Садовая, д. 21, кв. 8",
)

SURGEON = Person(
    surname="Ольшанская",
    name="Вера",
    patronymic="Андреевна",
    sex="Ж",
    birth="09.11.1983",
    birth_place="гор. Ржев Тверской обл.",
    snils=snils("087654312"),
    inn=inn_person("6914027318"),
    passport="28 04 275310",
    passport_issued="19.11.2003",
    passport_dept="692-014",
    phone="9157654321",
    email="olshanskaya@belaya-vetla.example",
    enp=enp("69", "09.11.1983", "Ж", "00852"),
    diploma="ВСВ 1472583",
    diploma_date="24.06.2007",
    university="Верхневолжский медицинский университет",
    specialty="Лечебное дело",
    specialty_code="31.05.01",
    position="врач-хирург",
    address="170008, Тверская область, г. Тверь, пр-т Мирный, д. 40, кв. 112",
)

NURSE = Person(
    surname="Соловьёва",
    name="Анна",
    patronymic="Игоревна",
    sex="Ж",
    birth="03.02.1991",
    birth_place="гор. Торжок Тверской обл.",
    snils=snils("139482756"),
    inn=inn_person("6915483920"),
    passport="28 11 640275",
    passport_issued="21.02.2011",
    passport_dept="692-021",
    phone="9206813540",
    email="solovyova@belaya-vetla.example",
    enp=enp("69", "03.02.1991", "Ж", "00318"),
    diploma="116924 0048213",
    diploma_date="30.06.2012",
    university="Тверской областной медицинский колледж",
    specialty="Сестринское дело",
    specialty_code="34.02.01",
    position="медицинская сестра палатная",
    address="172002, Тверская область, г. Торжок, ул. Луговая, д. 3",
)


def other_last_digit(number: str) -> str:
    """Return ``number`` with another last digit: a number whose checksum is wrong."""
    return number[:-1] + str((int(number[-1]) + 1) % 10)
