"""A date as the forms want it: ``DD.MM.YYYY``, two, two and four digits, a day that exists.

    >>> validate("15.07.1985")
    '15.07.1985'
    >>> parse("29.02.2024")
    datetime.date(2024, 2, 29)
    >>> is_valid("31.04.1990")
    False

``strptime("%d.%m.%Y")`` is not used: it takes ``1.7.1985`` and digits of any script.

Source: the portals' forms (docs/requirements.md P05); the Gregorian calendar.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Any, Final

from medcab.text import N_
from medcab.validators.ids._base import Identifier, InvalidIdentifier, require_text

__all__ = ["IDENTIFIER", "compact", "components", "format", "is_valid", "parse", "validate"]

_KIND: Final = "date_ddmmyyyy"
_SHAPE = "DD.MM.YYYY"
_EXACT = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")
_ISO = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})(?:[T ][0-9:.Z+]*)?")
_SHORT_YEAR = re.compile(r"[0-9]{1,2}([./\- ])[0-9]{1,2}\1[0-9]{2}")
_OTHER_SEPARATOR = re.compile(r"([0-9]{1,2})([/\-\u2010-\u2015\u2212, ])([0-9]{1,2})\2([0-9]{4})")
_LOOSE = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_MONTH = re.compile(
    r"([0-9]{1,2})\s+(янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек)[а-я]*\.?\s+([0-9]{4})"
    r"(?:\s*(?:г\.?|года))?",
    re.IGNORECASE,
)
_MONTHS: Final = ("янв", "фев", "мар", "апр", "ма", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
_SERIAL = re.compile(r"[1-9][0-9]{4}(?:\.[0-9]+)?")


def compact(text: str) -> str:
    """Return ``text`` as it is: a date has one spelling."""
    return text


def parse(text: str, *, today: date | None = None, allow_future: bool = True) -> date:
    """Return the date that ``text`` names.

    Args:
        text: the value.
        today: the day to compare with where the future is refused; the clock's when None.
        allow_future: False refuses days after ``today``.

    Raises:
        InvalidIdentifier: ``iso``, ``year_2_digits``, ``separator``, ``impossible``,
            ``letter_in_date``, ``month_name``, ``excel_serial``, ``future``, ``shape``…
    """
    require_text(_KIND, text, 40)
    found = _EXACT.fullmatch(text)
    if not found:
        raise _explain(text)
    day, month, year = map(int, found.groups())
    value = _day(text, day, month, year)
    if not allow_future and value > (today or date.today()):  # noqa: DTZ011 - a civil day
        raise InvalidIdentifier(_KIND, "future", text, found=text, suggestions=())
    return value


def _day(text: str, day: int, month: int, year: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise InvalidIdentifier(
            _KIND, "impossible", text, expected=_SHAPE, found=text, suggestions=()
        ) from None


def _explain(text: str) -> InvalidIdentifier:
    if found := _ISO.fullmatch(text):
        year, month, day = found.groups()
        return _meant(text, "iso", day, month, year)
    if text != text.strip():
        return InvalidIdentifier(
            _KIND, "spaces", text, position=1 if text[0].isspace() else len(text)
        )
    for at, char in enumerate(text, 1):
        if char.isdecimal() and not "0" <= char <= "9":
            import unicodedata

            return InvalidIdentifier(
                _KIND,
                "foreign_digits",
                text,
                position=at,
                expected=str(unicodedata.decimal(char)),
                found=char,
            )
    if found := _MONTH.fullmatch(text):
        day, name, year = found.groups()
        month = next(n for n, stem in enumerate(_MONTHS, 1) if name.lower().startswith(stem))
        if name.lower().startswith("мар"):
            month = 3
        return _meant(text, "month_name", day, str(month), year)
    if _SHORT_YEAR.fullmatch(text):
        return InvalidIdentifier(
            _KIND, "year_2_digits", text, position=len(text) - 1, expected=_SHAPE, found=text[-2:]
        )
    if found := _OTHER_SEPARATOR.fullmatch(text):
        day, separator, month, year = found.groups()
        return _meant(text, "separator", day, month, year, text.index(separator) + 1)
    if found := _LOOSE.fullmatch(text):
        day, month, year = found.groups()
        return _meant(text, "shape", day, month, year)
    if _SERIAL.fullmatch(text):
        return _serial(text)
    return _letter(text)


def _meant(
    text: str, code: str, day: str, month: str, year: str, position: int | None = None
) -> InvalidIdentifier:
    from medcab.validators.ids._base import Suggestion

    meant = f"{day:0>2}.{month:0>2}.{year}"
    try:
        date(int(year), int(month), int(day))
    except ValueError:
        return InvalidIdentifier(
            _KIND, "impossible", text, expected=_SHAPE, found=text, suggestions=()
        )
    return InvalidIdentifier(
        _KIND,
        code,
        text,
        position=position,
        expected=_SHAPE if code == "shape" else meant,
        found=text,
        suggestions=(Suggestion(meant, "format"),),
    )


def _serial(text: str) -> InvalidIdentifier:
    """A cell that lost its date format: days since 30.12.1899 (the 1900 system)."""
    from medcab.validators.ids._base import Suggestion

    meant = date.fromordinal(693594 + int(text.partition(".")[0])).strftime("%d.%m.%Y")
    return InvalidIdentifier(
        _KIND,
        "excel_serial",
        text,
        expected=meant,
        found=text,
        suggestions=(Suggestion(meant, "format"),),
    )


def _letter(text: str) -> InvalidIdentifier:
    from medcab.validators.ids._base import LOOKALIKE_DIGITS, Suggestion

    if len(text) == 10 and text[2] == text[5] == ".":
        for at, char in enumerate(text, 1):
            if char.isalpha():
                repaired = "".join(LOOKALIKE_DIGITS.get(c, c) for c in text)
                fits = _EXACT.fullmatch(repaired) and is_valid(repaired)
                return InvalidIdentifier(
                    _KIND,
                    "letter_in_date",
                    text,
                    position=at,
                    expected=LOOKALIKE_DIGITS.get(char),
                    found=char,
                    suggestions=(Suggestion(repaired, "lookalike"),) if fits else (),
                )
    return InvalidIdentifier(_KIND, "shape", text, expected=_SHAPE, suggestions=())


def validate(
    text: str, *, today: date | None = None, allow_future: bool = False, **_context: Any
) -> str:
    """Return the date as ``DD.MM.YYYY``; see :func:`parse` for the arguments and errors."""
    parse(text, today=today, allow_future=allow_future)
    return text


def is_valid(text: Any) -> bool:
    """Tell whether ``text`` is a date that exists and is not after today."""
    try:
        validate(text)
    except InvalidIdentifier:
        return False
    return True


def format(text: str) -> str:  # noqa: A001 - python-stdnum's name for it
    """Return ``text`` as it is."""
    return text


def components(text: str) -> dict[str, Any]:
    """Return ``day``, ``month``, ``year`` and ``iso``."""
    value = parse(text)
    return {"day": value.day, "month": value.month, "year": value.year, "iso": value.isoformat()}


IDENTIFIER: Final = Identifier(
    _KIND,
    N_("Date"),
    compact=compact,
    validate=validate,
    is_valid=is_valid,
    format=format,
    components=components,
)
