"""The documents of the samples, each drawn by one function. All of them are invented."""

from __future__ import annotations

from samples.make.drawing import (
    A5_LANDSCAPE,
    BLACK,
    GREEN,
    GREY,
    MAROON,
    PEN,
    STAMP,
    Sheet,
    px,
)
from samples.make.people import Organisation, Person

_UNIVERSITY_SEAL = ("ГЕРБОВАЯ", "ПЕЧАТЬ")


def diploma(who: Person, seed: int = 11) -> Sheet:
    """Diploma of higher (or secondary) education."""
    s = Sheet(A5_LANDSCAPE, (250, 246, 236), seed)
    s.border(8, MAROON)
    s.centre(18, "РОССИЙСКАЯ ФЕДЕРАЦИЯ", 9, "sans", GREY)
    s.emblem(60, 42, 13, MAROON)
    s.centre(60, "ДИПЛОМ", 23, "serif-bold", MAROON, x=60)
    college = who.specialty_code.split(".")[1] == "02"
    level = "о среднем профессиональном" if college else "о высшем"
    s.centre(72, level, 12, "serif", x=60)
    s.centre(78, "образовании", 12, "serif", x=60)
    s.centre(92, who.diploma, 14, "mono", BLACK, x=60)
    s.centre(97.5, "Документ об образовании и о квалификации", 7, "sans", GREY, x=60)
    s.line(105, 26, 105, 122, MAROON, 2)
    y = 27.0
    s.text(112, y, "Настоящий диплом свидетельствует о том, что", 9.5)
    s.centre(y + 9, who.surname, 16, "serif-bold", x=152)
    s.centre(y + 17, f"{who.name} {who.patronymic}", 13, "serif-bold", x=152)
    ending = "освоил" if who.sex == "М" else "освоила"
    kind = "подготовки специалистов среднего звена" if college else "специалитета"
    y = s.paragraph(
        112,
        y + 28,
        80,
        f"{ending} программу {kind} по специальности {who.specialty_code} «{who.specialty}» "
        "и успешно прошла государственную итоговую аттестацию."
        if who.sex == "Ж"
        else f"{ending} программу {kind} по специальности {who.specialty_code} "
        f"«{who.specialty}» и успешно прошёл государственную итоговую аттестацию.",
        9.5,
    )
    qualification = "Медицинская сестра" if college else "Врач-лечебник"
    y = s.field(112, y + 1, 80, "Квалификация", qualification, 9.5)
    y = s.field(112, y, 80, "Дата выдачи", who.diploma_date, 9.5)
    s.paragraph(112, y, 80, who.university, 9.5)
    s.text(112, 114, "Ректор" if not college else "Директор", 9.5)
    s.signature(130, 117, 26)
    s.text(164, 114, "Н.П. Вересов", 9.5)
    s.stamp(88, 117, who.university.upper(), _UNIVERSITY_SEAL, 14)
    return s


def passport(who: Person, seed: int = 12) -> Sheet:
    """The main spread of the passport."""
    s = Sheet((125, 176), (244, 238, 236), seed)
    rose = (176, 118, 124)
    s.box(12, 12, 113, 84, rose, 3)
    s.centre(15, "РОССИЙСКАЯ ФЕДЕРАЦИЯ", 10, "serif-bold", MAROON)
    y = 24.0
    y = s.field(15, y, 96, "Паспорт выдан", "УМВД России", 9)
    y = s.field(15, y, 96, "", "по Тверской области", 9)
    y = s.field(15, y, 48, "Дата выдачи", who.passport_issued, 9)
    s.field(66, y - 9 * 0.75, 44, "Код подр.", who.passport_dept, 9)
    s.text(15, 60, "Личный код", 7, "sans", GREY)
    s.text(15, 72, "Личная подпись", 7, "sans", GREY)
    s.signature(42, 74, 24)
    s.stamp(92, 65, "УПРАВЛЕНИЕ ПО ВОПРОСАМ МИГРАЦИИ", (who.passport_dept,), 13)
    s.box(12, 92, 113, 164, rose, 3)
    s.portrait(16, 97, 33, 43, long_hair=who.sex == "Ж")
    y = 97.0
    s.field(53, y, 57, "Фамилия", who.surname.upper(), 9)
    s.field(53, y + 9, 57, "Имя", who.name.upper(), 9)
    s.field(53, y + 18, 57, "Отчество", who.patronymic.upper(), 9)
    s.field(53, y + 27, 57, "Пол", "МУЖ." if who.sex == "М" else "ЖЕН.", 9)
    s.field(53, y + 36, 57, "Дата рожд.", who.birth, 9)
    s.field(16, y + 46, 94, "Место рождения", who.birth_place.upper(), 8.5)
    s.text(16, 155, "PNRUS<<<<<<<<<<<<<<<<<<<<<<<<<<<", 8, "mono")
    s.text(
        16,
        159,
        f"{who.passport.replace(' ', '')}<{who.passport_dept.replace('-', '')}<<<",
        8,
        "mono",
    )
    s.text(98, 88, who.passport, 10, "serif-bold", MAROON, "mm")
    return s


def passport_registration(who: Person, seed: int = 14) -> Sheet:
    """The spread of the passport with the place of residence."""
    s = Sheet((125, 176), (244, 238, 236), seed)
    rose = (176, 118, 124)
    s.box(12, 92, 113, 164, rose, 3)
    s.centre(97, "МЕСТО ЖИТЕЛЬСТВА", 10, "serif-bold", MAROON)
    y = s.field(16, 108, 90, "Зарегистрирована" if who.sex == "Ж" else "Зарегистрирован",
                who.passport_issued, 9)  # fmt: skip
    y = s.field(16, y, 90, "Область", "Тверская", 9)
    y = s.field(16, y, 90, "Пункт", who.birth_place, 9)
    s.field(16, y, 90, "Улица, дом", "Садовая, 7", 9)
    s.centre(20, "МЕСТО ЖИТЕЛЬСТВА", 10, "serif-bold", MAROON)
    s.box(12, 12, 113, 84, rose, 3)
    s.stamp(92, 145, "УПРАВЛЕНИЕ ПО ВОПРОСАМ МИГРАЦИИ", (who.passport_dept,), 13)
    return s


def whole_passport(who: Person) -> list[Sheet]:
    """Both spreads that every portal asks for."""
    return [passport(who), passport_registration(who)]


def snils_card(who: Person, seed: int = 13) -> Sheet:
    """The insurance certificate with the number of the personal account."""
    s = Sheet((148, 105), (222, 236, 222), seed)
    s.border(7, GREEN)
    s.centre(16, "СОЦИАЛЬНЫЙ ФОНД РОССИЙСКОЙ ФЕДЕРАЦИИ", 8, "sans", GREEN)
    s.centre(22, "СТРАХОВОЕ СВИДЕТЕЛЬСТВО", 13, "serif-bold", GREEN)
    s.centre(29, "обязательного пенсионного страхования", 9, "serif", GREEN)
    s.centre(37, who.snils, 17, "sans-bold")
    y = 48.0
    y = s.field(20, y, 108, "Ф.И.О.", who.surname.upper(), 10)
    y = s.field(20, y, 108, "", f"{who.name} {who.patronymic}".upper(), 10)
    y = s.field(20, y, 108, "Дата и место рождения", who.birth, 10)
    y = s.field(20, y, 108, "", who.birth_place, 10)
    s.field(20, y, 50, "Пол", "мужской" if who.sex == "М" else "женский", 10)
    s.field(74, y, 54, "Дата регистрации", "17.08.2011", 9)
    return s


def oms_policy(who: Person, seed: int = 14) -> Sheet:
    """Policy of compulsory medical insurance."""
    s = Sheet((148, 105), (238, 242, 250), seed)
    s.box(8, 8, 140, 97, STAMP, 4)
    s.centre(14, "ПОЛИС", 20, "serif-bold", STAMP)
    s.centre(24, "обязательного медицинского страхования", 10)
    s.centre(32, who.enp, 17, "sans-bold")
    y = 44.0
    y = s.field(16, y, 116, "Фамилия", who.surname, 10)
    y = s.field(16, y, 116, "Имя, отчество", f"{who.name} {who.patronymic}", 10)
    y = s.field(16, y, 60, "Дата рождения", who.birth, 10)
    s.field(80, y - 7.5, 52, "Пол", "мужской" if who.sex == "М" else "женский", 10)
    y = s.field(16, y, 116, "Срок действия", "не ограничен", 10)
    s.text(16, 82, "Страховая медицинская организация «Верхневолжье-Полис»", 8.5)
    s.signature(20, 91, 24)
    s.stamp(118, 80, "СМО «ВЕРХНЕВОЛЖЬЕ-ПОЛИС» ОМС", ("ФИЛИАЛ", "В Г. ТВЕРИ"), 13)
    return s


def medical_license(org: Organisation, seed: int = 15) -> Sheet:
    """Extract of the register of licences."""
    s = Sheet(paper=(249, 248, 240), seed=seed)
    s.border(13, GREEN)
    s.emblem(105, 38, 12, GREEN)
    s.centre(54, "МИНИСТЕРСТВО ЗДРАВООХРАНЕНИЯ ТВЕРСКОЙ ОБЛАСТИ", 11, "sans-bold", GREEN)
    s.centre(68, "ЛИЦЕНЗИЯ", 28, "serif-bold", GREEN)
    s.centre(84, f"№ {org.licence} от {org.licence_date}", 15, "serif-bold")
    s.centre(96, "на осуществление медицинской деятельности", 13)
    y = s.paragraph(
        27,
        110,
        156,
        "Виды работ (услуг): при оказании первичной медико-санитарной помощи в амбулаторных "
        "условиях по сестринскому делу, терапии, хирургии, неврологии; при проведении "
        "медицинских осмотров.",
        12.5,
    )
    s.text(27, y + 5, "Лицензия предоставлена", 11)
    y = s.paragraph(27, y + 11, 156, org.full, 13, "serif-bold")
    y = s.field(27, y + 3, 156, "ОГРН", org.ogrn, 12)
    y = s.field(27, y, 156, "ИНН", org.inn, 12)
    s.text(27, y + 2, "Место нахождения и место осуществления деятельности", 11)
    y = s.paragraph(27, y + 8, 156, f"{org.actual_address}.", 12)
    y = s.field(27, y + 5, 156, "Срок действия", "бессрочно", 12)
    s.text(27, 254, "Заместитель министра", 12)
    s.signature(84, 258, 32)
    s.text(138, 254, "Т.С. Гончаренко", 12)
    s.stamp(112, 244, "МИНИСТЕРСТВО ЗДРАВООХРАНЕНИЯ", ("ДЛЯ", "ДОКУМЕНТОВ"), 19)
    return s


def equipment_license(org: Organisation, seed: int = 28) -> Sheet:
    """Licence for work with sources of ionising radiation (an X-ray machine)."""
    s = Sheet(A5_LANDSCAPE, (246, 247, 240), seed)
    s.border(8, GREEN)
    s.centre(20, "РОСПОТРЕБНАДЗОР", 10, "sans-bold", GREEN)
    s.centre(29, "ЛИЦЕНЗИЯ НА ОБОРУДОВАНИЕ", 17, "serif-bold", GREEN)
    s.centre(39, "№ 69.01.04.002.Л.000017 от 18.05.2022, бессрочно", 12)
    s.centre(54, org.short, 14, "serif-bold")
    s.paragraph(
        28,
        68,
        154,
        "Эксплуатация источников ионизирующего излучения: аппарат рентгеновский "
        "диагностический, флюорограф цифровой.",
        12,
    )
    s.text(28, 114, "Руководитель", 11)
    s.signature(62, 118, 28)
    s.text(146, 114, "Ю.Б. Нечаев", 11)
    s.stamp(118, 112, "УПРАВЛЕНИЕ РОСПОТРЕБНАДЗОРА", ("ТВЕРСКАЯ", "ОБЛАСТЬ"), 15)
    return s


def org_registration(org: Organisation, seed: int = 16) -> Sheet:
    """Certificate of registration of a legal entity with its ОГРН."""
    s = Sheet(paper=(247, 243, 234), seed=seed)
    s.border(13, MAROON)
    s.emblem(105, 40, 13, MAROON)
    s.centre(57, "ФЕДЕРАЛЬНАЯ НАЛОГОВАЯ СЛУЖБА", 11, "sans-bold", MAROON)
    s.centre(72, "СВИДЕТЕЛЬСТВО", 27, "serif-bold", MAROON)
    s.centre(87, "о государственной регистрации юридического лица", 14)
    y = s.paragraph(
        27,
        104,
        156,
        "Настоящим подтверждается, что в единый государственный реестр юридических лиц "
        "внесена запись о создании юридического лица",
        13,
    )
    y = s.paragraph(27, y + 4, 156, org.full, 15, "serif-bold", centred=True)
    s.centre(y, "(полное наименование юридического лица)", 8, "sans", GREY)
    s.centre(y + 12, "Основной государственный регистрационный номер", 12)
    for i, digit in enumerate(org.ogrn):
        x = 47 + i * 9
        s.box(x, y + 20, x + 8, y + 31, MAROON, 4)
        s.text(x + 4, y + 25.5, digit, 18, "mono", BLACK, "mm")
    y = s.field(27, y + 40, 156, "Дата внесения записи", org.registered, 12)
    y = s.field(27, y, 156, "ИНН / КПП", f"{org.inn} / {org.kpp}", 12)
    s.text(27, 252, "Начальник инспекции", 12)
    s.signature(82, 256, 32)
    s.text(140, 252, "Р.А. Мещеряков", 12)
    s.stamp(110, 242, "ФЕДЕРАЛЬНАЯ НАЛОГОВАЯ СЛУЖБА", ("ИНСПЕКЦИЯ", "ПО Г. ТВЕРИ"), 19)
    s.text(150, 266, "69 № 002174836", 11, "mono", MAROON)
    return s


_CHARTER = (
    (
        "1. Общие положения",
        (
            (
                "1.1. {full} (далее — Общество) создано в соответствии с Гражданским кодексом "
                "Российской Федерации."
            ),
            "1.2. Место нахождения Общества: {legal}.",
            "1.3. Общество имеет самостоятельный баланс и круглую печать.",
        ),
    ),
    (
        "2. Предмет и цели деятельности",
        (
            "2.1. Целью деятельности Общества является оказание населению медицинской помощи.",
            "2.2. Медицинская деятельность осуществляется на основании лицензии.",
        ),
    ),
    (
        "3. Уставный капитал",
        ("3.1. Уставный капитал Общества составляет 50 000 (пятьдесят тысяч) рублей.",),
    ),
    (
        "4. Управление Обществом",
        (
            "4.1. Высшим органом управления является общее собрание участников.",
            (
                "4.2. Единоличным исполнительным органом является главный врач, который "
                "назначается общим собранием участников на пять лет."
            ),
        ),
    ),
    (
        "5. Реорганизация и ликвидация",
        (
            (
                "5.1. Общество может быть реорганизовано или ликвидировано по решению общего "
                "собрания участников либо по решению суда."
            ),
        ),
    ),
)


def _articles(s: Sheet, y: float, org: Organisation, parts: slice) -> float:
    for title, items in _CHARTER[parts]:
        s.centre(y, title, 13, "serif-bold")
        y += 9
        for item in items:
            text = item.format(full=org.full, short=org.short, legal=org.legal_address)
            y = s.paragraph(28, y, 160, text, 12.5, indent=10, leading=1.35)
        y += 4
    return y


def charter(org: Organisation, seed: int = 17) -> list[Sheet]:
    """The charter: title page and two pages of articles."""
    title = Sheet(seed=seed)
    title.text(128, 30, "УТВЕРЖДЁН", 12, "serif-bold")
    title.text(128, 37, "общим собранием участников", 11)
    title.text(128, 43, "протокол от 26.06.2017 № 1", 11)
    title.centre(112, "УСТАВ", 34, "serif-bold")
    title.paragraph(35, 134, 140, org.full, 17, "serif-bold", centred=True)
    title.stamp(150, 214, org.short.upper().replace("«", "").replace("»", ""), ("ОГРН", org.ogrn))
    title.centre(264, "г. Тверь", 12)
    title.centre(271, "2017", 12)
    first = Sheet(seed=seed + 100)
    _articles(first, 26, org, slice(0, 3))
    first.centre(278, "2", 10)
    second = Sheet(seed=seed + 200)
    y = _articles(second, 26, org, slice(3, 5))
    second.text(28, y + 16, "Председатель собрания", 12)
    second.signature(88, y + 20, 32)
    second.text(140, y + 16, org.head_short, 12)
    second.centre(278, "3", 10)
    return [title, first, second]


def founders_agreement(org: Organisation, seed: int = 18) -> Sheet:
    """Agreement of the founders."""
    s = Sheet(seed=seed)
    s.centre(26, "ДОГОВОР ОБ УЧРЕЖДЕНИИ ОБЩЕСТВА", 15, "serif-bold")
    s.text(28, 42, "г. Тверь", 12)
    s.text(188, 42, "26 июня 2017 г.", 12, anchor="ra")
    y = 54.0
    for text in (
        (
            f"{org.head} и Лаптев Сергей Юрьевич, именуемые далее «Учредители», заключили "
            "настоящий договор о нижеследующем."
        ),
        f"1. Учредители создают {org.full}.",
        "2. Уставный капитал составляет 50 000 рублей и делится на две равные доли.",
        (
            "3. Каждый из Учредителей оплачивает свою долю деньгами не позднее четырёх месяцев "
            "со дня государственной регистрации общества."
        ),
        "4. Споры разрешаются Арбитражным судом Тверской области.",
    ):
        y = s.paragraph(28, y, 160, text, 12.5, indent=10, leading=1.4)
    s.text(28, y + 14, "Подписи учредителей:", 12, "serif-bold")
    s.signature(40, y + 32, 32)
    s.text(90, y + 28, org.head_short, 12)
    s.signature(40, y + 48, 32)
    s.text(90, y + 44, "Лаптев С.Ю.", 12)
    return s


def head_order(org: Organisation, seed: int = 19) -> Sheet:
    """Order that appoints the head."""
    s = Sheet(seed=seed)
    s.paragraph(28, 24, 154, org.full, 13, "serif-bold", centred=True)
    s.line(28, 42, 188, 42, BLACK, 4)
    s.centre(44, f"ИНН {org.inn}   ОГРН {org.ogrn}", 10)
    s.centre(62, "ПРИКАЗ", 20, "serif-bold")
    s.text(28, 78, org.head_order_date, 12)
    s.text(188, 78, "№ 3-к", 12, anchor="ra")
    s.centre(78, "г. Тверь", 12)
    y = 96.0
    for text in (
        "О назначении руководителя",
        "На основании решения общего собрания участников (протокол от 12.01.2024 № 14) ПРИКАЗЫВАЮ:",
        (
            f"1. Приступить к исполнению обязанностей главного врача: {org.head} — с "
            f"{org.head_order_date}."
        ),
        "2. Право первой подписи на финансовых и кадровых документах оставляю за собой.",
        "3. Контроль за исполнением приказа оставляю за собой.",
    ):
        y = s.paragraph(28, y, 160, text, 13, indent=10, leading=1.45) + 2
    s.text(28, y + 20, "Главный врач", 13)
    s.signature(80, y + 24, 34)
    s.text(146, y + 20, org.head_short, 13)
    ring = org.short.upper().replace("«", "").replace("»", "")
    s.stamp(112, y + 30, ring, ("Г. ТВЕРЬ", org.ogrn))
    return s


def lease(org: Organisation, seed: int = 20) -> Sheet:
    """Lease of the rooms."""
    s = Sheet(seed=seed)
    s.centre(26, "ДОГОВОР АРЕНДЫ № 21/А", 16, "serif-bold")
    s.text(28, 42, "г. Тверь", 12)
    s.text(188, 42, "01 февраля 2024 г.", 12, anchor="ra")
    y = 54.0
    for text in (
        (
            f"ООО «Взвоз-Недвижимость» (Арендодатель) и {org.short} в лице главного врача "
            f"{org.head_genitive} (Арендатор) заключили настоящий договор."
        ),
        (
            "1. Арендодатель передаёт, а Арендатор принимает во временное пользование нежилые "
            f"помещения площадью 412,6 кв. м по адресу: {org.actual_address}."
        ),
        "2. Договор заключён на неопределённый срок.",
        "3. Арендная плата вносится ежемесячно до десятого числа.",
    ):
        y = s.paragraph(28, y, 160, text, 12.5, indent=10, leading=1.4)
    s.text(28, y + 14, "Арендодатель", 12, "serif-bold")
    s.text(120, y + 14, "Арендатор", 12, "serif-bold")
    s.signature(30, y + 34, 32)
    s.signature(122, y + 34, 32)
    s.stamp(58, y + 46, "ООО ВЗВОЗ-НЕДВИЖИМОСТЬ ТВЕРЬ", ("ДЛЯ", "ДОГОВОРОВ"), 17)
    ring = org.short.upper().replace("«", "").replace("»", "")
    s.stamp(154, y + 46, ring, ("Г. ТВЕРЬ",), 17)
    return s


def pd_consent(who: Person, org: Organisation, seed: int = 21) -> Sheet:
    """Consent to the processing of personal data."""
    s = Sheet(seed=seed)
    s.centre(28, "СОГЛАСИЕ", 17, "serif-bold")
    s.centre(37, "на обработку персональных данных", 13)
    y = s.field(28, 52, 160, "Я,", who.fio, 13)
    y = s.field(28, y, 160, "паспорт", f"{who.passport} выдан {who.passport_issued}", 13)
    y = s.field(28, y, 160, "адрес", who.address, 11.5)
    for text in (
        (
            f"даю согласие {org.short} (ИНН {org.inn}) на обработку моих персональных данных: "
            "фамилии, имени, отчества, даты рождения, СНИЛС, ИНН, сведений об образовании "
            "и о месте работы — для внесения в федеральный регистр медицинских работников."
        ),
        "Согласие действует до его отзыва в письменной форме.",
    ):
        y = s.paragraph(28, y + 3, 160, text, 13, indent=10, leading=1.4)
    s.text(28, y + 18, "12.10.2026", 13, "pen", PEN)
    s.signature(80, y + 22, 36)
    s.text(146, y + 18, who.short, 13)
    return s


def treatment_right(who: Person, org: Organisation, seed: int = 22) -> Sheet:
    """Certificate that the person is entitled to treatment."""
    s = Sheet(A5_LANDSCAPE, seed=seed)
    s.paragraph(24, 18, 160, org.full, 11, "serif-bold", centred=True)
    s.line(22, 34, 188, 34, BLACK, 3)
    s.centre(42, "СПРАВКА О ПРАВЕ НА ЛЕЧЕНИЕ", 15, "serif-bold")
    s.centre(51, "№ 118 от 14.10.2026", 11)
    s.paragraph(
        22,
        64,
        166,
        f"Выдана: {who.fio}, {who.birth} г.р., СНИЛС {who.snils}, в том, что указанное лицо "
        f"имеет право на медицинскую помощь по полису ОМС {who.enp} в {org.short}.",
        12.5,
        indent=10,
        leading=1.4,
    )
    s.text(22, 112, "Главный врач", 12)
    s.signature(64, 116, 30)
    s.text(150, 112, org.head_short, 12)
    s.stamp(112, 116, org.short.upper().replace("«", "").replace("»", ""), ("РЕГИСТРАТУРА",), 17)
    return s


def training_certificate(who: Person, seed: int = 23) -> Sheet:
    """Certificate of advanced training."""
    s = Sheet(A5_LANDSCAPE, (240, 246, 248), seed)
    s.border(8, STAMP)
    s.centre(20, "Верхневолжский медицинский университет", 11, "sans", STAMP)
    s.centre(31, "УДОСТОВЕРЕНИЕ", 22, "serif-bold", STAMP)
    s.centre(43, "о повышении квалификации", 13)
    s.centre(51, "692400 018264", 13, "mono")
    s.centre(63, who.fio, 16, "serif-bold")
    s.paragraph(
        28,
        75,
        154,
        "с 02.03.2026 по 27.03.2026 прошла обучение по дополнительной профессиональной "
        "программе «Хирургия: актуальные вопросы амбулаторной помощи» в объёме 144 часов."
        if who.sex == "Ж"
        else "с 02.03.2026 по 27.03.2026 прошёл обучение по дополнительной профессиональной "
        "программе «Терапия: актуальные вопросы амбулаторной помощи» в объёме 144 часов.",
        12,
        indent=8,
    )
    s.field(28, 98, 70, "Дата выдачи", "27.03.2026", 11)
    s.text(28, 114, "Проректор", 11)
    s.signature(56, 118, 28)
    s.text(140, 114, "Л.Г. Студёная", 11)
    s.stamp(112, 112, "ВЕРХНЕВОЛЖСКИЙ МЕДИЦИНСКИЙ УНИВЕРСИТЕТ", ("ФАКУЛЬТЕТ", "ДПО"), 15)
    return s


def health_certificate(who: Person, org: Organisation, seed: int = 24) -> Sheet:
    """Certificate of health."""
    s = Sheet(A5_LANDSCAPE, seed=seed)
    s.text(22, 16, org.short, 10)
    s.text(188, 16, "Форма № 086/у", 10, anchor="ra")
    s.centre(30, "МЕДИЦИНСКАЯ СПРАВКА", 17, "serif-bold")
    s.centre(40, "о состоянии здоровья № 642", 12)
    y = s.field(22, 54, 166, "Фамилия, имя, отчество", who.fio, 12)
    y = s.field(22, y, 166, "Дата рождения", who.birth, 12)
    y = s.field(22, y, 166, "Осмотрен(а) врачами", "терапевт, невролог, психиатр", 12)
    y = s.field(22, y, 166, "Заключение", "противопоказаний к работе нет", 12)
    s.field(22, y, 80, "Дата выдачи", "16.10.2026", 12)
    s.text(22, 114, "Председатель врачебной комиссии", 11)
    s.signature(92, 118, 28)
    s.text(188, 114, "Д.Е. Ракитин", 11, anchor="ra")
    s.stamp(138, 114, org.short.upper().replace("«", "").replace("»", ""), ("ДЛЯ", "СПРАВОК"), 16)
    return s


def fee_receipt(who: Person, seed: int = 25) -> Sheet:
    """Receipt for the state fee."""
    s = Sheet((210, 120), seed=seed)
    s.box(14, 14, 196, 106, BLACK, 4)
    s.line(62, 14, 62, 106, BLACK, 4)
    s.text(20, 20, "Квитанция", 13, "serif-bold")
    s.text(20, 92, "Кассир", 11)
    s.signature(22, 88, 22)
    s.barcode(20, 56, 36, 16)
    y = s.field(68, 22, 122, "Получатель", "УФК по Тверской области", 11.5)
    y = s.field(68, y, 122, "Плательщик", who.fio, 11.5)
    y = s.field(68, y, 122, "Адрес", "Тверская область, г. Тверь", 11.5)
    y = s.field(68, y, 122, "Назначение", "госпошлина за аккредитацию", 11.5)
    y = s.field(68, y, 60, "Сумма", "750 руб. 00 коп.", 11.5)
    s.field(68, y, 60, "Дата", "19.10.2026", 11.5)
    s.stamp(168, 84, "БАНК «ПОВОЛЖЬЕ» ФИЛИАЛ В Г. ТВЕРИ", ("ОПЛАЧЕНО", "19.10.2026"), 15)
    return s


def employment_certificate(who: Person, org: Organisation, seed: int = 26) -> Sheet:
    """Certificate of the place of work."""
    s = Sheet(A5_LANDSCAPE, seed=seed)
    s.paragraph(24, 18, 160, org.full, 11, "serif-bold", centred=True)
    s.line(22, 34, 188, 34, BLACK, 3)
    s.centre(42, "СПРАВКА С МЕСТА РАБОТЫ", 15, "serif-bold")
    s.centre(51, "№ 57-к от 12.10.2026", 11)
    s.paragraph(
        22,
        64,
        166,
        f"Дана в том, что {who.fio} работает в {org.short} с 02.09.2024 по настоящее время "
        f"в должности: {who.position}. Справка выдана для представления по месту требования.",
        12.5,
        indent=10,
        leading=1.4,
    )
    s.text(22, 112, "Главный врач", 12)
    s.signature(64, 116, 30)
    s.text(150, 112, org.head_short, 12)
    s.stamp(112, 116, org.short.upper().replace("«", "").replace("»", ""), ("ОТДЕЛ", "КАДРОВ"), 17)
    return s


def paste(sheet: Sheet, other: Sheet, x: float, y: float) -> None:
    """Lay a small document on a larger sheet, as on the glass of a scanner."""
    sheet.image.paste(other.image, (px(x), px(y)))


def appointment_slip(who: Person, org: Organisation, seed: int = 27, tall: bool = False) -> Sheet:
    """A small sheet (A7) for the samples that are about the file and not about the document."""
    s = Sheet((74, 105) if tall else (105, 74), seed=seed)
    w, h = s.width, s.height
    s.centre(13, org.short, 9 if not tall else 7.5, "serif-bold")
    s.centre(20, "СПРАВКА № 31", 12, "serif-bold")
    s.paragraph(
        14,
        30,
        w - 28,
        f"Выдана: {who.fio}, {who.birth} г.р., в том, что прошёл медицинский осмотр "
        "и допущен к работе.",
        9.5,
        leading=1.35,
    )
    s.text(14, h - 17, "12.10.2026", 9, "pen", PEN)
    s.signature(36, h - 15 if not tall else h - 28, 18)
    s.text(w - 14, h - 17, org.head_short, 9 if not tall else 8, anchor="ra")
    ring = org.short.upper().replace("«", "").replace("»", "")
    s.stamp(61 if not tall else 50, h - 20 if not tall else h - 29, ring, ("КАДРЫ",), 9.5)
    return s


def appointment_slip_tall(who: Person, org: Organisation) -> Sheet:
    """The same upright."""
    return appointment_slip(who, org, 28, tall=True)
