"""What was done to a PDF after it was signed and time-stamped is never passed over."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from pdf_world import blank, build_ladder, by_pyhanko, extend, places, rotate, sign, update
from world import NOW, YEAR, pki_server

from medcab.signing.longterm.evidence import Evidence
from medcab.signing.pades.making import stamp_pdf
from medcab.signing.pades.store import Store, write_store

LATER = datetime(2031, 6, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def ladder(shared_world):
    return build_ladder(shared_world)


def judge(world, data, at=None, **policy):
    return world.verifier(at, **policy).verify_bytes(data)


def fill(data, name, contents) -> bytes:
    """Other /Contents for a field, in the room that is there."""
    start, stop = places(data)[name].gap
    text = contents.hex().encode()
    assert len(text) <= stop - start - 2
    return data[: start + 1] + text.ljust(stop - start - 2, b"0") + data[stop - 1 :]


@pytest.mark.parametrize("name", ["B-LT", "B-LTA", "extended B-LT", "extended B-LTA"])
def test_page_changed_after_the_last_update(world, ladder, name):
    report = judge(world, update(ladder[name], rotate))
    assert report.verdict == "failed"
    assert "unchanged-since" in {c.id for c in report.signatures[0].open_checks}


def test_change_hidden_before_a_fresh_time_stamp(world, ladder):
    """Neither a new time-stamp nor new validation data cover a change up."""
    made = stamp_pdf(update(ladder["B-LTA"], rotate), world.tsa("long"))
    report = judge(world, made)
    assert report.verdict == "failed"
    assert "unchanged-since" in {c.id for c in report.signatures[0].open_checks}


def test_time_stamp_of_another_file(world, ladder):
    other = extend(world, sign(world, signing_time=NOW - timedelta(days=2)), "B-T")
    token = places(other)["Timestamp1"].contents
    made = fill(ladder["extended B-T"], "Timestamp1", token)
    (result,) = judge(world, made).signatures
    assert result.sub_indication == "HASH_FAILURE"
    assert result.timestamps[0]["sub_indication"] == "HASH_FAILURE"


def test_time_stamp_with_a_broken_signature(world, ladder):
    contents = bytearray(places(ladder["extended B-T"])["Timestamp1"].contents)
    used = len(bytes(contents).rstrip(b"\0"))
    contents[used - 10] ^= 1
    (result,) = judge(world, fill(ladder["extended B-T"], "Timestamp1", contents)).signatures
    assert result.sub_indication == "SIG_CRYPTO_FAILURE"


@pytest.mark.parametrize("junk", [b"", b"\x30\x03\x02\x01\x01", b"junk"])
def test_time_stamp_that_is_none(world, ladder, junk):
    report = judge(world, fill(ladder["extended B-T"], "Timestamp1", junk))
    assert report.verdict == "failed"


def test_bytes_after_the_token(world, ladder):
    contents = places(ladder["extended B-T"])["Timestamp1"].contents.rstrip(b"\0")
    report = judge(world, fill(ladder["extended B-T"], "Timestamp1", contents + b"\0\0more"))
    assert report.verdict == "failed"


def test_signature_of_a_person_in_place_of_the_time_stamp(world, ladder):
    contents = places(ladder["B-B"])["Signature1"].contents
    report = judge(world, fill(ladder["extended B-T"], "Timestamp1", contents.rstrip(b"\0")))
    assert report.verdict == "failed"


def test_time_stamp_over_less_than_it_should_be(world, ladder):
    """A time-stamp whose range leaves out more than its own value is none."""
    data = ladder["extended B-T"]
    start, stop = places(data)["Timestamp1"].gap
    at = data.rindex(b"/ByteRange [")
    end = data.index(b"]", at)
    wrong = b"/ByteRange [0 %d %d %d" % (start - 40, stop, len(data) - stop)
    made = data[:at] + wrong.ljust(end - at) + data[end:]
    report = judge(world, made)
    assert report.verdict == "failed"
    assert [r.kind for r in report.signatures] == ["signature", "time-stamp"]
    assert report.signatures[1].sub_indication == "FORMAT_FAILURE"


def test_revocation_data_of_strangers_do_not_count(world, ladder):
    """Lists and answers about others, and such that a stranger made, settle nothing."""
    stranger = pki_server.certify(
        "Выпускающий", purpose="authority", start=NOW - YEAR, end=NOW + YEAR
    )
    other = world.stampers["long"].certificate
    for evidence in (
        Evidence(ocsps=[pki_server.make_ocsp(world.issuing, other, NOW)]),
        Evidence(crls=[pki_server.make_crl(stranger, NOW)]),
        Evidence(ocsps=[pki_server.make_ocsp(stranger, world.signer.certificate, NOW)]),
    ):
        made = write_store(ladder["B-T"], Store(), [(b"", evidence)])
        (result,) = judge(world, made, revocation="require").signatures
        assert (result.indication, result.sub_indication) == ("INDETERMINATE", "TRY_LATER")


def test_stale_revocation_data_do_not_count(world, ladder):
    before = NOW - timedelta(days=90)
    evidence = Evidence(
        crls=[pki_server.make_crl(world.root, before), pki_server.make_crl(world.issuing, before)]
    )
    made = write_store(ladder["B-T"], Store(), [(b"", evidence)])
    (result,) = judge(world, made, revocation="require").signatures
    assert result.sub_indication == "TRY_LATER"


def test_list_that_revokes_the_signer_counts(world, ladder):
    world.issuing.revoked[world.signer.certificate.serial_number] = NOW - timedelta(days=1)
    evidence = Evidence(crls=[pki_server.make_crl(world.issuing, NOW)])
    made = write_store(ladder["B-B"], Store(), [(b"", evidence)])
    (result,) = judge(world, made).signatures
    assert result.sub_indication == "REVOKED_NO_POE"


def test_data_added_late_prove_nothing_about_the_past(world):
    """A stranger with the dead key of an authority can make any answer, with any date in it."""
    where = world.server.address
    dying = world.server.add_authority(
        pki_server.certify(
            "Недолгий", world.root, purpose="authority", address=where,
            start=NOW - YEAR, end=NOW + YEAR,
        )
    )  # fmt: skip
    person = world.server.know(
        pki_server.certify("Сидоров", dying, address=where, start=NOW - YEAR, end=NOW + YEAR / 2)
    )
    made = sign(world, holder=person)
    chain = Evidence(certificates=[dying.der])
    made = write_store(made, Store(), [(b"", chain)])
    answer = Evidence(ocsps=[pki_server.make_ocsp(dying, person.certificate, NOW)])
    at = NOW + 3 * YEAR

    def stored(data):
        from medcab.signing.blocks.journal import Journal
        from medcab.signing.pades.reading import read_pdf
        from medcab.signing.pades.store import read_store

        return write_store(data, read_store(Journal(), read_pdf(data)), [(b"", answer)])

    early = stamp_pdf(stored(made), world.tsa("long"))
    late = stored(stamp_pdf(made, world.tsa("long")))
    lists = [pki_server.make_crl(each, at) for each in (world.root, world.issuing)]
    lists.append(pki_server.make_crl(world.root, NOW))

    def outcome(data):
        verifier = world.verifier(at, crls=lists, revocation="require")
        return verifier.verify_bytes(data).signatures[0]

    assert outcome(early).indication == "TOTAL-PASSED", [
        (c.id, c.detail, c.args) for c in outcome(early).checks if c.open
    ]
    assert outcome(late).indication == "INDETERMINATE"
    assert (outcome(early).level, outcome(late).level) == ("PAdES-B-LTA", "PAdES-B-LT")


def test_damaged_data_in_the_store_are_told(world, ladder):
    data = ladder["B-LT"]
    der = world.signer.der
    at = data.index(der, data.index(b"/VRI") - 8000)
    made = bytearray(data)
    made[at + 1] ^= 0xFF
    report = judge(world, bytes(made))
    assert "revocation-data-readable" in {c.id for c in report.problems}
    at = data.index(pki_server_crl(data))
    made = bytearray(data)
    made[at + 40] ^= 1
    (result,) = judge(world, bytes(made), revocation="require").signatures
    assert result.indication == "INDETERMINATE"


def pki_server_crl(data) -> bytes:
    from medcab.signing.blocks.journal import Journal
    from medcab.signing.pades.reading import read_pdf
    from medcab.signing.pades.store import read_store

    (found,) = read_store(Journal(), read_pdf(data)).crls
    return found


def test_store_that_is_nonsense(world, ladder):
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.generic import pdf_name

    for value in (
        generic.NumberObject(7),
        generic.DictionaryObject({pdf_name("/Certs"): generic.NumberObject(1)}),
        generic.DictionaryObject({pdf_name("/VRI"): generic.ArrayObject()}),
        generic.DictionaryObject({pdf_name("/OCSPs"): generic.ArrayObject([generic.NullObject()])}),
    ):

        def spoil(writer, value=value):
            writer.root[pdf_name("/DSS")] = value
            writer.update_root()

        report = judge(world, update(ladder["B-T"], spoil))
        assert report.signatures, report.problems
        assert report.signatures[0].level == "PAdES-B-T"


def test_outer_time_stamp_older_than_the_inner(world, ladder):
    world.server.clock = NOW - timedelta(days=30)
    made = stamp_pdf(ladder["B-T"], world.tsa("long"))
    (result,) = judge(world, made, NOW).signatures
    assert (result.indication, result.sub_indication) == (
        "INDETERMINATE", "TIMESTAMP_ORDER_FAILURE",
    )  # fmt: skip


def test_future_time_stamp_proves_nothing(world, ladder):
    world.server.clock = NOW + timedelta(days=30)
    made = stamp_pdf(ladder["B-B"], world.tsa("long"))
    (result,) = judge(world, made, NOW).signatures
    assert result.timestamps[0]["sub_indication"] == "NO_POE"
    assert [p.source for p in result.proofs] == ["current-time"]


def test_certificate_table_that_points_beyond_the_time_stamp(world, ladder):
    """An object may be listed early and written late: only bytes under the time-stamp count."""
    from medcab.signing.blocks.journal import Journal
    from medcab.signing.pades.reading import read_pdf
    from medcab.signing.pades.stamps import judge_stamps
    from medcab.signing.pades.store import read_store

    data = ladder["B-LTA"]
    late = write_store(
        data, read_store(Journal(), read_pdf(data)),
        [(b"x", Evidence(crls=[pki_server.make_crl(world.root, NOW)]))],
    )  # fmt: skip
    file = read_pdf(late)
    store = read_store(Journal(), file)
    judged = judge_stamps(world.verifier(), file, store)
    (stamp,) = judged.stamps
    under = [stamp.place.covers(*where) for where in store.places.values()]
    assert under.count(False) == 1
    assert judge(world, late, LATER).verdict == "passed"


def test_later_reader_sees_another_document(world, ladder):
    """A whole file appended: what the reader shows is not what was signed."""
    report = judge(world, ladder["B-LTA"] + blank())
    assert report.verdict != "passed"
    report = judge(world, blank() + ladder["B-LTA"])
    assert report.verdict != "passed"


@pytest.mark.parametrize("name", ["B-LTA", "extended B-LTA"])
def test_file_cut_short(world, ladder, name):
    data = ladder[name]
    for part in range(1, 20):
        assert judge(world, data[: len(data) * part // 20], LATER).verdict != "passed"


def test_a_field_that_refers_to_the_same_signature_twice(world, ladder):
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.generic import pdf_name

    def double(writer):
        form = writer.root["/AcroForm"]
        value = form["/Fields"][0].raw_get("/V")
        field = generic.DictionaryObject(
            {
                pdf_name("/FT"): pdf_name("/Sig"),
                pdf_name("/T"): generic.pdf_string("Signature9"),
                pdf_name("/V"): value,
            }
        )
        form["/Fields"].append(writer.add_object(field))
        writer.update_container(form["/Fields"])

    assert judge(world, update(ladder["B-LTA"], double)).verdict != "passed"


def test_many_fields_are_bounded(world):
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.generic import pdf_name

    def many(writer):
        form = writer.root["/AcroForm"]
        value = form["/Fields"][0].raw_get("/V")
        for number in range(300):
            field = generic.DictionaryObject(
                {
                    pdf_name("/FT"): pdf_name("/Sig"),
                    pdf_name("/T"): generic.pdf_string(f"F{number}"),
                    pdf_name("/V"): value,
                }
            )
            form["/Fields"].append(writer.add_object(field))
        writer.update_container(form["/Fields"])

    from medcab.signing.pades.reading import read_pdf

    file = read_pdf(update(sign(world), many))
    assert (len(file.fields), file.cut) == (200, True)


def test_encrypted_pdf_is_told(world):
    report = judge(world, blank("owner", "user"))
    assert report.verdict == "indeterminate"
    assert [c.rule for c in report.problems] == ["ISO 32000-2 7.6"]


def test_pdf_that_is_only_restricted_is_verified_but_not_changed(world):
    """It opens without a password. What its store holds proves nothing about the past."""
    from medcab.errors import InputError

    made = by_pyhanko(world, blank("owner"))
    assert judge(world, made).verdict == "passed"
    changed = bytearray(made)
    changed[made.index(b"/MediaBox") + 12] ^= 1
    assert judge(world, bytes(changed)).verdict != "passed"
    with pytest.raises(InputError, match="encrypted"):
        extend(world, made, "B-T")


RANGES = {
    "starts late": lambda a, b, c: b"%d %d %d %d" % (1, a - 1, b, c),
    "negative": lambda a, b, c: b"0 %d %d -%d" % (a, b, c),
    "beyond the end": lambda a, b, c: b"0 %d %d %d" % (a, b, c + 1),
    "gap wider": lambda a, b, c: b"0 %d %d %d" % (a - 12, b, c),
    "gap wider behind": lambda a, b, c: b"0 %d %d %d" % (a, b + 12, c - 12),
    "gap narrower": lambda a, b, c: b"0 %d %d %d" % (a + 2, b, c),
    "six numbers": lambda a, b, c: b"0 %d %d 10 %d %d" % (a, b, b + 20, c - 20),
    "three numbers": lambda a, b, c: b"0 %d %d" % (a, b),
    "words": lambda a, b, c: b"0 /A %d %d" % (b, c),
    "fractions": lambda a, b, c: b"0 %d.5 %d %d" % (a, b, c),
    "all of it": lambda a, b, c: b"0 %d 0 0" % (b + c),
    "nothing": lambda a, b, c: b"",
}


@pytest.mark.parametrize("field", ["Signature1", "Timestamp1"])
@pytest.mark.parametrize("trick", RANGES)
def test_ranges_that_lie(world, ladder, field, trick):
    data = ladder["extended B-T"]
    place = places(data)[field]
    start, stop = place.gap
    at = data.index(b"/ByteRange [", stop) + len(b"/ByteRange [")
    end = data.index(b"]", at)
    wrong = RANGES[trick](start, stop, place.end - stop)
    room = data.index(b"/", end) - at - 1
    assert len(wrong) < room
    made = data[:at] + (wrong + b"]").ljust(room) + data[at + room :]
    assert len(made) == len(data)
    assert judge(world, made).verdict != "passed"


def test_another_object_is_shown_after_signing(world):
    """Shadow attack «replace»: two pages are signed, one shown; an update swaps them."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.generic import pdf_name

    def hide(writer):
        page = writer.prev.root["/Pages"]["/Kids"][0]
        other = generic.DictionaryObject({**page, pdf_name("/Rotate"): generic.NumberObject(180)})
        writer.root[pdf_name("/PieceInfo")] = writer.add_object(other)
        writer.update_root()

    lasting = extend(world, sign(world, update(blank(), hide), tsa="short"), "B-LTA", "long")
    assert judge(world, lasting).verdict == "passed"

    def swap(writer):
        hidden = writer.prev.root.raw_get("/PieceInfo")
        pages = writer.prev.root["/Pages"]
        pages["/Kids"][0] = generic.IndirectObject(hidden.idnum, hidden.generation, writer.prev)
        writer.update_container(pages)

    assert judge(world, update(lasting, swap)).verdict == "failed"


def test_malformed_certificates_in_a_signature_are_told(world, ladder):
    contents = bytearray(places(ladder["B-LT"])["Signature1"].contents)
    at = contents.index(world.issuing.der)
    contents[at + 1] = 0x85
    report = judge(world, fill(ladder["B-LT"], "Signature1", bytes(contents).rstrip(b"\0")))
    assert report.verdict != "passed"
    assert report.signatures


WORDS = (
    b"/V", b"/Contents", b"/ByteRange", b"/DSS", b"/Certs", b"/VRI", b"/Kids", b"/Fields", b"null",
    b"0 R", b"<<", b">>", b"[", b"]", b"obj", b"endobj", b"stream", b"xref", b"trailer", b"%%EOF",
    b"startxref", b"999999999", b"-1", b"1e9", b"(a)", b"true", b"..", b"\xff",
)  # fmt: skip


@pytest.mark.parametrize("name", ["B-LTA", "extended B-LTA"])
def test_structure_in_disorder_never_breaks_the_judge(world, ladder, name):
    """Words of the format written over, put in, taken out: no exception, nothing passes."""
    data = ladder[name]
    chance = random.Random(name)
    gaps = [place.gap for place in places(data).values()]
    free = [at for at in range(len(data)) if not any(a < at < b for a, b in gaps)]
    verifier = world.verifier()
    for _ in range(200):
        changed = bytearray(data)
        for _ in range(chance.choice((1, 1, 3))):
            at, word = chance.choice(free), chance.choice(WORDS)
            if at >= len(changed):
                continue
            taken = chance.choice((0, len(word), 1, 20))
            changed[at : at + taken] = word if chance.random() < 0.8 else b""
        if changed != data:
            assert verifier.verify_bytes(bytes(changed)).verdict != "passed"
