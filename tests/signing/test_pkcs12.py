"""PKCS#12: every protection and every reading of a password; hostile files; no secret in the open."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from pathlib import Path

import pki
import pytest
from asn1crypto import core, pkcs12
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.serialization import pkcs12 as pyca
from hypothesis import given, settings
from hypothesis import strategies as st

from medcab.errors import InputError, LimitError, MedcabError, PasswordError, SigningError
from medcab.signing.certificates import sha256_of, to_pem
from medcab.signing.keys import load_p12
from medcab.signing.pkcs12 import open_pkcs12
from medcab.signing.pkcs12_crypto import Budget, secrets_of

SECRET = "Тайна-9471"
AES = pyca.PBES.PBESv2SHA256AndAES256CBC
DES = pyca.PBES.PBESv1SHA1And3KeyTripleDESCBC


@pytest.fixture(scope="module")
def people():
    root = pki.make("Корень", ca=True)
    return root, pki.make("Иванова", root), pki.make("Петров", root, kind="rsa")


def build(entity, password=SECRET, *, kind=AES, mac=None, rounds=2000, name="ключ", chain=()):
    builder = serialization.PrivateFormat.PKCS12.encryption_builder().kdf_rounds(rounds)
    builder = builder.key_cert_algorithm(kind).hmac_hash(mac or hashes.SHA256())
    return pyca.serialize_key_and_certificates(
        name.encode() if name else None, entity.key, entity.cert, [c.cert for c in chain] or None,
        builder.build(password if isinstance(password, bytes) else password.encode()),
    )  # fmt: skip


@pytest.mark.parametrize("password", ["medcab-demo", SECRET, "пароль", "p" * 200, "🔑ключ", " x "])
@pytest.mark.parametrize(
    ("kind", "mac"), [(AES, hashes.SHA256()), (DES, hashes.SHA1()), (AES, hashes.SHA512())]
)
def test_protections_and_passwords(people, kind, mac, password):
    root, person, _ = people
    contents = open_pkcs12(build(person, password, kind=kind, mac=mac, chain=[root]), password)
    assert contents.has_mac
    assert contents.remarks == ()
    assert contents.entries[0].name == "ключ"
    key = load_p12(build(person, password, kind=kind, mac=mac, chain=[root]), password)
    assert sha256_of(key.certificate) == sha256_of(person.asn1)
    assert [sha256_of(c) for c in key.chain] == [sha256_of(root.asn1)]


@pytest.mark.parametrize(
    "password", ["", "x", "тайна-9471", SECRET + " ", "Nfqyf-9471", b"\xff\xfe"]
)
def test_a_wrong_password_is_told_and_not_shown(people, password):
    data = build(people[1])
    with pytest.raises(PasswordError) as caught:
        open_pkcs12(data, password, name="ключ.p12")
    told = str(caught.value) + repr(caught.value) + repr(caught.value.arguments)
    assert SECRET not in told
    assert "ключ.p12" in told
    assert not password or len(password) < 3 or str(password) not in told
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("encoding", ["cp1251", "utf-8", "cp866", "koi8-r"])
@pytest.mark.parametrize("kind", [AES, DES])
def test_passwords_as_old_programs_wrote_them(people, encoding, kind):
    """Each byte of the encoding becomes a character of its own (OpenSSL before 1.1)."""
    twisted = SECRET.encode(encoding).decode("latin-1")
    data = build(people[1], twisted.encode(), kind=kind, mac=hashes.SHA1())
    if kind is AES:
        # PBES2 of these programs takes the bytes as they are: built by hand below.
        data = rebuilt(people[1], mac_password=twisted, raw_password=SECRET.encode(encoding))
    contents = open_pkcs12(data, SECRET)
    assert contents.encoding == encoding
    assert encoding in str(contents.remarks[0].args)


def rebuilt(person, *, mac_password, raw_password, mac=True, rounds=1000):
    """A PKCS#12 made by hand: PBES2 with one reading of the password, MAC with another."""
    import hashlib
    import hmac

    from asn1crypto import algos, keys
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    from medcab.signing.gost.pbe import pkcs12_kdf

    der = person.key.private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    salt, vector = b"saltsalt", b"v" * 16
    key = hashlib.pbkdf2_hmac("sha256", raw_password, salt, rounds, 32)
    padding = 16 - len(der) % 16
    encryptor = Cipher(algorithms.AES(key), modes.CBC(vector)).encryptor()
    body = encryptor.update(der + bytes([padding]) * padding) + encryptor.finalize()
    kdf = {
        "salt": algos.Pbkdf2Salt("specified", core.OctetString(salt)),
        "iteration_count": rounds,
        "prf": {"algorithm": "sha256"},
    }
    algorithm = algos.EncryptionAlgorithm({
        "algorithm": "pbes2",
        "parameters": {
            "key_derivation_func": {"algorithm": "pbkdf2", "parameters": kdf},
            "encryption_scheme": {"algorithm": "aes256_cbc", "parameters": vector},
        },
    })  # fmt: skip
    shrouded = keys.EncryptedPrivateKeyInfo(
        {"encryption_algorithm": algorithm, "encrypted_data": body}
    )
    bags = pkcs12.SafeContents([
        {"bag_id": "pkcs8_shrouded_key_bag", "bag_value": shrouded},
        {"bag_id": "cert_bag", "bag_value": {"cert_id": "x509", "cert_value": core.ParsableOctetString(person.der)}},
    ])  # fmt: skip
    content = pkcs12.AuthenticatedSafe([{"content_type": "data", "content": bags.dump()}]).dump()
    fields = {"version": "v3", "auth_safe": {"content_type": "data", "content": content}}
    if mac:
        wide = mac_password.encode("utf-16-be") + b"\0\0"
        mac_key = pkcs12_kdf(hashlib.sha1, 64, wide, salt, 1000, 3, 20)
        info = {
            "digest_algorithm": {"algorithm": "sha1"},
            "digest": hmac.digest(mac_key, content, "sha1"),
        }
        fields["mac_data"] = {"mac": info, "mac_salt": salt, "iterations": 1000}
    return pkcs12.Pfx(fields).dump()


@pytest.mark.parametrize("password", [SECRET, "other"])
@pytest.mark.parametrize("size", [32, 8, None])
def test_pbmac1(people, password, size):
    """RFC 9579: the MAC key comes out of PBKDF2; its length must be told."""
    import hashlib
    import hmac

    from asn1crypto import algos

    from medcab.signing.pkcs12_crypto import _Pbmac1Params

    pfx = pkcs12.Pfx.load(
        rebuilt(people[1], mac_password="", raw_password=SECRET.encode(), mac=False)
    )
    content = bytes(pfx["auth_safe"]["content"])
    kdf = {"salt": algos.Pbkdf2Salt("specified", core.OctetString(b"12345678")), "iteration_count": 1000,
           "prf": {"algorithm": "sha512"}}  # fmt: skip
    if size:
        kdf["key_length"] = size
    parameters = _Pbmac1Params({
        "key_derivation_func": {"algorithm": "pbkdf2", "parameters": kdf},
        "message_auth_scheme": {"algorithm": "sha256"},
    })  # fmt: skip
    key = hashlib.pbkdf2_hmac("sha512", SECRET.encode(), b"12345678", 1000, size or 32)
    info = {
        "digest_algorithm": {"algorithm": "1.2.840.113549.1.5.14", "parameters": parameters},
        "digest": hmac.digest(key, content, "sha256"),
    }
    made = pkcs12.Pfx({
        "version": "v3", "auth_safe": pfx["auth_safe"],
        "mac_data": {"mac": info, "mac_salt": b"", "iterations": 1},
    }).dump()  # fmt: skip
    if size != 32:
        with pytest.raises(InputError):
            open_pkcs12(made, password)
    elif password == SECRET:
        assert open_pkcs12(made, password).has_mac
    else:
        with pytest.raises(PasswordError):
            open_pkcs12(made, password)


GOST = Path(__file__).parents[3] / "shared/vectors/gost"


@pytest.mark.skipif(not GOST.exists(), reason="foreign vectors are absent")
@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("openssl-engine/pfx_gost89_mac12_256.pfx", "12345"),
        ("openssl-engine/pfx_aes_sha256.pfx", "12345"),
        ("openssl-engine/pfx512_gost89.pfx", "Пароль"),
        ("rfc9548/rfc9548_A2.pfx", "Пароль для PFX"),
    ],
)
def test_gost_keys_whatever_protects_them(name, password):
    path = next((p for p in GOST.rglob("*.pfx") if str(p).endswith(name.split("/")[-1])), None)
    assert path is not None
    key = load_p12(path.read_bytes(), password)
    assert key.algorithm.startswith("gost2012_")
    assert len(key.sign(b"x")) in (64, 128)
    with pytest.raises(PasswordError):
        load_p12(path.read_bytes(), password + "!")


@pytest.mark.parametrize(
    ("known", "strange"),
    [
        ("06092a864886f70d01050c", "06092b06010401da47040b"),  # PBKDF2: scrypt
        ("06082a864886f70d0209", "06082a864886f70d027f"),  # HMAC with SHA-256: nothing
        ("060960864801650304012a", "060960864801650304017f"),  # AES-256: nothing
        ("06092a864886f70d01050d", "06092a864886f70d01057f"),  # PBES2: nothing
    ],
)
def test_protections_that_are_not_supported_are_named(people, known, strange):
    data = rebuilt(people[1], mac_password="", raw_password=SECRET.encode(), mac=False)
    assert bytes.fromhex(known) in data
    with pytest.raises((SigningError, InputError)) as caught:
        open_pkcs12(data.replace(bytes.fromhex(known), bytes.fromhex(strange)), SECRET)
    assert SECRET not in str(caught.value) + repr(caught.value.arguments)


def test_a_file_without_mac_is_opened_and_told(people):
    data = rebuilt(people[1], mac_password="", raw_password=SECRET.encode(), mac=False)
    contents = open_pkcs12(data, SECRET)
    assert not contents.has_mac
    assert "no MAC" in contents.remarks[0].text
    with pytest.raises(PasswordError):
        open_pkcs12(data, "other")


def test_an_empty_password_is_a_password(people):
    data = rebuilt(people[1], mac_password="", raw_password=b"")
    assert open_pkcs12(data, "").encoding == "empty"
    with pytest.raises(PasswordError):
        open_pkcs12(data, " ")


def test_a_key_without_password_is_told(people):
    data = pyca.serialize_key_and_certificates(
        b"open", people[1].key, people[1].cert, None, serialization.NoEncryption()
    )
    contents = open_pkcs12(data, "")
    assert any("without a password" in remark.text for remark in contents.remarks)


def two_keys(people):
    """Two keys in one file: the bags of two files put together, without MAC."""
    bags = []
    for person, name in ((people[1], "Иванова"), (people[2], "Петров")):
        data = pyca.serialize_key_and_certificates(
            name.encode(), person.key, person.cert, None, serialization.NoEncryption()
        )
        inner = pkcs12.Pfx.load(data)["auth_safe"]["content"]
        for part in pkcs12.AuthenticatedSafe.load(bytes(inner)):
            bags += list(pkcs12.SafeContents.load(bytes(part["content"])))
    joined = pkcs12.SafeContents(bags).dump(force=True)
    content = pkcs12.AuthenticatedSafe([{"content_type": "data", "content": joined}]).dump()
    return pkcs12.Pfx(
        {"version": "v3", "auth_safe": {"content_type": "data", "content": content}}
    ).dump()


def test_several_keys_are_chosen_by_name_or_fingerprint(people):
    data = two_keys(people)
    contents = open_pkcs12(data, "")
    assert [entry.name for entry in contents.entries] == ["Иванова", "Петров"]
    with pytest.raises(SigningError) as several:
        load_p12(data, "")
    assert several.value.arguments["count"] == 2
    assert load_p12(data, "", key_name="петров").algorithm == "rsa"
    wanted = sha256_of(people[1].asn1)
    assert load_p12(data, "", key_name=wanted[:8]).algorithm == "ec"
    for name in ("nobody", wanted[:4], ""):
        with pytest.raises(SigningError):
            load_p12(data, "", key_name=name)


def test_other_kinds_of_files_are_named(people):
    cases = [
        (people[1].der, "certificate without a private key"),
        (to_pem(people[1].asn1), "certificate without a private key"),
        (people[1].key_pem, "PEM private key"),
        (b"PK\x03\x04 not at all", "not a PKCS#12"),
        (b"", "not a PKCS#12"),
    ]
    for data, word in cases:
        with pytest.raises(InputError) as caught:
            open_pkcs12(data, SECRET, name="x.cer")
        assert word in str(caught.value)
        assert SECRET not in str(caught.value)


def test_wrappings_are_taken_off(people):
    import base64

    data = build(people[1])
    assert open_pkcs12(base64.encodebytes(data), SECRET).entries
    pem = b"-----BEGIN PKCS12-----\n" + base64.encodebytes(data) + b"-----END PKCS12-----\n"
    assert open_pkcs12(pem, SECRET).entries


def test_millions_of_iterations_are_refused_quickly(people):
    start = time.process_time()
    huge = rebuilt(people[1], mac_password=SECRET, raw_password=SECRET.encode())
    pfx = pkcs12.Pfx.load(huge)
    pfx["mac_data"]["iterations"] = 5_000_000
    with pytest.raises(LimitError) as caught:
        open_pkcs12(pfx.dump(force=True), SECRET)
    assert caught.value.arguments["count"] == 5_000_000
    inner = build(people[1], rounds=1000).replace(b"\x02\x02\x03\xe8", b"\x02\x02\x03\xe8")
    assert open_pkcs12(inner, SECRET).entries
    assert time.process_time() - start < 1


def test_the_budget_counts_the_whole_file():
    budget = Budget()
    for _ in range(4):
        budget.spend(1_000_000)
    with pytest.raises(LimitError):
        budget.spend(1)
    with pytest.raises(ValueError, match="iterations"):
        Budget().check(0)


def test_truncated_and_changed_files(people):
    data = build(people[1], chain=[people[0]])
    for cut in (1, 5, 40, 200, len(data) // 2, len(data) - 1):
        with pytest.raises((InputError, PasswordError)):
            open_pkcs12(data[:cut], SECRET)
    broken = bytearray(data)
    broken[-30] ^= 0xFF  # in the MAC
    with pytest.raises(PasswordError):
        open_pkcs12(bytes(broken), SECRET)
    broken = bytearray(data)
    broken[len(data) // 2] ^= 0xFF  # in what the MAC covers
    with pytest.raises(PasswordError):
        open_pkcs12(bytes(broken), SECRET)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_mutated_files_give_only_our_errors(people, data):
    good = bytearray(rebuilt(people[1], mac_password="x", raw_password=b"x", mac=False, rounds=1))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(good) - 1))
        good[at] = data.draw(st.integers(0, 255))
    try:
        contents = open_pkcs12(bytes(good), "x")
        for entry in contents.entries:
            entry.signing_key(contents.certificates)
    except MedcabError as error:
        hash(str(error))


def test_readings_of_a_password_are_different_and_silent():
    readings = secrets_of(SECRET)
    assert readings[0].encoding == "unicode"
    assert len({(r.wide, r.narrow) for r in readings}) == len(readings)
    assert len(secrets_of("ascii")) == 1
    assert secrets_of(SECRET.encode()) == readings
    assert secrets_of("Тайна".encode("cp1251")) == secrets_of("Тайна")
    assert all(SECRET not in repr(r) and "9471" not in repr(r) for r in readings)


def test_nothing_of_the_key_shows(people):
    data = build(people[2])
    contents = open_pkcs12(data, SECRET)
    key = contents.entries[0].signing_key(contents.certificates)
    private = people[2].key.private_numbers()
    shown = (
        repr(contents)
        + repr(contents.entries)
        + repr(key)
        + str(key)
        + repr(contents.entries[0].private_key())
    )
    for number in (private.d, private.p, private.q):
        raw = number.to_bytes(256, "big").lstrip(b"\0")
        assert str(number)[:30] not in shown
        assert raw[:12].hex() not in shown
        assert repr(raw[:8])[2:-1] not in shown
    assert SECRET not in shown


OPENSSL = shutil.which("openssl")


@pytest.mark.peer
@pytest.mark.skipif(not OPENSSL, reason="openssl is not installed")
@pytest.mark.parametrize("password", ["medcab", SECRET, ""])
@pytest.mark.parametrize(
    "options",
    [
        ("-legacy", "-certpbe", "PBE-SHA1-RC2-40", "-keypbe", "PBE-SHA1-3DES"),
        ("-legacy", "-certpbe", "PBE-SHA1-RC2-128", "-keypbe", "PBE-SHA1-2DES"),
        ("-certpbe", "AES-128-CBC", "-keypbe", "AES-256-CBC", "-macalg", "sha512"),
        ("-certpbe", "AES-192-CBC", "-keypbe", "aes-192-cbc", "-iter", "1"),
        ("-certpbe", "NONE", "-keypbe", "AES-256-CBC"),
        ("-certpbe", "DES-EDE3-CBC", "-keypbe", "DES-EDE3-CBC", "-nomac"),
    ],
)
def test_files_of_openssl(people, tmp_path, options, password):
    (tmp_path / "key.pem").write_bytes(people[1].key_pem + people[1].pem)
    out = tmp_path / "x.p12"
    done = subprocess.run(
        [OPENSSL, "pkcs12", "-export", "-in", tmp_path / "key.pem", "-out", out, "-name", "ключ",
         "-passout", "env:P", *options],
        env={**os.environ, "P": password}, capture_output=True,
    )  # fmt: skip
    if done.returncode:
        pytest.skip(done.stderr.decode().strip().splitlines()[0])
    contents = open_pkcs12(out.read_bytes(), password)
    assert contents.has_mac == ("-nomac" not in options)
    key = contents.entries[0].signing_key(contents.certificates)
    assert sha256_of(key.certificate) == sha256_of(people[1].asn1)
    assert contents.entries[0].name == "ключ"
    with pytest.raises(PasswordError):
        open_pkcs12(out.read_bytes(), "another")


def test_indefinite_lengths_and_octets_in_pieces(people):
    """BER, as Java and Windows programs write it: the same file with unknown lengths."""
    pfx = pkcs12.Pfx.load(build(people[1], chain=[people[0]]))
    content = bytes(pfx["auth_safe"]["content"])
    pieces = b"".join(
        core.OctetString(content[at : at + 400]).dump() for at in range(0, len(content), 400)
    )
    octets = b"\x24\x80" + pieces + b"\0\0"
    inner = (
        b"\x30\x80" + bytes.fromhex("06092a864886f70d010701") + b"\xa0\x80" + octets + b"\0\0\0\0"
    )
    made = b"\x30\x80\x02\x01\x03" + inner + pfx["mac_data"].dump() + b"\0\0"
    contents = open_pkcs12(made, SECRET)
    assert contents.has_mac
    assert sha256_of(contents.entries[0].certificate) == sha256_of(people[1].asn1)
    with pytest.raises(PasswordError):
        open_pkcs12(made, "other")
    with pytest.raises((InputError, PasswordError)):
        open_pkcs12(made[:-40], SECRET)
