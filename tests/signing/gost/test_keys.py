"""GOST keys: what is accepted, in which habits, and what is refused."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys

import pytest
from asn1crypto import core
from hypothesis import given, settings
from hypothesis import strategies as st

from medcab.errors import SigningError
from medcab.signing.algorithms import Scheme, digest_algorithm, load_public_key, resolve
from medcab.signing.gost import asn1, keys
from medcab.signing.gost.algorithms import DIGESTS, SIGNATURES, verify_signature
from medcab.signing.gost.keys import KEY_KINDS, GostPrivateKey
from medcab.signing.gost.register import register

KIND_256, KIND_512, KIND_2001 = KEY_KINDS.values()
SETS = {
    KIND_256.oid: ["1.2.643.7.1.2.1.1.1", "1.2.643.2.2.35.1", "1.2.643.2.2.36.1"],
    KIND_512.oid: ["1.2.643.7.1.2.1.2.1", "1.2.643.7.1.2.1.2.3"],
}


def make(kind=KIND_256, curve="1.2.643.7.1.2.1.1.1", d=777):
    return GostPrivateKey(kind, curve, d)


def spki(oid, parameters, octets, wrap=True):
    return asn1.SubjectPublicKeyInfo(
        {
            "algorithm": {"algorithm": oid, "parameters": parameters},
            "public_key": core.OctetString(octets).dump() if wrap else octets,
        }
    ).dump()


def params(*oids):
    return core.SequenceOf(spec=core.ObjectIdentifier, value=list(oids))


@pytest.mark.parametrize(
    ("kind", "curve"), [(KEY_KINDS[oid], c) for oid, sets in SETS.items() for c in sets]
)
def test_sign_and_verify_through_the_registry(kind, curve):
    key = make(kind, curve)
    public = load_public_key(key.public_key().spki(), kind.oid)
    message = b"medical report"
    signature = key.sign(message)
    assert len(signature) == kind.bits // 4
    for oid in (kind.oid, kind.signature_oid):
        scheme = resolve(oid, None, kind.digest_oid)
        assert public.verify(scheme, message, signature)
        assert public.verify_digest(scheme, scheme.digest.digest(message), signature)
        assert not public.verify(scheme, message + b"!", signature)
        assert verify_signature(key.public_key().spki(), oid, "", signature, message)
    half = len(signature) // 2
    swapped = signature[half:] + signature[:half]
    assert not public.verify(scheme, message, swapped)
    for bad in (b"", signature[:-1], signature + b"\0", bytes(len(signature))):
        assert not public.verify(scheme, message, bad)


def test_identifiers_must_fit_the_key():
    key = make()
    data, signature = b"x", make().sign(b"x")
    der = key.public_key().spki()
    assert verify_signature(der, KIND_256.signature_oid, KIND_256.digest_oid, signature, data)
    for signature_oid in (KIND_512.signature_oid, KIND_512.oid, KIND_2001.oid, "1.2.3"):
        assert not verify_signature(der, signature_oid, "", signature, data)
    for digest in (KIND_512.digest_oid, KIND_2001.digest_oid, "2.16.840.1.101.3.4.2.1"):
        assert not verify_signature(der, KIND_256.oid, digest, signature, data)
    public = key.public_key()
    sha256 = digest_algorithm("2.16.840.1.101.3.4.2.1")
    assert not public.verify(Scheme("gost2012_256", sha256), data, signature)
    assert not public.verify(Scheme("rsa", public_scheme().digest), data, signature)
    assert not public.verify(resolve(KIND_2001.oid, None, ""), data, signature)


def public_scheme():
    return resolve(KIND_256.oid, None, "")


def test_key_parameters_written_in_either_habit():
    octets = make().public_key().octets
    tc26, cryptopro = "1.2.643.7.1.2.1.1.1", "1.2.643.2.2.35.1"
    for parameters in (params(tc26), params(tc26, KIND_256.digest_oid)):
        assert keys.load_public_key(spki(KIND_256.oid, parameters, octets)).curve_oid == tc26
    octets = make(curve=cryptopro).public_key().octets
    for parameters in (
        params(cryptopro),
        params(cryptopro, KIND_256.digest_oid),
        params(cryptopro, KIND_256.digest_oid, "1.2.643.2.2.31.1"),
    ):
        assert keys.load_public_key(spki(KIND_256.oid, parameters, octets)).curve.name == "256-B"


def bad_public_keys():
    good = make().public_key()
    tc26 = params("1.2.643.7.1.2.1.1.1")
    half = len(good.octets) // 2
    yield "another algorithm", spki("1.2.840.113549.1.1.1", tc26, good.octets)
    yield "no parameters", spki(KIND_256.oid, core.Void(), good.octets)
    yield "null parameters", spki(KIND_256.oid, core.Null(), good.octets)
    yield "512-bit set", spki(KIND_256.oid, params("1.2.643.7.1.2.1.2.1"), good.octets)
    yield "256-bit set", spki(KIND_512.oid, tc26, good.octets)
    yield "tc26 set in a 2001 key", spki(KIND_2001.oid, tc26, good.octets)
    yield "unknown set", spki(KIND_256.oid, params("1.2.643.7.1.2.1.1.9"), good.octets)
    yield (
        "digest of 512",
        spki(KIND_256.oid, params("1.2.643.7.1.2.1.1.1", KIND_512.digest_oid), good.octets),
    )
    yield "2001 key, 2012 digest", spki(
        KIND_2001.oid, params("1.2.643.2.2.35.1", KIND_256.digest_oid),
        make(curve="1.2.643.2.2.35.1").public_key().octets,
    )  # fmt: skip
    yield "short", spki(KIND_256.oid, tc26, good.octets[:-1])
    yield "long", spki(KIND_256.oid, tc26, good.octets + b"\0")
    yield "not wrapped", spki(KIND_256.oid, tc26, good.octets, wrap=False)
    yield "empty", spki(KIND_256.oid, tc26, b"")
    yield "infinity", spki(KIND_256.oid, tc26, bytes(64))
    yield "not on the curve", spki(KIND_256.oid, tc26, good.octets[:-1] + b"\x7f")
    yield "another curve", spki(KIND_256.oid, params("1.2.643.7.1.2.1.1.2"), good.octets)
    yield "coordinate not reduced", spki(KIND_256.oid, tc26, b"\xff" * half + good.octets[half:])
    yield "swapped coordinates", spki(KIND_256.oid, tc26, good.octets[half:] + good.octets[:half])
    yield "big-endian", spki(KIND_256.oid, tc26, good.octets[::-1])
    yield "garbage", b"\x30\x03\x02\x01\x01"
    yield "bytes after", good.spki() + b"\0"
    yield "nothing", b""


@pytest.mark.parametrize("case", list(bad_public_keys()), ids=lambda c: c[0])
def test_bad_public_keys_are_refused(case):
    with pytest.raises(ValueError):
        keys.load_public_key(case[1])


def test_small_order_public_key_is_refused():
    from medcab.signing.gost import ec
    from medcab.signing.gost.curves import CURVES

    curve = CURVES["256-A"]
    x = next(
        x for x in range(2, 99)
        if pow(x**3 + curve.a * x + curve.b, (curve.p - 1) // 2, curve.p) == 1
        and ec.arithmetic(curve).times(
            curve.q, (x, pow(x**3 + curve.a * x + curve.b, (curve.p + 1) // 4, curve.p))
        )
    )  # fmt: skip
    y = pow(x**3 + curve.a * x + curve.b, (curve.p + 1) // 4, curve.p)
    octets = x.to_bytes(32, "little") + y.to_bytes(32, "little")
    with pytest.raises(ValueError, match="point"):
        keys.load_public_key(spki(KIND_256.oid, params("1.2.643.7.1.2.1.1.1"), octets))


@pytest.mark.parametrize("wrapped", [True, False])
@pytest.mark.parametrize(
    ("kind", "curve"), [(KIND_256, "1.2.643.2.2.36.0"), (KIND_512, "1.2.643.7.1.2.1.2.2")]
)
def test_private_keys_in_either_habit(kind, curve, wrapped):
    key = make(kind, curve)
    again = keys.load_private_key(key.pkcs8(wrapped=wrapped))
    assert again.public_key() == key.public_key()
    number = asn1.PrivateKeyInfo.load(key.pkcs8())
    number["private_key"] = core.Integer(777).dump()
    assert keys.load_private_key(number.dump()).public_key() == key.public_key()


def test_masked_private_key():
    key = make(KIND_256, d=0xC0FFEE)
    q = key.curve.q
    masks = [12345, 2**200 + 1]
    masked = 0xC0FFEE
    for mask in masks:
        masked = masked * pow(mask, -1, q) % q
    info = asn1.PrivateKeyInfo.load(key.pkcs8())
    octets = b"".join(n.to_bytes(32, "little") for n in (masked, *masks))
    for value in (octets, core.OctetString(octets).dump()):
        info["private_key"] = value
        assert keys.load_private_key(info.dump()).public_key() == key.public_key()


@pytest.mark.parametrize(
    "octets",
    [
        b"", bytes(32), bytes(31), bytes(33), b"\xff" * 32, b"\x04\x20" + bytes(32),
        b"\x02\x01\x00", b"\x05\x00", b"\x04\x01\x01", bytes(32 * 9),
    ],
)  # fmt: skip
def test_bad_private_numbers_are_refused(octets):
    info = asn1.PrivateKeyInfo.load(make().pkcs8())
    info["private_key"] = octets
    with pytest.raises(ValueError):
        keys.load_private_key(info.dump())


def test_a_key_of_2001_verifies_but_does_not_sign():
    key = make(KIND_2001, "1.2.643.2.2.35.1")
    with pytest.raises(SigningError, match="withdrawn"):
        key.sign(b"x")
    assert keys.load_public_key(key.public_key().spki()).name.startswith("GOST R 34.10-2001")


def test_digest_of_the_wrong_length_is_not_signed():
    with pytest.raises(SigningError, match="64"):
        make().sign_digest(bytes(64))
    with pytest.raises(SigningError, match=r"1\.2\.3"):
        keys.digest_of("1.2.3", b"")


def test_private_keys_do_not_leak():
    key = make(d=0x1234567890ABCDEF1234567890ABCDEF)
    assert "1234" not in repr(key)
    assert "1311768467294899695" not in repr(key)
    for leak in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError):
            leak(key)


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 200), st.integers(0, 255))
def test_any_changed_byte_of_a_public_key_is_refused_or_harmless(at, value):
    good = make().public_key().spki()
    broken = bytearray(good)
    broken[at % len(good)] = value
    try:
        loaded = keys.load_public_key(bytes(broken))
    except ValueError:
        return
    assert loaded.curve.contains(*loaded.point)


def test_registration_is_idempotent():
    from asn1crypto.keys import PublicKeyInfo

    before = PublicKeyInfo._spec_callbacks["public_key"]
    register()
    register()
    assert PublicKeyInfo._spec_callbacks["public_key"] is before
    for oid, digest in DIGESTS.items():
        assert digest_algorithm(oid).size == digest.size
    for signature in SIGNATURES.values():
        assert resolve(signature.oid, None, "").digest.oid == signature.kind.digest_oid


_IMPORTS = """
import sys
order = sys.argv[1].split(",")
import importlib
for name in order:
    importlib.import_module(name)
from asn1crypto import algos, keys
oid = "1.2.643.7.1.1.3.2"
assert algos.SignedDigestAlgorithmId.map(oid) == "streebog256_gost2012_256"
assert algos.SignedDigestAlgorithmId.unmap("streebog256_gost2012_256") == oid
assert algos.DigestAlgorithmId("streebog512").dotted == "1.2.643.7.1.1.2.3"
info = keys.PublicKeyInfo.load(bytes.fromhex(sys.argv[2]))
assert info.algorithm == "gost2012_256"
assert len(info["public_key"].parsed.native) == 64
assert info.copy().dump(force=True) == bytes.fromhex(sys.argv[2])
"""


@pytest.mark.parametrize(
    "order",
    [
        "medcab.signing.gost.register",
        "medcab.signing.gost.register,pyhanko_certvalidator",
        "pyhanko_certvalidator,medcab.signing.gost.register",
        "asn1crypto.cms,medcab.signing.certificates,pyhanko_certvalidator.asn1_types",
    ],
)
def test_the_order_of_imports_does_not_matter(order):
    der = make().public_key().spki().hex()
    done = subprocess.run(
        [sys.executable, "-c", _IMPORTS, order, der], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_an_unknown_kind_of_key_can_be_parsed():
    from asn1crypto import keys as asn1_keys

    info = asn1_keys.PublicKeyInfo.load(spki("1.2.643.99.1", core.Null(), b"x"))
    assert info["public_key"].native
