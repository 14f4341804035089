"""Bytes of a PDF that reaches B-LTA are changed, one after another: nothing covered passes.

Changed are: a byte in every leaf of every ASN.1 tree in the file (signatures, time-stamps,
certificates, lists and answers in the store), the room that is left after each signature, and
bytes of everything else at short intervals, so that every kind of object is met. What nothing can
cover lies in the value of the last time-stamp: see the flips of signature files.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flips import leaves, outer, place, record
from pdf_world import build_ladder, places
from world import NOW

from medcab.signing.blocks.journal import Journal
from medcab.signing.cms import parse_signed_data
from medcab.signing.pades.reading import read_pdf
from medcab.signing.pades.store import read_store

LATER = datetime(2031, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def ladder(shared_world):
    return build_ladder(shared_world)


def uncovered(contents: bytes, named: set[bytes]) -> list[tuple[int, int]]:
    """Spans of a token that nothing covers."""
    spans = outer(contents)
    for der in parse_signed_data(contents).certificates:
        if der not in named:
            spans.append(place(contents, der))
    return spans


def flips(data: bytes, last: str, named: set[bytes], every: int = 1):
    """Changed files: what was changed, whether it is covered, the file; one in ``every`` of them."""
    for number, found in enumerate(_flips(data, last, named)):
        if number % every == 0:
            yield found


def _flips(data: bytes, last: str, named: set[bytes]):
    found = places(data)
    for name, each in found.items():
        contents = each.contents
        used = len(contents) - parse_signed_data(contents).trailing
        free = uncovered(contents[:used], named) if name == last else []
        spans = [*leaves(contents[:used], 0, used)]
        spans += [(at, at + 1) for at in range(used, len(contents), 997)]
        for start, stop in spans:
            at = each.gap[0] + 1 + 2 * ((start + stop) // 2)
            changed = bytearray(data)
            changed[at : at + 2] = b"%02x" % (int(data[at : at + 2], 16) ^ 1)
            covered = not any(a <= start and stop <= b for a, b in free)
            yield f"{name} {start}-{stop}", covered, bytes(changed)
    inside = []
    store = read_store(Journal(), read_pdf(data))
    for begun, ended in store.places.values():
        inside.append((begun, ended))
        for start, stop in leaves(data, begun, ended):
            yield f"store {start}-{stop}", True, flipped(data, (start + stop) // 2)
    known = [*inside, *(each.gap for each in found.values())]
    step = 0
    for at in range(len(data)):
        if any(a <= at < b for a, b in known):
            continue
        step += 1
        if step % 5 == 0:
            yield f"byte {at}", True, flipped(data, at)


def flipped(data: bytes, at: int) -> bytes:
    changed = bytearray(data)
    changed[at] ^= 1
    return bytes(changed)


@pytest.mark.parametrize(
    "every", [17, pytest.param(1, marks=[pytest.mark.slow, pytest.mark.exhaustive])]
)
@pytest.mark.parametrize(("name", "at"), [("B-LTA", NOW), ("extended B-LTA", LATER)])
def test_nothing_that_is_covered_passes(world, ladder, name, at, every, record_property):
    data = ladder[name]
    last = "Timestamp1" if name == "B-LTA" else "Timestamp2"
    named = {world.signer.der, *(each.der for each in world.stampers.values())}
    assert world.verifier(at).verify_bytes(data).verdict == "passed"
    count = covered = free = 0
    wrong = []
    for what, is_covered, changed in flips(data, last, named, every):
        count += 1
        covered += is_covered
        if world.verifier(at).verify_bytes(changed).verdict == "passed":
            free += 1
            if is_covered:
                wrong.append(what)
    print(f"{name} {at:%Y}: changes {count}, covered {covered}, "
          f"passed though covered {len(wrong)}, passed uncovered {free - len(wrong)}")  # fmt: skip
    if every == 1:
        record(record_property, f"PAdES-{name}", at, count, covered, wrong)
    assert covered > 900 / every
    assert not wrong
