"""Every level is made and verified; time is judged as EN 319 102-1 says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from world import DATA, NOW, YEAR

from medcab.errors import SigningError, UsageError
from medcab.signing.longterm.extend import Level
from medcab.signing.longterm.timestamps import TimeStampError, parse_response

LATER = datetime(2031, 6, 1, tzinfo=UTC)


def verdict(result):
    return (str(result.indication), str(result.sub_indication or ""), str(result.level))


def stamps(result):
    return [(s["kind"], s["indication"], s["sub_indication"]) for s in result.timestamps]


@pytest.fixture(scope="module")
def ladder(shared_world):
    world = shared_world
    world.server.clock = NOW
    basic = world.sign()
    stamped = world.extend(basic, "B-T")
    long = world.extend(stamped, "B-LT")
    archived = world.extend(long, "B-LTA", "long")
    return {"B-B": basic, "B-T": stamped, "B-LT": long, "B-LTA": archived}


@pytest.mark.parametrize("level", ["B-B", "B-T", "B-LT", "B-LTA"])
def test_each_level_passes_now(world, ladder, level):
    result = world.verify(ladder[level])
    assert verdict(result) == ("TOTAL-PASSED", "", f"CAdES-{level}")
    assert all(s[1] == "TOTAL-PASSED" for s in stamps(result))
    assert len(result.timestamps) == {"B-B": 0, "B-T": 1, "B-LT": 1, "B-LTA": 2}[level]


@pytest.mark.parametrize("level", ["B-LT", "B-LTA"])
def test_long_levels_need_no_other_data(world, ladder, level):
    assert world.verify(ladder[level], revocation="require").indication == "TOTAL-PASSED"
    assert world.verify(ladder["B-T"], revocation="require").sub_indication == "TRY_LATER"


def test_after_both_certificates_expired_only_the_archive_time_stamp_helps(world, ladder):
    assert verdict(world.verify(ladder["B-LTA"], LATER)) == ("TOTAL-PASSED", "", "CAdES-B-LTA")
    for level in ("B-B", "B-T", "B-LT"):
        result = world.verify(ladder[level], LATER)
        assert result.sub_indication == "OUT_OF_BOUNDS_NO_POE"
        assert result.indication == "INDETERMINATE"


def test_revocation_may_be_required_of_an_archived_signature_in_2031(world, ladder):
    # The outermost authority itself needs an answer of 2031: nothing proves that one.
    result = world.verify(ladder["B-LTA"], LATER, revocation="require")
    assert result.indication == "INDETERMINATE"
    world.server.clock = LATER
    crls = [
        __import__("pki_server").make_crl(holder, LATER) for holder in (world.root, world.issuing)
    ]
    from medcab.signing.content import MemoryContent

    verifier = world.verifier(LATER, crls=crls, revocation="require")
    (fresh,) = verifier.verify_bytes(ladder["B-LTA"], MemoryContent(DATA)).signatures
    assert fresh.indication == "TOTAL-PASSED", [c for c in fresh.checks if c.open]


def test_expired_signer_is_covered_by_a_time_stamp(world, ladder):
    at = NOW + YEAR
    assert verdict(world.verify(ladder["B-T"], at)) == ("TOTAL-PASSED", "", "CAdES-B-T")
    assert world.verify(ladder["B-B"], at).sub_indication == "OUT_OF_BOUNDS_NO_POE"
    proofs = world.verify(ladder["B-T"], at).proofs
    assert [(p.moment, p.source) for p in proofs] == [
        (NOW, "signature-time-stamp"), (at, "current-time"),
    ]  # fmt: skip


def test_time_stamp_after_expiry_proves_too_little(world):
    late = world.sign()
    world.server.clock = NOW + YEAR
    from medcab.signing.longterm.extend import stamp_signature

    made = stamp_signature(late, world.tsa("short"))
    result = world.verify(made, NOW + YEAR)
    assert result.sub_indication == "OUT_OF_BOUNDS_NO_POE"


@pytest.mark.parametrize(("days", "expected"), [(30, "TOTAL-PASSED"), (-1, "INDETERMINATE")])
def test_signer_revoked_after_or_before_the_time_stamp(world, ladder, days, expected):
    import pki_server

    when = NOW + timedelta(days=days)
    world.issuing.revoked[world.signer.certificate.serial_number] = when
    at = NOW + timedelta(days=60)
    crl = pki_server.make_crl(world.issuing, at - timedelta(days=1))
    from medcab.signing.content import MemoryContent

    for level in ("B-T", "B-LTA"):
        verifier = world.verifier(at, crls=[crl])
        (result,) = verifier.verify_bytes(ladder[level], MemoryContent(DATA)).signatures
        assert result.indication == expected
        if days < 0:
            assert result.sub_indication == "REVOKED_NO_POE"
    (without,) = (
        world.verifier(at, crls=[crl]).verify_bytes(ladder["B-B"], MemoryContent(DATA)).signatures
    )
    assert without.sub_indication == "REVOKED_NO_POE"


def test_revoked_authority_of_the_time_stamp_needs_an_outer_one(world, ladder):
    import pki_server

    at = NOW + YEAR
    stamper = world.stampers["short"].certificate.serial_number
    world.issuing.revoked[stamper] = NOW + timedelta(days=100)
    crl = pki_server.make_crl(world.issuing, at)
    from medcab.signing.content import MemoryContent

    def judge(level):
        verifier = world.verifier(at, crls=[crl])
        return verifier.verify_bytes(ladder[level], MemoryContent(DATA)).signatures[0]

    stamped, archived = judge("B-LT"), judge("B-LTA")
    assert stamps(stamped) == [("signature-time-stamp", "INDETERMINATE", "REVOKED_NO_POE")]
    assert stamped.sub_indication == "OUT_OF_BOUNDS_NO_POE"
    assert archived.indication == "TOTAL-PASSED", [c for c in archived.checks if c.open]


def test_next_archive_time_stamp_carries_on(world, ladder):
    world.server.clock = NOW + 3 * YEAR
    renewed = world.extend(ladder["B-LTA"], "B-LTA", "long")
    result = world.verify(renewed)
    assert result.indication == "TOTAL-PASSED"
    assert [s[0] for s in stamps(result)] == [
        "archive-time-stamp-v3", "archive-time-stamp-v3", "signature-time-stamp",
    ]  # fmt: skip
    assert world.verify(renewed, LATER).indication == "TOTAL-PASSED"


@pytest.mark.parametrize(
    ("name", "sub"),
    [
        ("foreign", "NO_CERTIFICATE_CHAIN_FOUND"),
        ("plain", "CHAIN_CONSTRAINTS_FAILURE"),
        ("expired", "OUT_OF_BOUNDS_NO_POE"),
    ],
)
def test_unknown_or_unfit_time_stamp_proves_nothing(world, name, sub):
    from medcab.signing.longterm.extend import stamp_signature

    made = stamp_signature(world.sign(), world.tsa(name))
    result = world.verify(made)
    (stamp,) = result.timestamps
    assert stamp["indication"] != "TOTAL-PASSED"
    if name != "expired":
        assert stamp["sub_indication"] == sub
    later = world.verify(made, NOW + YEAR)
    assert later.indication != "TOTAL-PASSED"


def test_future_time_stamp_proves_nothing(world):
    from medcab.signing.longterm.extend import stamp_signature

    world.server.clock = NOW + timedelta(days=30)
    made = stamp_signature(world.sign(signing_time=NOW), world.tsa())
    result = world.verify(made, NOW)
    assert stamps(result) == [("signature-time-stamp", "INDETERMINATE", "NO_POE")]
    assert [p.source for p in result.proofs] == ["current-time"]


def test_copied_time_stamp_is_found(world, ladder):
    from medcab.signing.attributes import Oid
    from medcab.signing.cms import parse_signed_data
    from medcab.signing.longterm.building import add_stamp

    token = parse_signed_data(ladder["B-T"]).signers[0][1].unsigned(Oid.SIGNATURE_TIME_STAMP)
    other = parse_signed_data(world.sign(signing_time=NOW - timedelta(days=1)))
    made = add_stamp(other, 0, Oid.SIGNATURE_TIME_STAMP, token[0].values[0])
    result = world.verify(made)
    assert stamps(result) == [("signature-time-stamp", "TOTAL-FAILED", "HASH_FAILURE")]
    assert result.sub_indication == "HASH_FAILURE"


def test_swapped_time_stamps_are_found(world):
    from medcab.signing.attributes import Oid
    from medcab.signing.cms import parse_signed_data
    from medcab.signing.longterm.building import add_stamp
    from medcab.signing.longterm.extend import stamp_signature

    files = [world.sign(signing_time=NOW - timedelta(hours=n)) for n in (1, 2)]
    tokens = [
        parse_signed_data(stamp_signature(data, world.tsa())).signers[0][1]
        .unsigned(Oid.SIGNATURE_TIME_STAMP)[0].values[0]
        for data in files
    ]  # fmt: skip
    for data, token in zip(files, reversed(tokens), strict=True):
        made = add_stamp(parse_signed_data(data), 0, Oid.SIGNATURE_TIME_STAMP, token)
        assert world.verify(made).sub_indication == "HASH_FAILURE"


def test_stale_time_stamp_proves_the_time_it_says(world):
    """A token that was made long ago over another file cannot be passed off as an old one."""
    from medcab.signing.longterm.extend import stamp_signature

    world.server.clock = NOW - timedelta(days=100)
    old = stamp_signature(world.sign(), world.tsa())
    result = world.verify(old, NOW)
    assert result.proofs[0].moment == NOW - timedelta(days=100)
    assert result.indication == "TOTAL-PASSED"


def test_authority_revoked_before_it_stamped(world, ladder):
    import pki_server

    from medcab.signing.content import MemoryContent

    stamper = world.stampers["short"].certificate.serial_number
    world.issuing.revoked[stamper] = NOW - timedelta(days=1)
    crl = pki_server.make_crl(world.issuing, NOW)
    for level in ("B-LT", "B-LTA"):
        verifier = world.verifier(NOW + YEAR, crls=[crl])
        (result,) = verifier.verify_bytes(ladder[level], MemoryContent(DATA)).signatures
        inner = result.timestamps[-1]
        assert (inner["indication"], inner["sub_indication"]) == (
            "INDETERMINATE", "REVOKED_NO_POE",
        )  # fmt: skip


def test_revocation_data_for_another_certificate_do_not_count(world, ladder):
    import pki_server

    from medcab.signing.cms import parse_signed_data
    from medcab.signing.longterm.building import add_material

    other = pki_server.make_ocsp(world.issuing, world.stampers["long"].certificate, NOW)
    made = add_material(parse_signed_data(ladder["B-T"]), [], [], [other])
    assert world.verify(made, revocation="require").sub_indication == "TRY_LATER"


def test_time_stamp_from_before_the_certificate_was_issued(world):
    import pki_server

    from medcab.signing.longterm.extend import stamp_signature

    young = pki_server.certify(
        "Молодой", world.issuing, start=NOW + timedelta(days=1), end=NOW + YEAR
    )
    made = stamp_signature(world.sign(young), world.tsa())
    result = world.verify(made, NOW + timedelta(days=2))
    assert result.sub_indication == "NOT_YET_VALID"
    assert result.indication == "TOTAL-FAILED"


def test_attached_signature_climbs_too(world):
    made = world.sign(attached=True)
    for level in ("B-T", "B-LT", "B-LTA"):
        made = world.extend(made, level, "long", content=None)
    assert verdict(world.verify(made, content=None)) == ("TOTAL-PASSED", "", "CAdES-B-LTA")


def test_two_signers_and_a_counter_signature_climb(world):
    from asn1crypto import x509

    from medcab.signing.content import MemoryContent
    from medcab.signing.keys import SoftwareKey
    from medcab.signing.sign import Signer, SignOptions

    key = SoftwareKey(world.signer.key, x509.Certificate.load(world.signer.der), [])
    signer = Signer(key, SignOptions(signing_time=NOW + timedelta(hours=1), force=True))
    made = signer.counter_sign(signer.add_to(world.sign(), MemoryContent(DATA)), 0)
    made = world.extend(made, "B-LTA", "long")
    report = world.verify(made)
    assert [verdict(r) for r in report.signatures] == [("TOTAL-PASSED", "", "CAdES-B-LTA")] * 2
    later = world.verify(made, LATER)
    assert [r.indication for r in later.signatures] == ["TOTAL-PASSED"] * 2
    (counter,) = later.signatures[0].counter_signatures
    assert counter.indication == "TOTAL-PASSED"
    assert counter.proofs[0].source == "archive-time-stamp-v3"
    assert later.verdict == "passed"


def test_each_of_two_signers_gets_his_own_material(world):
    """The second signer has another authority: what the first gained is not enough."""
    import pki_server
    from asn1crypto import x509

    from medcab.signing.content import MemoryContent
    from medcab.signing.keys import SoftwareKey
    from medcab.signing.sign import Signer, SignOptions

    span = {"start": NOW - YEAR, "end": NOW + YEAR}
    where = world.server.address
    other = world.server.add_authority(
        pki_server.certify("Другой", world.root, purpose="authority", address=where, **span)
    )
    person = world.server.know(pki_server.certify("Петров", other, address=where, **span))
    key = SoftwareKey(
        person.key, x509.Certificate.load(person.der), [x509.Certificate.load(other.der)]
    )
    signer = Signer(key, SignOptions(signing_time=NOW, force=True))
    made = signer.add_to(world.sign(), MemoryContent(DATA))
    long = world.extend(made, "B-LT")
    report = world.verify(long, revocation="require")
    assert [r.indication for r in report.signatures] == ["TOTAL-PASSED"] * 2


def test_algorithm_that_ended_is_covered_by_an_old_time_stamp(world, ladder):
    result = world.verify(ladder["B-LTA"], datetime(2029, 6, 1, tzinfo=UTC))
    assert result.indication == "TOTAL-PASSED"  # RSA ended on 2029-01-01, proven older


@pytest.mark.parametrize(
    ("level", "wanted"), [("B-LTA", "B-T"), ("B-LTA", "B-LT"), ("B-LT", "B-T")]
)
def test_going_down_is_refused(world, ladder, level, wanted):
    with pytest.raises(SigningError, match="already"):
        world.extend(ladder[level], wanted)


def test_same_level_changes_nothing(world, ladder):
    for level in ("B-T", "B-LT"):
        assert world.extend(ladder[level], level) == ladder[level]


def test_wrong_or_broken_signatures_are_not_extended(world, ladder):
    with pytest.raises(SigningError, match="HASH_FAILURE"):
        world.extend(ladder["B-B"], "B-T", content=b"another document")
    broken = bytearray(ladder["B-T"])
    broken[-5] ^= 1
    with pytest.raises(SigningError):
        world.extend(bytes(broken), "B-LT")
    with pytest.raises(SigningError):
        world.extend(ladder["B-B"] + b"\0", "B-T")
    with pytest.raises(SigningError):
        world.extend(b"\x30\x03\x02\x01\x00", "B-T")


def test_long_levels_are_refused_without_revocation_data(world, ladder):
    with pytest.raises(SigningError, match="No fresh answer"):
        world.extend(ladder["B-T"], "B-LT", online=False)
    world.issuing.revoked[world.signer.certificate.serial_number] = NOW - timedelta(days=1)
    with pytest.raises(SigningError, match=r"REVOKED|No fresh"):
        world.extend(ladder["B-T"], "B-LT")


def test_untrusted_authority_is_refused_for_long_levels(world):
    made = world.extend(world.sign(), "B-T", "foreign")
    with pytest.raises(SigningError, match="time-stamp"):
        world.extend(made, "B-LT")


def test_plain_cms_is_not_extended(world):
    import subprocess
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "k.pem").write_bytes(world.signer.key_pem)
        (place / "c.pem").write_bytes(world.signer.pem)
        (place / "d").write_bytes(DATA)
        made = subprocess.run(
            ["openssl", "cms", "-sign", "-binary", "-in", "d", "-signer", "c.pem", "-inkey",
             "k.pem", "-outform", "DER", "-noattr"],
            cwd=folder, capture_output=True, check=True,
        ).stdout  # fmt: skip
    with pytest.raises(SigningError, match="plain CMS"):
        world.extend(made, "B-T")


def test_level_names():
    assert Level.named("b-lta") is Level.LTA
    with pytest.raises(UsageError):
        Level.named("B-X")


def test_response_parser_refuses_nonsense():
    for data in (b"", b"\x30\x00", b"\x30\x05\x30\x03\x02\x01\x00", b"\x02\x01\x00", b"x" * 50):
        with pytest.raises(TimeStampError):
            parse_response(data)
