"""Whether every program finds the same objects in what was appended to a PDF after signing.

Where a table of objects is a little wrong, many programs go through the whole file and take every
object that they come upon. An object that no table lists is then shown by them, while a program
that follows the tables never sees it. Appended sections must therefore be built as ISO 32000-2,
7.5.4 to 7.5.8, says to the byte, and list every object in them. Streams are searched like the
rest, since such programs do so too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from medcab.signing.blocks.journal import Journal
from medcab.signing.pades.reading import PdfFile
from medcab.signing.results import SubIndication
from medcab.text import N_

__all__ = ["check_appended"]

_RULE: Final = "ISO 32000-2 7.5.6"
_SPACE: Final = b"\0\t\n\f\r "
_EOL: Final = rb"[ ]?(?:\r\n|\n|\r)"
_END: Final = re.compile(rb"startxref" + _EOL + rb"([0-9]{1,10})" + _EOL + rb"%%EOF")
_ANY_END: Final = re.compile(rb"startxref[\0\t\n\f\r ]+([0-9]{1,10})[\0\t\n\f\r ]+%%EOF")
_TABLE: Final = re.compile(rb"xref" + _EOL)
_PART: Final = re.compile(rb"([0-9]{1,10}) ([0-9]{1,7})" + _EOL)
_ENTRY: Final = re.compile(rb"([0-9]{10}) ([0-9]{5}) ([nf])(?: \r| \n|\r\n)")
_HEADER: Final = re.compile(rb"([0-9]{1,10}) ([0-9]{1,5}) obj(?=[\0\t\n\f\r <])")
_TOKEN: Final = re.compile(
    rb"[\0\t\n\f\r ]+|<<|>>|[\[\]]|<[0-9A-Fa-f\0\t\n\f\r ]*>|/?[^\0\t\n\f\r ()<>\[\]{}/%]+"
    rb"|\((?:[^()\\]|\\[\0-\xff])*\)"
)
_MAX_OBJECTS: Final = 1 << 23  # ISO 32000-1, annex C

Key = tuple[int, int]


class _OddError(ValueError):
    """What was appended is not built as it should be."""


@dataclass(frozen=True, slots=True)
class _Signed:
    """What the trailer of the signed revision says."""

    root: bytes
    size: int
    encrypt: bytes | None
    reader: Any
    revision: int


def check_appended(journal: Journal, file: PdfFile, end: int, revision: int) -> bool:
    """Say whether the bytes after ``end`` are whole revisions that each program reads alike.

    Args:
        journal: where to.
        file: the PDF.
        end: where the bytes end that are covered.
        revision: the number of the revision that is covered.

    Returns:
        whether they are.
    """
    rest = _rest(file.data)
    if rest:
        journal.fail(
            "no-trailing-bytes", _RULE,
            N_("{n} bytes follow the signature in its file: they are not covered by it."), n=rest,
        )  # fmt: skip
        return False
    try:
        _check(file.data, end, _signed(file.reader, revision))
    except _OddError as error:
        journal.fail(
            "unchanged-since", _RULE,
            N_("What was appended after signing is built so that programs may differ in what they "
               "show ({why})."),
            SubIndication.GENERIC, why=str(error),
        )  # fmt: skip
        return False
    return True


def _rest(data: bytes) -> int:
    """How many bytes follow the last revision that a reader sees."""
    ends = list(_ANY_END.finditer(data))
    start = int(ends[-1][1]) if ends else 0
    first = next((m for m in ends if m.start() >= start), None)
    rest = data[first.end() :] if first is not None else b""
    return len(rest) if rest.strip(_SPACE) else 0


def _signed(reader: Any, revision: int) -> _Signed:
    trailer = reader.get_historical_resolver(revision).trailer_view
    encrypt = _reference(trailer.raw_get("/Encrypt")) if "/Encrypt" in trailer else None
    root = _reference(trailer.raw_get("/Root"))
    return _Signed(root, int(trailer["/Size"]), encrypt, reader, revision)


def _reference(value: Any) -> bytes:
    number = getattr(value, "idnum", None)
    return b"<<" if number is None else b"%d %d R" % (number, value.generation)


def _check(data: bytes, end: int, signed: _Signed) -> None:
    """Look at each appended section."""
    position, size = end, signed.size
    before = [int(found[1]) for found in _ANY_END.finditer(data, 0, end)]
    if not before:
        raise _OddError("startxref")
    previous, tables = before[-1], 0
    sections = list(_END.finditer(data, end))
    for section in sections:
        at = int(section[1])
        if not position <= at < section.start():
            raise _OddError("startxref")
        if data.startswith(b"xref", at):
            listed, trailer, highest = _table(data, at, section.start())
            stop, own = at, None
            tables += 1
        else:
            listed, trailer, highest, own = _stream(signed.reader, data, at, section.start())
            stop = section.start()
        size = _check_trailer(trailer, signed, previous, size, highest)
        _check_objects(data, position, stop, listed, own, signed)
        previous, position = at, section.end()
    rest = data[end:]
    if rest.count(b"startxref") != len(sections) or rest.count(b"trailer") != tables:
        raise _OddError("trailer")
    if data[position:].strip(_SPACE):
        raise _OddError("%%EOF")


def _table(data: bytes, at: int, stop: int) -> tuple[dict[Key, int], bytes, int]:
    """Objects of a cross-reference table, its trailer, its highest object number (7.5.4)."""
    head = _TABLE.match(data, at)
    if head is None:
        raise _OddError("xref")
    at, highest = head.end(), 0
    listed: dict[Key, int] = {}
    while part := _PART.match(data, at):
        at, first = part.end(), int(part[1])
        for number in range(first, first + int(part[2])):
            line = _ENTRY.match(data, at, stop)
            if line is None:
                raise _OddError("xref")
            at += 20
            highest = max(highest, number)
            if line[3] == b"n":
                _put(listed, (number, int(line[2])), int(line[1]))
    if not data.startswith(b"trailer", at):
        raise _OddError("xref")
    return listed, data[at + len(b"trailer") : stop], highest


def _stream(reader: Any, data: bytes, at: int, stop: int) -> tuple[dict[Key, int], bytes, int, Key]:
    """The same of a cross-reference stream (7.5.8), and its own number."""
    head = _HEADER.match(data, at)
    begun = data.find(b"stream", at, stop)
    if head is None or begun < 0 or not data[at:stop].rstrip(_SPACE).endswith(b"endobj"):
        raise _OddError("xref")
    cache = reader.xrefs
    numbers = range(cache.total_revisions)
    found = [n for n in numbers if cache.get_startxref_for_revision(n) == at]
    if len(found) != 1:
        raise _OddError("xref")
    table = cache.get_xref_data(found[0])
    listed = {(number, each[0]): each[1] for number, each in table.standard_xrefs.items()}
    known = (*table.standard_xrefs, *table.xrefs_in_objstm, *table.freed)
    own = (int(head[1]), int(head[2]))
    return listed, data[head.end() : begun], max((*known, own[0])), own


def _put(listed: dict[Key, int], key: Key, offset: int) -> None:
    if key in listed:
        raise _OddError(f"object {key[0]}")
    listed[key] = offset


def _check_trailer(data: bytes, signed: _Signed, previous: int, size: int, highest: int) -> int:
    """The entries that decide what is shown (7.5.5); the new /Size."""
    pairs = list(_pairs(data))
    entries = dict(pairs)
    if len(entries) != len(pairs) or b"/XRefStm" in entries:
        raise _OddError("trailer")
    if entries.get(b"/Root") != signed.root:
        raise _OddError("/Root")
    if entries.get(b"/Prev") != b"%d" % previous:
        raise _OddError("/Prev")
    if entries.get(b"/Encrypt") != signed.encrypt:
        raise _OddError("/Encrypt")
    told = entries.get(b"/Size", b"")
    if not re.fullmatch(rb"[0-9]{1,8}", told) or not (
        max(highest + 1, size) <= int(told) <= _MAX_OBJECTS
    ):
        raise _OddError("/Size")
    info = entries.get(b"/Info")
    if info is not None and not _known(signed.reader, info):
        raise _OddError("/Info")
    return int(told)


def _known(reader: Any, reference: bytes) -> bool:
    from pyhanko.pdf_utils.generic import Reference

    found = re.fullmatch(rb"([0-9]{1,8}) ([0-9]{1,5}) R", reference)
    return found is not None and (
        reader.xrefs[Reference(int(found[1]), int(found[2]), reader)] is not None
    )


def _pairs(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Keys of a dictionary and their values; of what is composed, the first token."""
    tokens = _tokens(data)
    if tokens[:1] != [b"<<"] or tokens[-1:] != [b">>"]:
        raise _OddError("trailer")
    at, last = 1, len(tokens) - 1
    while at < last:
        key = re.sub(rb"#([0-9A-Fa-f]{2})", lambda m: bytes((int(m[1], 16),)), tokens[at])
        if not key.startswith(b"/") or at + 1 >= last:
            raise _OddError("trailer")
        value = tokens[at + 1]
        at += 2
        if value in (b"<<", b"["):
            depth = 1
            while depth and at < last:
                depth += (tokens[at] in (b"<<", b"[")) - (tokens[at] in (b">>", b"]"))
                at += 1
        elif tokens[at + 1 : at + 2] == [b"R"]:
            value = b"%s %s R" % (value, tokens[at])
            at += 2
        yield key, value


def _tokens(data: bytes) -> list[bytes]:
    made, at = [], 0
    while at < len(data):
        found = _TOKEN.match(data, at)
        if found is None:
            raise _OddError("trailer")
        at = found.end()
        if found[0].strip(_SPACE):
            made.append(found[0])
    return made


def _check_objects(
    data: bytes, start: int, stop: int, listed: dict[Key, int], own: Key | None, signed: _Signed
) -> None:
    """Objects in the bytes and objects in the table must be the same."""
    from pyhanko.pdf_utils.generic import Reference

    found: dict[Key, int] = {}
    for key, offset in _objects(data, start, stop):
        _put(found, key, offset)
        if listed.get(key) != offset and not (key == own and key not in listed):
            raise _OddError(f"object {key[0]}")
    for key in listed.keys() - found.keys():
        # An object of before may be listed again where it is.
        there = signed.reader.xrefs.get_historical_ref(
            Reference(*key, signed.reader), signed.revision
        )
        if there != listed[key]:
            raise _OddError(f"object {key[0]}")


def _objects(data: bytes, start: int, stop: int) -> Iterator[tuple[Key, int]]:
    """Everything that any program could take for the beginning of an object."""
    at = data.find(b"obj", start, stop)
    while at >= 0:
        second = _back(data, at, _SPACE, at)
        generation = _back(data, second, b"0123456789", 12)
        first = _back(data, generation, _SPACE, generation)
        number = _back(data, first, b"0123456789", 12)
        if generation < second and first < generation and number < first:
            yield (int(data[number:first]), int(data[generation:second])), number
        elif generation < second and first < generation:
            raise _OddError("obj")  # a comment may stand between the numbers
        elif second < at and generation == second and _ends_word(data, at + 3):
            raise _OddError("obj")
        at = data.find(b"obj", at + 3, stop)


def _back(data: bytes, at: int, kind: bytes, most: int) -> int:
    """Where the run of such bytes begins that ends here."""
    low = max(0, at - most)
    while at > low and data[at - 1] in kind:
        at -= 1
    return at


def _ends_word(data: bytes, at: int) -> bool:
    return at >= len(data) or data[at] in b"\0\t\n\f\r <>[]()/%"
