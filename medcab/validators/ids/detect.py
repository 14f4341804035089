"""Which kinds a value fits: the strongest first."""

from __future__ import annotations

from typing import Final, NamedTuple

from medcab.validators.ids._base import InvalidIdentifier
from medcab.validators.ids.registry import get, kinds

__all__ = ["Guess", "detect"]

# Kinds whose check digits make a chance fit unlikely, in the order of strength.
_CHECKED: Final = (
    "enp",
    "snils",
    "inn_person",
    "ogrnip",
    "ogrn",
    "account",
    "inn_legal",
    "okpo",
)
_LAST: Final = ("oms_temp", "oktmo", "postal_index", "bik", "phone", "fio")


class Guess(NamedTuple):
    """A kind that fits.

    Attributes:
        kind: its name.
        canonical: the value in canonical form.
        strength: ``checksum`` (check digits agree), ``shape`` (only the form does) or ``near``
            (a checksum kind whose length fits but whose check digits do not).
    """

    kind: str
    canonical: str
    strength: str


def detect(text: str) -> tuple[Guess, ...]:
    """Return the kinds that ``text`` fits, the strongest first.

    Args:
        text: one value.
    """
    order = sorted(
        kinds(), key=lambda kind: (kind in _LAST, kind not in _CHECKED, kinds().index(kind))
    )
    fits: list[Guess] = []
    near: list[Guess] = []
    for kind in order:
        identifier = get(kind)
        try:
            value = identifier.validate(text)
        except InvalidIdentifier as error:
            if error.code.startswith("checksum"):
                near.append(Guess(kind, identifier.format(text), "near"))
            continue
        fits.append(Guess(kind, value, "checksum" if kind in _CHECKED else "shape"))
    fits.sort(key=lambda guess: guess.strength != "checksum")
    return (*fits, *near)
