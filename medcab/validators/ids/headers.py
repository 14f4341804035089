"""Which field a column of a table holds, by its header as people write it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Final, NamedTuple

__all__ = ["FIELDS", "Field", "field_of", "fold", "kind_of"]


class Field(NamedTuple):
    """A field that a column can hold.

    Attributes:
        name: canonical name, as in forms (``snils``, ``birth_date``).
        kinds: identifiers that a value may be; the first that fits is taken.
        unique: True where two rows must not share a value.
        future: True where a date may lie in the future.
    """

    name: str
    kinds: tuple[str, ...]
    unique: bool = False
    future: bool = False


_D: Final = ("date_ddmmyyyy",)

FIELDS: Final[Mapping[str, Field]] = {
    field.name: field
    for field in (
        Field("fio", ("fio",)),
        Field("birth_date", _D),
        Field("snils", ("snils",), unique=True),
        Field("inn", ("inn_legal", "inn_person")),
        Field("org_inn", ("inn_legal", "inn_person")),
        Field("ogrn", ("ogrn", "ogrnip")),
        Field("ogrnip", ("ogrnip",)),
        Field("kpp", ("kpp",)),
        Field("okpo", ("okpo",)),
        Field("oktmo", ("oktmo",)),
        Field("okved", ("okved",)),
        Field("bik", ("bik",)),
        Field("account", ("account",)),
        Field("enp", ("enp",), unique=True),
        Field("passport", ("passport_rf",), unique=True),
        Field("passport_issued", _D),
        Field("passport_dept", ("passport_dept",)),
        Field("phone", ("phone",)),
        Field("email", ("email",)),
        Field("license_number", ("license",)),
        Field("license_issued", _D),
        Field("license_expires", _D, future=True),
        Field("certificate_number", ("specialist_certificate",), unique=True),
        Field("certificate_issued", _D),
        Field("certificate_expires", _D, future=True),
        Field("accreditation_record", ("accreditation_record",), unique=True),
        Field("accreditation_end", _D, future=True),
        Field("protocol_date", _D),
        Field("diploma_number", ("diploma",), unique=True),
        Field("diploma_date", _D),
        Field("specialty_code", ("specialty_code",)),
        Field("frmo_oid", ("frmo_oid",)),
        Field("postal_index", ("postal_index",)),
        # Held for comparison with a register; texts without a rule of their own.
        Field("surname", ()),
        Field("name", ()),
        Field("patronymic", ()),
        Field("sex", ()),
        Field("position", ()),
        Field("department", ()),
        Field("org_name", ()),
        Field("specialty", ()),
    )
}

_SYNONYMS: Final[Mapping[str, str]] = {
    "fio": "фио|ф и о|фамилия имя отчество|сотрудник|работник|полное имя|full name|employee|врач",
    "surname": "фамилия|surname|last name",
    "name": "имя|first name",
    "patronymic": "отчество|patronymic|middle name",
    "birth_date": "дата рождения|д р|др|дата рожд|родился|birth date|birthday|date of birth",
    "sex": "пол|sex|gender",
    "snils": "снилс|страховой номер|номер снилс|страховой номер индивидуального лицевого счета|"
    "страховое свидетельство|снилс сотрудника|snils",
    "inn": "инн|инн сотрудника|инн работника|инн физлица|инн фл|номер инн|inn|"
    "идентификационный номер налогоплательщика",
    "org_inn": "инн организации|инн юл|инн работодателя|инн мо",
    "ogrn": "огрн|огрн огрнип|огрн организации|ogrn|основной государственный регистрационный номер",
    "ogrnip": "огрнип|огрн ип|ogrnip",
    "kpp": "кпп|kpp",
    "okpo": "окпо|код окпо|okpo",
    "oktmo": "октмо|код октмо|oktmo",
    "okved": "оквэд|код оквэд|okved",
    "bik": "бик|бик банка|bik",
    "account": "расчетный счет|р с|счет|банковский счет|лицевой счет|номер счета|account",
    "enp": "енп|полис|полис омс|номер полиса|номер полиса омс|полис омс енп|enp",
    "passport": "паспорт|серия и номер паспорта|паспорт серия номер|паспортные данные|"
    "серия номер паспорта|номер паспорта|passport",
    "passport_issued": "дата выдачи паспорта|паспорт выдан|когда выдан паспорт",
    "passport_dept": "код подразделения|код подразделения паспорта|кп",
    "phone": "телефон|номер телефона|мобильный телефон|мобильный|контактный телефон|тел|phone",
    "email": "e mail|email|почта|электронная почта|эл почта|адрес электронной почты|mail",
    "license_number": "лицензия|номер лицензии|лицензия номер|license",
    "license_issued": "дата выдачи лицензии|дата лицензии",
    "license_expires": "срок действия лицензии|лицензия действует до",
    "certificate_number": "сертификат|номер сертификата|сертификат специалиста|"
    "номер сертификата специалиста|certificate",
    "certificate_issued": "дата выдачи сертификата|дата сертификата",
    "certificate_expires": "срок действия сертификата|сертификат действует до|"
    "окончание сертификата",
    "accreditation_record": "номер записи об аккредитации|реестровая запись|аккредитация|"
    "номер реестровой записи|уникальный номер реестровой записи",
    "accreditation_end": "срок аккредитации|аккредитация действует до|окончание аккредитации|"
    "дата окончания аккредитации",
    "protocol_date": "дата протокола|дата аккредитации",
    "diploma_number": "диплом|номер диплома|серия и номер диплома|диплом серия номер|diploma",
    "diploma_date": "дата выдачи диплома|дата диплома",
    "specialty_code": "код специальности|specialty code",
    "specialty": "специальность|specialty",
    "frmo_oid": "oid|oid организации|oid мо|oid медицинской организации|фрмо oid",
    "postal_index": "индекс|почтовый индекс",
    "position": "должность|position|post",
    "department": "подразделение|отделение|отдел|department",
    "org_name": "организация|наименование организации|название организации|медицинская организация|"
    "наименование мо",
}


def fold(header: str) -> str:
    """Return ``header`` in small letters, ё as е, words of letters and digits only."""
    text = unicodedata.normalize("NFKC", header).lower().replace("ё", "е")
    return " ".join("".join(c if c.isalnum() else " " for c in text).split())


_BY_HEADER: Final = {
    synonym: name for name, line in _SYNONYMS.items() for synonym in line.split("|")
} | {name.replace("_", " "): name for name in FIELDS}


def field_of(header: str) -> Field | None:
    """Return the field whose values stand under ``header``, or None."""
    folded = fold(header)
    name = _BY_HEADER.get(folded)
    if name is None:
        # «СНИЛС (11 цифр)», «ИНН, 12 знаков»: a word of explanation after a known header.
        for size in range(len(folded.split()) - 1, 0, -1):
            name = _BY_HEADER.get(" ".join(folded.split()[:size]))
            if name is not None and FIELDS[name].kinds and _explains(folded.split()[size:]):
                return FIELDS[name]
        return None
    return FIELDS[name]


def _explains(words: list[str]) -> bool:
    return words[0][0].isdigit() or words[0] in ("без", "формат", "только", "обязательно", "номер")


def kind_of(field: Field, text: str) -> str:
    """Return the kind that ``text`` is judged by, where a field may hold several."""
    if len(field.kinds) == 2:
        digits = sum("0" <= c <= "9" for c in text)
        return (
            field.kinds[1] if digits > (10 if "inn" in field.kinds[0] else 13) else field.kinds[0]
        )
    return field.kinds[0]
