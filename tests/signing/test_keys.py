"""Keys in memory: they sign, they fit their certificates, they show nothing."""

from __future__ import annotations

import pickle
from pathlib import Path

import pki
import pytest
from cryptography import x509 as cx
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding

from medcab.errors import InputError, PasswordError, SigningError
from medcab.signing.certificates import sha256_of
from medcab.signing.keys import SigningKey, SoftwareKey, load_p12, load_pem, order_chain

SAMPLES = Path(__file__).parents[2] / "samples/keys"
SECRET = "Пароль-8802"
GOST = Path(__file__).parents[2].parent / "shared/vectors/gost/openssl-engine"


def encrypted(entity, password=SECRET):
    return entity.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(password.encode()),
    )


@pytest.mark.parametrize("kind", ["rsa", "p256", "p384", "p521", "ed25519"])
@pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
def test_signatures_are_right(authority, kind, digest):
    entity = authority.leaf(kind)
    key = entity.signing_key()
    assert isinstance(key, SigningKey)
    public = entity.cert.public_key()
    algorithm = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}[
        digest
    ]
    signature = key.sign(b"data", digest)
    if key.algorithm == "rsa":
        public.verify(signature, b"data", padding.PKCS1v15(), algorithm)
        pss = padding.PSS(padding.MGF1(algorithm), algorithm.digest_size)
        public.verify(key.sign(b"data", digest, pss=True), b"data", pss, algorithm)
    elif key.algorithm == "ec":
        public.verify(signature, b"data", ec.ECDSA(algorithm))
    else:
        public.verify(signature, b"data")


def test_weak_digests_are_not_used(authority):
    for digest in ("md5", "sha1", "sha224", ""):
        with pytest.raises(SigningError):
            authority.leaf("rsa").signing_key().sign(b"x", digest)


def test_a_key_fits_only_its_certificate(authority):
    with pytest.raises(SigningError) as caught:
        SoftwareKey(authority.leaf("p256").key, authority.leaf("p384").asn1)
    assert "Иванова p384" in str(caught.value)


def test_keys_of_other_kinds_are_refused(authority):
    with pytest.raises(SigningError):
        SoftwareKey(dsa.generate_private_key(1024), authority.leaf("rsa").asn1)


def test_a_key_shows_nothing_and_is_not_pickled(authority):
    key = authority.leaf("rsa").signing_key()
    number = authority.leaf("rsa").key.private_numbers().d
    for shown in (repr(key), str(key), f"{key!r:.500}"):
        assert "Иванова" in shown
        assert str(number)[:20] not in shown
        assert f"{number:x}"[:20] not in shown
    with pytest.raises(TypeError):
        pickle.dumps(key)
    assert not hasattr(key, "__dict__")


def test_pem_pairs(authority):
    leaf = authority.leaf("p256")
    both = leaf.key_pem + leaf.pem + authority.intermediate.pem + authority.root.pem
    for key in (
        load_pem(leaf.key_pem, leaf.pem),
        load_pem(both),
        load_pem(leaf.key_pem, authority.root.pem + leaf.pem + authority.intermediate.pem),
    ):
        assert sha256_of(key.certificate) == sha256_of(leaf.asn1)
    assert [sha256_of(c) for c in key.chain] == [
        sha256_of(authority.intermediate.asn1),
        sha256_of(authority.root.asn1),
    ]


def test_encrypted_pem_keys(authority):
    leaf = authority.leaf("p256")
    assert load_pem(encrypted(leaf), leaf.pem, SECRET).algorithm == "ec"
    assert load_pem(leaf.key_pem, leaf.pem, SECRET).algorithm == "ec"
    old = leaf.key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.BestAvailableEncryption(SECRET.encode()),
    )
    assert load_pem(old, leaf.pem, SECRET).algorithm == "ec"
    for password in (None, "", "wrong-password-3"):
        with pytest.raises(PasswordError) as caught:
            load_pem(encrypted(leaf), leaf.pem, password)
        shown = str(caught.value) + repr(caught.value.arguments)
        assert SECRET not in shown
        assert "wrong-password-3" not in shown
        assert caught.value.__cause__ is None


def test_what_is_missing_is_told(authority):
    leaf = authority.leaf("p256")
    with pytest.raises(InputError):
        load_pem(leaf.key_pem)
    with pytest.raises(SigningError):
        load_pem(leaf.key_pem, authority.root.pem)
    with pytest.raises(SigningError):
        load_pem(leaf.pem, leaf.pem)
    broken = leaf.key_pem.replace(b"MIG", b"MIH", 1)
    with pytest.raises((SigningError, PasswordError)):
        load_pem(broken, leaf.pem)


def test_chains_are_put_in_order():
    root = pki.make("Корень", ca=True)
    one = pki.make("УЦ", root, ca=True)
    two = pki.make("УЦ", root, ca=True)
    leaf = pki.make("Лист", two)
    chain = order_chain(leaf.asn1, [root.asn1, leaf.asn1, one.asn1, two.asn1])
    assert [sha256_of(c) for c in chain] == [sha256_of(two.asn1), sha256_of(root.asn1)]
    assert order_chain(leaf.asn1, []) == ()


@pytest.mark.parametrize(
    ("name", "algorithm"),
    [("ivanova.p12", "rsa"), ("ivanova_ec.p12", "ec"), ("petrov_expired.p12", "rsa")],
)
def test_the_demo_keys_open(name, algorithm):
    key = load_p12((SAMPLES / name).read_bytes(), "medcab-demo")
    assert key.algorithm == algorithm
    assert len(key.chain) == 2
    public = cx.load_der_x509_certificate(key.certificate.dump()).public_key()
    signature = key.sign(b"x")
    if algorithm == "rsa":
        public.verify(signature, b"x", padding.PKCS1v15(), hashes.SHA256())
    else:
        public.verify(signature, b"x", ec.ECDSA(hashes.SHA256()))


@pytest.mark.skipif(not GOST.exists(), reason="foreign vectors are absent")
def test_gost_keys_in_pem():
    key = load_pem((GOST / "leaf256.key").read_bytes(), (GOST / "leaf256.crt").read_bytes())
    assert key.algorithm == "gost2012_256"
    assert len(key.sign(b"x")) == 64
    with pytest.raises(SigningError):
        load_pem((GOST / "leaf256.key").read_bytes(), (GOST / "leaf512.crt").read_bytes())
