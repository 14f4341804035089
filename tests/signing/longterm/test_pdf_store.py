"""What an update takes out of the store, and what the store and time-stamps are worth."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pdf_world import build_ladder, extend, update
from pyhanko.pdf_utils.generic import ArrayObject, pdf_name
from world import NOW, pki_server

from medcab.signing.longterm.evidence import Evidence
from medcab.signing.pades.making import stamp_pdf
from medcab.signing.pades.store import Store, write_store


@pytest.fixture(scope="module")
def ladder(shared_world):
    return build_ladder(shared_world)


def only(world, data, **policy):
    (result,) = world.verifier(**policy).verify_bytes(data).signatures
    return result


def empty_lists(writer):
    store = writer.root["/DSS"]
    store[pdf_name("/CRLs")] = ArrayObject()
    writer.update_container(store)


def without_entries(writer):
    empty_lists(writer)
    del writer.root["/DSS"]["/VRI"]


def without_store(writer):
    del writer.root["/DSS"]
    writer.update_root()


def stored(data, **evidence) -> bytes:
    return write_store(data, Store(), [(b"x", Evidence(**evidence))])


@pytest.mark.parametrize("hide", [empty_lists, without_entries, without_store])
@pytest.mark.parametrize("times", [1, 2])
def test_revocation_is_not_hidden_by_an_update(world, ladder, hide, times):
    world.issuing.revoked[world.signer.certificate.serial_number] = NOW - timedelta(days=1)
    made = stored(ladder["B-T"], crls=[pki_server.make_crl(world.issuing, NOW)])
    world.issuing.revoked.clear()
    assert only(world, made).sub_indication == "REVOKED_NO_POE"
    made = update(made, hide)
    for _ in range(times - 1):
        made = stamp_pdf(made, world.tsa("long"))
    assert only(world, made).sub_indication == "REVOKED_NO_POE"


def test_store_that_was_taken_out_is_written_again(world, ladder):
    made = update(ladder["B-LTA"], without_store)
    assert only(world, made, revocation="require").indication == "TOTAL-PASSED"
    again = extend(world, made, "B-LTA", "long")
    assert only(world, again, revocation="require").indication == "TOTAL-PASSED"
    from medcab.signing.pades.reading import read_pdf

    assert len(read_pdf(again).reader.root["/DSS"]["/CRLs"]) == 1
