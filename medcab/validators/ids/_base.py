"""What all identifiers share: the typed error, the descriptor, the reading of digits.

The modules of this package are imported one at a time by programs that check a single number, so
this one imports nothing heavy: no dataclasses, no re-compiled monsters, no datetime.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from medcab.errors import IdentifierError
from medcab.text import N_
from medcab.validators.ids._messages import TEMPLATES

__all__ = [
    "HYPHENS",
    "LOOKALIKE_DIGITS",
    "SPACES",
    "Identifier",
    "InvalidIdentifier",
    "Suggestion",
    "current_year",
    "digits_only",
    "meant",
    "quick",
    "require_text",
]

HYPHENS: Final = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
SPACES: Final = " \u00a0\u202f\u2007\u2009"

# Letters that are typed, or read by OCR, where a digit should stand.
LOOKALIKE_DIGITS: Final[Mapping[str, str]] = {
    **dict.fromkeys("OoОоQDDО", "0"),
    **dict.fromkeys("lI|Іі!i", "1"),
    **dict.fromkeys("Zz", "2"),
    **dict.fromkeys("ЗзЭэ", "3"),
    **dict.fromkeys("чЧ", "4"),
    **dict.fromkeys("Ss", "5"),
    **dict.fromkeys("бG", "6"),
    **dict.fromkeys("ВB", "8"),
    **dict.fromkeys("gq", "9"),
}


class Suggestion(NamedTuple):
    """A value that may have been meant; never applied silently.

    Attributes:
        value: the value in its printed form.
        why: what was changed: ``lookalike``, ``swap``, ``keyboard``, ``digit``, ``leading_zeros``,
            ``decimal_tail``, ``foreign_digits``, ``extract``, ``trim``, ``separators``, ``case``,
            ``cyrillic``, ``nfc``, ``typo``, ``format``.
    """

    value: str
    why: str


class InvalidIdentifier(IdentifierError):  # noqa: N818 - the name says what the value is
    """A value is not a valid identifier of its kind.

    Attributes:
        kind: the kind that was asked for (``snils``).
        code: what is wrong, stable: ``length``, ``chars``, ``shape``, ``checksum``, ``all_zero``…
        text: the text as given (cut to 200 characters), or its ``repr`` when it is not a text.
        position: 1-based place in the text as given, or None.
        expected: what should stand there, or None.
        found: what stands there, or None.
        warning: True where the rule behind it is of low confidence.
    """

    def __init__(
        self,
        kind: str,
        code: str,
        text: str = "",
        /,
        *,
        position: int | None = None,
        expected: object = None,
        found: object = None,
        warning: bool = False,
        template: str = "",
        suggestions: tuple[Suggestion, ...] | None = None,
        **args: Any,
    ) -> None:
        super().__init__(
            template or TEMPLATES[code],
            **{
                "kind": kind,
                "position": position,
                "expected": expected,
                "found": found,
                **args,
            },
        )
        self.kind = kind
        self.code = code
        self.text = text if len(text) <= 200 else text[:200]
        self.position = position
        self.expected = expected
        self.found = found
        self.warning = warning
        self._suggestions = suggestions
        self._whole = len(text) <= 200

    @property
    def suggestions(self) -> tuple[Suggestion, ...]:
        """What may have been meant, the likeliest first; found when first asked for."""
        if self._suggestions is None:
            from medcab.validators.ids._suggest import suggest

            self._suggestions = suggest(self) if self._whole else ()
        return self._suggestions


class Identifier:
    """One kind of identifier: its functions and what is known about it.

    Attributes:
        kind: stable name (``snils``).
        title: the name of the number, an English msgid.
        confidence: ``high``, ``medium`` or ``low``: how sure the rule itself is.
        compact: text -> text without separators (checks nothing).
        validate: text, **context -> canonical form; raises :class:`InvalidIdentifier`.
        is_valid: text -> bool.
        format: text -> the form it is printed in (checks nothing).
        components: valid text -> its parts (region, year, number…).
        warnings: valid text, **context -> doubts that do not make the value wrong.
        lengths: the lengths that the compact form can have, or empty.
        numeric: True when the compact form is made of digits only.
    """

    __slots__ = (
        "compact",
        "components",
        "confidence",
        "format",
        "is_valid",
        "kind",
        "lengths",
        "numeric",
        "title",
        "validate",
        "warnings",
    )

    def __init__(
        self,
        kind: str,
        title: str,
        *,
        compact: Callable[[str], str],
        validate: Callable[..., str],
        is_valid: Callable[[Any], bool],
        format: Callable[[str], str],  # noqa: A002 - python-stdnum's name for it
        components: Callable[[str], dict[str, Any]],
        warnings: Callable[..., tuple[InvalidIdentifier, ...]] = lambda _text, **_: (),
        confidence: str = "high",
        lengths: tuple[int, ...] = (),
        numeric: bool = False,
    ) -> None:
        self.kind = kind
        self.title = title
        self.compact = compact
        self.validate = validate
        self.is_valid = is_valid
        self.format = format
        self.components = components
        self.warnings = warnings
        self.confidence = confidence
        self.lengths = lengths
        self.numeric = numeric

    def __repr__(self) -> str:
        return f"<Identifier {self.kind}>"


def meant(
    text: str, value: str, why: str, is_valid: Callable[[Any], bool]
) -> tuple[Suggestion, ...]:
    """Return ``value`` as the only suggestion for ``text``, or nothing when it is no better."""
    if value == text or not is_valid(value):
        return ()
    return (Suggestion(value, why),)


def require_text(kind: str, text: object, limit: int) -> str:
    """Return ``text`` when it is a text of at most ``limit`` characters and not blank.

    Raises:
        InvalidIdentifier: ``type``, ``empty`` or ``length``.
    """
    if not isinstance(text, str):
        raise InvalidIdentifier(
            kind, "type", repr(text)[:80], found=type(text).__name__, suggestions=()
        )
    if len(text) > limit:
        raise InvalidIdentifier(kind, "length", text, expected=f"≤ {limit}", found=len(text))
    if not text or text.isspace():
        raise InvalidIdentifier(kind, "empty", text, suggestions=())
    return text


def digits_only(kind: str, text: object, *, separators: str = "") -> str:
    """Return the digits of ``text``; anything but ``[0-9]`` and ``separators`` is refused.

    Separators may stand between digits only; whether they stand at the right places is the
    caller's question.

    Raises:
        InvalidIdentifier: ``type``, ``empty``, ``length``, ``spaces``, ``decimal``,
            ``foreign_digits`` or ``chars``.
    """
    text = require_text(kind, text, 64)
    if text.isascii() and text.isalnum() and not any(c > "9" for c in text):
        return text
    for at, char in enumerate(text, 1):
        if "0" <= char <= "9":
            continue
        edge = at in (1, len(text))
        if char in separators and not edge:
            continue
        if char.isspace():
            raise InvalidIdentifier(
                kind, "spaces", text, position=at, template="" if edge else _SPACE_INSIDE
            )
        if char.isdecimal():
            raise InvalidIdentifier(
                kind, "foreign_digits", text, position=at, expected=_decimal(char), found=char
            )
        if char in ".," and at > 1 and set(text[at:]) == {"0"}:
            raise InvalidIdentifier(kind, "decimal", text, position=at, found=text[at - 1 :])
        meant = LOOKALIKE_DIGITS.get(char)
        if meant is not None:
            raise InvalidIdentifier(
                kind,
                "chars",
                text,
                position=at,
                expected=meant,
                found=char,
                template=_LETTER_FOR_DIGIT,
            )
        raise InvalidIdentifier(kind, "chars", text, position=at, found=char)
    return "".join(c for c in text if "0" <= c <= "9")


_LETTER_FOR_DIGIT: Final = N_(
    "Position {position} holds the letter «{found}» instead of the digit {expected}."
)
_SPACE_INSIDE: Final = N_("There is a space at position {position}; write the number without it.")


def _decimal(char: str) -> str:
    import unicodedata

    return str(unicodedata.decimal(char))


def quick(validate: Callable[[str], str]) -> Callable[[Any], bool]:
    """Make ``is_valid`` of a ``validate`` where no faster way is written."""

    def is_valid(text: Any) -> bool:
        try:
            validate(text)
        except InvalidIdentifier:
            return False
        return True

    is_valid.__doc__ = "Tell whether ``text`` is a valid value of this kind."
    return is_valid


def current_year(today: Any = None) -> int:
    """Return the year of ``today`` (a date), or of the clock when it is None."""
    return int(today.year) if today is not None else time.localtime().tm_year
