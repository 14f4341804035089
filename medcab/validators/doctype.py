"""What a document is, told from the name of its file or from the words of a manifest.

What cannot be told is never guessed: :func:`recognise` then returns no type and the nearest ones.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from medcab.errors import UsageError
from medcab.model import TypeCandidate
from medcab.text import N_
from medcab.validators.doctype_data import HINTS, PHRASES, VETOES
from medcab.vocabulary import DOCUMENT_TYPES

if TYPE_CHECKING:
    from medcab.profile import Profile

__all__ = ["LOOKALIKES", "Recognition", "parse_type", "recognise", "split_extension", "words"]

# Latin letters that look like Cyrillic ones, for words that mix both alphabets.
LOOKALIKES: Final = str.maketrans("ABCEHKMOPTXYaceopxyKk", "АВСЕНКМОРТХУасеорхуКк")
_ACCEPT: Final = 84.0
_MAX_CANDIDATES: Final = 5
_WORD = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[а-яё])(?=[А-ЯЁ])|(?<=[a-z])(?=[A-Z])|(?<=[А-ЯЁ])(?=[А-ЯЁ][а-яё])")
_SURNAME = re.compile(r"(?:[оеё]ва?|ина?|ын|ская|ский|ая)\Z")
_ENDING = re.compile(r"[аеийоуыьэюямхвгшщнк]{0,4}\Z")
_LATIN_ENDING = re.compile(r"[a-z]{0,3}\Z")


class Recognition(NamedTuple):
    """What a name tells: the type, or None with the nearest types.

    Attributes:
        type: key of the dictionary, or None.
        candidates: nearest types, the likeliest first; with a type, that type and its score.
        exact: False when the words were understood in spite of a typing error.
    """

    type: str | None
    candidates: tuple[TypeCandidate, ...]
    exact: bool = True


@dataclass(frozen=True, slots=True)
class _Match:
    type: str
    used: frozenset[int]
    score: float


def split_extension(name: str) -> tuple[str, str]:
    """Stem and extension («Диплом.pdf.sig» -> «Диплом.pdf», «sig»); the extension as written."""
    stem, dot, extension = name.rpartition(".")
    if not dot or not stem or not re.fullmatch(r"[A-Za-z0-9]{1,8}", extension):
        return name, ""
    return stem, extension


def words(text: str) -> list[str]:
    """Words of a name: NFC, lower case, ё as е, Latin look-alikes in Russian words mended."""
    # Names are at most 255 characters long; what is longer is broken by another rule.
    spaced = _CAMEL.sub(" ", unicodedata.normalize("NFC", text[:300]))
    found = []
    for word in _WORD.findall(spaced.replace("_", " ")):
        if any("а" <= c <= "я" or c == "ё" for c in word.lower()):
            word = word.translate(LOOKALIKES)
        found.append(word.lower().replace("ё", "е"))
    return found


def recognise(name: str, profile: Profile | None = None) -> Recognition:
    """Tell the type of a document from the name of its file.

    Two types in one name, or a word that many types share («справка»), give no type; but in
    «Паспортов_Диплом.pdf» the word before «_» is a surname.

    Args:
        name: last component of the path; the extension is passed over.
        profile: its types come first among the candidates.
    """
    stem, _ = split_extension(unicodedata.normalize("NFC", name))
    wanted = {t for r in profile.documents for t in r.types} if profile is not None else set()
    return _recognise(stem, frozenset(wanted))


@lru_cache(maxsize=4096)
def _recognise(stem: str, wanted: frozenset[str]) -> Recognition:
    found = words(stem)
    chosen = _choose(list(_matches(found)))
    if chosen is not None:
        return chosen if chosen.type is not None else _after_surname(stem) or chosen
    # Typing errors are only sought in what remains unexplained.
    fuzzy = list(_fuzzy(found))
    best = _choose([m for m in fuzzy if m.score >= _ACCEPT])
    if best is not None and best.type is not None:
        rivals = {m.type for m in fuzzy if m.score > best.candidates[0].score - 8}
        if rivals == {best.type} and not _hinted(found):
            return best._replace(exact=False)
    return Recognition(None, _nearest(found, fuzzy, wanted))


def parse_type(text: str) -> str:
    """Type meant by a manifest or by ``--type``: a key, or Russian words for it.

    Raises:
        UsageError: nothing or several types are meant; the nearest are named.
    """
    key = text.strip().casefold().replace("-", "_").replace(" ", "_")
    if key in DOCUMENT_TYPES:
        return key
    found = recognise(text)
    if found.type is not None and found.exact:
        return found.type
    import difflib

    near = [c.type for c in found.candidates]
    near += difflib.get_close_matches(key, DOCUMENT_TYPES, n=3, cutoff=0.5)
    raise UsageError(
        N_("There is no document type “{name}”."),
        hint=N_("Nearest types: {near}.") if near else N_("All types: {known}."),
        name=text,
        near=", ".join(dict.fromkeys(near)),
        known=", ".join(DOCUMENT_TYPES),
    )


def _after_surname(stem: str) -> Recognition | None:
    """Read «Фамилия_Тип» by its last part, where the other type comes from the surname only."""
    head, line, tail = stem.rpartition("_")
    last = _choose(list(_matches(words(tail)))) if line else None
    if last is None or last.type is None:
        return None
    before = words(head)
    telling = {i for m in _matches(before) for i in m.used}
    return last if all(_SURNAME.search(before[i]) for i in telling) else None


@cache
def _phrases() -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((t, tuple(p.split())) for t, all_of in PHRASES.items() for p in all_of)


def _meets(stem: str, word: str) -> bool:
    if stem.startswith("="):
        return word == stem[1:]
    if not word.startswith(stem):
        return False
    endings = _LATIN_ENDING if stem.isascii() else _ENDING
    return endings.match(word, len(stem)) is not None


def _matches(found: list[str]) -> Iterator[_Match]:
    for document_type, stems in _phrases():
        used: set[int] = set()
        for stem in stems:
            at = next((i for i, w in enumerate(found) if i not in used and _meets(stem, w)), None)
            if at is None:
                break
            used.add(at)
        else:
            if not _vetoed(document_type, found):
                yield _Match(document_type, frozenset(used), 100.0)


def _vetoed(document_type: str, found: list[str]) -> bool:
    return any(w.startswith(v) for v in VETOES.get(document_type, ()) for w in found)


def _fuzzy(found: list[str]) -> Iterator[_Match]:
    for document_type, stems in _phrases():
        used: set[int] = set()
        total = 0.0
        for stem in stems:
            best, at = 0.0, -1
            for index, word in enumerate(found):
                if index not in used:
                    score = _likeness(stem, word)
                    if score > best:
                        best, at = score, index
            if at < 0:
                break
            used.add(at)
            total += best
        else:
            if not _vetoed(document_type, found):
                yield _Match(document_type, frozenset(used), total / len(stems))


@lru_cache(maxsize=1 << 16)
def _likeness(stem: str, word: str) -> float:
    """100 for a word that meets the stem, less for one with a typing error, 0 for another word."""
    if _meets(stem, word):
        return 100.0
    plain = stem.removeprefix("=")
    if not 4 <= len(word) <= 40 or len(plain) < 5 or plain.isascii() != word.isascii():
        return 0.0
    from rapidfuzz.distance import OSA

    most = 1 if len(plain) < 8 else 2
    if len(word) < len(plain) - most:
        return 0.0
    distance = min(
        OSA.distance(word[: len(word) - cut], plain, score_cutoff=most)
        for cut in range(min(5, len(word) - 3))
        if _ENDING.match(word, len(word) - cut) or word.isascii()
    )
    return 0.0 if distance > most else 100.0 * (1 - distance / (len(plain) + 1))


@lru_cache(maxsize=1 << 16)
def _distant(stem: str, word: str) -> float:
    """Bare similarity 0..100, for the question to the user."""
    from rapidfuzz.distance import OSA

    return 100.0 * float(OSA.normalized_similarity(word, stem.removeprefix("=")))


def _choose(matches: list[_Match]) -> Recognition | None:
    """The one type that is left when the less telling phrases are dropped; None for no match."""
    kept = [m for m in matches if not any(m.used < other.used for other in matches)]
    if not kept:
        return None
    best: dict[str, float] = {}
    for match in kept:
        best[match.type] = max(best.get(match.type, 0), match.score)
    ranked = tuple(
        TypeCandidate(t, round(s, 1)) for t, s in sorted(best.items(), key=lambda i: -i[1])
    )
    return Recognition(ranked[0].type if len(ranked) == 1 else None, ranked)


def _hinted(found: list[str]) -> list[str]:
    return [
        t
        for stem, types in HINTS.items()
        if any(_meets(stem, word) for word in found)
        for t in types
    ]


def _nearest(
    found: list[str], fuzzy: list[_Match], wanted: frozenset[str]
) -> tuple[TypeCandidate, ...]:
    scores: dict[str, float] = {}
    for match in fuzzy:
        scores[match.type] = max(scores.get(match.type, 0), match.score)
    for rank, document_type in enumerate(_hinted(found)):
        scores[document_type] = max(scores.get(document_type, 0), 75.0 - rank)
    if not scores:
        longer = [w for w in found if 4 <= len(w) <= 40 and not w.isdecimal()]
        for document_type, stems in _phrases():
            alike = max((_distant(s, w) for s in stems for w in longer), default=0.0)
            if alike >= 55:
                scores[document_type] = max(scores.get(document_type, 0), alike * 0.7)
    ranked = sorted(scores.items(), key=lambda i: (i[0] not in wanted, -i[1], i[0]))
    return tuple(TypeCandidate(t, round(s, 1)) for t, s in ranked[:_MAX_CANDIDATES])
