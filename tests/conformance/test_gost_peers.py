"""Both ways with OpenSSL's GOST engine and with GnuTLS, where they are installed."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from asn1crypto import pem, x509
from hypothesis import given, settings
from hypothesis import strategies as st

from medcab.signing.gost import gost28147, streebog
from medcab.signing.gost.curves import OIDS
from medcab.signing.gost.keys import KEY_KINDS, GostPrivateKey, digest_of, load_private_key
from medcab.signing.gost.pfx import load_encrypted_key, load_gost_pfx

ENGINE_CONFIG = """\
openssl_conf = conf
[conf]
engines = engines
[engines]
gost = gost
[gost]
engine_id = gost
default_algorithms = ALL
"""


def _engine():
    openssl = shutil.which("openssl")
    if openssl is None:
        return "openssl is not installed"
    done = subprocess.run([openssl, "engine", "gost"], capture_output=True, check=False)
    return "" if done.returncode == 0 else "OpenSSL has no GOST engine (libengine-gost-openssl)"


MISSING_ENGINE = _engine()
MISSING_CERTTOOL = "" if shutil.which("certtool") else "certtool (GnuTLS) is not installed"
needs_engine = pytest.mark.skipif(bool(MISSING_ENGINE), reason=MISSING_ENGINE or "-")
needs_certtool = pytest.mark.skipif(bool(MISSING_CERTTOOL), reason=MISSING_CERTTOOL or "-")
pytestmark = pytest.mark.peer

NEW_SETS = [
    (kind, oid)
    for kind in KEY_KINDS.values()
    for oid in sorted(OIDS)
    if oid.startswith(kind.param_sets) and kind.oid != "1.2.643.2.2.19" and not oid.endswith(".0")
]


@pytest.fixture(scope="module")
def openssl(tmp_path_factory):
    config = tmp_path_factory.mktemp("openssl") / "openssl.cnf"
    config.write_text(ENGINE_CONFIG)

    def run(*arguments, data=b"", check=True):
        done = subprocess.run(
            ["openssl", *map(str, arguments)],
            input=data, capture_output=True, check=False,
            env={**os.environ, "OPENSSL_CONF": str(config)},
        )  # fmt: skip
        assert not check or done.returncode == 0, done.stderr.decode(errors="replace")
        return done

    return run


@needs_engine
@pytest.mark.parametrize("bits", [256, 512])
@settings(max_examples=10, deadline=None)
@given(data=st.binary(max_size=300))
def test_digest(openssl, bits, data):
    line = openssl("dgst", f"-md_gost12_{bits}", data=data).stdout.decode()
    assert line.split()[-1] == streebog.new(bits, data).hexdigest()


@needs_engine
@pytest.mark.parametrize(("kind", "oid"), NEW_SETS, ids=lambda v: getattr(v, "family", v))
def test_signatures_both_ways(openssl, tmp_path, kind, oid):
    key = GostPrivateKey(kind, oid, 0x1234567890ABCDEF1234567890ABCDEF)
    message = b"medical report " + oid.encode()
    (tmp_path / "m").write_bytes(message)
    (tmp_path / "key").write_bytes(pem.armor("PRIVATE KEY", key.pkcs8()))
    (tmp_path / "pub").write_bytes(pem.armor("PUBLIC KEY", key.public_key().spki()))
    (tmp_path / "sig").write_bytes(key.sign(message))
    digest = f"-md_gost12_{kind.bits}"
    arguments = ("dgst", digest, "-verify", tmp_path / "pub", "-signature", tmp_path / "sig")
    assert b"Verified OK" in openssl(*arguments, tmp_path / "m").stdout
    openssl("dgst", digest, "-sign", tmp_path / "key", "-out", tmp_path / "sig2", tmp_path / "m")
    theirs = (tmp_path / "sig2").read_bytes()
    public = key.public_key()
    assert public.check(digest_of(kind.digest_oid, message), theirs)
    assert not public.check(digest_of(kind.digest_oid, message + b"!"), theirs)


@needs_engine
@pytest.mark.parametrize("oid", [oid for oid in gost28147.SBOX_OIDS if not oid.endswith("31.0")])
def test_cfb(tmp_path, oid):
    key, iv, data = bytes(range(32)), b"initvect", bytes(i % 256 for i in range(3000))
    config = tmp_path / "c"
    config.write_text(ENGINE_CONFIG + f"CRYPT_PARAMS = {oid}\n")
    done = subprocess.run(
        ["openssl", "enc", "-gost89", "-K", key.hex(), "-iv", iv.hex()],
        input=data, capture_output=True, check=True,
        env={**os.environ, "OPENSSL_CONF": str(config)},
    )  # fmt: skip
    assert gost28147.cfb_encrypt(key, iv, data, gost28147.sbox_by_oid(oid)) == done.stdout


@needs_engine
@pytest.mark.parametrize("digest", ["md_gost12_256", "md_gost12_512"])
def test_pkcs12_of_openssl(openssl, tmp_path, digest):
    name = ["-subj", "/C=RU/CN=Test"]
    openssl("req", "-x509", "-newkey", "gost2012_512", "-pkeyopt", "paramset:A", "-nodes",
            "-keyout", tmp_path / "k", "-out", tmp_path / "c", "-md_gost12_512", *name,
            "-config", _request(tmp_path))  # fmt: skip
    openssl("pkcs12", "-export", "-inkey", tmp_path / "k", "-in", tmp_path / "c", "-out",
            tmp_path / "p", "-password", "pass:Пароль", "-name", "key", "-keypbe", "gost89",
            "-certpbe", "gost89", "-macalg", digest)  # fmt: skip
    [entry] = load_gost_pfx((tmp_path / "p").read_bytes(), "Пароль")
    theirs = load_private_key(pem.unarmor((tmp_path / "k").read_bytes())[2])
    assert entry.key.public_key().point == theirs.public_key().point
    assert entry.key.matches(entry.certificate)


def _request(folder):
    path = folder / "req.cnf"
    path.write_text("[req]\ndistinguished_name = dn\nprompt = no\n[dn]\nCN = x\n")
    return path


@needs_engine
def test_openssl_reads_our_keys_in_both_habits(openssl, tmp_path):
    for kind, oid in NEW_SETS:
        key = GostPrivateKey(kind, oid, 987654321)
        for wrapped in (False, True):
            (tmp_path / "key").write_bytes(pem.armor("PRIVATE KEY", key.pkcs8(wrapped=wrapped)))
            done = openssl("pkey", "-in", tmp_path / "key", "-pubout", check=not wrapped)
            if done.returncode == 0:
                public = pem.unarmor(done.stdout)[2]
                assert key.public_key().octets in public


# GnuTLS writes 600 000 iterations into each: not every cipher with every kind of key.
CIPHERS = {
    "gost12-256": ["gost28147-tc26z", "rc2-40"],
    "gost12-512": ["aes-256", "3des-pkcs12"],
    "gost01": ["gost28147-cpa", "aes-256"],
}


@needs_certtool
@pytest.mark.slow
@pytest.mark.parametrize("kind", sorted(CIPHERS))
def test_containers_and_keys_of_gnutls(tmp_path, kind):
    def certtool(*arguments):
        done = subprocess.run(
            ["certtool", *map(str, arguments)], capture_output=True, check=False, cwd=tmp_path
        )
        return done.returncode == 0

    (tmp_path / "template").write_text("cn = Test\nexpiration_days = 3650\nsigning_key\n")
    if not certtool("--generate-privkey", "--key-type", kind, "--no-text", "--outfile", "key"):
        pytest.skip("this certtool makes no GOST keys")
    assert certtool("--generate-self-signed", "--load-privkey", "key", "--template", "template",
                    "--outfile", "crt")  # fmt: skip
    certificate = x509.Certificate.load(pem.unarmor((tmp_path / "crt").read_bytes())[2])
    plain = load_private_key(pem.unarmor((tmp_path / "key").read_bytes())[2])
    assert plain.matches(certificate)
    made = 0
    for cipher in CIPHERS[kind]:
        if "cpa" in cipher and not _native_gost94():
            continue
        if not certtool("--to-p12", "--load-privkey", "key", "--load-certificate", "crt",
                        "--p12-name", "name", "--password", "pass", "--pkcs-cipher", cipher,
                        "--outder", "--outfile", "p12"):  # fmt: skip
            continue
        [entry] = load_gost_pfx((tmp_path / "p12").read_bytes(), "pass")
        assert entry.key.matches(certificate)
        assert entry.name == "name"
        made += 1
    assert made
    if certtool("--to-p8", "--load-privkey", "key", "--password", "pass", "--pkcs-cipher",
                "aes-256", "--outder", "--outfile", "p8"):  # fmt: skip
        assert load_encrypted_key((tmp_path / "p8").read_bytes(), "pass").matches(certificate)


def _native_gost94():
    from medcab.signing.gost import gost94

    return gost94.is_native()


@needs_certtool
@pytest.mark.parametrize("bits", [256, 512])
def test_gnutls_checks_our_certificates(tmp_path, bits, request):
    # A self-signed certificate of our own making, judged by GnuTLS.
    kind = next(k for k in KEY_KINDS.values() if k.bits == bits)
    oid = {256: "1.2.643.2.2.35.1", 512: "1.2.643.7.1.2.1.2.1"}[bits]
    key = GostPrivateKey(kind, oid, 0xFEDCBA9876543210FEDCBA98)
    der = _self_signed(key)
    (tmp_path / "crt").write_bytes(pem.armor("CERTIFICATE", der))
    done = subprocess.run(
        ["certtool", "--verify", "--load-ca-certificate", "crt", "--infile", "crt"],
        capture_output=True, text=True, check=False, cwd=tmp_path,
    )  # fmt: skip
    assert "The certificate is trusted" in done.stdout, done.stdout + done.stderr


def _self_signed(key):
    from medcab.signing.tlv import encode, encode_oid

    algorithm = encode(0x30, encode_oid(key.kind.signature_oid))
    common = encode(0x30, encode_oid("2.5.4.3") + encode(12, b"Test"))
    name = encode(0x30, encode(0x31, common))
    validity = encode(0x30, encode(23, b"200101000000Z") + encode(23, b"491231235959Z"))
    constraints = encode(
        0x30,
        encode_oid("2.5.29.19") + b"\x01\x01\xff" + encode(4, encode(0x30, b"\x01\x01\xff")),
    )
    body = encode(
        0x30,
        encode(0xA0, b"\x02\x01\x02")
        + b"\x02\x01\x2a" + algorithm + name + validity + name + key.public_key().spki()
        + encode(0xA3, encode(0x30, constraints)),
    )  # fmt: skip
    return encode(0x30, body + algorithm + encode(3, b"\0" + key.sign(body)))
