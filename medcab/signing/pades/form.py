"""What an update of a PDF did to the form: fields that show or do something, defaults of fields.

pyHanko lets an update add signature fields whatever they look like, and change the defaults of the
form. A signature field need not hold a signature, yet what it shows lies over the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from medcab.signing.pades.reading import Embedded, entry

__all__ = ["FormChanges", "compare_forms", "same_value"]

_DEFAULTS: Final = ("/DR", "/DA", "/Q", "/NeedAppearances")
_LOOK: Final = ("/V", "/AP", "/AS", "/F", "/DA", "/Q")
_MAX_NODES: Final = 20_000
_MAX_DEPTH: Final = 30
# Flags of annotations (ISO 32000-2 12.5.3).
_HIDDEN, _PRINT, _NO_VIEW, _TOGGLE = 2, 4, 32, 256
_WRITING: Final = 1 | 2 | 4  # read only, required, not exported (12.7.4.1)

Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class FormChanges:
    """What became of the form since it was signed.

    Attributes:
        active: new signature fields that do something.
        shown: signature fields that show something and hold no signature of a person.
        stamped: «name (page, place)» of the signatures that show something.
        defaults: keys of the form that decide how signed fields look, and are other now.
        fillable: fields of the signed form that hold no signature.
        altered: names of the fields that were there and have another value or look now.
    """

    active: tuple[str, ...]
    shown: tuple[str, ...]
    stamped: tuple[str, ...]
    defaults: tuple[str, ...]
    fillable: frozenset[str]
    altered: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Node:
    """A field, or a widget of one."""

    key: Key | None
    name: str
    kind: str
    dictionary: Any
    owner: Any

    @property
    def filled(self) -> bool:
        return "/V" in self.owner


def compare_forms(old: Any, new: Any, places: Sequence[Embedded]) -> FormChanges:
    """Compare the form with what was signed.

    Args:
        old, new: the catalogues of the revision that was signed and of the file as it is.
        places: the filled signature fields of the file.

    Raises:
        Exception: one of :func:`reading.breaks`.
    """
    before = list(_nodes(old))
    known = {node.key: node for node in before if node.key is not None}
    fillable = frozenset(node.name for node in before if node.kind not in ("", "/Sig"))
    holders = {_key(place.holder): place for place in places}
    active, shown, stamped, altered = [], [], [], set()
    for node in _nodes(new):
        was = known.get(node.key) if node.key is not None else None
        if was is not None and not _same_look(was.dictionary, node.dictionary):
            altered.add(node.name)
        if node.kind != "/Sig":
            continue
        if was is None and _acts(node.dictionary):
            active.append(node.name)
        if (was is not None and was.filled == node.filled) or not _shows(node.dictionary):
            continue
        place = holders.get(_key(node.owner.container_ref)) if node.filled else None
        if place is None or place.is_stamp:
            shown.append(node.name)
        else:
            stamped.append(_described(new, node))
    return FormChanges(
        tuple(active), tuple(shown), tuple(stamped),
        tuple(_other_defaults(old, new)) if fillable else (), fillable,
        frozenset(altered),
    )  # fmt: skip


def _key(reference: Any) -> Key | None:
    number = getattr(reference, "idnum", None)
    return None if not number else (number, reference.generation)


def _nodes(root: Any) -> Iterator[_Node]:
    """All fields and widgets of a form, with what they inherit."""
    form = entry(root, "/AcroForm")
    if form is None:
        return
    waiting = [(raw, "", "", None) for raw in _raw(form, "/Fields")]
    seen: set[Key] = set()
    count = 0
    while waiting:
        raw, prefix, kind, owner = waiting.pop()
        key = _key(raw)
        if key is not None:
            if key in seen:
                continue
            seen.add(key)
        count += 1
        if count > _MAX_NODES:
            raise ValueError("too many fields")
        dictionary = raw.get_object()
        name = prefix
        if "/T" in dictionary:
            name = f"{prefix}.{dictionary['/T']}" if prefix else str(dictionary["/T"])
            owner = dictionary
        kind = str(entry(dictionary, "/FT", kind))
        yield _Node(key, name, kind, dictionary, dictionary if owner is None else owner)
        waiting += [(kid, name, kind, owner) for kid in _raw(dictionary, "/Kids")]


def _raw(dictionary: Any, name: str) -> list[Any]:
    array = entry(dictionary, name, ())
    return [array.raw_get(number) for number in range(len(array))]


def _acts(dictionary: Any) -> bool:
    """Whether it does something, or is no widget at all."""
    subtype = str(entry(dictionary, "/Subtype", "/Widget"))
    return subtype != "/Widget" or "/A" in dictionary or "/AA" in dictionary


def _shows(dictionary: Any) -> bool:
    """Whether something of it is seen on a page (ISO 32000-2 12.5.2, 12.5.3, 12.5.5)."""
    flags = int(entry(dictionary, "/F", 0))
    if flags & _HIDDEN or flags & (_NO_VIEW | _PRINT | _TOGGLE) == _NO_VIEW:
        return False
    if "/Rect" not in dictionary:
        return False
    left, bottom, right, top = _rectangle(dictionary)
    if left == right or bottom == top:
        return False
    return bool(entry(dictionary, "/MK")) or _paints(entry(dictionary, "/AP"), 0)


def _rectangle(dictionary: Any) -> list[float]:
    array = dictionary["/Rect"]
    return [float(array[number]) for number in range(len(array))]


def _paints(appearance: Any, depth: int) -> bool:
    """Whether there is an appearance that draws."""
    from pyhanko.pdf_utils.generic import DictionaryObject, StreamObject

    if isinstance(appearance, StreamObject):
        return bool(appearance.data.strip())
    if not isinstance(appearance, DictionaryObject):
        return False
    return depth > 2 or any(_paints(appearance[name], depth + 1) for name in appearance)


def _described(root: Any, node: _Node) -> str:
    place = " ".join(f"{number:g}" for number in _rectangle(node.dictionary))
    pages = [n for n, page in enumerate(_pages(root), 1) if _holds(page, node.key)]
    return f"{node.name} ({', '.join(map(str, pages)) or '?'}: {place})"


def _pages(root: Any) -> Iterator[Any]:
    waiting = [(root["/Pages"], 0)]
    count = 0
    while waiting and count < _MAX_NODES:
        page, depth = waiting.pop()
        count += 1
        if "/Kids" in page and depth < _MAX_DEPTH:
            kids = page["/Kids"]
            waiting += [(kids[n], depth + 1) for n in reversed(range(len(kids)))]
        else:
            yield page


def _holds(page: Any, key: Key | None) -> bool:
    return key is not None and any(_key(raw) == key for raw in _raw(page, "/Annots"))


def _same_look(old: Any, new: Any) -> bool:
    """Whether a field has the value and the look that it had.

    What pyHanko lets an update change in a field; of its other entries it sees to it itself. That
    a field can be written to or must be is no look.
    """
    flags = [int(entry(each, "/Ff", 0)) & ~_WRITING for each in (old, new)]
    return flags[0] == flags[1] and all(
        same_value(entry(old, name), entry(new, name)) for name in _LOOK
    )


def _other_defaults(old: Any, new: Any) -> Iterator[str]:
    before, after = entry(old, "/AcroForm", {}), entry(new, "/AcroForm", {})
    for name in _DEFAULTS:
        standing = False if name == "/NeedAppearances" else None
        if not same_value(entry(before, name, standing), entry(after, name, standing)):
            yield name


def same_value(one: Any, other: Any, seen: set[tuple[int, int]] | None = None) -> bool:
    """Whether two objects of two revisions are the same through and through.

    Args:
        one, other: the objects.
        seen: pairs that are looked at already: objects may refer to one another in circles.
    """
    from pyhanko.pdf_utils.generic import StreamObject

    if not isinstance(one, Mapping | list):
        return bool(one == other)
    seen = set() if seen is None else seen
    pair = (id(one), id(other))
    if pair in seen:
        return True
    seen.add(pair)
    if isinstance(one, list):
        return (
            isinstance(other, list)
            and len(one) == len(other)
            and all(same_value(one[n], other[n], seen) for n in range(len(one)))
        )
    if not isinstance(other, Mapping) or set(one) != set(other):
        return False
    streams = [each.encoded_data for each in (one, other) if isinstance(each, StreamObject)]
    if streams and streams[:1] != streams[1:]:
        return False
    return all(same_value(one[name], other[name], seen) for name in one)
