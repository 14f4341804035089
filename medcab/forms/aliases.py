"""Russian and other names by which clerks call the fields of a form."""

from __future__ import annotations

import unicodedata
from functools import cache
from types import MappingProxyType
from typing import Final

from medcab.vocabulary import FIELDS

__all__ = ["ALIASES", "EXTRA_FIELDS", "SECTIONS", "canonical", "plain", "section"]

# Fields that are read but stand in no profile by themselves.
EXTRA_FIELDS: Final = ("passport_series", "passport_number", "comment", "profile", "okfs")

ALIASES: Final = MappingProxyType(
    {
        "fio": (
            "ФИО", "Фамилия имя отчество", "Ф.И.О.", "ФИО сотрудника", "ФИО заявителя",
            "ФИО работника", "full name", "ФИО врача",
        ),
        "surname": ("Фамилия", "last name", "family"),
        "name": ("Имя", "first name"),
        "patronymic": ("Отчество", "Отчество (при наличии)", "middle name"),
        "birth_date": ("Дата рождения", "Д.р.", "birth", "birthday", "date of birth", "др"),
        "sex": ("Пол", "gender"),
        "snils": (
            "СНИЛС", "Страховой номер", "Номер СНИЛС",
            "Страховой номер индивидуального лицевого счета",
        ),
        "inn": ("ИНН", "ИНН физлица", "ИНН сотрудника", "ИНН заявителя", "ИНН физического лица"),
        "passport": (
            "Паспорт", "Серия и номер паспорта", "Паспорт серия и номер", "Паспортные данные",
            "Номер и серия паспорта",
        ),
        "passport_series": ("Серия паспорта", "Паспорт серия"),
        "passport_number": ("Номер паспорта", "Паспорт номер"),
        "passport_issued": ("Дата выдачи паспорта", "Паспорт выдан", "Паспорт дата выдачи"),
        "passport_dept": ("Код подразделения", "Паспорт код подразделения"),
        "phone": ("Телефон", "Номер телефона", "Контактный телефон", "Мобильный телефон", "Тел."),
        "email": (
            "E-mail", "Эл. почта", "Электронная почта", "Почта", "Рабочий e-mail",
            "Адрес электронной почты", "mail", "Рабочая почта", "имейл",
        ),
        "specialty_code": ("Код специальности",),
        "specialty": ("Специальность", "Специализация", "Наименование специальности"),
        "accreditation_type": ("Тип аккредитации", "Вид аккредитации"),
        "position": ("Должность",),
        "department": ("Подразделение", "Отделение", "Структурное подразделение"),
        "org_name": (
            "Наименование организации", "Организация", "Название организации",
            "Полное наименование", "Наименование", "Наименование юридического лица",
            "Медицинская организация",
        ),
        "org_kind": ("Тип заявителя", "Вид заявителя", "ЮЛ или ИП", "ЮЛ/ИП", "Правовая форма"),
        "org_type": ("Тип организации",),
        "institution_type": ("Тип учреждения", "Вид учреждения"),
        "org_inn": ("ИНН организации", "ИНН работодателя", "ИНН юридического лица", "ИНН юрлица"),
        "ogrn": ("ОГРН",),
        "ogrnip": ("ОГРНИП",),
        "kpp": ("КПП",),
        "okpo": ("ОКПО", "Код ОКПО"),
        "oktmo": ("ОКТМО", "Код ОКТМО"),
        "okved": ("ОКВЭД", "Код ОКВЭД", "Основной ОКВЭД"),
        "legal_address": (
            "Юридический адрес", "Адрес юридический", "Адрес регистрации организации",
            "Адрес места нахождения", "Юр. адрес",
        ),
        "actual_address": (
            "Фактический адрес", "Адрес фактический", "Адрес деятельности", "Факт. адрес",
        ),
        "founders_count": ("Число учредителей", "Количество учредителей", "Учредителей"),
        "license_number": (
            "Номер лицензии", "Лицензия", "Лицензия номер", "Лицензия №", "№ лицензии",
        ),
        "license_issued": ("Дата выдачи лицензии", "Лицензия выдана"),
        "license_expires": (
            "Срок действия лицензии", "Лицензия действует до", "Дата окончания лицензии",
        ),
        "diploma_number": (
            "Серия и номер диплома", "Номер диплома", "Диплом", "Диплом серия и номер",
        ),
        "diploma_date": ("Дата выдачи диплома", "Диплом выдан", "Дата получения диплома"),
        "university": (
            "Вуз", "Университет", "Учебное заведение", "Образовательная организация",
            "Наименование вуза",
        ),
        "country": ("Страна", "Страна обучения"),
        "graduation_date": (
            "Дата выпуска", "Дата окончания вуза", "Дата окончания обучения", "Год выпуска",
        ),
        "enp": (
            "ЕНП", "Полис ОМС", "Номер полиса", "Номер полиса ОМС", "Единый номер полиса", "Полис",
        ),
        "certificate_number": (
            "Номер сертификата", "Серийный номер сертификата", "№ сертификата",
            "Номер свидетельства", "Сертификат",
        ),
        "certificate_issued": (
            "Дата выдачи сертификата", "Сертификат выдан", "Дата выдачи свидетельства",
        ),
        "certificate_expires": (
            "Срок действия сертификата", "Сертификат действует до", "Дата окончания сертификата",
            "Дата окончания свидетельства",
        ),
        "certificate_issuer": (
            "Издатель сертификата", "Издатель", "Кем выдан сертификат", "Удостоверяющий центр",
        ),
        "certificate_type": ("Тип сертификата", "Вид сертификата"),
        "accreditation_record": (
            "Номер реестровой записи", "Реестровая запись", "Номер записи об аккредитации",
            "Уникальный номер реестровой записи",
        ),
        "protocol_date": ("Дата протокола", "Дата протокола комиссии"),
        "accreditation_end": (
            "Окончание аккредитации", "Дата окончания аккредитации", "Аккредитация действует до",
            "Срок действия аккредитации",
        ),
        "workplace": ("Место работы", "Работодатель", "Наименование места работы"),
        "workplace_address": ("Адрес места работы", "Адрес работодателя"),
        "region_requires_criminal_record": (
            "Регион требует справку о несудимости", "Нужна справка о несудимости",
        ),
        "fee_required": ("Госпошлина требуется", "Нужна госпошлина", "Требуется госпошлина"),
        "training_required": (
            "Обучение требуется", "Требуется обязательное обучение",
            "Обязательное обучение требуется",
        ),
        "online_test_passed": (
            "Онлайн-тест пройден", "Тест пройден", "Онлайн тестирование пройдено",
        ),
        "head_name": ("ФИО руководителя", "Руководитель", "Директор", "Главный врач"),
        "head_position": ("Должность руководителя",),
        "head_order_date": ("Дата приказа о назначении руководителя", "Дата приказа"),
        "category": ("Категория", "Категория работника"),
        "activities": ("Виды деятельности", "Вид деятельности"),
        "frmo_oid": ("OID", "OID организации", "ОИД организации", "OID ФРМО", "ОИД"),
        "reissue_reason": ("Причина перевыпуска", "Причина"),
        "applicant": ("Заявитель", "Уполномоченный представитель"),
        "applicant_category": ("Категория заявителя", "Сотрудник или пациент"),
        "medical_exam_date": ("Дата медосмотра", "Дата медицинского осмотра", "Медосмотр пройден"),
        "cpd_date": (
            "Дата повышения квалификации", "Дата ПК", "Дата обучения",
            "Дата последнего повышения квалификации",
        ),
        "experience": ("Стаж", "Стаж работы", "Опыт работы", "Стаж, лет"),
        "specialization_held": ("Есть диплом специализации",),
        "comment": ("Комментарий", "Примечание", "Примечания"),
    }
)  # fmt: skip

# Sections of a form. "" means that the fields belong to the person or package itself; "org" turns
# «name», «inn» into org_name, org_inn.
SECTIONS: Final = MappingProxyType(
    {
        "": (
            "person", "employee", "form", "data", "fields", "форма", "анкета", "заявитель",
            "сотрудник", "личные данные", "общие сведения", "реквизиты", "поля",
        ),
        "org": ("organization", "organisation", "org", "организация", "сведения об организации"),
        "employer": ("employer", "работодатель", "место работы"),
        "education": ("education", "образование"),
        "experience": ("experience", "стаж", "опыт работы"),
        "contacts": ("contacts", "контакты", "контактные данные"),
        "license": ("license", "licence", "лицензия"),
        "diploma": ("diploma", "диплом"),
        "certificate": ("certificate", "сертификат"),
        "passport": ("passport", "паспорт"),
        "head": ("head", "руководитель"),
        "accreditation": ("accreditation", "аккредитация"),
        "employees": ("employees", "сотрудники", "работники"),
    }
)  # fmt: skip


def plain(text: str) -> str:
    """What two spellings of a field name share: NFC, lower case, ё as е, letters and digits."""
    folded = unicodedata.normalize("NFC", text).casefold().replace("ё", "е")
    return "".join(c for c in folded if c.isalnum())


@cache
def _names() -> dict[str, str]:
    found = {plain(name): name for name in (*FIELDS, *EXTRA_FIELDS)}
    for name, aliases in ALIASES.items():
        for alias in aliases:
            found.setdefault(plain(alias), name)
    return found


@cache
def _sections() -> dict[str, str]:
    return {plain(alias): name for name, aliases in SECTIONS.items() for alias in aliases}


def canonical(text: str) -> str | None:
    """Canonical name of a field, or None when no alias explains it."""
    return _names().get(plain(text.rstrip(" *:")))


def section(text: str) -> str | None:
    """Canonical name of a section, or None."""
    return _sections().get(plain(text))
