"""Trust stores: given files, the user's folder, explanations."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pki
import pytest
from pki import NOW

from medcab.errors import InputError, OutputError, UsageError
from medcab.signing.certificates import sha256_of
from medcab.signing.trust import Anchor, Period, TrustStore
from medcab.signing.trust_explain import explain
from medcab.signing.trust_store import UserStore
from medcab.signing.tsl import read_tsl

SAMPLES = Path(__file__).parents[2] / "samples/keys"


def test_files_folders_and_bundles(tmp_path, authority):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "root.pem").write_bytes(authority.root.pem)
    (tmp_path / "between.cer").write_bytes(authority.intermediate.der)
    (tmp_path / "notes.txt").write_text("no certificate")
    store = TrustStore.load([tmp_path])
    assert {a.fingerprint for a in store.anchors} == {
        sha256_of(authority.root.asn1), sha256_of(authority.intermediate.asn1)
    }  # fmt: skip
    assert len(TrustStore.load([SAMPLES / "chain.p7b"])) == 2
    assert store.find(authority.root.asn1) is not None
    assert store.find(authority.leaf("p256").asn1) is None


def test_what_cannot_be_read_is_told(tmp_path):
    with pytest.raises(InputError, match="nowhere"):
        TrustStore.load([tmp_path / "nowhere.pem"])
    (tmp_path / "bad.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    with pytest.raises(InputError):
        TrustStore.load([tmp_path])
    (tmp_path / "bad.pem").unlink()
    (tmp_path / "other.json").write_text("{}")
    assert len(TrustStore.load([tmp_path])) == 0
    (tmp_path / "accredited.json").write_text('{"schema": "other"}')
    with pytest.raises(InputError):
        TrustStore.load([tmp_path])
    assert len(TrustStore.load([])) == 0


def test_the_fingerprint_is_of_the_set(authority):
    root, between = authority.root.asn1, authority.intermediate.asn1
    one = TrustStore.from_certificates([root, between])
    other = TrustStore.from_certificates([between, root, root])
    assert one.fingerprint == other.fingerprint
    assert len(other) == 2
    assert TrustStore.from_certificates([root]).fingerprint != one.fingerprint
    bounded = TrustStore([Anchor(root, periods=(Period(None, NOW),)), Anchor(between)])
    assert bounded.fingerprint != one.fingerprint
    assert (
        TrustStore.from_certificates([root]) | TrustStore.from_certificates([between])
    ).fingerprint == one.fingerprint


def test_periods():
    period = Period(NOW, NOW + timedelta(days=1))
    assert period.holds(NOW)
    assert not period.holds(NOW + timedelta(days=1))
    assert not period.holds(NOW - timedelta(seconds=1))
    assert Period().holds(NOW)


def test_an_anchor_without_bounds_wins_over_one_with(authority):
    bounded = Anchor(authority.root.asn1, periods=(Period(None, NOW),))
    for order in ([bounded, Anchor(authority.root.asn1)], [Anchor(authority.root.asn1), bounded]):
        assert TrustStore(order).anchors[0].trusted_at(NOW + timedelta(days=9))


def test_the_users_store(tmp_path, authority):
    store = UserStore(tmp_path / "deep" / "trust")
    assert len(store.load()) == 0
    store.add([authority.root.asn1], "Наш  корень")
    store.add([authority.intermediate.asn1])
    store.add([authority.root.asn1], "Наш корень")
    anchors = store.load().anchors
    assert len(anchors) == 2
    assert {a.label for a in anchors} == {"Наш корень", "C=RU, O=Учебный центр, CN=Промежуточный"}
    removed = store.remove("наш корень")
    assert [a.fingerprint for a in removed] == [sha256_of(authority.root.asn1)]
    assert len(store.load()) == 1
    store.remove(sha256_of(authority.intermediate.asn1)[:12].upper())
    assert len(store.load()) == 0
    for name in ("nobody", "", "abcdef0123"):
        with pytest.raises(UsageError):
            store.remove(name)


def test_a_label_cannot_smuggle_in_a_certificate(tmp_path, authority):
    store = UserStore(tmp_path)
    store.add([authority.root.asn1], authority.intermediate.pem.decode())
    assert {a.fingerprint for a in store.load().anchors} == {sha256_of(authority.root.asn1)}


def test_a_swapped_file_of_the_store_is_noticed(tmp_path, authority):
    store = UserStore(tmp_path)
    store.add([authority.root.asn1])
    next((tmp_path / "anchors").iterdir()).write_bytes(authority.intermediate.pem)
    with pytest.raises(InputError, match="another certificate"):
        store.load()


def test_a_store_that_cannot_be_written(tmp_path, authority):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError):
        UserStore(tmp_path / "file" / "store").add([authority.root.asn1])


def test_the_imported_list_is_kept_with_its_periods(tmp_path):
    tsl = read_tsl((SAMPLES / "tsl.xml").read_bytes(), "tsl.xml")
    store = UserStore(tmp_path)
    assert store.import_list(tsl) == 1
    anchor = store.load().anchors[0]
    assert anchor.accredited
    assert anchor.details["number"] == "1"
    assert anchor.trusted_at(NOW)
    assert not anchor.trusted_at(datetime(2024, 1, 1, tzinfo=UTC))
    assert store.load().fingerprint == TrustStore(tsl.anchors()).fingerprint
    document = json.loads((tmp_path / "accredited.json").read_text("utf-8"))
    assert document["signature"] == "valid"
    (tmp_path / "accredited.json").write_text("{")
    with pytest.raises(InputError):
        store.load()
    assert store.forget_list()
    assert not store.forget_list()
    assert len(store.load()) == 0


def signature(authority, *, embed=True):
    from asn1crypto import cms, core

    leaf = authority.leaf("p256")
    signer = {
        "version": "v1",
        "sid": cms.SignerIdentifier(
            "issuer_and_serial_number",
            {"issuer": leaf.asn1.issuer, "serial_number": leaf.asn1.serial_number},
        ),
        "digest_algorithm": {"algorithm": "sha256"},
        "signature_algorithm": {"algorithm": "sha256_ecdsa"},
        "signature": b"\0",
    }
    signed = {
        "version": "v1",
        "digest_algorithms": [],
        "encap_content_info": {"content_type": "data"},
        "signer_infos": [signer],
    }
    if embed:
        signed["certificates"] = [leaf.asn1]
    assert core is not None
    return cms.ContentInfo({"content_type": "signed_data", "content": signed}).dump()


def test_explaining_a_signature(authority):
    data = signature(authority)
    found = explain(data, "x.sig", authority.trust, NOW)
    assert found[0].result is not None
    assert "Промежуточный" in found[0].result.missing_issuer
    whole = explain(data, "x.sig", authority.trust, NOW, others=[authority.intermediate.asn1])
    assert whole[0].result.passed
    assert [c.subject.native["common_name"] for c in whole[0].result.chain][-1] == "Корень"
    bare = explain(signature(authority, embed=False), "x.sig", authority.trust, NOW)
    assert bare[0].certificate is None
    assert "Промежуточный" in bare[0].signer


def test_explaining_certificates_and_rubbish(authority):
    leaf = authority.leaf("p256")
    found = explain(leaf.der, "x.cer", TrustStore(), NOW)
    assert found[0].result is not None
    assert not found[0].result.passed
    key_file = (SAMPLES / "ivanova.p12").read_bytes()
    trust = TrustStore.load([SAMPLES / "root.pem"])
    assert explain(key_file, "x.p12", trust, NOW, password="medcab-demo")[0].result.passed
    with pytest.raises(InputError):
        explain(b"rubbish", "x", TrustStore(), NOW)
    assert pki.NOW == NOW
