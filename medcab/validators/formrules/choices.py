"""Fields with a closed list of values, and the other words that people write for them."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from medcab.vocabulary import FIELD_KINDS

__all__ = ["CHOICES", "choice", "reader"]

CHOICES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "org_kind": ("ЮЛ", "ИП"),
        "org_type": ("Медицинская", "Страховая", "Образовательная", "Научно-исследовательская"),
        "sex": ("М", "Ж"),
        "reissue_reason": ("истечение срока", "утрата", "компрометация", "смена алгоритма"),
        "category": ("врач", "средний персонал", "фармацевт"),
        "accreditation_type": (
            "первичная",
            "первичная специализированная",
            "периодическая",
            "специализированная",
        ),
        "applicant_category": ("сотрудник", "пациент"),
        "yes_no": ("да", "нет"),
    }
)
_SAME: Final[Mapping[str, tuple[str, ...]]] = {
    "ЮЛ": ("юрлицо", "юридическое лицо", "организация", "legal"),
    "ИП": ("индивидуальный предприниматель", "предприниматель", "entrepreneur"),
    "М": ("муж", "мужской", "m", "male"),
    "Ж": ("жен", "женский", "f", "female"),
    "истечение срока": (
        "истечение",
        "истек срок",
        "окончание срока",
        "истечение срока действия",
        "expiry",
    ),
    "утрата": ("потеря", "утеря", "утрата ключа", "loss"),
    "компрометация": ("компрометация ключа", "compromise"),
    "средний персонал": ("средний медицинский персонал", "медсестра", "фельдшер"),
    "да": ("yes", "true", "1", "есть", "требуется", "д", "+"),
    "нет": ("no", "false", "0", "не требуется", "н", "-"),
    "Медицинская": ("медицинская организация",),
    "Страховая": ("страховая организация", "страховая медицинская организация"),
    "Образовательная": ("образовательная организация",),
    "Научно-исследовательская": ("научно исследовательская организация", "нии"),
    "сотрудник": ("работник", "employee"),
    "пациент": ("гражданин", "patient"),
    "первичная": ("первичная аккредитация",),
    "периодическая": ("периодическая аккредитация",),
    "специализированная": ("специализированная аккредитация",),
    "первичная специализированная": ("первичная специализированная аккредитация",),
}


def choice(kind: str, text: str) -> str | None:
    """The value of the list that ``text`` means, or None when it is none of them."""
    word = _word(text)
    for value in CHOICES.get(kind, ()):
        if word in map(_word, (value, *_SAME.get(value, ()))):
            return value
    return None


def reader(get: Callable[[str], str | None]) -> Callable[[str], str | None]:
    """Wrap the look-up of a field so that conditions see «ЮЛ» where a form says «юрлицо».

    A value that is none of the list is passed on as absent: what depends on it stays open.
    """

    def look(name: str) -> str | None:
        text = get(name)
        kind = FIELD_KINDS.get(name, "")
        return text if text is None or kind not in CHOICES else choice(kind, text)

    return look


def _word(text: str) -> str:
    plain = unicodedata.normalize("NFC", text).casefold().replace("ё", "е").replace("-", " ")
    return " ".join(plain.split()) or text.strip()
