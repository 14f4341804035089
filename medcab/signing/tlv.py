"""The little of ASN.1 that a verifier needs, over offsets into one bytes object.

Reading is strict about bounds and blind to depth: nothing is visited that nobody asks for, so a
bomb of nested structures costs nothing. BER with indefinite lengths is first brought to definite
lengths by :func:`definite`, which leaves every element that has one byte for byte as it was.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

__all__ = [
    "DerError",
    "IndefiniteLengthError",
    "children",
    "definite",
    "encode",
    "encode_oid",
    "integer",
    "is_canonical_set",
    "oid",
    "read",
    "set_of",
]

_MAX_DEPTH = 64  # of what is descended into; no layer of CMS that may be BER lies deeper
_MAX_ELEMENTS = 2_000_000
_OUTER = frozenset((0x30, 0x31, 0xA0, 0xA1, 0x24))  # may hold elements of indefinite length


class DerError(ValueError):
    """The bytes are not the structure that was expected."""


class IndefiniteLengthError(DerError):
    """An indefinite length was met: the caller brings the data to definite form first."""


def read(data: bytes, pos: int, end: int) -> tuple[int, int, int]:
    """Read one header.

    Returns:
        identifier octet, start of the contents, end of the contents (which is the next element).

    Raises:
        IndefiniteLengthError: the length is indefinite.
        DerError: truncated, too long, or a tag number above 30.
    """
    if pos + 2 > end:
        raise DerError("truncated header")
    tag = data[pos]
    length = data[pos + 1]
    start = pos + 2
    if tag & 0x1F == 0x1F:
        raise DerError("high tag number")
    if length > 0x7F:
        count = length & 0x7F
        if count == 0:
            raise IndefiniteLengthError("indefinite length")
        if count > 8 or start + count > end:
            raise DerError("bad length")
        length = int.from_bytes(data[start : start + count], "big")
        start += count
    stop = start + length
    if stop > end:
        raise DerError("element reaches past its parent")
    return tag, start, stop


def children(
    data: bytes, start: int, stop: int, limit: int = 100_000
) -> Iterator[tuple[int, int, int, int]]:
    """Walk the elements between ``start`` and ``stop``: (tag, position, contents, end).

    Raises:
        DerError: malformed, or more than ``limit`` elements.
    """
    count = 0
    while start < stop:
        tag, inner, end = read(data, start, stop)
        yield tag, start, inner, end
        start = end
        count += 1
        if count > limit:
            raise DerError("too many elements")


@lru_cache(maxsize=2048)
def oid(contents: bytes) -> str:
    """Dotted form of the contents of an OBJECT IDENTIFIER.

    Raises:
        DerError: empty, truncated, padded or absurdly long.
    """
    if not contents or contents[-1] & 0x80 or len(contents) > 128:
        raise DerError("bad object identifier")
    arcs: list[int] = []
    value = 0
    fresh = True
    for byte in contents:
        if fresh and byte == 0x80:
            raise DerError("padded object identifier")
        value = value << 7 | byte & 0x7F
        fresh = not byte & 0x80
        if fresh:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


@lru_cache(maxsize=512)
def encode_oid(dotted: str) -> bytes:
    """DER of an OBJECT IDENTIFIER.

    Raises:
        ValueError: not a dotted identifier.
    """
    arcs = [int(part) for part in dotted.split(".")]
    if len(arcs) < 2 or min(arcs) < 0 or arcs[0] > 2 or (arcs[0] < 2 and arcs[1] > 39):
        raise ValueError(f"not an object identifier: {dotted}")
    out = bytearray()
    for arc in (arcs[0] * 40 + arcs[1], *arcs[2:]):
        chunk = [arc & 0x7F]
        while arc := arc >> 7:
            chunk.append(arc & 0x7F | 0x80)
        out += bytes(reversed(chunk))
    return encode(0x06, bytes(out))


def encode(tag: int, contents: bytes) -> bytes:
    """DER element with a one-byte identifier."""
    length = len(contents)
    if length < 0x80:
        return bytes((tag, length)) + contents
    size = (length.bit_length() + 7) // 8
    return bytes((tag, 0x80 | size)) + length.to_bytes(size, "big") + contents


def integer(contents: bytes) -> int:
    """Value of the contents of an INTEGER.

    Raises:
        DerError: empty.
    """
    if not contents:
        raise DerError("empty integer")
    return int.from_bytes(contents, "big", signed=True)


def set_of(elements: list[bytes]) -> bytes:
    """Contents of a SET OF in DER order (X.690 11.6)."""
    return b"".join(sorted(elements))


def is_canonical_set(data: bytes, start: int, stop: int) -> bool:
    """Tell whether the elements are in the order of X.690 11.6 and have minimal lengths."""
    previous = b""
    while start < stop:
        _, inner, end = read(data, start, stop)
        element = data[start:end]
        if element < previous or not _minimal(end - inner, inner - start):
            return False
        previous = element
        start = end
    return True


def _minimal(length: int, header: int) -> bool:
    needed = 2 if length < 0x80 else 2 + (length.bit_length() + 7) // 8
    return header == needed


def definite(data: bytes) -> tuple[bytes, int]:
    """Bring the first element of ``data`` to definite lengths.

    Constructed OCTET STRINGs that were split up are joined. Elements that already have a definite
    length, and nothing indefinite inside, are copied unchanged, so that digests over them hold.

    Returns:
        the new bytes, and how many bytes of ``data`` the element took.

    Raises:
        DerError: malformed, or nested deeper than the limit.
    """
    # Frame: tag, position of the header, end (-1: indefinite), pieces of the parent, contents
    stack: list[tuple[int, int, int, list[bytes], int]] = []
    pieces: list[bytes] = []
    pos, end, elements = 0, len(data), 0
    while True:
        elements += 1
        if elements > _MAX_ELEMENTS:
            raise DerError("too many elements")
        limit = stack[-1][2] if stack and stack[-1][2] >= 0 else end
        if stack and stack[-1][2] < 0 and data[pos : pos + 2] == b"\x00\x00":
            tag, _, _, outer, _ = stack.pop()
            pieces = _close(tag, pieces, outer)
            pos += 2
        else:
            tag, inner, stop = _header(data, pos, limit)
            if stop < 0 and len(stack) >= _MAX_DEPTH:
                raise DerError("nested too deeply")
            if stop < 0 or (tag in _OUTER and len(stack) < _MAX_DEPTH):
                stack.append((tag, pos, stop, pieces, inner))
                pieces = []
                pos = inner
            else:
                pieces.append(data[pos:stop])
                pos = stop
        while stack and stack[-1][2] >= 0 and pos == stack[-1][2]:
            tag, begun, stop, outer, inner = stack.pop()
            body = b"".join(pieces)
            same = len(body) == stop - inner and body == data[inner:stop]
            outer.append(data[begun:stop] if same and tag != 0x24 else b"".join(_wrap(tag, body)))
            pieces = outer
        if not stack:
            return b"".join(pieces), pos


def _header(data: bytes, pos: int, end: int) -> tuple[int, int, int]:
    if pos + 2 > end:
        raise DerError("truncated header")
    if data[pos + 1] == 0x80:
        if not data[pos] & 0x20:
            raise DerError("primitive element of indefinite length")
        if data[pos] & 0x1F == 0x1F:
            raise DerError("high tag number")
        return data[pos], pos + 2, -1
    if data[pos] & 0x1F == 0x1F:
        after = pos + 1
        while after < end and data[after] & 0x80:
            after += 1
        tag = data[pos]
        if after + 1 >= end:
            raise DerError("truncated header")
        # The length is read as if a short tag stood at the last octet of the long one.
        _, inner, stop = read(b"\x30" + data[after + 1 : after + 12] + bytes(10), 0, 1 << 62)
        shift = after
        if stop + shift > end:
            raise DerError("element reaches past its parent")
        return tag & ~0x20, inner + shift, stop + shift
    return read(data, pos, end)


def _wrap(tag: int, body: bytes) -> tuple[bytes, ...]:
    if tag == 0x24:  # constructed OCTET STRING: join the primitive pieces
        joined = []
        pos = 0
        while pos < len(body):
            inner_tag, inner, stop = read(body, pos, len(body))
            if inner_tag != 0x04:
                raise DerError("strange piece of an octet string")
            joined.append(body[inner:stop])
            pos = stop
        return (encode(0x04, b"".join(joined)),)
    return (encode(tag, body),)


def _close(tag: int, pieces: list[bytes], outer: list[bytes]) -> list[bytes]:
    outer.extend(_wrap(tag, b"".join(pieces)))
    return outer
