"""Findings that say the same of many places, put together into one line.

A password hides a dozen rules, a question that the form leaves open hides a dozen fields, too
little time leaves every page of a long document unseen, and a scanner with wrong settings spoils
them all alike.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from medcab.formats import sentences as say
from medcab.text import N_, Translator

if TYPE_CHECKING:
    from medcab.formats.view import Item

__all__ = ["Fold", "folded"]

_WORTH_FOLDING: Final = 3
_PLACES: Final = 12


@dataclass(frozen=True, slots=True)
class Fold:
    """Several findings that differ in their rules or places only."""

    message: str
    place: str
    items: tuple[Item, ...]

    @property
    def rules(self) -> str:
        """Ids of the rules, for one line."""
        return ", ".join(dict.fromkeys(item.rule for item in self.items))


def folded(items: Sequence[Item], tr: Translator) -> tuple[Item | Fold, ...]:
    """Return ``items`` as lines, in their order, what is known to be wrong before what is not."""
    at_place: dict[tuple[str, str], list[Item]] = {}
    for one in items:
        if one.reason:
            at_place.setdefault((one.reason, one.place), []).append(one)
    # The rules at one place, or the message without the page: what is alike goes on one line.
    alike: dict[tuple[str, ...], list[Item]] = {}
    for same in at_place.values():
        one, rules = same[0], tuple(item.rule for item in same)
        apart = "" if len(same) == 1 or _page(one) else one.place
        if len(same) > 1 or one.place:
            alike.setdefault(("?", one.reason, apart, *rules), []).extend(same)
    for one in items:
        page = _page(one)
        if page and not one.reason:
            message = re.sub(rf"(?<![0-9]){page}(?![0-9])", "#", one.told, count=1)
            alike.setdefault((one.finding.severity.value, message, one.rule), []).append(one)
    first: dict[int, Fold] = {}
    hidden: set[int] = set()
    for key, same in alike.items():
        fold = _fold(same, tr, several=len(key) > 4)
        if fold is not None:
            first[id(same[0])] = fold
            hidden.update(map(id, same))
    lines = [first.get(id(i), i) for i in items if id(i) in first or id(i) not in hidden]
    return tuple(sorted(lines, key=_weight))


def _fold(same: Sequence[Item], tr: Translator, *, several: bool) -> Fold | None:
    """One line for ``same``, unless there are too few; ``several``: rules at each place."""
    one, places = same[0], _places(same, tr)
    if several:
        few = N_("{n} check could not be made. {reason}")
        many = N_("{n} checks could not be made. {reason}")
        return Fold(tr.plural(few, many, len(same), reason=one.reason), places, tuple(same))
    if len(same) < _WORTH_FOLDING:
        return None
    if one.reason:
        few = N_("Not checked in {n} place: {places}. {reason}")
        many = N_("Not checked in {n} places: {places}. {reason}")
        message = tr.plural(few, many, len(same), places=places, reason=one.reason)
        return Fold(message, "", tuple(same))
    count = len({_page(item) for item in same}) - 1
    if count < _WORTH_FOLDING - 1:
        return None
    few = N_("{message} The same on {n} page more.")
    many = N_("{message} The same on {n} pages more.")
    return Fold(tr.plural(few, many, count, message=one.told), places, tuple(same))


def _page(one: Item) -> int | None:
    """The page, of what is about a page as a whole."""
    where = one.finding.location
    return None if where.field else where.page


def _places(same: Sequence[Item], tr: Translator) -> str:
    """``p. 1–145, 150``; places that are no pages one by one."""
    pages = sorted({page for one in same if (page := _page(one)) is not None})
    if len(pages) < 2 or not all(map(_page, same)):
        named = list(dict.fromkeys(one.place for one in same))
        return ", ".join(named[:_PLACES]) + ("…" if len(named) > _PLACES else "")
    ranges: list[tuple[int, int]] = []
    for page in pages:
        if ranges and ranges[-1][1] == page - 1:
            ranges[-1] = (ranges[-1][0], page)
        else:
            ranges.append((page, page))
    shown = ", ".join(f"{a}–{b}" if a != b else str(a) for a, b in ranges[:_PLACES])
    shown += "…" if len(ranges) > _PLACES else ""
    before = say.place_of(replace(same[0].finding.location, page=None), tr)
    return ", ".join(filter(None, (before, tr(N_("p. {page}"), page=shown))))


def _weight(line: Item | Fold) -> tuple[int, bool]:
    """What is known to be wrong comes before what is not known: it is often the cause."""
    if isinstance(line, Fold):
        return min(one.finding.severity.rank for one in line.items), bool(line.items[0].reason)
    return line.finding.severity.rank, bool(line.reason)
