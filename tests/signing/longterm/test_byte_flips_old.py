"""The byte-flip table for the old forms, and for a B-LTA with GOST keys."""

from __future__ import annotations

import pytest
from flips import record, uncovered, walk
from gost_world import GostWorld
from test_old_forms import complete, with_archive_v1_index, with_archive_v2
from world import DATA, LATER, NOW

from medcab.signing.attributes import Oid
from medcab.signing.content import MemoryContent

pytestmark = pytest.mark.exhaustive

# References are covered by the time-stamps of X; what they name, by its hash. That something is
# not here is a warning unless the policy says otherwise.
LISTED = (("certificate-references", "fail"), ("revocation-references", "fail"))
NAMES = {
    "x1": "CAdES-X type 1",
    "x2": "CAdES-X type 2",
    "archive-v2": "CAdES-A, archive-time-stamp-v2",
    "index-v1": "CAdES-A, ats-hash-index v1",
}
FORMS = {
    "x1": (lambda world: complete(world, kind="cades-c-time-stamp"), [Oid.CAD_ES_C_TIME_STAMP]),
    "x2": (
        lambda world: complete(world, kind="references-time-stamp"),
        [Oid.SIGNATURE_TIME_STAMP, Oid.REFERENCES_TIME_STAMP],
    ),
    "archive-v2": (
        lambda world: with_archive_v2(world, complete(world)),
        [Oid.ARCHIVE_TIME_STAMP_V2],
    ),
    "index-v1": (
        lambda world: with_archive_v1_index(world, complete(world)),
        [Oid.ARCHIVE_TIME_STAMP_V3],
    ),
}


@pytest.mark.parametrize("at", [NOW, pytest.param(LATER, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "form",
    ["x1", "archive-v2", *(pytest.param(f, marks=pytest.mark.slow) for f in ("x2", "index-v1"))],
)
def test_nothing_that_is_covered_passes(world, form, at, record_property):
    make, stamps = FORMS[form]
    if form == "x2" and at == LATER:
        pytest.skip("X type 2 proves nothing about the signature")
    made = make(world)
    named = {world.signer.der, *(each.der for each in world.stampers.values())}
    free = uncovered(made, stamps, named)

    def judge(data):
        return world.verifier(at, levels=LISTED).verify_bytes(data, MemoryContent(DATA)).verdict

    assert judge(made) == "passed"
    count, covered, wrong, _ = walk(made, free, judge)
    record(record_property, NAMES[form], at, count, covered, wrong)
    assert covered > 200
    assert not wrong


@pytest.mark.parametrize("bits", [256, pytest.param(512, marks=pytest.mark.slow)])
@pytest.mark.parametrize("at", [NOW, pytest.param(LATER, marks=pytest.mark.slow)])
def test_gost(server, bits, at, record_property):
    server.clock = NOW
    world = GostWorld(server, bits)
    made = world.extend(world.extend(world.sign(), "B-T"), "B-LTA", "long")
    named = {world.signer.der, *(each.der for each in world.stampers.values())}
    free = uncovered(made, [Oid.ARCHIVE_TIME_STAMP_V3], named)

    def judge(data):
        return world.verifier(at).verify_bytes(data, MemoryContent(DATA)).verdict

    assert judge(made) == "passed"
    count, covered, wrong, _ = walk(made, free, judge)
    record(record_property, f"CAdES-B-LTA, GOST {bits}", at, count, covered, wrong)
    assert covered > 200
    assert not wrong
