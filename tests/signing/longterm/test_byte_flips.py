"""The byte-flip table: a byte is changed in every leaf of the ASN.1 tree, one after another.

What the signature or a time-stamp covers must not pass then. What nothing can cover is listed by
name: the versions and lists of algorithms of the outer structures, certificates of authorities
that came along with the outermost time-stamp, and the type of the outermost attribute itself.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from world import DATA, NOW

from medcab.signing.attributes import Oid
from medcab.signing.cms import parse_signed_data
from medcab.signing.content import MemoryContent
from medcab.signing.tlv import encode_oid, read

LATER = datetime(2031, 6, 1, tzinfo=UTC)


def leaves(data: bytes, start: int, stop: int):
    """Spans of the contents of primitive elements; octet strings that hold DER are opened."""
    while start < stop:
        tag, inner, end = read(data, start, stop)
        if tag & 0x20 or (tag == 0x04 and opens(data, inner, end)):
            yield from leaves(data, inner, end)
        elif inner < end:
            yield inner, end
        start = end


def opens(data: bytes, start: int, stop: int) -> bool:
    try:
        tag, _, end = read(data, start, stop)
        return tag == 0x30 and end == stop and bool(list(leaves(data, start, stop)))
    except ValueError:
        return False


def place(data: bytes, part: bytes, within=(0, None)) -> tuple[int, int]:
    found = data.index(part, within[0], within[1])
    return found, found + len(part)


def outer(data: bytes) -> list[tuple[int, int]]:
    """Version and digest algorithms of a SignedData at the start of ``data``."""
    signed = parse_signed_data(data)
    digests = place(data, signed.digests_der)
    return [(digests[0] - 3, digests[0]), digests]


def uncovered(data: bytes, stamp: str, named: set[bytes]) -> list[tuple[int, int]]:
    """Spans that nothing covers when ``stamp`` is the outermost time-stamp.

    Certificates in ``named`` are covered by the signing-certificate attributes.
    """
    signed = parse_signed_data(data)
    signer = signed.signers[0][1]
    spans = outer(data)
    attribute = signer.unsigned(stamp)[-1]
    begun, _ = place(data, attribute.raw)
    spans.append(place(data, encode_oid(stamp), (begun, None)))
    token = attribute.values[0]
    offset = place(data, token)[0]
    inner = parse_signed_data(token)
    spans += [(a + offset, b + offset) for a, b in outer(token)]
    for der in inner.certificates:
        if der not in named:
            spans.append(place(data, der, (offset, None)))
    if stamp == Oid.SIGNATURE_TIME_STAMP:
        spans += [place(data, der) for der in signed.certificates if der not in named]
    for each in inner.signers[0][1].unsigned_attributes:
        spans.append(place(data, encode_oid(each.oid), (offset, None)))
    return spans


@pytest.mark.parametrize("at", [NOW, LATER], ids=["now", "2031"])
@pytest.mark.parametrize("attached", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize("level", ["B-T", "B-LTA"])
def test_nothing_that_is_covered_passes(world, level, attached, at):
    if level == "B-T" and at == LATER:
        at = datetime(2027, 11, 1, tzinfo=UTC)  # the signer has expired, the authority has not
    content = None if attached else DATA
    made = world.extend(world.sign(attached=attached), "B-T", content=content)
    stamp = Oid.SIGNATURE_TIME_STAMP
    if level == "B-LTA":
        made = world.extend(made, "B-LTA", "long", content=content)
        stamp = Oid.ARCHIVE_TIME_STAMP_V3
    named = {world.signer.der, *(each.der for each in world.stampers.values())}
    free = uncovered(made, stamp, named)
    detached = None if content is None else MemoryContent(content)
    verifier = world.verifier(at)
    assert verifier.verify_bytes(made, detached).verdict == "passed"
    spans = list(leaves(made, 0, len(made)))
    covered = passed = 0
    wrong = []
    for start, stop in spans:
        is_free = any(a <= start and stop <= b for a, b in free)
        changed = bytearray(made)
        changed[(start + stop) // 2] ^= 1
        report = world.verifier(at).verify_bytes(bytes(changed), detached)
        covered += not is_free
        if report.verdict == "passed":
            passed += 1
            if not is_free:
                wrong.append((start, stop, made[start:stop][:20].hex()))
    print(f"{level} attached={attached} {at:%Y}: leaves {len(spans)}, covered {covered}, "
          f"passed though covered {len(wrong)}, passed uncovered {passed - len(wrong)}")  # fmt: skip
    assert covered > 100
    assert not wrong
