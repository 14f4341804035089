"""Chains, trust, time, constraints: what is accepted and what must never be."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pki
import pytest
from asn1crypto import x509
from pki import NOW, YEAR

from medcab.signing.certificates import load_certificates, raw, sha256_of
from medcab.signing.paths import PathCache, PathOptions, PathResult, validate_path
from medcab.signing.results import CheckOutcome, Indication, SubIndication
from medcab.signing.revocation import RevocationMode, RevocationPolicy, parse_ocsp
from medcab.signing.trust import Anchor, Period, TrustStore

NONE = RevocationPolicy(RevocationMode.NONE)


def ask(leaf, others=(), *, trust, moment=NOW, **more) -> PathResult:
    more.setdefault("revocation", NONE)
    return validate_path(
        leaf.asn1, others=[o.asn1 for o in others], trust=trust, moment=moment, **more
    )


def opened(result: PathResult) -> list[str]:
    return [check.id for check in result.checks if check.open]


def test_a_good_chain_passes(authority):
    leaf = authority.leaf("p256")
    result = ask(leaf, [authority.intermediate], trust=authority.trust)
    assert result.status is Indication.TOTAL_PASSED
    assert result.sub_indication is None
    assert [sha256_of(c) for c in result.chain] == [
        sha256_of(e.asn1) for e in (leaf, authority.intermediate, authority.root)
    ]
    assert result.anchor is not None
    assert {c.outcome for c in result.checks} == {CheckOutcome.PASSED, CheckOutcome.IGNORED}
    assert result.revocation.status == "not-checked"


@pytest.mark.parametrize("kind", ["rsa", "p256", "p384", "p521", "ed25519"])
def test_kinds_of_keys(kind):
    root = pki.make("Корень видов", kind=kind, ca=True)
    leaf = pki.make("Лист", root, kind=kind)
    assert ask(leaf, trust=TrustStore.from_certificates([root.asn1])).passed


def test_missing_issuer_is_named(authority):
    leaf = authority.leaf("p256")
    result = ask(leaf, trust=authority.trust)
    assert result.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND
    assert "CN=Промежуточный" in result.missing_issuer
    assert result.missing_key == authority.intermediate.asn1.key_identifier.hex()
    assert result.anchor is None


def test_nothing_is_trusted_by_default(authority):
    result = ask(
        authority.leaf("p256"), [authority.intermediate, authority.root], trust=TrustStore()
    )
    assert result.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND
    assert len(result.chain) == 3


def test_a_root_with_the_trusted_name_and_another_key_is_not_trusted(authority):
    fake_root = pki.make("Корень", ca=True)
    fake_leaf = pki.make("Иванова", fake_root)
    result = ask(fake_leaf, [fake_root], trust=authority.trust)
    assert result.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND
    assert result.anchor is None


def test_a_forged_certificate_with_a_genuine_signature_value_fails(authority):
    leaf = authority.leaf("p256")
    forged = x509.Certificate.load(leaf.der)
    other = pki.new_key("p256")
    from cryptography.hazmat.primitives import serialization

    spki = other.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    forged["tbs_certificate"]["subject_public_key_info"] = x509.PublicKeyInfo.load(spki)
    forged = x509.Certificate.load(forged.dump(force=True))
    assert forged.signature == leaf.asn1.signature
    cache = PathCache()
    others = [authority.intermediate.asn1, leaf.asn1, forged]
    assert ask(leaf, [authority.intermediate], trust=authority.trust, cache=cache).passed
    result = validate_path(
        forged, others=others, trust=authority.trust, moment=NOW, revocation=NONE, cache=cache
    )
    assert result.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND


def test_expired_and_not_yet_valid(authority):
    old = pki.make("Старая", authority.intermediate, end=NOW - timedelta(days=1))
    result = ask(old, [authority.intermediate], trust=authority.trust)
    assert result.sub_indication is SubIndication.OUT_OF_BOUNDS_NO_POE
    assert opened(result) == ["validity-range"]
    assert "expired" in result.checks[1].detail
    young = pki.make("Ранняя", authority.intermediate, start=NOW + timedelta(days=1))
    result = ask(young, [authority.intermediate], trust=authority.trust)
    assert result.sub_indication is SubIndication.OUT_OF_BOUNDS_NO_POE
    assert "only from" in result.checks[1].detail
    assert ask(
        old, [authority.intermediate], trust=authority.trust, moment=NOW - timedelta(days=30)
    ).passed


def test_an_expired_authority_and_an_expired_anchor(authority):
    between = pki.make("Старый УЦ", authority.root, ca=True, end=NOW - timedelta(days=2))
    leaf = pki.make("Лист", between)
    result = ask(leaf, [between], trust=authority.trust)
    assert result.sub_indication is SubIndication.OUT_OF_BOUNDS_NO_POE
    root = pki.make("Старый корень", ca=True, end=NOW - timedelta(days=2))
    leaf = pki.make("Лист", root)
    result = ask(leaf, trust=TrustStore.from_certificates([root.asn1]))
    assert result.sub_indication is SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE
    assert opened(result) == ["anchor-validity"]


def test_the_end_of_validity_is_inside(authority):
    leaf = pki.make("Край", authority.intermediate, end=NOW)
    assert ask(leaf, [authority.intermediate], trust=authority.trust).passed
    later = ask(
        leaf, [authority.intermediate], trust=authority.trust, moment=NOW + timedelta(seconds=1)
    )
    assert not later.passed


def test_only_authorities_issue(authority):
    person = authority.leaf("p256")
    below = pki.make("Самозванец", person)
    result = ask(below, [person, authority.intermediate], trust=authority.trust)
    assert result.sub_indication is SubIndication.CHAIN_CONSTRAINTS_FAILURE
    assert opened(result) == ["chain-authorities"]


def test_path_length_is_kept():
    root = pki.make("Корень длины", ca=True, path_length=1)
    one = pki.make("УЦ 1", root, ca=True, path_length=0)
    two = pki.make("УЦ 2", one, ca=True)
    leaf = pki.make("Лист", two)
    trust = TrustStore.from_certificates([root.asn1])
    assert (
        ask(leaf, [one, two], trust=trust).sub_indication is SubIndication.CHAIN_CONSTRAINTS_FAILURE
    )
    assert ask(pki.make("Лист", one), [one], trust=trust).passed


def test_policies_of_rfc_5280(authority):
    leaf = authority.leaf("p256")
    options = PathOptions(policies=frozenset({"1.2.3.4"}), explicit_policy=True)
    result = ask(leaf, [authority.intermediate], trust=authority.trust, options=options)
    assert result.sub_indication is SubIndication.CHAIN_CONSTRAINTS_FAILURE


def test_weak_keys_of_authorities_are_refused_unless_told():
    root = pki.make("Слабый", kind="rsa1024", ca=True)
    leaf = pki.make("Лист", root)
    trust = TrustStore.from_certificates([root.asn1])
    result = ask(leaf, trust=trust)
    assert result.sub_indication is SubIndication.CRYPTO_CONSTRAINTS_FAILURE_NO_POE
    assert opened(result) == ["chain-algorithms"]
    assert ask(leaf, trust=trust, options=PathOptions(allow_weak=True)).passed


def test_same_name_different_keys_are_told_apart_by_the_key(authority):
    key_owners = [pki.make("Один УЦ", authority.root, ca=True) for _ in range(6)]
    for owner in key_owners:
        leaf = pki.make("Лист", owner)
        result = ask(leaf, key_owners, trust=authority.trust)
        assert result.passed
        assert sha256_of(result.chain[1]) == sha256_of(owner.asn1)
    trust = TrustStore.from_certificates(o.asn1 for o in key_owners)
    first = trust.issuers_of(pki.make("Лист", key_owners[4]).asn1)[0]
    assert first.fingerprint == sha256_of(key_owners[4].asn1)


def test_a_hundred_namesakes_end_quickly(authority):
    genuine = pki.make("Один УЦ", authority.root, ca=True)
    leaf = pki.make("Лист", genuine)
    fake_root = pki.make("Корень", ca=True)
    namesakes = [pki.make("Один УЦ", fake_root, ca=True) for _ in range(100)]
    start = time.process_time()
    result = ask(leaf, [*namesakes, genuine], trust=authority.trust)
    assert result.passed
    lost = ask(leaf, namesakes, trust=authority.trust)
    assert lost.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND
    assert time.process_time() - start < 2


def test_a_mesh_of_cross_certificates_ends_quickly():
    from dataclasses import replace

    owners = [pki.make(f"УЦ {n}", ca=True) for n in range(14)]
    mesh = [
        pki.make(f"УЦ {n}", issuer, key=owner.key, ca=True)
        for n, owner in enumerate(owners)
        for issuer in owners
        if issuer is not owner
    ]
    leaf = pki.make("Лист", owners[0])
    outside = pki.make("Чужой корень", ca=True)
    start = time.process_time()
    result = ask(leaf, mesh, trust=TrustStore.from_certificates([outside.asn1]))
    assert time.process_time() - start < 4
    assert result.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND
    assert "given up" in result.checks[0].detail
    assert replace(result, chain=()) != result


def test_copies_of_the_issuer_and_serial_do_not_hide_the_genuine_authority(authority):
    between = authority.intermediate
    twin = pki.make(
        "Промежуточный", pki.make("Корень", ca=True), ca=True, serial=between.cert.serial_number
    )
    result = ask(authority.leaf("p256"), [twin, between], trust=authority.trust)
    assert result.passed


def test_a_certificate_can_be_trusted_itself(authority):
    leaf = authority.leaf("p256")
    trust = TrustStore.from_certificates([leaf.asn1])
    result = ask(leaf, trust=trust)
    assert result.passed
    assert len(result.chain) == 1
    late = ask(leaf, trust=trust, moment=NOW + 3 * YEAR)
    assert late.sub_indication is SubIndication.OUT_OF_BOUNDS_NO_POE


def test_an_anchor_holds_only_while_it_is_accredited(authority):
    end = NOW - timedelta(days=10)
    anchor = Anchor(authority.root.asn1, label="УЦ", periods=(Period(None, end),), accredited=True)
    leaf, between = authority.leaf("p256"), authority.intermediate
    result = ask(leaf, [between], trust=TrustStore([anchor]))
    assert result.sub_indication is SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE
    assert opened(result) == ["anchor-accreditation"]
    assert ask(leaf, [between], trust=TrustStore([anchor]), moment=end - timedelta(days=1)).passed


def test_the_better_of_two_chains_counts(authority):
    key = pki.new_key("p256")
    old = pki.make("Двойной УЦ", authority.root, key=key, ca=True, end=NOW - timedelta(days=1))
    new = pki.make("Двойной УЦ", authority.root, key=key, ca=True)
    leaf = pki.make("Лист", new)
    assert ask(leaf, [old, new], trust=authority.trust).passed
    assert ask(leaf, [new, old], trust=authority.trust).passed


def test_the_cache_answers_only_the_same_question(authority):
    cache = PathCache()
    leaf, between = authority.leaf("p256"), authority.intermediate
    first = ask(leaf, [between], trust=authority.trust, cache=cache)
    assert ask(leaf, [between], trust=authority.trust, cache=cache) is first
    assert cache.hits == 1
    assert not ask(leaf, [between], trust=TrustStore(), cache=cache).passed
    assert not ask(
        leaf, [between], trust=authority.trust, moment=NOW + 9 * YEAR, cache=cache
    ).passed
    assert not ask(leaf, [], trust=authority.trust, cache=cache).passed
    data = between.crl()
    need = RevocationPolicy(RevocationMode.REQUIRE)
    result = ask(leaf, [between], trust=authority.trust, cache=cache, revocation=need, crls=[data])
    assert result.sub_indication is SubIndication.TRY_LATER
    assert cache.hits == 1


def test_the_cache_forgets_the_oldest(authority):
    cache = PathCache(maxsize=2)
    moments = [NOW + timedelta(seconds=n) for n in range(4)]
    for moment in moments:
        ask(authority.leaf("p256"), trust=authority.trust, moment=moment, cache=cache)
    ask(authority.leaf("p256"), trust=authority.trust, moment=moments[0], cache=cache)
    assert cache.hits == 0
    ask(authority.leaf("p256"), trust=authority.trust, moment=moments[0], cache=cache)
    assert cache.hits == 1


def test_large_data_are_hashed_by_identity_and_content():
    cache = PathCache()
    one, same = bytes(100_000), bytes(bytearray(100_000))
    assert cache.digest(one) == cache.digest(same) == cache.digest(one)
    assert cache.digest(b"\1" * 100_000) != cache.digest(one)


def test_a_moment_without_zone_is_a_mistake_of_the_caller(authority):
    with pytest.raises(ValueError, match="time zone"):
        ask(authority.leaf("p256"), trust=authority.trust, moment=datetime(2026, 1, 1))
    local = NOW.astimezone(UTC)
    assert not ask(authority.leaf("p256"), trust=authority.trust, moment=local).passed


def test_garbage_among_the_others_harms_nobody(authority):
    broken = x509.Certificate.load(authority.leaf("p256").der[:-40] + bytes(40))
    hollow = x509.Certificate()
    result = validate_path(
        authority.leaf("p256").asn1,
        others=[hollow, broken, authority.intermediate.asn1],
        trust=authority.trust,
        moment=NOW,
        revocation=NONE,
    )
    assert result.passed


def test_a_malformed_certificate_is_told(authority):
    result = validate_path(
        x509.Certificate.load(b"\x30\x06\x30\x00\x30\x00\x03\x00"),
        trust=authority.trust,
        moment=NOW,
        revocation=NONE,
    )
    assert result.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND


def test_octets_are_kept_where_the_length_looks_indefinite(authority):
    """asn1crypto encodes anew when the last length octet is 0x80; the signature must not break."""
    oids = ("2_5_4_7", "2_5_4_8", "2_5_4_9", "2_5_4_11", "2_5_4_12")
    for size in range(5, 261):
        parts = [(size + n) // 5 for n in range(5)]
        holder = {oid: "x" * length for oid, length in zip(oids, parts, strict=True)}
        leaf = pki.make("Лист", authority.intermediate, holder=holder)
        if 0x80 in (leaf.der[3], raw(leaf.asn1["tbs_certificate"])[3]):
            break
    else:
        pytest.fail("no such length was met")
    assert ask(leaf, [authority.intermediate], trust=authority.trust).passed
    assert raw(leaf.asn1) == leaf.der


@pytest.mark.parametrize(
    "oid", ["2.5.29.31", "1.3.6.1.5.5.7.1.1", "2.5.29.32", "2.5.29.15", "2.5.29.30", "2.5.29.35"]
)
@pytest.mark.parametrize("value", [b"", b"\xff\xff", b"\x30\x80\x30\x80"])
def test_malformed_extensions_end_in_an_answer(authority, oid, value):
    from cryptography import x509 as cx
    from cryptography.hazmat.primitives import hashes, serialization

    key = pki.new_key("p256")
    made = (
        cx.CertificateBuilder().subject_name(pki.name("Лист")).issuer_name(authority.root.cert.subject)
        .public_key(key.public_key()).serial_number(7).not_valid_before(NOW - YEAR).not_valid_after(NOW + YEAR)
        .add_extension(cx.UnrecognizedExtension(cx.ObjectIdentifier(oid), value), critical=False)
        .sign(authority.root.key, hashes.SHA256())
    )  # fmt: skip
    certificate = x509.Certificate.load(made.public_bytes(serialization.Encoding.DER))
    result = validate_path(
        certificate, trust=authority.trust, moment=NOW, crls=[authority.root.crl()],
        revocation=RevocationPolicy(RevocationMode.REQUIRE),
    )  # fmt: skip
    assert not result.passed
    assert result.sub_indication is not None


def test_the_two_names_of_the_algorithm_must_agree(authority):
    """Outside the signed part somebody may write what he likes (RFC 5280 4.1.1.2)."""
    leaf = pki.make("Лист", authority.root)
    oid = bytes.fromhex("06092a864886f70d01010b")  # sha256WithRSAEncryption
    at = leaf.der.rindex(b"\x30\x0d" + oid + b"\x05\x00")
    assert leaf.der.index(oid) < at
    # The NULL parameters are left out outside; the signature itself still fits the key.
    body = leaf.der[4:at] + b"\x30\x0b" + oid + leaf.der[at + 15 :]
    changed = b"\x30\x82" + len(body).to_bytes(2, "big") + body
    outer = x509.Certificate.load(changed)
    assert outer["signature_value"].native == leaf.asn1["signature_value"].native
    assert ask(leaf, trust=authority.trust).passed
    result = validate_path(outer, trust=authority.trust, moment=NOW, revocation=NONE)
    assert not result.passed


GOST = Path(__file__).parents[3] / "shared/vectors/gost/openssl-engine"


@pytest.mark.skipif(not GOST.exists(), reason="foreign vectors are absent")
def test_gost_chain_list_and_ocsp():
    """Certificates, a CRL and an OCSP answer of another program, all signed with GOST keys."""

    def load(name):
        return load_certificates((GOST / name).read_bytes(), name)

    trust = TrustStore.load([GOST / "root.crt"])
    leaf = load("leaf256.crt")[0]
    others = (*load("chain.pem"), *load("ocsp.crt"))
    data = {
        "crls": [(GOST / "root.crl").read_bytes()],
        "ocsps": [(GOST / "ocsp.resp").read_bytes()],
    }
    moment = leaf.not_valid_before + timedelta(minutes=10)
    need = RevocationPolicy(RevocationMode.REQUIRE)
    result = validate_path(leaf, others=others, trust=trust, moment=moment, revocation=need, **data)
    assert result.passed
    assert [s.source for s in result.statuses] == ["ocsp", "crl"]
    basic = parse_ocsp(data["ocsps"][0])
    signature = basic["signature"].native
    changed = bytes([signature[0] ^ 1]) + signature[1:]
    data["ocsps"] = [data["ocsps"][0].replace(signature, changed)]
    result = validate_path(leaf, others=others, trust=trust, moment=moment, revocation=need, **data)
    assert not result.passed
    forged = bytearray(raw(leaf))
    forged[-1] ^= 1
    result = validate_path(
        x509.Certificate.load(bytes(forged)),
        others=others,
        trust=trust,
        moment=moment,
        revocation=NONE,
    )
    assert result.sub_indication is SubIndication.NO_CERTIFICATE_CHAIN_FOUND
