"""What an update takes out of the store, and what the store and time-stamps are worth."""

from __future__ import annotations

from datetime import timedelta

import pytest
from pdf_world import build_ladder, extend, sign, update
from pyhanko.pdf_utils.generic import ArrayObject, pdf_name
from world import NOW, YEAR, pki_server

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


def test_store_settles_nothing_that_it_does_not_answer(world, ladder):
    """Neither lists of strangers nor old ones make a B-LT, with or without a time-stamp."""
    stranger = pki_server.certify(
        "Выпускающий", purpose="authority", start=NOW - YEAR, end=NOW + YEAR
    )
    old = NOW - timedelta(days=300)
    other = world.stampers["long"].certificate
    for evidence in (
        {"crls": [pki_server.make_crl(stranger, NOW)]},
        {"crls": [pki_server.make_crl(each, old) for each in (world.issuing, world.root)]},
        {"ocsps": [pki_server.make_ocsp(world.issuing, other, NOW)]},
        {"ocsps": [pki_server.make_ocsp(stranger, world.signer.certificate, NOW)]},
        {"crls": [pki_server.make_crl(world.root, NOW)]},
    ):
        made = stored(ladder["B-T"], **evidence)
        assert only(world, made).level == "PAdES-B-T"
        assert only(world, stamp_pdf(made, world.tsa("long"))).level == "PAdES-B-T"
    lists = [pki_server.make_crl(each, NOW) for each in (world.issuing, world.root)]
    made = stored(ladder["B-T"], crls=lists)
    assert only(world, made).level == "PAdES-B-LT"
    assert only(world, stamp_pdf(made, world.tsa("long"))).level == "PAdES-B-LTA"


@pytest.mark.parametrize("authority", ["foreign", "expired", "plain"])
def test_time_stamps_that_prove_nothing_raise_no_level(world, ladder, authority):
    def stamped(name):
        return only(world, stamp_pdf(ladder[name], world.tsa(authority)))

    assert stamped("B-B").level == "PAdES-B-B"
    assert stamped("B-T").level == "PAdES-B-T"
    assert stamped("B-LT").level == "PAdES-B-LT"
    assert stamped("B-LTA").level == "PAdES-B-LTA"
    assert stamped("B-B").indication == "TOTAL-PASSED"


def test_signature_time_stamp_that_proves_nothing_makes_no_b_t(world):
    result = only(world, sign(world, tsa="foreign"))
    assert (result.level, result.timestamps[0]["indication"]) == ("PAdES-B-B", "INDETERMINATE")


def test_filler_pushes_no_revocation_out(world, ladder, monkeypatch):
    """The store is read up to a limit: what is appended must not use it up."""
    from medcab.signing.pades import store

    monkeypatch.setattr(store, "_MAX_ITEMS", 10)
    world.issuing.revoked[world.signer.certificate.serial_number] = NOW - timedelta(days=1)
    made = stored(ladder["B-T"], crls=[pki_server.make_crl(world.issuing, NOW)])
    world.issuing.revoked.clear()
    moments = [NOW - timedelta(days=number) for number in range(1, 13)]
    filler = [pki_server.make_crl(world.root, moment) for moment in moments]
    made = stored(update(made, without_store), crls=filler)
    report = world.verifier().verify_bytes(made)
    assert "revocation-data-readable" in {c.id for c in report.problems}
    assert report.signatures[0].sub_indication == "REVOKED_NO_POE"
