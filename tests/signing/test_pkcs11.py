"""Keys on a token, with SoftHSM 2 as the token."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
from pathlib import Path

import pytest

from medcab.errors import InputError, PasswordError, SigningError

pkcs11 = pytest.importorskip("pkcs11", reason="python-pkcs11 is not installed")
LIBRARIES = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/softhsm/libsofthsm2.so")
LIBRARY = next((p for p in LIBRARIES if os.path.exists(p)), "")
pytestmark = [
    pytest.mark.peer,
    pytest.mark.skipif(
        not LIBRARY or not shutil.which("softhsm2-util"), reason="SoftHSM 2 is not installed"
    ),
]
KEYS = Path(__file__).parents[2] / "samples/keys"
PIN = "medcab-pin-73512"


@pytest.fixture(scope="module")
def token(tmp_path_factory):
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    conf = folder / "softhsm2.conf"
    conf.write_text(
        f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    before = os.environ.get("SOFTHSM2_CONF")
    os.environ["SOFTHSM2_CONF"] = str(conf)
    subprocess.run(
        [
            "softhsm2-util",
            "--init-token",
            "--free",
            "--label",
            "demo",
            "--so-pin",
            "0000-so",
            "--pin",
            PIN,
        ],
        check=True,
        capture_output=True,
    )
    from medcab.signing.pkcs12 import open_pkcs12

    lib = pkcs11.lib(LIBRARY)
    session = next(lib.get_tokens()).open(rw=True, user_pin=PIN)
    for name, identity in (("ivanova.p12", b"\x01"), ("ivanova_ec.p12", b"\x02")):
        contents = open_pkcs12((KEYS / name).read_bytes(), "medcab-demo")
        store(
            session,
            contents.entries[0].private_key(),
            contents.entries[0].certificate,
            identity,
            name[:-4],
        )
    session.close()
    yield LIBRARY
    if before is None:
        os.environ.pop("SOFTHSM2_CONF", None)
    else:
        os.environ["SOFTHSM2_CONF"] = before


def store(session, private_key, certificate, identity, label):
    from cryptography.hazmat.primitives import serialization
    from pkcs11 import Attribute, KeyType, ObjectClass
    from pkcs11.util.ec import decode_ec_private_key
    from pkcs11.util.rsa import decode_rsa_private_key

    old = serialization.PrivateFormat.TraditionalOpenSSL
    der = private_key.private_bytes(serialization.Encoding.DER, old, serialization.NoEncryption())
    decode = (
        decode_rsa_private_key
        if hasattr(private_key, "private_numbers") and "RSA" in type(private_key).__name__
        else decode_ec_private_key
    )
    attributes = decode(der)
    attributes |= {
        Attribute.ID: identity,
        Attribute.LABEL: label,
        Attribute.TOKEN: True,
        Attribute.SIGN: True,
    }
    session.create_object(attributes)
    session.create_object(
        {
            Attribute.CLASS: ObjectClass.CERTIFICATE,
            Attribute.CERTIFICATE_TYPE: 0,
            Attribute.TOKEN: True,
            Attribute.ID: identity,
            Attribute.LABEL: label,
            Attribute.SUBJECT: certificate.subject.dump(),
            Attribute.VALUE: certificate.dump(),
        }
    )
    assert KeyType.RSA is not None


def check(key, data, signature, digest, pss=False):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding

    public = x509.load_der_x509_certificate(key.certificate.dump()).public_key()
    algorithm = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}[
        digest
    ]
    if key.algorithm == "ec":
        public.verify(signature, data, ec.ECDSA(algorithm))
    else:
        scheme = (
            padding.PSS(padding.MGF1(algorithm), algorithm.digest_size)
            if pss
            else padding.PKCS1v15()
        )
        public.verify(signature, data, scheme, algorithm)


@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize(("name", "algorithm"), [("ivanova", "rsa"), ("ivanova_ec", "ec")])
def test_signatures_of_the_token_are_right(token, name, algorithm, digest):
    from medcab.signing.pkcs11 import open_token

    with open_token(token, PIN, token="demo", key_name=name) as key:
        assert key.algorithm == algorithm
        check(key, b"data", key.sign(b"data", digest), digest)


def test_pss_on_the_token(token):
    from medcab.signing.pkcs11 import open_token

    with open_token(token, PIN, key_name="ivanova") as key:
        check(key, b"x", key.sign(b"x", pss=True), "sha256", pss=True)


def test_key_by_fingerprint_and_id(token):
    from medcab.signing.certificates import sha256_of
    from medcab.signing.pkcs11 import list_tokens, open_token

    assert list_tokens(token) == ("demo",)
    with open_token(token, PIN, key_name="02") as key:
        wanted = sha256_of(key.certificate)
    with open_token(token, PIN, key_name=wanted[:16]) as key:
        assert sha256_of(key.certificate) == wanted


def test_what_goes_wrong_is_told(token):
    from medcab.signing.pkcs11 import open_token

    with pytest.raises(PasswordError) as caught:
        open_token(token, "wrong-pin-9")
    assert "wrong-pin-9" not in repr(caught.value) + str(caught.value)
    with pytest.raises(InputError):
        open_token(token, PIN, token="another")
    with pytest.raises(SigningError) as several:
        open_token(token, PIN)
    assert several.value.arguments["count"] == 2
    with pytest.raises(SigningError):
        open_token(token, PIN, key_name="nobody")
    with pytest.raises(InputError):
        open_token("/nonexistent/library.so", PIN)


def test_a_token_key_shows_and_gives_away_nothing(token):
    from medcab.signing.pkcs11 import open_token

    with open_token(token, PIN, key_name="ivanova") as key:
        assert PIN not in repr(key)
        with pytest.raises(TypeError):
            pickle.dumps(key)
        with pytest.raises(SigningError):
            key.sign(b"x", "md5")


def test_the_command_signs_with_a_token(token, tmp_path):
    import sys

    (tmp_path / "a.txt").write_bytes(b"text")
    (tmp_path / "pin").write_text(PIN)
    base = [sys.executable, "-m", "medcab"]
    names = ["--pkcs11", token, "--token", "demo", "--key-name", "ivanova"]
    password = ["--password-from", f"file:{tmp_path / 'pin'}"]
    document = str(tmp_path / "a.txt")
    signed = subprocess.run([*base, "sign", document, *names, *password], capture_output=True)
    assert signed.returncode == 0, signed.stderr.decode()
    trust = ["--trust", str(KEYS / "root.pem"), "--chain", str(KEYS / "issuing.pem")]
    verified = subprocess.run([*base, "verify", f"{document}.sig", *trust], capture_output=True)
    assert verified.returncode == 0, verified.stdout.decode()
    both = subprocess.run([*base, "sign", document, *names, "--p12", "x.p12"], capture_output=True)
    assert both.returncode == 2
    (tmp_path / "pin").write_text("0000")
    (tmp_path / "a.txt.sig").unlink()
    wrong = subprocess.run([*base, "sign", document, *names, *password], capture_output=True)
    assert wrong.returncode == 2
    assert not (tmp_path / "a.txt.sig").exists()
