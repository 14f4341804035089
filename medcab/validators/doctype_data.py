"""Words by which file names and manifests call the types of documents.

A phrase is a row of stems; each must be met by one word of the name, in any order. ``=`` before a
word asks for that very word. Words that only hint at a type are in :data:`HINTS`: they never
decide, they only order the question to the user.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

__all__ = ["FILE_WORDS", "HINTS", "PHRASES", "VETOES"]

PHRASES: Final = MappingProxyType(
    {
        "passport": (
            "паспорт", "удостоверен личност", "passport", "pasport", "=id =card",
        ),
        "snils": ("=снилс", "страхов свидетельств", "=snils", "страхов номер", "снилс"),
        "inn": (
            "=инн", "свидетельств =инн", "=inn", "свидетельств налогов", "постановк налогов учет",
            "свидетельств постановк налогов учет",
        ),
        "diploma": (
            "диплом", "документ образован", "diplom", "diploma", "диплом высш образован",
            "диплом =во", "диплом врач", "диплом образован", "диплом специалист",
        ),
        "diploma_supplement": (
            "приложен диплом", "вкладыш диплом", "supplement", "=prilozhenie diplom",
            "приложен диплом высш образован", "supplement diploma",
        ),
        "diploma_translation": (
            "перевод диплом", "нотариальн перевод", "нотариальн перевод диплом", "перевод приложен",
            "перевод приложен диплом", "перевод диплом приложен", "translation", "=perevod",
            "заверен перевод диплом", "translation diploma", "=perevod diplom",
        ),
        "employment_record": (
            "трудов книжк", "=трудовая", "=трудовой", "=трудовую", "трудкнижк", "=стд",
            "=trudovaya", "=trudovaja", "сведен трудов деятельност", "=этк", "=trudovaya =knizhka",
        ),
        "employment_certificate": (
            "справк мест работ", "справк работ", "справк стаж", "справк работодател",
            "стаж", "подтвержден стаж", "справк трудов стаж", "документ стаж",
        ),
        "pd_consent": (
            "соглас", "соглас обработк персональн данн", "соглас =пдн", "персональн данн",
            "=consent", "=soglasie",
        ),
        "training_certificate": (
            "повышен квалификац", "удостоверен повышен квалификац", "сертификат обучен",
            "сертификат повышен квалификац", "свидетельств повышен квалификац", "=пк",
            "сертификат =пк", "удостоверен =пк", "свидетельств =пк", "=нмо", "сертификат =нмо",
            "обязательн обучен", "сертификат обязательн обучен",
            "сертификат обязательн профессиональн обучен", "удостоверен обучен",
        ),
        "criminal_record": (
            "судимост", "справк судимост", "справк несудимост", "несудимост", "отсутств судимост",
            "справк отсутств судимост",
        ),
        "fee_receipt": (
            "квитанц", "госпошлин", "государственн пошлин", "пошлин", "=чек", "квитанц госпошлин",
            "квитанц государственн пошлин", "платежн поручен", "оплат пошлин", "=оплата",
            "подтвержден оплат", "оплат госпошлин", "квитанц оплат", "квитанц оплат госпошлин",
            "чек оплат", "receipt", "=kvitanciya",
        ),
        "org_registration": (
            "=огрн", "=огрнип", "свидетельств огрн", "свидетельств =огрн", "=ogrn",
            "свидетельств регистрац", "свидетельств государственн регистрац",
            "государственн регистрац",
            "госрегистрац", "свидетельств госрегистрац", "лист запис =егрюл", "лист запис =егрип",
        ),
        "medical_license": (
            "лиценз", "лиценз медицинск деятельност", "медицинск лиценз", "license", "licence",
            "licenz", "litsenz", "медлиценз", "выписк реестр лиценз", "выписк лиценз",
        ),
        "health_certificate": (
            "медсправк", "=мед справк", "справк здоров", "медицинск справк", "медосмотр",
            "справк =086",
            "справк медосмотр", "заключен медосмотр", "медицинск заключен", "медицинск осмотр",
            "состоян здоров", "справк состоян здоров", "=медкомиссия", "медкнижк",
            "медицинск книжк", "личн медицинск книжк", "=086у", "справк =086у",
        ),
        "specialist_certificate": (
            "сертификат специалист", "удостоверен специалист", "сертификат врач",
        ),
        "accreditation_certificate": (
            "свидетельств аккредитац", "сертификат аккредитац", "аккредитац специалист",
            "свидетельств аккредитац специалист", "выписк аккредитац",
        ),
        "internship": (
            "ординатур", "интернатур", "стажировк", "диплом ординатур", "диплом интернатур",
            "удостоверен ординатур", "удостоверен интернатур", "справк стажировк",
            "свидетельств ординатур", "диплом окончан ординатур", "диплом окончан интернатур",
            "internatura", "ordinatura",
        ),
        "education_certificate": (
            "справк обучен", "справк образован", "справк высш образован", "справк вуз",
            "справк =во", "академическ справк", "справк период обучен", "архивн справк образован",
        ),
        "university_accreditation": (
            "аккредитац вуз", "справк аккредитац вуз", "свидетельств аккредитац вуз",
            "аккредитац университет", "свидетельств аккредитац университет", "легитимност вуз",
            "лиценз вуз", "лиценз университет", "справк аккредитац университет",
            "государственн аккредитац вуз", "легитимност",
        ),
        "qualification_certificate": (
            "свидетельств квалификац", "удостоверен квалификац", "квалификационн категор",
            "документ квалификац",
        ),
        "application": ("заявлен", "заявк", "application", "zayavlenie", "заявлен форм"),
        "registry_extract": (
            "выписк", "выписк реестр", "выписк =егисз", "выписк =егрюл", "выписк =егрип",
            "выписк реестр =егисз", "=егрюл", "=егрип", "vypiska",
        ),
        "signing_certificate": (
            "сертификат подпис", "сертификат ключ", "сертификат =эп", "сертификат =эцп",
            "сертификат =кэп", "электронн подпис", "сертификат электронн подпис", "=эцп", "=кэп",
            "сертификат ключ проверк электронн подпис", "сертификат укэп", "=укэп",
            "сертификат безопасност",
        ),
        "specialization_diploma": (
            "диплом специализац", "специализац", "диплом специализированн",
        ),
        "retraining_certificate": (
            "переподготовк", "диплом переподготовк", "диплом профессиональн переподготовк",
            "аттестат переподготовк", "профессиональн переподготовк", "справк переподготовк",
            "свидетельств переподготовк", "удостоверен переподготовк", "профпереподготовк",
            "диплом профпереподготовк",
        ),
        "exam_certificate": (
            "аттестационн экзамен", "сертификат экзамен", "сертификат аттестационн экзамен",
            "экзамен", "сертификационн экзамен", "протокол экзамен",
        ),
        "attestation_sheet": ("аттестационн лист", "аттестационн", "лист аттестац"),
        "charter": ("устав", "=ustav", "=charter", "устав организац"),
        "founders_agreement": (
            "учредительн договор", "договор учрежден", "договор учредител", "учредительн",
            "решен учредител",
        ),
        "head_order": (
            "приказ назначен", "приказ руководител", "приказ директор", "приказ главн врач",
            "приказ назначен руководител", "приказ назначен директор", "приказ главврач",
            "приказ назначен главн врач",
        ),
        "lease": ("договор аренд", "аренд", "=lease", "договор субаренд", "субаренд",
                  "договор аренд помещен"),
        "equipment_license": (
            "лиценз оборудован", "лиценз медицинск оборудован", "разрешен оборудован",
            "лиценз медоборудован",
        ),
        "oms_policy": (
            "полис", "полис =омс", "=омс", "медицинск полис", "страхов полис",
            "полис медицинск страхован", "=oms", "=polis",
            "полис обязательн медицинск страхован", "страхов медицинск полис",
        ),
        "treatment_right": (
            "прав лечен", "справк прав лечен",
        ),
        "service_right": (
            "прав услуг", "прав оказан услуг", "прав медицинск услуг", "подтвержден прав",
            "право услуг", "право оказан услуг", "подтвержден прав услуг",
        ),
    }
)  # fmt: skip

# What a word alone may mean: never decides.
HINTS: Final = MappingProxyType(
    {
        "сертификат": (
            "specialist_certificate", "training_certificate", "accreditation_certificate",
            "exam_certificate", "signing_certificate",
        ),
        "certificat": ("specialist_certificate", "training_certificate", "signing_certificate"),
        "свидетельств": (
            "accreditation_certificate", "org_registration", "qualification_certificate", "inn",
        ),
        "удостоверен": (
            "training_certificate", "specialist_certificate", "qualification_certificate",
            "passport",
        ),
        "справк": (
            "employment_certificate", "education_certificate", "health_certificate",
            "criminal_record",
        ),
        "договор": ("lease", "founders_agreement"),
        "приказ": ("head_order",),
        "аккредитац": ("accreditation_certificate", "university_accreditation"),
        "аттестат": ("retraining_certificate", "attestation_sheet"),
        "перевод": ("diploma_translation",),
        "приложен": ("diploma_supplement",),
        "квалификац": ("training_certificate", "qualification_certificate"),
        "обучен": ("training_certificate", "education_certificate"),
        "образован": ("diploma", "education_certificate"),
        "регистрац": ("org_registration",),
        "книжк": ("employment_record", "health_certificate"),
        "здоров": ("health_certificate",),
        "оборудован": ("equipment_license",),
        "учредител": ("founders_agreement",),
        "лечен": ("treatment_right",),
        "услуг": ("service_right",),
        "реестр": ("registry_extract",),
        "подпис": ("signing_certificate",),
        "прав": ("service_right", "treatment_right"),
    }
)  # fmt: skip

# A word that makes a phrase of the type mean something else («паспорт прибора»).
VETOES: Final = MappingProxyType(
    {
        "passport": ("прибор", "оборудован", "аппарат", "здани", "издели", "кабинет", "вакцин"),
        "charter": ("капитал",),
        "fee_receipt": ("аренд", "зарплат"),
        "application": ("отпуск", "увольнен"),
    }
)

# The word that stands for the type in «ФИО_ТипДокумента.pdf»; recognise() reads each back.
FILE_WORDS: Final = MappingProxyType(
    {
        "passport": "Паспорт",
        "snils": "СНИЛС",
        "inn": "ИНН",
        "diploma": "Диплом",
        "diploma_supplement": "Приложение к диплому",
        "diploma_translation": "Перевод диплома",
        "employment_record": "Трудовая книжка",
        "employment_certificate": "Справка с места работы",
        "pd_consent": "Согласие на обработку персональных данных",
        "training_certificate": "Сертификат обучения",
        "criminal_record": "Справка о несудимости",
        "fee_receipt": "Квитанция",
        "org_registration": "Свидетельство ОГРН",
        "medical_license": "Лицензия",
        "health_certificate": "Медицинская справка",
        "specialist_certificate": "Сертификат специалиста",
        "accreditation_certificate": "Свидетельство об аккредитации",
        "internship": "Ординатура",
        "education_certificate": "Справка об обучении",
        "university_accreditation": "Аккредитация вуза",
        "qualification_certificate": "Свидетельство о квалификации",
        "application": "Заявление",
        "registry_extract": "Выписка из реестра",
        "signing_certificate": "Сертификат ЭП",
        "specialization_diploma": "Диплом специализации",
        "retraining_certificate": "Диплом о переподготовке",
        "exam_certificate": "Сертификат экзамена",
        "attestation_sheet": "Аттестационный лист",
        "charter": "Устав",
        "founders_agreement": "Учредительный договор",
        "head_order": "Приказ о назначении руководителя",
        "lease": "Договор аренды",
        "equipment_license": "Лицензия на оборудование",
        "oms_policy": "Полис ОМС",
        "treatment_right": "Справка о праве на лечение",
        "service_right": "Право на оказание услуг",
    }
)
