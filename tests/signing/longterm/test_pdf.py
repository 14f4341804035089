"""Signatures in PDF reach every level, outlive their certificates and are extended with care."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from pdf_world import blank, build_ladder, by_pyhanko, extend, places, rotate, sign, signer, update
from world import NOW, YEAR, pki_server

from medcab.errors import InputError, SigningError
from medcab.signing.longterm.timestamps import TimeStampError
from medcab.signing.pades import sign_pdf

LATER = datetime(2031, 6, 1, tzinfo=UTC)
LADDER = ["B-B", "B-T", "B-LT", "B-LTA", "extended B-T", "extended B-LT", "extended B-LTA"]


@pytest.fixture(scope="module")
def ladder(shared_world):
    return build_ladder(shared_world)


def verify(world, data, at=None, **policy):
    return world.verify(data, at, content=None, **policy)


def kinds(result):
    return [stamp["kind"].removesuffix("-time-stamp") for stamp in result.timestamps]


@pytest.mark.parametrize("name", LADDER)
def test_each_level_passes_now(world, ladder, name):
    result = verify(world, ladder[name])
    assert (result.indication, result.level) == ("TOTAL-PASSED", f"PAdES-{name.split()[-1]}")
    assert all(stamp["indication"] == "TOTAL-PASSED" for stamp in result.timestamps)
    expected = {
        "B-B": [], "B-T": ["signature"], "B-LT": ["signature"], "B-LTA": ["document", "signature"],
        "extended B-T": ["document"], "extended B-LT": ["document"],
        "extended B-LTA": ["document", "document"],
    }  # fmt: skip
    assert kinds(result) == expected[name]
    assert result.claimed_signing_time == NOW


@pytest.mark.parametrize("name", LADDER)
def test_only_the_last_time_stamp_carries_into_2031(world, ladder, name):
    result = verify(world, ladder[name], LATER)
    if name.endswith("B-LTA"):
        assert (result.indication, result.sub_indication) == ("TOTAL-PASSED", None)
        assert result.proofs[0].moment == NOW
    else:
        assert (result.indication, result.sub_indication) == (
            "INDETERMINATE", "OUT_OF_BOUNDS_NO_POE",
        )  # fmt: skip


@pytest.mark.parametrize("name", ["B-T", "extended B-T"])
def test_time_stamp_outlives_the_signer(world, ladder, name):
    assert verify(world, ladder[name], NOW + YEAR).indication == "TOTAL-PASSED"
    assert verify(world, ladder["B-B"], NOW + YEAR).sub_indication == "OUT_OF_BOUNDS_NO_POE"


@pytest.mark.parametrize("name", ["B-LT", "extended B-LT"])
def test_long_levels_need_no_other_data(world, ladder, name):
    assert verify(world, ladder[name], revocation="require").indication == "TOTAL-PASSED"
    assert verify(world, ladder["B-T"], revocation="require").sub_indication == "TRY_LATER"


def test_nothing_that_was_there_is_changed(ladder):
    for low, high in (("B-T", "B-LT"), ("B-LT", "B-LTA"), ("extended B-LT", "extended B-LTA")):
        assert ladder[high].startswith(ladder[low])


@pytest.mark.parametrize("name", LADDER)
def test_use_of_pades_is_declared(ladder, name):
    from medcab.signing.pades.reading import read_pdf

    reader = read_pdf(ladder[name]).reader
    assert reader.input_version == (1, 7)
    assert reader.root["/Extensions"]["/ESIC"]["/BaseVersion"] == "/1.7"


def test_store_names_what_belongs_to_each_signature(ladder, shared_world):
    import hashlib

    from medcab.signing.pades.reading import read_pdf

    file = read_pdf(ladder["extended B-LTA"])
    store = file.reader.root["/DSS"]
    title = {
        name: "/" + hashlib.sha1(place.contents).hexdigest().upper()
        for name, place in places(ladder["extended B-LTA"]).items()
    }
    assert set(store["/VRI"]) == {title["Signature1"], title["Timestamp1"]}
    for name in ("Signature1", "Timestamp1"):
        entry = store["/VRI"][title[name]]
        assert len(entry["/Cert"]) == 2
        assert len(entry["/OCSP"]) + len(entry["/CRL"]) == 2
    assert {len(store["/Certs"]), len(store["/OCSPs"]), len(store["/CRLs"])} == {3, 2, 1}
    ders = [each.get_object().data for each in store["/Certs"]]
    assert shared_world.signer.der in ders


def test_next_time_stamp_carries_on(world, ladder):
    world.server.clock = NOW + 3 * YEAR
    for name in ("B-LTA", "extended B-LTA"):
        renewed = extend(world, ladder[name], "B-LTA", "long")
        result = verify(world, renewed)
        assert (result.indication, result.level) == ("TOTAL-PASSED", "PAdES-B-LTA")
        assert kinds(result) == ["document", *kinds(verify(world, ladder[name], NOW))]
        assert verify(world, renewed, LATER).indication == "TOTAL-PASSED"
        again = extend(world, renewed, "B-LTA", "long")
        assert verify(world, again, LATER).indication == "TOTAL-PASSED"


def test_levels_are_reached_in_one_step_too(world, ladder):
    for name in ("B-B", "B-T"):
        made = extend(world, ladder[name], "B-LTA", "long")
        assert verify(world, made).level == "PAdES-B-LTA"
        assert verify(world, made, LATER).indication == "TOTAL-PASSED"


@pytest.mark.parametrize("form", ["linearized", "object streams"])
def test_files_of_any_build(world, form):
    import io

    import pikepdf

    out = io.BytesIO()
    streams = pikepdf.ObjectStreamMode.generate
    with pikepdf.open(io.BytesIO(blank())) as pdf:
        pdf.save(out, linearize=form == "linearized", object_stream_mode=streams)
    made = extend(world, sign(world, out.getvalue()), "B-LTA", "long")
    assert verify(world, made, LATER).level == "PAdES-B-LTA"
    assert verify(world, made, LATER).indication == "TOTAL-PASSED"
    again = extend(world, made, "B-LTA", "long")
    assert verify(world, again, LATER).indication == "TOTAL-PASSED"


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_keys_of_any_kind(world, kind):
    holder = world.server.know(
        pki_server.certify(
            f"Подписант {kind}", world.issuing, kind=kind, address=world.server.address,
            start=NOW - YEAR, end=NOW + YEAR / 4,
        )
    )  # fmt: skip
    made = extend(world, sign(world, holder=holder), "B-LTA", "long")
    assert verify(world, made, LATER).indication == "TOTAL-PASSED"


@pytest.mark.parametrize("bits", [256, 512])
def test_gost_keys_sign_inside_pdf_and_are_extended(server, bits):
    from asn1crypto import x509
    from gost_world import GostWorld

    from medcab.signing.sign import Signer, SignOptions

    world = GostWorld(server, bits)
    key = world.signer.key.as_signing_key(
        x509.Certificate.load(world.signer.der), [x509.Certificate.load(world.issuing.der)]
    )
    made = sign_pdf(
        Signer(key, SignOptions(signing_time=NOW, force=True)), blank(), tsa=world.tsa("short")
    )

    def judge(data, at=NOW):
        (result,) = world.verifier(at).verify_bytes(data).signatures
        return result

    assert (judge(made).indication, judge(made).level) == ("TOTAL-PASSED", "PAdES-B-T")
    assert judge(made).algorithm.startswith("GOST")
    lasting = world.extend(made, "B-LTA", "long", content=None)
    assert judge(lasting).level == "PAdES-B-LTA"
    late = judge(lasting, NOW + 3 * YEAR)
    assert late.indication == "TOTAL-PASSED", [c for c in late.checks if c.open]
    assert judge(made, NOW + 3 * YEAR).indication == "INDETERMINATE"
    broken = bytearray(lasting)
    broken[lasting.index(b"/MediaBox") + 12] ^= 1
    assert world.verifier(NOW).verify_bytes(bytes(broken)).verdict == "failed"
    with pytest.raises(SigningError):
        world.extend(bytes(broken), "B-LTA", "long", content=None)


def test_two_signers_are_raised_together(world):
    second = world.server.know(
        pki_server.certify(
            "Петров", world.issuing, address=world.server.address,
            start=NOW - YEAR, end=NOW + YEAR / 4,
        )
    )  # fmt: skip
    made = sign(world, sign(world, tsa="short"), holder=second)
    assert [r.level for r in verify(world, made).signatures] == ["PAdES-B-T", "PAdES-B-B"]
    raised = extend(world, made, "B-T")
    assert [r.level for r in verify(world, raised).signatures] == ["PAdES-B-T"] * 2
    lasting = extend(world, raised, "B-LTA", "long")
    report = verify(world, lasting, LATER)
    assert [r.indication for r in report.signatures] == ["TOTAL-PASSED"] * 2


def test_a_store_about_others_makes_no_long_level(world, ladder):
    """Two signers: what lies in the file about the first says nothing about the second."""
    second = world.server.know(
        pki_server.certify(
            "Петров", world.issuing, address=world.server.address,
            start=NOW - YEAR, end=NOW + YEAR / 4,
        )
    )  # fmt: skip
    made = sign(world, ladder["B-LT"], holder=second, tsa="short")
    assert [r.level for r in verify(world, made).signatures] == ["PAdES-B-LT", "PAdES-B-T"]
    raised = extend(world, made, "B-LT")
    assert [r.level for r in verify(world, raised).signatures] == ["PAdES-B-LT"] * 2
    report = world.verifier(revocation="require").verify_bytes(raised)
    assert report.verdict == "passed"


def test_a_signature_after_the_time_stamp_has_no_proof_from_it(world, ladder):
    made = sign(world, ladder["B-LTA"])
    report = verify(world, made)
    assert [(r.field, r.level) for r in report.signatures] == [
        ("Signature1", "PAdES-B-LTA"), ("Signature2", "PAdES-B-B"),
    ]  # fmt: skip
    late = verify(world, made, LATER)
    assert [r.indication for r in late.signatures] == ["TOTAL-PASSED", "INDETERMINATE"]


def test_time_stamp_alone_is_no_signature(world):
    from medcab.signing.pades.making import stamp_pdf

    stamped = stamp_pdf(blank(), world.tsa("short"))
    report = world.verifier().verify_bytes(stamped)
    assert report.verdict == "indeterminate"
    (alone,) = report.signatures
    assert (alone.kind, alone.indication, alone.field) == (
        "time-stamp", "TOTAL-PASSED", "Timestamp1",
    )  # fmt: skip
    assert [c.id for c in report.problems] == ["signers-present"]
    changed = world.verifier().verify_bytes(update(stamped, rotate))
    assert changed.signatures[0].sub_indication == "HASH_FAILURE"
    both = sign(world, stamped)
    report = world.verifier().verify_bytes(both)
    assert report.verdict == "passed"
    assert [(r.kind, r.indication) for r in report.signatures] == [
        ("time-stamp", "TOTAL-PASSED"), ("signature", "TOTAL-PASSED"),
    ]  # fmt: skip


def test_extension_is_idle_where_the_level_is_reached(world, ladder):
    for name, level in (("B-T", "B-T"), ("B-LT", "B-LT")):
        assert extend(world, ladder[name], level) == ladder[name]
    with pytest.raises(SigningError, match="already"):
        extend(world, ladder["B-LTA"], "B-T")


def test_extension_is_refused(world, ladder):
    with pytest.raises(SigningError, match="no signature"):
        extend(world, blank(), "B-T")
    with pytest.raises(SigningError, match="damaged"):
        extend(world, b"%PDF-1.7 nonsense", "B-T")
    with pytest.raises(InputError, match="encrypted"):
        extend(world, blank("x"), "B-T")
    with pytest.raises(SigningError, match="HASH_FAILURE"):
        extend(world, update(ladder["B-T"], rotate), "B-LT")
    foreign = sign(world, tsa="foreign")
    with pytest.raises(SigningError, match="confirmed"):
        extend(world, foreign, "B-LT")
    with pytest.raises(SigningError, match="would not verify"):
        extend(world, ladder["B-LT"], "B-LTA", "foreign")
    with pytest.raises(SigningError, match="fresh answer"):
        extend(world, ladder["B-T"], "B-LT", online=False)


def test_older_kind_of_signature_is_not_extended(world):
    made = by_pyhanko(world, old=True)
    with pytest.raises(SigningError, match=r"verify|older kind"):
        extend(world, made, "B-T")


@pytest.mark.parametrize("permission", [1, 2])
def test_author_may_forbid_signatures_but_not_validation_data(world, permission):
    from pyhanko.sign.fields import MDPPerm

    certified = by_pyhanko(world, certify=True, docmdp_permissions=MDPPerm(permission))
    assert verify(world, certified).indication == "TOTAL-PASSED"
    made = extend(world, certified, "B-LTA", "long")
    result = verify(world, made, LATER)
    assert (result.indication, result.level) == ("TOTAL-PASSED", "PAdES-B-LTA")
    if permission == 1:
        with pytest.raises(SigningError, match="forbids"):
            sign(world, certified)
    else:
        assert verify(world, sign(world, certified)).verdict == "passed"


def test_a_store_of_another_writer_is_kept_and_continued(world):
    """A store without entries about single signatures, its lists objects of their own."""
    from pyhanko.pdf_utils import generic
    from pyhanko.pdf_utils.generic import pdf_name

    def store(writer):
        added = writer.add_object(generic.StreamObject(stream_data=world.issuing.der))
        certificates = writer.add_object(generic.ArrayObject([added]))
        whole = {pdf_name("/Type"): pdf_name("/DSS"), pdf_name("/Certs"): certificates}
        writer.root[pdf_name("/DSS")] = generic.DictionaryObject(whole)
        writer.update_root()

    made = update(sign(world, tsa="short"), store)
    assert verify(world, made).level == "PAdES-B-T"
    lasting = extend(world, made, "B-LTA", "long")
    result = verify(world, lasting, LATER)
    assert (result.indication, result.level) == ("TOTAL-PASSED", "PAdES-B-LTA")


def test_failing_authority_leaves_no_signature(world):
    world.server.tsas["long"].fault = "refuse"
    with pytest.raises(TimeStampError):
        sign(world, tsa="long")


def test_large_time_stamps_find_room(world):
    tsa = world.server.tsas["long"]
    chain, tsa.chain = tsa.chain, [*tsa.chain, *make_many(world)]
    try:
        made = sign(world, tsa="long")
        assert verify(world, made).level == "PAdES-B-T"
        assert verify(world, extend(world, made, "B-LTA", "long"), LATER).level == "PAdES-B-LTA"
    finally:
        tsa.chain = chain


def test_room_is_left_for_what_came_before(world):
    """Empty room costs every reader time: the next token gets little more than the last one."""
    from medcab.signing.pades.making import stamp_pdf

    tsa = world.tsa("long")
    sizes = []
    for _ in range(2):
        (place,) = places(stamp_pdf(blank(), tsa)).values()
        sizes.append(len(place.contents))
    assert sizes[0] == 8192
    assert tsa.largest < sizes[1] < 2 * tsa.largest


def make_many(world):
    years = {"start": NOW - YEAR, "end": NOW + YEAR}
    return [pki_server.certify(f"Лишний {n}", world.issuing, kind="rsa", **years) for n in range(9)]


def test_an_empty_field_is_filled(world):
    from pyhanko.sign.fields import SigFieldSpec, append_signature_field

    form = update(blank(), lambda writer: append_signature_field(writer, SigFieldSpec("Декан {0}")))
    made = sign_pdf(signer(world), form, field="Декан {0}")
    result = verify(world, made)
    assert (result.indication, result.field) == ("TOTAL-PASSED", "Декан {0}")
    with pytest.raises(InputError):
        sign_pdf(signer(world), made, field="Декан {0}")
    assert sorted(places(sign(world, made))) == ["Signature1", "Декан {0}"]


def test_signed_statements(world):
    from medcab.signing.making import Location

    options = {
        "commitment": "proof-of-approval", "roles": ("Декан",), "mime_type": "application/pdf",
        "location": Location("RU", "Казань"),
    }  # fmt: skip
    made = sign(world, **options)
    result = verify(world, made)
    assert result.indication == "TOTAL-PASSED"
    assert "mime_type" not in result.attributes
    assert "location" not in result.attributes
    assert b"/Location" in made
    from medcab.signing.attributes import Oid
    from medcab.signing.cms import parse_signed_data

    signed = parse_signed_data(places(made)["Signature1"].contents).signers[0][1]
    assert Oid.SIGNING_TIME not in {a.oid for a in signed.signed_attributes}


def test_eight_requests_are_in_flight(world, ladder):
    """The time goes into waiting for the authority, not into the files."""
    barrier = threading.Barrier(8, timeout=20)
    tsa = world.server.tsas["long"]

    class Waiting:
        def answer(self, request, at):
            barrier.wait()
            return tsa.answer(request, at)

    world.server.tsas["waiting"] = Waiting()
    from medcab.signing.longterm.extend import Extender, Level

    extender = Extender(lambda: world.verifier(online=True), world.tsa("waiting", timeout=30.0))
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: extender.extend(ladder["B-B"], Level.T), range(8)))
    assert all(each.level == "PAdES-B-T" for each in made)


def test_policy_may_make_a_doubtful_time_stamp_fail(world):
    from medcab.signing.longterm.extend import Extender, Level

    made = sign(world)
    extender = Extender(lambda: world.verifier(), world.tsa("foreign"))
    stamped = extender.extend(made, Level.T).data
    assert verify(world, stamped).indication == "TOTAL-PASSED"
    strict = verify(world, stamped, levels=(("time-stamp", "fail"),))
    assert strict.indication == "INDETERMINATE"


def test_revoked_signer_needs_the_older_time_stamp(world, ladder):
    at = NOW + timedelta(days=60)
    for days, expected in ((30, "TOTAL-PASSED"), (-1, "INDETERMINATE")):
        world.issuing.revoked[world.signer.certificate.serial_number] = NOW + timedelta(days=days)
        crl = pki_server.make_crl(world.issuing, at - timedelta(days=1))
        for name in ("extended B-T", "B-LTA"):
            (result,) = world.verifier(at, crls=[crl]).verify_bytes(ladder[name]).signatures
            assert result.indication == expected, name
        (result,) = world.verifier(at, crls=[crl]).verify_bytes(ladder["B-B"]).signatures
        assert result.sub_indication == "REVOKED_NO_POE"


def test_what_is_no_pdf_is_not_signed(world):
    with pytest.raises(InputError):
        sign(world, b"no pdf")
    with pytest.raises(InputError, match="encrypted"):
        sign(world, blank("x"))


def test_a_time_stamped_document_in_a_package_is_no_matter_for_alarm(world, tmp_path):
    """Nobody had to sign it; one whose time-stamp does not hold is told."""
    from medcab.signing.inspecting import Question, inspect
    from medcab.signing.pades.making import stamp_pdf
    from medcab.signing.trust_options import TrustOptions
    from medcab.sources import BytesSource

    (tmp_path / "root.pem").write_bytes(world.root.pem)
    trust = TrustOptions((str(tmp_path / "root.pem"),))

    def reports(data):
        source = BytesSource(data)
        return inspect(Question("x.pdf", source, (), True, False, NOW, trust)).signatures

    assert reports(stamp_pdf(blank(), world.tsa("long"))) == ()
    (told,) = reports(stamp_pdf(blank(), world.tsa("foreign")))
    assert told.verdict == "indeterminate"
    (signed,) = reports(sign(world, tsa="long"))
    assert signed.verdict == "passed"
