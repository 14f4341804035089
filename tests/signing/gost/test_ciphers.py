"""Block ciphers, modes, key derivations and GOST R 34.11-94 on the examples of their RFCs."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from medcab.errors import LimitError, SigningError
from medcab.signing.gost import gost94, gost28147, modes, rc2
from medcab.signing.gost.gost28147 import Gost28147, Magma
from medcab.signing.gost.kuznyechik import Kuznyechik

H = bytes.fromhex
KUZNYECHIK_KEY = H("8899aabbccddeeff0011223344556677fedcba98765432100123456789abcdef")
MAGMA_KEY = H("ffeeddccbbaa99887766554433221100f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")


def test_rfc_8891_magma():
    cipher = Magma(MAGMA_KEY)
    assert cipher.encrypt(H("fedcba9876543210")) == H("4ee901e5c2d8ca3d")
    assert cipher.decrypt(H("4ee901e5c2d8ca3d")) == H("fedcba9876543210")


def test_rfc_7801_kuznyechik():
    cipher = Kuznyechik(KUZNYECHIK_KEY)
    assert cipher.encrypt(H("1122334455667700ffeeddccbbaa9988")) == H(
        "7f679d90bebc24305a468d42b9d4edcd"
    )
    assert cipher.decrypt(H("7f679d90bebc24305a468d42b9d4edcd")) == H(
        "1122334455667700ffeeddccbbaa9988"
    )


@pytest.mark.parametrize("cipher", [Gost28147, Magma, Kuznyechik])
def test_keys_of_another_length_are_refused(cipher):
    with pytest.raises(ValueError):
        cipher(bytes(31))


@settings(max_examples=25, deadline=None)
@given(st.binary(min_size=32, max_size=32), st.binary(min_size=16, max_size=16))
def test_decryption_inverts_encryption(key, block):
    assert Kuznyechik(key).decrypt(Kuznyechik(key).encrypt(block)) == block
    for cipher in (Magma(key), *(Gost28147(key, sbox) for sbox in gost28147.SBOX_OIDS.values())):
        assert cipher.decrypt(cipher.encrypt(block[:8])) == block[:8]


def test_gost_r_34_13_omac():
    text = H(
        "1122334455667700ffeeddccbbaa998800112233445566778899aabbcceeff0a"
        "112233445566778899aabbcceeff0a002233445566778899aabbcceeff0a0011"
    )
    assert modes.omac(Kuznyechik, KUZNYECHIK_KEY, text)[:8] == H("336f4d296059fbe3")
    text = H("92def06b3c130a59db54c704f8189d204a98fb2e67a8024c8912409b17b57e41")
    assert modes.omac(Magma, MAGMA_KEY, text)[:4] == H("154e7210")


def test_rfc_8645_ctr_acpkm():
    text = H(
        "1122334455667700ffeeddccbbaa998800112233445566778899aabbcceeff0a"
        "112233445566778899aabbcceeff0a002233445566778899aabbcceeff0a0011"
        "33445566778899aabbcceeff0a001122445566778899aabbcceeff0a00112233"
        "5566778899aabbcceeff0a0011223344"
    )
    expected = H(
        "f195d8bec10ed1dbd57b5fa240bda1b885eee733f6a13e5df33ce4b33c45dee4"
        "4bceeb8f646f4c55001706275e85e800587c4df568d094393e4834afd0805046"
        "cf30f57686aeece11cfc6c316b8a896edffd07ec813636460c4f3b743423163e"
        "6409a9c282fac8d469d221e7fbd6de5d"
    )
    iv = H("1234567890abcef0")
    assert modes.ctr_acpkm(Kuznyechik, KUZNYECHIK_KEY, iv, text, 32) == expected
    assert modes.ctr_acpkm(Kuznyechik, KUZNYECHIK_KEY, iv, expected, 32) == text


@pytest.mark.parametrize(("cipher", "section"), [(Magma, 8192), (Kuznyechik, 262144)])
@pytest.mark.parametrize("size", [0, 1, 7, 8, 16, 17, 100])
def test_acpkm_omac_round_trip_and_any_change_is_seen(cipher, section, size):
    key, ukm, data = bytes(range(32)), bytes(range(16)), bytes(range(size))
    sealed = modes.ctr_acpkm_omac_encrypt(cipher, key, ukm, data, section)
    assert len(sealed) == size + cipher.block_size
    assert modes.ctr_acpkm_omac_decrypt(cipher, key, ukm, sealed, section) == data
    for at in range(len(sealed)):
        broken = bytearray(sealed)
        broken[at] ^= 1
        assert modes.ctr_acpkm_omac_decrypt(cipher, key, ukm, bytes(broken), section) is None


def test_rfc_7836_key_derivations():
    key, label, seed = bytes(range(32)), H("26bdb878"), H("af21434145656378")
    assert modes.kdf(key, label, seed).hex() == (
        "a1aa5f7de402d7b3d323f2991c8d4534013137010a83754fd0af6d7cd4922ed9"
    )
    assert modes.kdf_tree(key, label, seed, 64).hex() == (
        "22b6837845c6bef65ea71672b265831086d3c76aebe6dae91cad51d83f79d16b"
        "074c9330599d7f8d712fca54392f4ddde93751206b3584c8f43f9e6dc51531f9"
    )


@pytest.mark.parametrize(
    ("message", "digest"),
    [
        (b"", "981e5f3ca30c841487830f84fb433e13ac1101569b9c13584ac483234cd656c0"),
        (b"a", "e74c52dd282183bf37af0079c9f78055715a103f17e3133ceff1aacf2f403011"),
        (b"abc", "b285056dbf18d7392d7677369524dd14747459ed8143997e163b2986f92fd42c"),
        (
            b"message digest",
            "bc6041dd2aa401ebfa6e9886734174febdb4729aa972d60f549ac39b29721ba0",
        ),
        (
            b"The quick brown fox jumps over the lazy dog",
            "9004294a361a508c586fe53d1f1b02746765e71b765472786e4770d565830a76",
        ),
    ],
)
@pytest.mark.parametrize("native", [True, False])
def test_gost_94_known_answers(message, digest, native):
    assert gost94.new(message, native=native).hexdigest() == digest


def test_gost_94_split_and_copy():
    data = bytes(range(200))
    state = gost94.new(native=False)
    state.update(data[:50])
    twin = state.copy()
    state.update(data[50:])
    assert state.digest() == gost94.new(data).digest()
    assert twin.digest() == gost94.new(data[:50]).digest()


def test_gost_94_pbkdf2_is_the_same_without_libgcrypt(monkeypatch):
    native = gost94.pbkdf2(b"password", b"salt", 5, 40)
    monkeypatch.setattr(gost94, "_native", lambda: None)
    assert gost94.pbkdf2(b"password", b"salt", 5, 40) == native
    with pytest.raises(LimitError):
        gost94.pbkdf2(b"password", b"salt", gost94.MAX_ROUNDS[False] + 1, 32)
    with pytest.raises(ValueError):
        gost94.pbkdf2(b"password", b"salt", 0, 32)


def test_cfb_meshes_keys_every_kilobyte():
    key, iv, data = bytes(range(32)), b"12345678", bytes(3000)
    meshed = gost28147.cfb_encrypt(key, iv, data)
    plain = gost28147.cfb_encrypt(key, iv, data, meshing=False)
    assert meshed[:1024] == plain[:1024]
    assert meshed[1024:] != plain[1024:]
    assert gost28147.cfb_decrypt(key, iv, meshed) == data


def test_an_unknown_s_box_is_named():
    with pytest.raises(SigningError, match=r"1\.2\.3"):
        gost28147.sbox_by_oid("1.2.3")


def test_diversification_depends_on_every_bit_of_the_ukm():
    key = bytes(range(32))
    seen = {gost28147.diversify(key, (1 << bit).to_bytes(8, "little")) for bit in range(64)}
    assert len(seen) == 64


def test_rfc_2268_rc2():
    # Section 5: one block each; with IV zero a block in CBC is a block in ECB.
    key = H("88bca90e90875a7f0f79c384627bafb2")
    assert rc2.cbc_decrypt(key, bytes(8), H("2269552ab0f85ca6")) == bytes(8)
    assert rc2.cbc_decrypt(H("ffffffffffffffff"), bytes(8), H("278b27e42e2f0d49")) == H(
        "ffffffffffffffff"
    )


def test_hmac_module_takes_our_hashes():
    from medcab.signing.gost import streebog

    made = hmac.new(b"key", b"message", lambda data=b"": streebog.new(256, data)).digest()
    assert made == streebog.hmac(256, b"key", b"message")
    assert made != hashlib.sha256(b"message").digest()
