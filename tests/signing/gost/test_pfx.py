"""Key containers: round trips with writers of our own, wrong passwords, limits, damage."""

from __future__ import annotations

import hmac
import random
from functools import partial
from pathlib import Path

import pytest
from asn1crypto import x509

from medcab.errors import InputError, LimitError, MedcabError, PasswordError, SigningError
from medcab.signing.gost import gost94, gost28147, modes, pbe, streebog
from medcab.signing.gost.keys import KEY_KINDS, GostPrivateKey
from medcab.signing.gost.kuznyechik import Kuznyechik
from medcab.signing.gost.pfx import is_gost_pfx, load_encrypted_key, load_gost_pfx

SEEDS = Path(__file__).parent / "seeds"
PASSWORD = "Пароль 12345"
NUMBER = 0x1234567890ABCDEFFEDCBA0987654321
KINDS = [
    ("1.2.643.7.1.1.1.1", "1.2.643.7.1.2.1.1.1"),
    ("1.2.643.7.1.1.1.1", "1.2.643.2.2.36.0"),
    ("1.2.643.7.1.1.1.2", "1.2.643.7.1.2.1.2.1"),
    ("1.2.643.2.2.19", "1.2.643.2.2.35.1"),
]


def the_key(kind="1.2.643.7.1.1.1.1", curve="1.2.643.7.1.2.1.1.1"):
    return GostPrivateKey(KEY_KINDS[kind], curve, NUMBER)


@pytest.mark.parametrize(("kind", "curve"), KINDS)
def test_cryptopro_export_opens(writer, kind, curve):
    key = the_key(kind, curve)
    certificate = writer.certificate_of(key, the_key())
    data = writer.cryptopro_pfx(key, NUMBER, PASSWORD, [certificate])
    assert is_gost_pfx(data)
    [entry] = load_gost_pfx(data, PASSWORD)
    assert entry.key.public_key() == key.public_key()
    assert entry.certificate.dump() == certificate
    assert entry.name == "le-1f2e3d"
    assert entry.chain == ()
    if kind != "1.2.643.2.2.19":
        assert entry.key.as_signing_key(entry.certificate).sign(b"x")


def test_cryptopro_export_with_the_number_written_the_other_way(writer):
    key = the_key()
    certificate = writer.certificate_of(key)
    swapped = int.from_bytes(NUMBER.to_bytes(32, "little"), "big")
    [entry] = load_gost_pfx(writer.cryptopro_pfx(key, swapped, PASSWORD, [certificate]), PASSWORD)
    assert entry.key.public_key() == key.public_key()


@pytest.mark.parametrize(
    "wrong", ["", "Пароль 1234", "пароль 12345", "Пароль 12345 ", "Gfhjkm 12345"]
)
def test_wrong_password_of_a_cryptopro_export(writer, wrong):
    key = the_key()
    data = writer.cryptopro_pfx(key, NUMBER, PASSWORD, [writer.certificate_of(key)])
    with pytest.raises(PasswordError) as caught:
        load_gost_pfx(data, wrong)
    assert caught.value.hint
    assert PASSWORD not in str(caught.value)


def test_empty_password(writer):
    key = the_key()
    data = writer.cryptopro_pfx(key, NUMBER, "", [writer.certificate_of(key)])
    assert load_gost_pfx(data, "")[0].key.public_key() == key.public_key()


@pytest.mark.parametrize("damage", ["mac_damage", "code_damage"])
def test_the_codes_of_the_wrapped_key_are_checked(writer, damage):
    key = the_key()
    data = writer.cryptopro_pfx(key, NUMBER, PASSWORD, [writer.certificate_of(key)], **{damage: 1})
    with pytest.raises(PasswordError):
        load_gost_pfx(data, PASSWORD)


def test_the_public_key_must_match_the_certificate(writer):
    key = the_key()
    data = writer.cryptopro_pfx(key, NUMBER, PASSWORD, [writer.certificate_of(key)], damage=2)
    with pytest.raises(SigningError, match="belongs"):
        load_gost_pfx(data, PASSWORD)
    with pytest.raises(SigningError, match="belongs"):
        load_gost_pfx(writer.cryptopro_pfx(key, NUMBER, PASSWORD, []), PASSWORD)


@pytest.mark.parametrize("rounds", [65_536, 10**9])
def test_iterations_are_limited(writer, rounds):
    key = the_key()
    w = writer
    scheme = w.tlv(0x30, w.oid("1.2.840.113549.1.12.1.80"),
                   w.tlv(0x30, w.tlv(4, b"saltsalt"), w.integer(rounds)))  # fmt: skip
    data = w.pfx([w.content_info(w.tlv(0x30, w.shrouded_bag(scheme, b"x")))], PASSWORD)
    with pytest.raises((LimitError, InputError)):
        load_gost_pfx(data, PASSWORD)
    assert key


def test_iterations_of_the_mac_are_limited(writer):
    w = writer
    content = w.tlv(0x30)
    algorithm = w.tlv(0x30, w.oid("1.3.14.3.2.26"))
    mac = w.tlv(0x30, w.tlv(0x30, algorithm, w.tlv(4, bytes(20))), w.tlv(4, b"s"), w.integer(10**9))
    with pytest.raises(LimitError) as caught:
        load_gost_pfx(w.tlv(0x30, w.integer(3), w.content_info(content), mac), PASSWORD)
    assert caught.value.arguments["rounds"] == 10**9
    assert caught.value.hint


def test_the_work_of_a_whole_file_is_limited(monkeypatch):
    monkeypatch.setattr(pbe, "_MAX_TOTAL", {True: 100, False: 100})
    decryptor = pbe.Decryptor("x")
    decryptor.pbkdf2("1.2.643.7.1.1.4.2", b"salt", 60, 32)
    with pytest.raises(LimitError):
        decryptor.pbkdf2("1.2.643.7.1.1.4.2", b"salt", 60, 32)


def test_size_is_limited():
    with pytest.raises(LimitError):
        load_gost_pfx(b"\x30" + bytes(9 * 1024 * 1024), "x")


def test_many_entries_are_refused(writer):
    w = writer
    bag = w.tlv(0x30, w.oid("1.2.840.113549.1.12.10.1.5"), w.tlv(0xA0, w.tlv(5)))
    data = w.pfx([w.content_info(w.tlv(0x30, *[bag] * 600))], "x", rounds=1)
    with pytest.raises(LimitError, match="500"):
        load_gost_pfx(data, "x")


def test_nested_safes_are_read_but_not_without_end(writer):
    w = writer
    key = the_key()
    inner = w.tlv(0x30, w.cert_bag(w.certificate_of(key)),
                  w.tlv(0x30, w.oid("1.2.840.113549.1.12.10.1.1"), w.tlv(0xA0, key.pkcs8())))  # fmt: skip
    for depth in range(8):
        data = w.pfx([w.content_info(inner)], "x", rounds=1)
        if depth <= 4:
            [entry] = load_gost_pfx(data, "x")
            assert entry.key.matches(entry.certificate)
        else:
            with pytest.raises(InputError):
                load_gost_pfx(data, "x")
        inner = w.tlv(0x30, w.tlv(0x30, w.oid("1.2.840.113549.1.12.10.1.6"), w.tlv(0xA0, inner)))


def test_a_container_without_a_password_check_is_not_used(writer):
    w = writer
    data = w.tlv(0x30, w.integer(3), w.content_info(w.tlv(0x30)))
    with pytest.raises(SigningError, match="MAC"):
        load_gost_pfx(data, "x")


def test_unsupported_algorithms_are_named(writer):
    w = writer
    scheme = w.tlv(0x30, w.oid("1.2.3.4"), w.tlv(0x30))
    data = w.pfx([w.content_info(w.tlv(0x30, w.shrouded_bag(scheme, b"x")))], "x", rounds=1)
    with pytest.raises(SigningError, match=r"1\.2\.3\.4"):
        load_gost_pfx(data, "x")


def test_keys_of_other_algorithms_are_left_out(writer):
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    w = writer
    der = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.DER, PrivateFormat.PKCS8, NoEncryption()
    )
    bag = w.tlv(0x30, w.oid("1.2.840.113549.1.12.10.1.1"), w.tlv(0xA0, der))
    data = w.pfx([w.content_info(w.tlv(0x30, bag))], "x", rounds=1)
    assert load_gost_pfx(data, "x") == []
    assert not is_gost_pfx(data)
    assert not is_gost_pfx(b"")
    assert not is_gost_pfx(b"-----BEGIN")


def pbes2(w, scheme, parameters, salt, rounds, prf="1.2.643.7.1.1.4.2"):
    kdf = w.tlv(0x30, w.oid("1.2.840.113549.1.5.12"),
                w.tlv(0x30, w.tlv(4, salt), w.integer(rounds), w.tlv(0x30, w.oid(prf))))  # fmt: skip
    enc = w.tlv(0x30, w.oid(scheme), parameters)
    return w.tlv(0x30, w.oid("1.2.840.113549.1.5.13"), w.tlv(0x30, kdf, enc))


SCHEMES = {
    "1.2.643.7.1.1.5.1.1": (gost28147.Magma, 8192, False),
    "1.2.643.7.1.1.5.1.2": (gost28147.Magma, 8192, True),
    "1.2.643.7.1.1.5.2.1": (Kuznyechik, 262144, False),
    "1.2.643.7.1.1.5.2.2": (Kuznyechik, 262144, True),
}


@pytest.mark.parametrize("scheme", sorted(SCHEMES))
def test_pbes2_of_rfc_9337(writer, scheme):
    w, key = writer, the_key()
    cipher, section, authenticated = SCHEMES[scheme]
    ukm = bytes(range(16))[: cipher.block_size // 2 + 8]
    secret = streebog.pbkdf2(512, PASSWORD.encode(), b"saltsalt", 10, 32)
    if authenticated:
        sealed = modes.ctr_acpkm_omac_encrypt(cipher, secret, ukm, key.pkcs8(), section)
    else:
        half = cipher.block_size // 2
        sealed = modes.ctr_acpkm(cipher, secret, ukm[:half], key.pkcs8(), section)
    algorithm = pbes2(w, scheme, w.tlv(0x30, w.tlv(4, ukm)), b"saltsalt", 10)
    der = w.tlv(0x30, algorithm, w.tlv(4, sealed))
    assert load_encrypted_key(der, PASSWORD).public_key() == key.public_key()
    with pytest.raises(PasswordError):
        load_encrypted_key(der, PASSWORD + "!")
    bags = [w.shrouded_bag(algorithm, sealed, "ключ"), w.cert_bag(w.certificate_of(key))]
    [entry] = load_gost_pfx(w.pfx([w.content_info(w.tlv(0x30, *bags))], PASSWORD), PASSWORD)
    assert (entry.name, entry.key.matches(entry.certificate)) == ("ключ", True)


def test_entries_carry_their_chain(writer):
    w = writer
    key, authority = the_key(), GostPrivateKey(*list(vars_of()), 99)
    leaf = x509.Certificate.load(w.certificate_of(key, authority))
    bags = [
        w.tlv(0x30, w.oid("1.2.840.113549.1.12.10.1.1"), w.tlv(0xA0, key.pkcs8())),
        w.cert_bag(w.certificate_of(authority)),
        w.cert_bag(leaf.dump(), b"1"),
    ]
    [entry] = load_gost_pfx(w.pfx([w.content_info(w.tlv(0x30, *bags))], "x", rounds=1), "x")
    assert entry.certificate.dump() == leaf.dump()


def vars_of():
    yield KEY_KINDS["1.2.643.7.1.1.1.1"]
    yield "1.2.643.7.1.2.1.1.1"


def inner_content(data):
    from medcab.signing.gost import asn1, pfx

    return pfx._octets(asn1.parse(asn1.Pfx, data)["auth_safe"])


def seeds():
    return sorted(SEEDS.glob("*.pfx"))


def test_seeds_are_there_and_open():
    assert len(seeds()) >= 3
    for path in seeds():
        assert len(load_gost_pfx(path.read_bytes(), "12345")) == 1, path.name


def mutate(rng, data):
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 5))):
        at = rng.randrange(len(data))
        action = rng.randrange(6)
        if action == 0:
            data[at] = rng.randrange(256)
        elif action == 1:
            data[at] ^= 1 << rng.randrange(8)
        elif action == 2:
            del data[at : at + rng.choice((1, 2, 8, 50))]
        elif action == 3:
            data[at:at] = rng.randbytes(rng.choice((1, 4, 30)))
        elif action == 4:
            data[at] = rng.choice((0, 0x30, 0x80, 0xA0, 0x84, 0xFF))
        else:
            data[at : at + 4] = b"\x84\x7f\xff\xff"
        if not data:
            data = bytearray(b"\x30")
    return bytes(data)


def opens_or_says_why(data):
    said = ""
    try:
        load_gost_pfx(data, "12345")
    except MedcabError as error:
        said = str(error)
    assert "12345" not in said


@pytest.mark.parametrize("path", seeds(), ids=lambda p: p.name)
def test_damaged_files_never_raise_anything_else(path):
    rng = random.Random(path.name)
    data = path.read_bytes()
    for _ in range(400):
        opens_or_says_why(mutate(rng, data))
    for end in range(0, len(data), max(1, len(data) // 60)):
        opens_or_says_why(data[:end])


@pytest.mark.parametrize("path", seeds(), ids=lambda p: p.name)
def test_damage_behind_a_right_password_check_never_raises_anything_else(path, writer):
    # The code of authentication is made anew, so that the mutation reaches the inner readers.
    w, rng = writer, random.Random(path.name + "inner")
    content = inner_content(path.read_bytes())
    algorithm = w.tlv(0x30, w.oid("1.3.14.3.2.26"))
    for _ in range(400):
        changed = mutate(rng, content)
        mac = w.sha1_mac("12345", b"s", 1, changed)
        data = w.tlv(
            0x30, w.integer(3), w.content_info(changed),
            w.tlv(0x30, w.tlv(0x30, algorithm, w.tlv(4, mac)), w.tlv(4, b"s"), w.integer(1)),
        )  # fmt: skip
        opens_or_says_why(data)


@pytest.mark.parametrize(("oid", "make", "block", "size"), [
    ("1.2.643.2.2.9", gost94.new, 32, 32),
    ("1.2.643.7.1.1.2.2", partial(streebog.new, 256), 64, 32),
])  # fmt: skip
@pytest.mark.parametrize("password", ["пароль", ""])
def test_password_checks_of_old_programs(writer, oid, make, block, size, password):
    # The derivation of PKCS#12 itself on a GOST hash, as programs did before RFC 9548.
    w = writer
    key = the_key()
    bag = w.tlv(0x30, w.oid("1.2.840.113549.1.12.10.1.1"), w.tlv(0xA0, key.pkcs8()))
    content = w.tlv(0x30, w.content_info(w.tlv(0x30, bag)))
    bmp = password.encode("utf-16-be") + b"\0\0" if password else b""
    secret = pbe.pkcs12_kdf(make, block, bmp, b"salt", 3, 3, size)
    mac = hmac.new(secret, content, lambda data=b"": make(data)).digest()
    data = w.tlv(
        0x30, w.integer(3), w.content_info(content),
        w.tlv(0x30, w.tlv(0x30, w.tlv(0x30, w.oid(oid)), w.tlv(4, mac)), w.tlv(4, b"salt"), w.integer(3)),
    )  # fmt: skip
    assert load_gost_pfx(data, password)[0].key.public_key() == key.public_key()
    with pytest.raises(PasswordError):
        load_gost_pfx(data, password + "1")
