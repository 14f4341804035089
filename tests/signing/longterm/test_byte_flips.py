"""The byte-flip table: a byte is changed in every leaf of the ASN.1 tree, one after another.

What the signature or a time-stamp covers must not pass then. What nothing can cover is listed by
name: the versions and lists of algorithms of the outer structures, certificates of authorities
that came along with the outermost time-stamp, and the type of the outermost attribute itself.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flips import record, uncovered, walk
from world import DATA, LATER, NOW

from medcab.signing.attributes import Oid
from medcab.signing.content import MemoryContent

pytestmark = pytest.mark.exhaustive


@pytest.mark.parametrize("at", [NOW, LATER], ids=["now", "2031"])
@pytest.mark.parametrize("attached", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize("level", ["B-T", "B-LTA"])
def test_nothing_that_is_covered_passes(world, level, attached, at, record_property):
    if level == "B-T" and at == LATER:
        at = datetime(2027, 11, 1, tzinfo=UTC)  # the signer has expired, the authority has not
    content = None if attached else DATA
    made = world.extend(world.sign(attached=attached), "B-T", content=content)
    stamp = Oid.SIGNATURE_TIME_STAMP
    if level == "B-LTA":
        made = world.extend(made, "B-LTA", "long", content=content)
        stamp = Oid.ARCHIVE_TIME_STAMP_V3
    named = {world.signer.der, *(each.der for each in world.stampers.values())}
    free = uncovered(made, [stamp], named)
    detached = None if content is None else MemoryContent(content)
    verifier = world.verifier(at)
    assert verifier.verify_bytes(made, detached).verdict == "passed"
    count, covered, wrong, _ = walk(
        made, free, lambda changed: world.verifier(at).verify_bytes(changed, detached).verdict
    )
    where = "attached" if attached else "detached"
    record(record_property, f"CAdES-{level}, {where}", at, count, covered, wrong)
    assert covered > 100
    assert not wrong
