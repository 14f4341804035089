"""Series and number of a diploma, in the forms that were given out over the years.

Since 2012-2014 six digits and seven (10 higher, 11 secondary education, then the region);
additional education six and six; before that one to three Cyrillic letters, perhaps with a Roman
number (``Г-I``), and six or seven digits; secondary education of 2008 ``NN АА NNNNNNN``.

    >>> validate("107704 0000001")
    '107704 0000001'
    >>> validate("ВСВ 0000003")
    'ВСВ 0000003'
    >>> is_valid("BCB 0000003")
    False

Source: orders of the Ministry of Education on the blanks (1100 of 01.10.2013, 112 of 13.02.2014)
and the blanks before them.
"""

from __future__ import annotations

import re
from typing import Any, Final

from medcab.text import N_
from medcab.validators.ids._base import (
    HYPHENS,
    SPACES,
    Identifier,
    InvalidIdentifier,
    meant,
    quick,
    require_text,
)
from medcab.validators.ids._letters import CYRILLIC_FOR, is_latin

__all__ = ["IDENTIFIER", "compact", "components", "format", "is_valid", "validate"]

_KIND: Final = "diploma"
_DIGITS = re.compile(r"([0-9]{6}) ?([0-9]{6,7})")
_LETTERS = re.compile(r"([А-ЯЁ]{1,3}(?:-[IVX]{1,4})?) ?([0-9]{6,7})")
_COLLEGE = re.compile(r"([0-9]{2} ?[А-ЯЁ]{2}) ?([0-9]{7})")
_SHAPE: Final = "NNNNNN NNNNNNN"
_ROMAN = re.compile(r"-[IVX]{1,4}(?= ?[0-9])")


def compact(text: str) -> str:
    """Return ``text`` with plain hyphens and single plain spaces, «№» and «серия» taken off."""
    for char in HYPHENS[1:]:
        text = text.replace(char, "-")
    text = re.sub(r"№|\b(?:серия|номер)\b", " ", text, flags=re.IGNORECASE)
    return " ".join(text.split())


def validate(text: str, **_context: Any) -> str:
    """Return series and number with one space between.

    Raises:
        InvalidIdentifier: ``latin_letter``, ``shape``, ``all_zero``…
    """
    require_text(_KIND, text, 64)
    if text[0] in SPACES or text[-1] in SPACES:
        raise InvalidIdentifier(
            _KIND, "spaces", text, position=1 if text[0] in SPACES else len(text)
        )
    number = compact(text)
    roman = _ROMAN.search(text)
    for at, char in enumerate(text):
        if is_latin(char) and not (roman and roman.start() < at < roman.end()):
            cyrillic = "".join(
                c if roman and roman.start() < i < roman.end() else CYRILLIC_FOR.get(c.upper(), c)
                for i, c in enumerate(text)
            )
            raise InvalidIdentifier(
                _KIND,
                "latin_letter",
                text,
                position=at + 1,
                expected=CYRILLIC_FOR.get(char.upper(), "А"),
                found=char,
                suggestions=meant(text, compact(cyrillic), "cyrillic", is_valid),
            )
    found = _DIGITS.fullmatch(number) or _LETTERS.fullmatch(number) or _COLLEGE.fullmatch(number)
    if not found:
        upper = number.upper()
        raise InvalidIdentifier(
            _KIND,
            "shape",
            text,
            expected=_SHAPE,
            found=number,
            suggestions=meant(number, upper, "case", is_valid),
        )
    if not found[2].strip("0"):
        raise InvalidIdentifier(_KIND, "all_zero", text, suggestions=())
    return format(number)


is_valid = quick(validate)


def format(text: str) -> str:  # noqa: A001 - python-stdnum's name for it
    """Return series and number with one space between, when they can be told apart."""
    number = compact(text)
    for shape in (_DIGITS, _LETTERS, _COLLEGE):
        if found := shape.fullmatch(number):
            series = found[1]
            if shape is _COLLEGE and " " not in series:
                series = f"{series[:2]} {series[2:]}"
            return f"{series} {found[2]}"
    return number


def components(text: str) -> dict[str, Any]:
    """Return ``series``, ``number``, ``form``; ``level`` and ``region`` where digits tell them."""
    number = format(text)
    series, _, serial = number.rpartition(" ")
    if not _DIGITS.fullmatch(number):
        form = "college_2008" if _COLLEGE.fullmatch(number) else "letters"
        return {"series": series, "number": serial, "form": form}
    return {
        "series": series,
        "number": serial,
        "form": "digits",
        "level": {"10": "higher", "11": "secondary"}.get(series[:2]),
        "region": series[2:4],
    }


IDENTIFIER: Final = Identifier(
    _KIND,
    N_("Diploma"),
    compact=compact,
    validate=validate,
    is_valid=is_valid,
    format=format,
    components=components,
    confidence="medium",
)
