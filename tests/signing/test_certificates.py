"""Reading certificates in every wrapping, and what they say."""

from __future__ import annotations

import base64
import time
from datetime import UTC, datetime
from pathlib import Path

import pki
import pytest
from asn1crypto import x509
from cryptography import x509 as cx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from hypothesis import given, settings
from hypothesis import strategies as st

from medcab.errors import InputError, MedcabError
from medcab.signing.cert_info import describe
from medcab.signing.certificates import (
    allows_signing,
    format_name,
    key_identifier,
    load_certificate,
    load_certificates,
    pem_blocks,
    raw,
    sha256_of,
    to_pem,
    unwrap_base64,
)

SAMPLES = Path(__file__).parents[2] / "samples/keys"


def load(name):
    return load_certificate((SAMPLES / name).read_bytes(), name)


def test_every_wrapping(authority):
    leaf = authority.leaf("p256")
    chain = [leaf.cert, authority.intermediate.cert]
    wrappings = {
        "der": leaf.der,
        "pem": leaf.pem,
        "pem with text": "Сертификат Ивановой\r\n".encode() + leaf.pem.replace(b"\n", b"\r\n"),
        "base64": base64.b64encode(leaf.der),
        "base64 in lines": base64.encodebytes(leaf.der),
        "base64 in UTF-16": base64.b64encode(leaf.der).decode().encode("utf-16"),
        "trusted": leaf.pem.replace(b"CERTIFICATE", b"TRUSTED CERTIFICATE"),
    }
    for data in wrappings.values():
        assert [sha256_of(c) for c in load_certificates(data)] == [sha256_of(leaf.asn1)]
    for encoding in (Encoding.DER, Encoding.PEM):
        found = load_certificates(pkcs7.serialize_certificates(chain, encoding))
        assert {sha256_of(c) for c in found} == {
            sha256_of(leaf.asn1),
            sha256_of(authority.intermediate.asn1),
        }
    assert len(load_certificates(leaf.pem + leaf.pem + authority.root.pem)) == 2
    assert load_certificate(to_pem(leaf.asn1)).dump() == leaf.der


@pytest.mark.parametrize(
    "data",
    [b"", b"hello", b"\x30\x80\x00\x00", b"-----BEGIN CERTIFICATE-----", b"\xff" * 500,
     b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"\x30\x82\xff\xff" + b"\0" * 90],
)  # fmt: skip
def test_what_is_no_certificate(data):
    with pytest.raises(InputError) as caught:
        load_certificates(data, "x.cer")
    assert "x.cer" in str(caught.value)


def test_files_of_other_kinds_are_named(authority):
    leaf = authority.leaf("p256")
    with pytest.raises(InputError, match="private key"):
        load_certificates(leaf.key_pem, "key.pem")
    with pytest.raises(InputError, match="PKCS#12"):
        load_certificates((SAMPLES / "ivanova.p12").read_bytes(), "ivanova.p12")


def test_trailing_octets_and_doubled_extensions_are_refused(authority):
    leaf = authority.leaf("p256")
    with pytest.raises(InputError):
        load_certificate(leaf.der + b"\0")
    doubled = x509.Certificate.load(leaf.der)
    extensions = doubled["tbs_certificate"]["extensions"]
    extensions.append(extensions[0])
    with pytest.raises(InputError):
        load_certificate(doubled.dump(force=True))


def test_many_openings_without_end_take_no_time():
    start = time.process_time()
    data = b"-----BEGIN CERTIFICATE-----\nAAAA\n" * 60_000
    assert list(pem_blocks(data)) == []
    assert time.process_time() - start < 1


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_mutated_certificates_give_only_our_errors(data):
    good = bytearray((SAMPLES / "ivanova.cer").read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        good[data.draw(st.integers(0, len(good) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = load_certificates(bytes(good))
    except MedcabError:
        return
    for certificate in found:
        info = describe(certificate)
        assert len(info.fingerprint) == 64
        assert all(c.isprintable() for c in info.subject)


def test_a_qualified_certificate_in_words():
    info = describe(load("ivanova.cer"))
    holder = info.holder
    assert holder.fio == holder.common_name == "Иванова Анна Петровна"
    assert (holder.inn, holder.inn_legal) == ("770123456703", "7701234560")
    assert (holder.snils, holder.ogrn, holder.ogrnip) == ("11223344595", "1027700132195", "")
    assert holder.title == "врач-терапевт"
    assert info.not_before == datetime(2025, 1, 15, tzinfo=UTC)
    assert info.not_after == datetime(2045, 1, 15, tzinfo=UTC)
    assert (info.key.name, info.key.kind, info.key.bits) == ("RSA-2048", "rsa", 2048)
    assert info.key_usage == ("digital_signature", "non_repudiation")
    assert info.protection_class == "КС2"
    assert info.signing_tool == "Демонстрационный криптопровайдер"
    assert len(info.issuer_tools) == 4
    assert info.identification == 0
    assert info.serial == "1001"
    assert info.crl_addresses == ("http://ca.medcab.example/issuing.crl",)
    assert not info.is_ca
    assert not info.looks_qualified  # the demo key is RSA
    assert info.problems == ()


def test_numbers_of_the_demo_people_are_valid():
    from medcab import ids

    for name in ("ivanova.cer", "petrov_expired.cer", "sidorov_revoked.cer", "orlova_soon.cer"):
        holder = describe(load(name)).holder
        for kind, value in (("snils", holder.snils), ("inn_person", holder.inn),
                            ("inn_legal", holder.inn_legal), ("ogrn", holder.ogrn)):  # fmt: skip
            assert ids.is_valid(kind, value), (name, kind)


def test_the_inn_of_an_organisation_in_the_old_form():
    entity = pki.make("ООО Ромашка", ca=True, holder={"1_2_643_3_131_1_1": "007701234560"})
    holder = describe(entity.asn1).holder
    assert (holder.inn, holder.inn_legal) == ("", "7701234560")


@pytest.mark.parametrize("kind", ["rsa", "p256", "p384", "p521", "ed25519"])
def test_names_of_keys(authority, kind):
    wanted = {
        "rsa": "RSA-2048",
        "p256": "EC P-256",
        "p384": "EC P-384",
        "p521": "EC P-521",
        "ed25519": "Ed25519",
    }
    assert describe(authority.leaf(kind).asn1).key.name == wanted[kind]


def extended(oid, value, authority):
    key = pki.new_key("p256")
    builder = (
        cx.CertificateBuilder().subject_name(pki.name("Лист")).issuer_name(authority.root.cert.subject)
        .public_key(key.public_key()).serial_number(5).not_valid_before(pki.NOW).not_valid_after(pki.NOW + pki.YEAR)
        .add_extension(cx.UnrecognizedExtension(cx.ObjectIdentifier(oid), value), critical=False)
    )  # fmt: skip
    return load_certificate(
        builder.sign(authority.root.key, hashes.SHA256()).public_bytes(Encoding.DER)
    )


@pytest.mark.parametrize(
    ("oid", "name"),
    [("1.2.643.100.111", "subject_sign_tool"), ("1.2.643.100.112", "issuer_sign_tool"),
     ("1.2.643.100.114", "identification_kind")],
)  # fmt: skip
@pytest.mark.parametrize("value", [b"", b"\x30\x05", b"\x04\x01\x00", b"\xff\xff"])
def test_broken_extensions_are_named_and_do_no_harm(authority, oid, name, value):
    assert describe(extended(oid, value, authority)).problems == (name,)


def test_a_broken_standard_extension_spoils_the_certificate(authority):
    with pytest.raises(InputError):
        extended("2.5.29.16", b"\xff\xff", authority)


def test_the_end_of_the_private_key(authority):
    value = b"\x30\x11\x81\x0f20260301000000Z"
    info = describe(extended("2.5.29.16", value, authority))
    assert info.key_not_after == datetime(2026, 3, 1, tzinfo=UTC)


def test_control_characters_do_not_reach_the_terminal():
    entity = pki.make("Зло\x1b[31m\nCN=root", ca=True)
    assert "\x1b" not in format_name(entity.asn1.subject)
    assert "\n" not in describe(entity.asn1).holder.common_name


def test_small_answers(authority):
    assert allows_signing(authority.leaf("p256").asn1)
    assert not allows_signing(authority.root.asn1)
    assert not allows_signing(pki.make("Шифр", usage="key_encipherment").asn1)
    assert key_identifier(authority.root.asn1) == authority.root.asn1.key_identifier
    assert unwrap_base64(b"MAA=") is None
    assert raw(authority.root.asn1) == authority.root.der


@pytest.mark.parametrize(
    ("oid", "value"),
    [
        ("2.5.29.15", b"\x03\x02\xed\x80"),
        ("2.5.29.15", b"\x03\x01\x07"),
        ("2.5.29.15", b"\x03\x00"),
        ("2.5.29.14", b"\x04\x7f\x00"),
    ],
)
def test_fields_that_the_parser_reads_late_are_read_at_once(authority, oid, value):
    """Found by fuzzing: the error came out of the middle of a check."""
    with pytest.raises(InputError):
        extended(oid, value, authority)


@pytest.mark.parametrize("tag", [0x07, 0x08, 0x09, 0x0B, 0x17, 0x3F])
def test_names_of_strange_types_have_a_text(tag):
    good = (SAMPLES / "ivanova.cer").read_bytes()
    text = "врач-терапевт".encode()
    at = good.index(text) - 2
    assert good[at] == 0x0C
    try:
        certificate = load_certificate(good[:at] + bytes([tag]) + good[at + 1 :])
    except InputError:
        return
    assert describe(certificate).holder.fio == "Иванова Анна Петровна"


def test_the_maker_of_the_demo_keys_works(tmp_path):
    import runpy

    from medcab.signing.keys import load_p12
    from medcab.signing.tsl import read_tsl
    from medcab.signing.xmldsig import XmlSignatureState

    runpy.run_path(str(SAMPLES.parent / "make_keys.py"))["make"](tmp_path)
    made = {path.name for path in tmp_path.iterdir()}
    assert made == {path.name for path in SAMPLES.iterdir()} - {"README.md"}
    key = load_p12((tmp_path / "ivanova.p12").read_bytes(), "medcab-demo")
    assert describe(key.certificate).holder == describe(load("ivanova.cer")).holder
    tsl = read_tsl((tmp_path / "tsl.xml").read_bytes())
    assert tsl.signature.state is XmlSignatureState.VALID
